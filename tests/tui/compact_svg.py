"""Screenshots with less in them: everything that is seen, and nothing that only makes the file larger."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLIPS = re.compile(
    r'\s*<clipPath id="[^"]*-line-\d+">.*?</clipPath>|\sclip-path="url\(#[^"]*-line-\d+\)"', re.S
)
_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.S)
_LINE_ENDS = re.compile(r"<text [^>]*>\n</text>")
_STYLES = re.compile(r'(?<=[".])terminal-(?:\d+-)?(?=r\d)')
_WINDOW = re.compile(
    r'\s*<!--.*?-->|\s*\.terminal-(?:\d+-)?title \{.*?\}|<text class="terminal-(?:\d+-)?title".*?</text>'
    r'|<g transform="[^"]*">\s*(?:<circle [^>]*/>\s*)+</g>',
    re.S,
)
"""The title and the buttons of a window around the terminal."""
_ONE_CELL = re.compile(r' textLength="12\.2"(?=>)')
"""What has one character is where it is without a length."""
_INDENTS = re.compile(r"\s*\n\s*")
_RECTS = re.compile(r'(?:<rect fill="[^"]*" x="[^"]*" y="[^"]*" width="[^"]*" height="24.65"[^>]*/>)+')
_RECT = re.compile(r'<rect fill="([^"]*)" x="([^"]*)" y="([^"]*)" width="([^"]*)"')
_LINE, _HEIGHT = 24.4, 24.65
"""From line to line, and what a background takes of it, in pixels."""


def compact(svg: str) -> str:
    """Return the same picture in fewer words: Rich repeats a background for each piece of text."""
    for superfluous in (_CLIPS, _FONTS, _LINE_ENDS, _STYLES, _WINDOW, _ONE_CELL):
        svg = superfluous.sub("", svg)
    svg = _INDENTS.sub("\n", svg).replace("&#160;", "\N{NO-BREAK SPACE}")
    return _RECTS.sub(lambda run: "".join(_areas(run[0])), svg)


def _areas(rects: str) -> Iterator[str]:
    """Yield one area for each colour; backgrounds below each other are joined in it."""
    columns: dict[str, dict[tuple[float, float], list[tuple[float, float]]]] = defaultdict(dict)
    for fill, x, y, width in _joined(rects):
        column = columns[fill].setdefault((x, width), [])
        is_next = bool(column) and abs(y - column[-1][1] - _LINE) < 0.1
        column.append((column.pop()[0] if is_next else y, y))
    for fill, by_place in columns.items():
        path = (
            f"M{x:g} {top:g}h{width:g}v{round(last - top + _HEIGHT, 2):g}h-{width:g}z"
            for (x, width), column in by_place.items()
            for top, last in column
        )
        yield f'<path fill="{fill}" d="{"".join(path)}"/>'


def _joined(rects: str) -> Iterator[tuple[str, float, float, float]]:
    """Yield colour, x, y and width of each run of neighbours with the same colour in the same line."""
    for (fill, y), run in groupby(_RECT.findall(rects), key=lambda rect: (rect[0], rect[2])):
        cells = list(run)
        left, end = float(cells[0][1]), float(cells[-1][1]) + float(cells[-1][3])
        yield fill, left, float(y), round(end - left, 1)
