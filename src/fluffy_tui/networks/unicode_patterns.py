"""Patterns over Unicode properties, which Python's own `re` does not have.

The `regex` library is imported on first use: it costs 10 ms, which the first frame does not have to pay.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

_AFTER_EMOJI = r"\p{Emoji_Modifier}|\uFE0F?\u20E3|\uFE0F|[\U000E0020-\U000E007E]+\U000E007F"
_ONE_EMOJI = rf"(?:\p{{RI}}\p{{RI}}|\p{{Emoji}}(?:{_AFTER_EMOJI})?)"
EMOJI_SEQUENCE = rf"{_ONE_EMOJI}(?:\u200D{_ONE_EMOJI})*"
"""A possible emoji as Unicode's UTS #51 (section 1.4.9) defines it, and a key cap without its variation selector,
which twitter-text counts as one too; matches `#`, `*` and digits."""


@cache
def compiled(pattern: str, *, ignore_case: bool = False) -> regex.Pattern[str]:
    """Compile a pattern with the `regex` library, once."""
    import regex

    return regex.compile(pattern, regex.IGNORECASE if ignore_case else 0)
