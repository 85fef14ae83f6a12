"""Patterns with Unicode properties, which Python's `re` does not support.

The `regex` library is imported at its first use: it takes 10 ms, which would delay the first frame.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

_AFTER_EMOJI = r"\p{Emoji_Modifier}|\uFE0F?\u20E3|\uFE0F|[\U000E0020-\U000E007E]+\U000E007F"
_ONE_EMOJI = rf"(?:\p{{RI}}\p{{RI}}|\p{{Emoji}}(?:{_AFTER_EMOJI})?)"
EMOJI_SEQUENCE = rf"{_ONE_EMOJI}(?:\u200D{_ONE_EMOJI})*"
"""A possible emoji as defined by Unicode's UTS #51 (section 1.4.9), and a keycap without its variation selector,
which twitter-text also counts as one; matches `#`, `*` and digits."""


@cache
def compiled(pattern: str) -> regex.Pattern[str]:
    """Compile a pattern with the `regex` library, once."""
    import regex

    return regex.compile(pattern)
