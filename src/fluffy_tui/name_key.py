"""Comparing names as people do: upper or lower case, and é in one character or two, make no difference."""

from __future__ import annotations

import unicodedata


def composed(name: str) -> str:
    """Return a name in the form that keyboards type (NFC); macOS and some cameras write é as two characters."""
    return unicodedata.normalize("NFC", name)


def name_key(name: str) -> str:
    """Return what is equal for names that people take for the same."""
    return composed(name).casefold()
