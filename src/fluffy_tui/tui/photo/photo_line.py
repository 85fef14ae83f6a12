"""What one line of a photo list says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from fluffy_tui.tui.text.words import one_line, shape_words

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.photos import Photo

VERDICT_MARKS = {"pick": "✓", "reject": "✗"}
MARKED = "●"
FOLDED, UNFOLDED, INSIDE = "▸", "▾", "└"
"""Before a stack of copies that is closed, one that is open, and a photo that an open one shows."""

_MARKS = 4
_FACTS = 22
_FEW_FACTS = 8


@dataclass(frozen=True, slots=True)
class RowNote:
    """What is known of a photo in its list besides the photo itself."""

    has_text: bool = False
    """Whether a caption was begun for it and kept."""
    marked: bool = False
    copies: int = 0
    """Photos of the same picture behind it, or below it when they are shown."""
    is_open: bool = False
    """Whether these are shown."""
    is_copy: bool = False
    """Whether it is shown because the stack that it belongs to is open."""
    likeness: str = ""
    """How far it is from what was asked about, such as `0.12 same scene`."""


PLAIN = RowNote()
"""Nothing besides the photo."""


def line_parts(photo: Photo, note: RowNote, width: int, now: datetime) -> list[tuple[str, str]]:
    """Return a line as pairs of role (empty, `dim`, `mark`, `trouble`) and text, `width` cells together."""
    facts_width = _FACTS if width >= 42 else _FEW_FACTS if width >= 28 else 0
    mark, trouble = marks(photo, has_text=note.has_text)
    name = f"{INSIDE} {one_line(photo.name)}" if note.is_copy else one_line(photo.name)
    return [
        ("mark", f"{MARKED if note.marked else ' '} "),
        ("", shortened(name, max(1, width - 2 - facts_width - _MARKS))),
        ("dim", set_cell_size(_facts(photo, note, now, wide=facts_width == _FACTS), facts_width)),
        ("mark", mark),
        ("trouble", set_cell_size(trouble, _MARKS - cell_len(mark))),
    ]


def copies_words(count: int) -> str:
    """Return `1 copy` or `2 copies`."""
    return "1 copy" if count == 1 else f"{count:,} copies"


def _facts(photo: Photo, note: RowNote, now: datetime, *, wide: bool) -> str:
    sign = UNFOLDED if note.is_open else FOLDED
    if note.likeness:
        return f" {note.likeness}" if wide else f" {note.likeness.partition(' ')[0]:>6} "
    if note.copies:
        if wide:
            return f" {sign} {copies_words(note.copies):<9} {_day_words(photo, now):>8} "
        return f" {f'{sign} {note.copies:,}':>6} "
    shape = shape_words(photo.width, photo.height)
    return f" {shape:>6} {taken_words(photo, now):>12}  " if wide else f" {shape:>6} "


def taken_words(photo: Photo, now: datetime) -> str:
    """Return when a photo was taken, or else written: with the hour this year, with the year otherwise."""
    taken = (photo.taken_at or photo.modified_at).astimezone(now.tzinfo)
    return f"{taken.day} {taken:%b %H:%M}" if taken.year == now.year else f"{taken.day} {taken:%b %Y}"


def _day_words(photo: Photo, now: datetime) -> str:
    taken = (photo.taken_at or photo.modified_at).astimezone(now.tzinfo)
    return f"{taken.day} {taken:%b}" if taken.year == now.year else f"{taken:%b %Y}"


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
