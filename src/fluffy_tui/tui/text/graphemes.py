"""Graphemes: what readers see as one character, though an emoji may be of seven code points, and `é` of two."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Iterator

    import regex


def graphemes(text: str) -> Iterator[tuple[int, str]]:
    """Yield the index and the code points of each grapheme."""
    return ((found.start(), found[0]) for found in _pattern().finditer(text))


def grapheme_around(text: str, index: int) -> tuple[int, int]:
    """Return where the grapheme begins and ends that an index is in; twice the index where it is between two."""
    if not 0 < index < len(text) or text[index - 1 : index + 1].isascii():
        return index, index
    start = next((at for at in range(index - 1, 0, -1) if text[at].isascii()), 0)
    for found in _pattern().finditer(text, start):
        if found.end() >= index:
            return found.span() if found.end() > index else (index, index)
    return index, index


def index_at_cell(text: str, cell: int, tab_width: int) -> int:
    """Return the index of the grapheme of a line that covers a column, in cells; the line's length beyond it.

    `tab_width` is the cells between two tab stops.
    """
    reached = 0
    for index, grapheme in graphemes(text):
        reached += tab_width - reached % tab_width if grapheme == "\t" else cell_len(grapheme)
        if reached > cell:
            return index
    return len(text)


@cache
def _pattern() -> regex.Pattern[str]:
    import regex

    return regex.compile(r"\X", regex.DOTALL)
