"""Keeps columns right in terminals that give an emoji of several code points another width than Unicode does.

tmux 3.3, for example, gives ☀️ one cell, and other terminals draw a family as four people. What follows it on the line
would be elsewhere than the app expects, and be left there when the line is drawn again.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    import regex

_SAVE, _RESTORE = "\x1b7", "\x1b8"

_JOINED = re.compile("[\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff]")
"""Matches a joiner, a variation selector, a skin tone, a letter of a flag or the frame of a key."""


def anchored(output: str) -> str:
    """Return what is written to the terminal with the cursor put behind each such emoji by its width in Unicode."""
    if output.isascii() or not _JOINED.search(output):
        return output
    return _grapheme().sub(_anchored, output)


def _anchored(found: regex.Match[str]) -> str:
    grapheme = found[0]
    if not _JOINED.search(grapheme):
        return grapheme
    width = cell_len(grapheme)
    return f"{_SAVE}{' ' * width}{_RESTORE}{_SAVE}{grapheme}{_RESTORE}\x1b[{width}C"


@cache
def _grapheme() -> regex.Pattern[str]:
    """Match what may be such an emoji; letters, frames and the halves of pictures are passed over quickly."""
    import regex  # few need it, and not for the first frame

    return regex.compile(r"[0-9#*]\ufe0f?\u20e3|(?=[\u00a9\u00ae\u200d-\u24ff\u25a0-\U0001faff])\X")
