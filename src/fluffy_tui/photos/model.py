"""What a photo is, and what an import reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.images import PhotoUnreadable, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from fluffy_tui.photos.scores import PhotoScores


class DateSource(StrEnum):
    """Where the time comes from at which a photo was taken, the best first.

    Where only the moment is known, the time is that of the persona's home zone.
    """

    CAMERA_ZONED = "camera zoned"
    """EXIF, which also says in which time zone the camera's clock was."""
    CAMERA = "camera"
    """EXIF."""
    LAST_CHANGE = "last change"
    """EXIF, which only says when the file was last changed."""
    NAME = "name"
    """The file's name."""
    NAME_IN_UTC = "name in utc"
    """The file's name, which only says the moment."""
    NAME_OF_DAY = "name of day"
    """The file's name, which only says the day; the time is noon."""
    TAKEOUT = "takeout"
    """Google Takeout's note on it, which only says the moment."""
    FILE = "file"
    """The moment at which the file was last written."""


DATE_RULES = 1
"""Version of the rules by which photos are dated; increase it with every change to them.

What was dated by earlier rules is dated again by the next import, from the head of its file and what lies beside it.
"""


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture file of one persona."""

    id: int
    persona_id: int
    path: Path
    """Absolute."""
    sha256: str
    """Of the whole file, 64 hexadecimal digits."""
    byte_size: int
    width: int
    """Pixels, as seen upright."""
    height: int
    """Pixels, as seen upright."""
    format: str
    """As Pillow names it: JPEG, PNG, WEBP, HEIF, AVIF, TIFF, GIF, BMP or JXL."""
    taken_at: datetime | None
    """By the camera's clock where it was taken, without a zone; `dated_by` says where it comes from."""
    modified_at: datetime
    missing_since: datetime | None
    verdict: str | None
    """`pick`, `reject` or None."""
    created_at: datetime
    elsewhere: str = ""
    """Names of the machines that have its file, if this one has not; then `path` is where it was on one of them.

    Empty if the file is here, or if no machine is known to have it.
    """
    stars: int = 0
    """0 to 5."""
    dated_by: DateSource | None = None
    """None until an import reads it."""
    scores: PhotoScores | None = None
    """None until a worker has read its picture."""
    is_screenshot: bool = False
    """By its name, its size and the text in it."""

    @property
    def shown_at(self) -> datetime:
        """When it was taken, or else when the file was written; without a zone."""
        return self.taken_at or self.modified_at.astimezone(UTC).replace(tzinfo=None)

    @property
    def file(self) -> Path:
        """Where its file can be read: another machine's path means nothing here, or is that of another file.

        Raises:
            PhotoUnreadable: it is on another machine.
        """
        if self.elsewhere:
            raise PhotoUnreadable(Unreadable.ELSEWHERE, self.elsewhere)
        return self.path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def is_known_whole(self) -> bool:
        """Whether a worker has decoded its content without finding damage.

        What was measured in a picture is forgotten when its photo's content changes.
        """
        return self.scores is not None

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / self.height


LONGEST_KEYWORD = 100
"""Characters; longer ones are sentences, by which nobody finds anything."""


class KeywordSource(StrEnum):
    """Where a photo's keyword comes from."""

    HAND = "hand"
    """The user gave it."""
    FOLDER = "folder"
    """The name of a folder, below the one that was imported, in which the file is."""
    XMP = "xmp"
    """Another program wrote it into the file or beside it."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word by which photos are found."""

    word: str
    sources: tuple[KeywordSource, ...]
    """In alphabetical order."""


@dataclass(frozen=True, slots=True)
class PhotoTexts:
    """What other programs have written about a photo, in XMP, and what is written in its picture."""

    label: str = ""
    """The name of a colour."""
    title: str = ""
    description: str = ""
    alt_text: str = ""
    in_picture: str = ""
    """What a worker has read in the picture, in lines."""


