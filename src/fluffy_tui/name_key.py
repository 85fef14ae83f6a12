"""Comparing names as people do: upper or lower case, and é in one character or two, make no difference.

And telling what is text at all.
"""

from __future__ import annotations

import unicodedata


def is_text(text: str) -> bool:
    """Return whether a text can be stored, sent and shown: arguments, paths and variables may have any bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:  # lone surrogates, which represent bytes that are not UTF-8
        return False
    return True


def composed(name: str) -> str:
    """Return a name in the form that keyboards type (NFC); macOS and some cameras write é as two characters."""
    return unicodedata.normalize("NFC", name)


def name_key(name: str) -> str:
    """Return what is equal for names that people take for the same."""
    return composed(name).casefold()
