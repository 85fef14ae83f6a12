"""One line of the photo list as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from fluffy_tui.tui.photo.photo_details import machine_words
from fluffy_tui.tui.text.words import STAR, one_line, shape_words

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.photos import Photo, Verdict

VERDICT_MARKS = {"pick": "✓", "reject": "✗"}
_VERDICT_ROLES = {"pick": "pick", "reject": "dim"}
SELECTED = "●"
MISSING, UNREADABLE = "?", "!"
COLLAPSED, EXPANDED, DUPLICATE = "▸", "▾", "└"
"""A photo with its duplicates hidden, one with them below, and one of those."""

_MARKS = 4
_FACTS = 22
_FEW_FACTS = 8


@dataclass(frozen=True, slots=True)
class RowNote:
    """What the list shows about a photo besides the photo itself."""

    has_draft: bool = False
    is_selected: bool = False
    duplicates: int = 0
    """Duplicates that are collapsed into this row, or that are below it when expanded."""
    verdicts: frozenset[Verdict] = frozenset()
    """Flags of the duplicates that are collapsed into this row."""
    is_expanded: bool = False
    is_duplicate: bool = False
    """Whether it is one of the duplicates of an expanded row."""
    distance: str = ""
    """In a list of similar photos, the distance, such as `0.12 same scene`."""
    unreadable: str = ""
    """Why it cannot be decoded, in a sentence; empty if it can, or nobody has tried."""


PLAIN = RowNote()


def line_parts(photo: Photo, note: RowNote, width: int, now: datetime) -> list[tuple[str, str]]:
    """Return a line as pairs of role and text, together `width` cells wide.

    A role is empty, `dim`, `mark`, `pick` or `problem`.
    """
    facts_width = _FACTS if width >= 42 else _FEW_FACTS if width >= 28 else 0
    name = f"{DUPLICATE} {one_line(photo.name)}" if note.is_duplicate else one_line(photo.name)
    facts = _facts(photo, note, now, wide=facts_width == _FACTS)
    fold = f"{EXPANDED if note.is_expanded else COLLAPSED}{' ' if facts_width else ''}"
    stars = f" {STAR}{photo.stars}" if photo.stars else ""
    count = stars + (f" {fold}{note.duplicates:,}" if note.duplicates else "")
    verdicts = {photo.verdict, *note.verdicts}
    marks = "✎" if note.has_draft else " "
    marks += "".join(mark for verdict, mark in VERDICT_MARKS.items() if verdict in verdicts) or " "
    problem = MISSING if photo.missing_since else UNREADABLE if note.unreadable else ""
    marks_width = _MARKS
    if not facts_width:  # a tile of the contact sheet: no columns to keep
        marks = marks.strip()
        marks_width = cell_len(marks + problem)
    return [
        ("mark", f"{SELECTED if note.is_selected else ' '} "),
        (
            "dim" if photo.verdict == "reject" else "",
            middle_cut(name, max(1, width - 2 - len(count) - facts_width - marks_width)),
        ),
        ("dim", count + set_cell_size(facts, facts_width)),
        (_VERDICT_ROLES.get(photo.verdict or "", "mark"), marks),
        ("problem", set_cell_size(problem, marks_width - cell_len(marks))),
    ]


def _facts(photo: Photo, note: RowNote, now: datetime, *, wide: bool) -> str:
    if note.distance:
        return f" {note.distance}" if wide else f" {note.distance.partition(' ')[0]:>6} "
    first = shape_words(photo.width, photo.height)
    second = set_cell_size(machine_words(photo), 12) if photo.elsewhere else _taken(photo, now)
    return f" {first:>6} {second:>12}  " if wide else f" {first:>6} "


def _taken(photo: Photo, now: datetime) -> str:
    """Return when a photo was taken, or else modified: with the time if this year, with the year otherwise."""
    taken = photo.shown_at
    return f"{taken.day} {taken:%b %H:%M}" if taken.year == now.year else f"{taken.day} {taken:%b %Y}"


def middle_cut(text: str, width: int) -> str:
    """Return the text at exactly this many cells, cut in the middle, where file names differ least."""
    if cell_len(text) <= width or width < 8:
        return set_cell_size(text, width)
    tail = text[-(width // 2 - 1) :]
    while cell_len(tail) > width // 2 - 1:
        tail = tail[1:]
    head = set_cell_size(text, width - 1 - cell_len(tail))
    return set_cell_size(f"{head}…{tail}", width)
