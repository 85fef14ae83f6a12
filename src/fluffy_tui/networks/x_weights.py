"""X's weighted length, according to its published counting rules.

Weights and link length are those of configuration 3 of twitter-text (github.com/twitter/twitter-text,
config/v3.json; docs.x.com, "Counting characters"). The Python port on PyPI is not used: it does not know emoji since
2022, takes 230 ms to import and half a second for a pasted 100 kB.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from fluffy_tui.networks.link_finder import links
from fluffy_tui.networks.unicode_patterns import EMOJI_SEQUENCE, compiled

if TYPE_CHECKING:
    import regex

DEFAULT_WEIGHT = 2
LINK_LENGTH = 23
LIGHT_RANGES = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Ranges of code points with weight 1, inclusive; all others have `DEFAULT_WEIGHT`."""


def weighted_length(text: str) -> int:
    """Return the length that X compares with its limit of 280 (or 25,000) characters."""
    text = unicodedata.normalize("NFC", text)
    found = list(links(text))
    if not found:
        return _weight(text)
    between, end = [], 0
    for start, stop in found:
        between.append(text[end:start])
        end = stop
    between.append(text[end:])
    return LINK_LENGTH * len(found) + sum(_weight(part) for part in between)


def _weight(text: str) -> int:
    """Weigh a text without links; an emoji sequence weighs 2 however many code points it has."""
    if text.isascii():
        return len(text)
    text = compiled(EMOJI_SEQUENCE).sub(_as_one_code_point, text)
    light = "".join(rf"\U{first:08X}-\U{last:08X}" for first, last in LIGHT_RANGES)
    heavy = sum(len(run) for run in compiled(f"[^{light}]+").findall(text))
    return len(text) + (DEFAULT_WEIGHT - 1) * heavy


def _as_one_code_point(found: regex.Match[str]) -> str:
    return found[0] if len(found[0]) == 1 else "\N{WHITE SMILING FACE}"
