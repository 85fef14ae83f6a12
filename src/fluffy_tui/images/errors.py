"""Why a photo cannot be read: a code for the program, a sentence for the user."""

from __future__ import annotations

import struct
import zlib
from enum import StrEnum
from typing import Any

from fluffy_tui.core.errors import FluffyError

DAMAGED = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError,
    OverflowError, ZeroDivisionError, RuntimeError, MemoryError, struct.error, zlib.error, UserWarning,
)  # fmt: skip
"""What Pillow and its plugins raise for a damaged file (UserWarning where warnings are errors)."""


class Unreadable(StrEnum):
    """Why a photo cannot be read."""

    MISSING = "missing"
    ELSEWHERE = "elsewhere"
    """Another machine has it."""
    FORBIDDEN = "forbidden"
    NOT_A_FILE = "not a file"
    LINK_LOOP = "link loop"
    DISK_ERROR = "disk error"
    NO_ANSWER = "no answer"
    """Its disk hangs."""
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    """It may be a sound file, but its format is not read here."""
    UNUSUAL = "unusual"
    """A kind of its format that is not read here."""
    CUT_SHORT = "cut short"
    DAMAGED = "damaged"
    TOO_LARGE = "too large"
    """It has too many pixels."""
    FILE_TOO_LARGE = "file too large"
    TOO_COSTLY = "too costly"
    """Decoding it takes more time or memory than any picture should."""
    HOSTILE_XMP = "hostile xmp"
    """Its XMP is made to take more memory than any machine has."""
    NO_MEMORY = "no memory"
    NO_DECODER = "no decoder"
    """The process that decodes could not be started."""
    STILL_CHANGING = "still changing"
    """Another program is writing it."""

    @property
    def is_final(self) -> bool:
        """Whether this stays so until the file's content changes."""
        return self in (
            Unreadable.EMPTY,
            Unreadable.UNSUPPORTED,
            Unreadable.UNUSUAL,
            Unreadable.CUT_SHORT,
            Unreadable.DAMAGED,
            Unreadable.TOO_LARGE,
            Unreadable.FILE_TOO_LARGE,
            Unreadable.TOO_COSTLY,
            Unreadable.HOSTILE_XMP,
        )


_COPY_AGAIN = "Copy it again from its source."
_SENTENCES: dict[Unreadable, tuple[str, str]] = {
    Unreadable.MISSING: ("the file is missing", "Put it back, or import its new folder."),
    Unreadable.ELSEWHERE: ("it is on {detail}", "If this machine has it as well, import its folder here."),
    Unreadable.FORBIDDEN: ("you have no permission to read it", "Change its permissions."),
    Unreadable.NOT_A_FILE: ("it is not a regular file", ""),
    Unreadable.LINK_LOOP: ("it is a link that points back to itself", ""),
    Unreadable.DISK_ERROR: ("reading it failed ({detail})", "Check the disk."),
    Unreadable.NO_ANSWER: ("its disk does not answer", "Check the disk and its connection, then retry."),
    Unreadable.EMPTY: ("the file is empty", _COPY_AGAIN),
    Unreadable.UNSUPPORTED: (
        "it is {detail}, not a JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF, BMP or JPEG XL picture",
        "Export it as a JPEG.",
    ),
    Unreadable.UNUSUAL: ("it is {detail}, which few programs can read", "Export it as an ordinary JPEG."),
    Unreadable.CUT_SHORT: ("the file is cut short", _COPY_AGAIN),
    Unreadable.DAMAGED: ("the picture is damaged", _COPY_AGAIN),
    Unreadable.TOO_LARGE: ("the picture has more than {detail} megapixels", "Export it in a smaller size."),
    Unreadable.FILE_TOO_LARGE: ("the file is larger than {detail} MB", "Export it as a JPEG."),
    Unreadable.TOO_COSTLY: ("decoding it takes too much time or memory", "Export it again as a JPEG."),
    Unreadable.HOSTILE_XMP: (
        "its XMP defines entities or nests without end, as an XML bomb does",
        "Export it again without metadata.",
    ),
    Unreadable.NO_MEMORY: (
        "there is not enough memory to decode it",
        "Close other programs, or raise the memory limit of this one (ulimit -v).",
    ),
    Unreadable.NO_DECODER: ("its decoder could not be started", "Free some memory, or restart fluffy-tui."),
    Unreadable.STILL_CHANGING: ("it is still being written", "Import the folder again when it is done."),
}


class PhotoUnreadable(FluffyError):
    """A file cannot be read as a picture.

    Args:
        reason: Why.
        detail: What the sentence about it needs: the system's error, or what the file is instead.
        name: Of the file, where the message should begin with it.
    """

    def __init__(self, reason: Unreadable, detail: str = "", name: str = "") -> None:
        clause, hint = _SENTENCES[reason]
        clause = clause.format(detail=detail)
        self.sentence = f"{clause[0].upper()}{clause[1:]}."
        """The reason alone, for lists that show the name anyway."""
        super().__init__(f"{name} cannot be read: {clause}." if name else self.sentence, hint)
        self.reason = reason
        self.detail = detail
        self.name = name

    def named(self, name: str) -> PhotoUnreadable:
        """Return the same error with the file's name in its message."""
        return PhotoUnreadable(self.reason, self.detail, name)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the error cross from one process to another."""
        return PhotoUnreadable, (self.reason, self.detail, self.name)
