"""What is to be said about a photo, below its picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.tui.wording import bytes_words, one_line, shape_words

if TYPE_CHECKING:
    from datetime import tzinfo

    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.photos import Photo

METADATA_REMOVED = "leaves without location or metadata"


def photo_details(photo: Photo, rules: NetworkRules, zone: tzinfo) -> str:
    """Return three lines: the file's facts, what will be done to it on its way out, where it is."""
    facts = [f"{photo.width}×{photo.height}", bytes_words(photo.byte_size)]
    if photo.taken_at is not None:
        taken = photo.taken_at.astimezone(zone)
        facts.append(f"taken {taken.day} {taken:%b %Y %H:%M}")
    if photo.missing_since is not None:
        missing = photo.missing_since.astimezone(zone)
        facts.append(f"missing since {missing.day} {missing:%b %Y %H:%M}")
    target = needed_shape(photo, rules)
    fate = f"will be fitted to {target} for {rules.name} · " if target else ""
    return "\n".join([" · ".join(facts), f"{fate}{METADATA_REMOVED}", one_line(short_path(photo.path))])


def needed_shape(photo: Photo, rules: NetworkRules) -> str:
    """Return the shape that the network will have it in, such as `4:5`; empty when it takes it as it is."""
    image = rules.image
    if image.min_ratio is not None and photo.ratio < image.min_ratio * 0.999:
        return shape_words(image.min_ratio, 1)
    if image.max_ratio is not None and photo.ratio > image.max_ratio * 1.001:
        return shape_words(image.max_ratio, 1)
    return ""


def short_path(path: Path) -> str:
    """Return a path with the home folder as `~`."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
