"""What one line of a photo list says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.photos import Photo

VERDICT_MARKS = {"pick": "✓", "reject": "✗"}


def taken_words(photo: Photo, now: datetime) -> str:
    """Return when a photo was taken, or else written: with the hour this year, with the year otherwise."""
    taken = (photo.taken_at or photo.modified_at).astimezone(now.tzinfo)
    return f"{taken.day} {taken:%b %H:%M}" if taken.year == now.year else f"{taken.day} {taken:%b %Y}"


def marks(photo: Photo, *, has_text: bool) -> tuple[str, str]:
    """Return the signs for a kept text and a verdict, and the one for trouble."""
    kept = "✎" if has_text else " "
    return kept + VERDICT_MARKS.get(photo.verdict or "", " "), "?" if photo.missing_since else ""


def shortened(text: str, width: int) -> str:
    """Return the text at exactly this many cells, cut in the middle, where names differ least."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    if width < 8:
        return set_cell_size(text, width)
    tail = text[-(width // 2 - 1) :]
    while cell_len(tail) > width // 2 - 1:
        tail = tail[1:]
    head = set_cell_size(text, width - 1 - cell_len(tail))
    return set_cell_size(f"{head}…{tail}", width)