@dataclass(frozen=True, slots=True)
class PictureText:
    """The text in a picture."""

    text: str
    """In lines, as far as it could be read; empty if there is none."""
    share: float
    """How much of the picture it covers, from 0 to 1."""


class PhotoState(StrEnum):
    """What has become of a photo's file since its import."""

    UNCHANGED = "unchanged"
    MISSING = "missing"
    CHANGED = "changed"
    UNREADABLE = "unreadable"
    ELSEWHERE = "elsewhere"
    """Another machine has it, and this one has not."""


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be imported, and why."""

    path: Path
    reason: str
    """One plain sentence."""


ICLOUD = "icloud"
"""The kind of a picture that is not on this machine: iCloud has only its name here."""
RAW_BESIDE_PICTURE = "raw beside picture"
"""The kind of a camera's raw file whose JPEG or HEIC is in the same folder, so that nothing is missed."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A picture of a kind that cannot be imported."""

    path: Path
    kind: str
    """Its suffix in lower case without the dot, `ICLOUD` or `RAW_BESIDE_PICTURE`."""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import has got; reported again and again."""

    seen: int
    """Files examined so far."""
    total: int | None
    """Files to examine; None while they are still being counted."""
    imported: int
    failed: int
    bytes_read: int
    seconds: float
    """Since the start."""

    @property
    def files_per_second(self) -> float:
        """Average rate."""
        return self.seen / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the average rate; None while unknown."""
        if self.total is None or self.seen == 0:
            return None
        return (self.total - self.seen) * self.seconds / self.seen


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did."""

    persona: str
    imported: int
    unchanged: int
    """Already there."""
    moved: int
    """Known photos found under a new path, which was stored."""
    duplicates: int
    """Copies of files that are still at their old path; they do not become photos of their own."""
    missing: int
    """Photos whose file is gone."""
    failed: tuple[FailedFile, ...]
    seconds: float
    interrupted: bool = False
    """Stopped early; what is counted here was kept."""
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """How many pictures of which kinds were not imported, because that is not possible."""
    known_elsewhere: int = 0
    """Photos of other machines, which are now known to be on this one as well."""
    damaged_xmp: int = 0
    """Photos that were imported without their XMP, which cannot be read."""
    redated: int = 0
    """Known photos that have another time now: by newer rules, or by a better source."""

    @property
    def counts(self) -> dict[str, int]:
        """How many photos and files had which result, in the order in which they are shown."""
        raw = self.passed_over.get(RAW_BESIDE_PICTURE, 0)
        seldom = {
            "known from another machine": self.known_elsewhere,
            "date changed" if self.redated == 1 else "dates changed": self.redated,
            "RAW file skipped for its JPEG" if raw == 1 else "RAW files skipped for their JPEGs": raw,
            "skipped": sum(self.passed_over.values()) - raw,
        }
        counts = {
            "imported": self.imported,
            "already there": self.unchanged,
            "moved": self.moved,
            "duplicate" if self.duplicates == 1 else "duplicates": self.duplicates,
            "missing": self.missing,
            "failed": len(self.failed),
        }
        return counts | {label: count for label, count in seldom.items() if count}

    @property
    def advice(self) -> list[str]:
        """What can be done about pictures that were skipped, a line for each kind, and about damaged XMP."""
        kinds = [
            f"{count:,} only in iCloud: download them"
            if kind == ICLOUD
            else f"{count:,} {kind.upper()}: export as JPEG"
            for kind, count in sorted(self.passed_over.items())
            if kind != RAW_BESIDE_PICTURE
        ]
        damaged = f"{self.damaged_xmp:,} with damaged XMP: imported without it"
        return [*kinds, damaged] if self.damaged_xmp else kinds


class FolderNotFound(UsageError):
    """A folder to import does not exist or is no folder (exit status 2)."""


class PhotoNotFound(FluffyError):
    """No photo has that id."""
