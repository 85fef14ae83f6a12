"""Screenshots with less in them: everything that is seen, and nothing that only makes the file larger."""

from __future__ import annotations

import re
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
_RECTS = re.compile(r'(?:<rect fill="[^"]*" x="[^"]*" y="[^"]*" width="[^"]*" height="24.65"[^>]*/>)+')
_RECT = re.compile(r'<rect fill="([^"]*)" x="([^"]*)" y="([^"]*)" width="([^"]*)"')


def compact(svg: str) -> str:
    """Return the same picture in fewer words: Rich repeats a background for each piece of text."""
    for superfluous in (_CLIPS, _FONTS, _LINE_ENDS, _STYLES):
        svg = superfluous.sub("", svg)
    return _RECTS.sub(lambda run: "".join(_joined(run[0])), svg).replace("&#160;", "\N{NO-BREAK SPACE}")


def _joined(rects: str) -> Iterator[str]:
    """Yield one rectangle for each run of neighbours with the same colour in the same line."""
    for (fill, y), run in groupby(_RECT.findall(rects), key=lambda rect: (rect[0], rect[2])):
        cells = list(run)
        end = float(cells[-1][1]) + float(cells[-1][3])
        width = round(end - float(cells[0][1]), 1)
        yield f'<rect fill="{fill}" x="{cells[0][1]}" y="{y}" width="{width:g}" height="24.65"/>'
