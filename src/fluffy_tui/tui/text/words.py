"""Captions, names, errors, counts and sizes as short, harmless text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.log_file import log_place
from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.name_key import composed

_SHAPES = (
    ("1:1", 1.0),
    ("4:5", 4 / 5),
    ("5:4", 5 / 4),
    ("3:4", 3 / 4),
    ("4:3", 4 / 3),
    ("2:3", 2 / 3),
    ("3:2", 3 / 2),
    ("9:16", 9 / 16),
    ("16:9", 16 / 9),
    ("1:2", 1 / 2),
    ("2:1", 2.0),
)


SAVING = "Saving…"
"""Shown while something is being saved, which takes as long as the database needs."""

STAR = "★"
VERDICT_WORDS = {"pick": "✓ picked", "reject": "✗ rejected"}


def stars_words(stars: int) -> str:
    """Return stars as they are drawn: `★★★`; nothing for none."""
    return STAR * stars


def one_line(text: str) -> str:
    """Return untrusted text made safe for one line of a terminal.

    Line breaks and tabs become spaces, control characters and lone surrogates become `�`, and bidirectional
    controls are dropped, since they would reorder the text that follows.
    """
    return UNSAFE.sub(_harmless, text)


def _harmless(found: re.Match[str]) -> str:
    if found[0] in "\n\r\t\u2028\u2029":
        return " "
    return "" if "\u202a" <= found[0] <= "\u2069" else "�"


def shortened(text: str, length: int = 24) -> str:
    """Return the beginning of a text, ending in … if it was cut."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def excerpt(text: str, words: Iterable[str], length: int) -> str:
    """Return the part of a text around the first word that begins like one of some words, with … where it was cut.

    Where nothing separates words, any part of one counts. If there is none, the beginning is returned.
    """
    wanted = "|".join(re.escape(composed(word)) for word in words)
    if len(text) <= length or not wanted:
        return shortened(text, length)
    found = re.search(rf"\b(?:{wanted})", text, re.IGNORECASE) or re.search(wanted, text, re.IGNORECASE)
    start = min(found.start() - length // 4, len(text) - length + 1) if found else 0
    if found is None or start <= 0:
        return shortened(text, length)
    start = text.find(" ", start, found.start()) + 1 or start  # at the beginning of a word
    return f"…{shortened(text[start:], length - 1)}"


def quoted(text: str, length: int = 24) -> str:
    """Return a caption on one line in quotation marks, shortened if need be."""
    return f"“{shortened(one_line(text).strip(), length)}”"


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `3rd`, `4th` and so on."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def plural(number: int, noun: str) -> str:
    """Return a noun in the form that goes with a number."""
    return noun if number == 1 else f"{noun}s"


def shape_words(width: float, height: float) -> str:
    """Name a picture's shape as photographers do (`4:5`), or as a ratio such as `1.45:1`."""
    ratio = width / height
    name, known = min(_SHAPES, key=lambda shape: abs(shape[1] / ratio - 1))
    if abs(known / ratio - 1) <= 0.02:
        return name
    return f"{ratio:.2f}:1" if ratio < 10 else f"{ratio:.0f}:1"


def bytes_words(size: int) -> str:
    """Return a file size in decimal units: `412 kB`, `2.1 MB`."""
    if size < 1_000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def error_words(error: BaseException) -> str:
    """Return the message of an expected error; details of an unexpected one belong in the log."""
    if isinstance(error, FluffyError):
        return str(error)
    return f"Internal error. See {log_place()} for details."
