"""What is to be said about a photo, below its picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.similarity import Relation
from fluffy_tui.tui.keymap.bindings import key_of
from fluffy_tui.tui.photo.framing import FIT_WORDS
from fluffy_tui.tui.photo.photo_line import copies_words
from fluffy_tui.tui.text.words import bytes_words, one_line, shape_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from fluffy_tui.media import Framing
    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.photos import Photo, Stack
    from fluffy_tui.similarity import Neighbour
    from fluffy_tui.tui.keymap.bindings import key_of
from fluffy_tui.tui.photo.photo_line import RowNote

METADATA_REMOVED = "leaves without location or metadata"


def photo_details(
    photo: Photo,
    rules: NetworkRules,
    zone: tzinfo,
    besides: Sequence[str] = (),
    framing: Framing | None = None,
) -> str:
    """Return three lines: the file's facts, what will be done to it on its way out, where it is.

    Args:
        photo: The photo.
        rules: Of the network that it would go out on.
        zone: The person's.
        besides: Further lines, which come after the facts.
        framing: How it is fitted, where that was chosen already.
    """
    facts = [f"{photo.width}×{photo.height}", bytes_words(photo.byte_size)]
    if photo.taken_at is not None:
        taken = photo.taken_at.astimezone(zone)
        facts.append(f"taken {taken.day} {taken:%b %Y %H:%M}")
    if photo.missing_since is not None:
        missing = photo.missing_since.astimezone(zone)
        facts.append(f"missing since {missing.day} {missing:%b %Y %H:%M}")
    fate = _fate(photo, rules) if framing is None else _framed(photo, rules, framing)
    fixed = [" · ".join([*fate, METADATA_REMOVED]), one_line(short_path(photo.path))]
    return "\n".join([" · ".join(facts), *besides, *fixed])


def _fate(photo: Photo, rules: NetworkRules) -> list[str]:
    target = needed_shape(photo, rules)
    return [f"will be fitted to {target} for {rules.name}"] if target else []


def _framed(photo: Photo, rules: NetworkRules, framing: Framing) -> list[str]:
    """Say what was chosen, as far as it makes a difference to this photo."""
    target = str(framing.shape) or needed_shape(photo, rules, framing.turn)
    words = [f"{FIT_WORDS[framing.fit]} to {target}"] if target else []
    return [*words, f"turned by {framing.turn}°"] if framing.turn else words


def alike_details(
    note: RowNote, neighbour: Neighbour | None, stack: Stack, own: Mapping[str, str]
) -> list[str]:
    """Return what is to be said about a photo's copies, and about its distance from what was asked about.

    Args:
        note: What the list says of it.
        neighbour: The answer that it is; None outside of answers.
        stack: What is behind it.
        own: The person's own keys, by action id.
    """
    lines, copies = [], key_of("library.duplicates", own)
    if neighbour is not None:
        lines.append(f"{neighbour.distance:.2f} away: {_RELATIONS[neighbour.relation]}")
    if note.is_copy:
        lines.append("a copy: the same picture as the photo above it")
    elif note.copies and note.is_open:
        lines.append(f"{copies_words(note.copies)} below it · {copies} folds them again")
    elif note.copies:
        lines.append(f"{copies_words(note.copies)} folded, {copies} opens · keys act on this one only")
    if stack.same_files:
        more = len(stack.same_files) - 1
        also = f" and {more} more" if more else ""
        lines.append(f"same file also at {one_line(short_path(stack.same_files[0]))}{also}")
    return lines


_RELATIONS = {
    Relation.SAME_FILE: "the same file",
    Relation.SAME_PICTURE: "the same picture, saved in another way",
    Relation.SAME_SCENE: "the same scene",
    Relation.SIMILAR: "something similar",
    Relation.OTHER: "not much alike",
}


def file_facts(photo: Photo) -> str:
    """Return two lines that tell two files of one picture apart: size and shape, and where it is."""
    size = f"{photo.width}×{photo.height} {shape_words(photo.width, photo.height)}"
    return f"{size} · {bytes_words(photo.byte_size)}\n{one_line(short_path(photo.path))}"


def needed_shape(photo: Photo, rules: NetworkRules, turn: int = 0) -> str:
    """Return the shape that the network will have it in, such as `4:5`; empty when it takes it as it is.

    Args:
        photo: The photo.
        rules: Of the network.
        turn: Degrees by which it is turned first.
    """
    image, ratio = rules.image, 1 / photo.ratio if turn % 180 else photo.ratio
    if image.min_ratio is not None and ratio < image.min_ratio * 0.999:
        return shape_words(image.min_ratio, 1)
    if image.max_ratio is not None and ratio > image.max_ratio * 1.001:
        return shape_words(image.max_ratio, 1)
    return ""


def short_path(path: Path) -> str:
    """Return a path with the home folder as `~`."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
