"""What is shown about a photo below its picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.media import frame_of_part
from fluffy_tui.photos import DateSource, Photo
from fluffy_tui.tui.photo.fit_words import FIT_WORDS
from fluffy_tui.tui.text.score_words import score_words
from fluffy_tui.tui.text.words import bytes_words, one_line, shape_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from fluffy_tui.media import Framing
    from fluffy_tui.networks import NetworkRules

DATE_SOURCES: dict[DateSource | None, str] = {
    DateSource.CAMERA_ZONED: "camera, time zone known",
    DateSource.CAMERA: "camera",
    DateSource.LAST_CHANGE: "EXIF, last change",
    DateSource.NAME: "file name",
    DateSource.NAME_IN_UTC: "file name, in UTC",
    DateSource.NAME_OF_DAY: "file name, day only",
    DateSource.TAKEOUT: "Google Takeout",
    DateSource.FILE: "time of the file",
}
"""Where the time taken comes from."""
_UNSEEN = 0.001
"""Fraction by which a shape may be another one without anybody seeing it."""
METADATA_REMOVED = "location and metadata removed"


def photo_details(
    photo: Photo,
    rules: NetworkRules,
    zone: tzinfo,
    notes: Sequence[str] = (),
    framing: Framing | None = None,
    ratio: float | None = None,
) -> str:
    """Return lines: facts about the file, notes, and what posting to a network does to the picture.

    The framing is the one that was already chosen, if any; the ratio is the width ÷ height that the cover gives it.
    """
    facts = [f"{photo.width}×{photo.height}", bytes_words(photo.byte_size)]
    if photo.is_screenshot:
        facts.append("screenshot")
    if photo.taken_at is not None:
        taken, source = photo.taken_at, DATE_SOURCES.get(photo.dated_by, "")
        hour = "" if photo.dated_by is DateSource.NAME_OF_DAY else f" {taken:%H:%M}"
        facts.append(f"taken {taken.day} {taken:%b %Y}{hour}{source and f' ({source})'}")
    if photo.scores is not None:
        facts += score_words(photo.scores)
    if photo.missing_since is not None:
        missing = photo.missing_since.astimezone(zone)
        facts.append(f"missing since {missing.day} {missing:%b %Y %H:%M}")
    if photo.elsewhere:
        facts.append(machine_words(photo))
    changes = [*_changes(photo, rules, framing, ratio), METADATA_REMOVED]
    return "\n".join([" · ".join(facts), *notes, " · ".join(changes)])


def _changes(photo: Photo, rules: NetworkRules, framing: Framing | None, ratio: float | None) -> list[str]:
    """Return what is done to the picture: by the rules alone, or as chosen where that makes a difference."""
    if framing is None:
        target = needed_shape(photo, rules)
        return [f"fitted to {target} for {rules.name}"] if target else []
    frame = frame_of_part((photo.width, photo.height), rules.image, framing, ratio)
    width, height = frame.canvas
    own = 1 / photo.ratio if framing.turn % 180 else photo.ratio
    is_seen = abs(own * height / width - 1) > _UNSEEN
    target = shape_words(width / framing.part.count, height)
    changes = [f"{FIT_WORDS[frame.fit_applied]} to {target}"] if frame.fit_applied and is_seen else []
    return [*changes, f"rotated {framing.turn}°"] if framing.turn else changes


def machine_words(photo: Photo) -> str:
    """Return where a photo is that this machine has not, such as `on studio`."""
    return f"on {one_line(photo.elsewhere)}"


def file_facts(photo: Photo) -> str:
    """Return two lines that tell two files of the same picture apart: size and shape, then the path."""
    size = f"{photo.width}×{photo.height} {shape_words(photo.width, photo.height)}"
    return f"{size} · {bytes_words(photo.byte_size)}\n{one_line(short_path(photo.path))}"


def needed_shape(photo: Photo, rules: NetworkRules) -> str:
    """Return the shape that a network requires of a photo, such as `4:5`; empty if it accepts the photo's own."""
    image, ratio = rules.image, photo.ratio
    if image.min_ratio is not None and ratio < image.min_ratio * (1 - _UNSEEN):
        return shape_words(image.min_ratio, 1)
    if image.max_ratio is not None and ratio > image.max_ratio * (1 + _UNSEEN):
        return shape_words(image.max_ratio, 1)
    return ""


def short_path(path: Path) -> str:
    """Return a path with the home folder as `~`."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
