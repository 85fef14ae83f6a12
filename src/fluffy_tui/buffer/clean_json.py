"""Makes text from Buffer harmless where it enters: what no database or terminal can take is left out."""

from __future__ import annotations

import re
from typing import Any

_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters but for tab and newline, surrogates without a partner, and what is no character at all."""


_LONGEST_MESSAGE = 1_000
"""Characters; the longest message that Buffer documents has under 300."""


def cleaned(value: Any) -> Any:
    """Return parsed JSON with all its texts, keys included, free of such characters.

    Raises:
        RecursionError: it is nested too deeply.
    """
    if isinstance(value, str):
        return _UNWANTED.sub("", value.replace("\r\n", "\n"))
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    return value


def shortened(message: Any) -> str | None:
    """Return a message of Buffer's, cut where nobody would read on; None if there is none."""
    if message is None:
        return None
    text = str(message)
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
