"""How a library is looked at: which photos, in which order. Plain values; `browsing` turns them into SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class Sort(StrEnum):
    """What photos are sorted by."""

    TAKEN = "taken"
    """When it was taken, or else when its file was written."""
    IMPORTED = "imported"
    NAME = "name"
    """The file's name, capitals and small letters alike."""
    SHAPE = "shape"
    """Width over height: upright photos on one end, panoramas on the other."""


class Orientation(StrEnum):
    """A photo's shape in one word, as it is seen upright."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    SQUARE = "square"


class Verdict(StrEnum):
    """What somebody decided about a photo."""

    PICK = "pick"
    REJECT = "reject"
    UNDECIDED = "undecided"
    """Nothing yet; stored as no verdict."""


class Posted(StrEnum):
    """Whether a photo has a post."""

    UNSCHEDULED = "unscheduled"
    """It has none now."""
    NEVER = "never scheduled"
    """It has none and never had one, not even one that was let go."""
    ALL = "all"
    """Whether or not."""


@dataclass(frozen=True, slots=True)
class Browse:
    """A choice of photos and their order; as it stands, what the library opens with."""

    sort: Sort = Sort.TAKEN
    descending: bool = True
    """Newest, last by name, or widest first."""
    posted: Posted = Posted.UNSCHEDULED
    text: str = ""
    """Words that each have to be in the file's name, in whatever case."""
    taken_from: datetime | None = None
    """Not before, by when it was taken or else written; with its zone."""
    taken_before: datetime | None = None
    """Before, not at; with its zone."""
    orientation: Orientation | None = None
    verdict: Verdict | None = None
    missing: bool | None = None
    """Only photos whose file is gone, or only the others; None for both."""
    folded: bool = False
    """Of the photos asked for that show the same picture, only the first in the order: the others are behind it."""

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves out photos that the library otherwise opens with."""
        return replace(self, sort=Sort.TAKEN, descending=True, folded=False) != Browse()


@dataclass(frozen=True, slots=True)
class Stack:
    """What a photo stands for in a list besides itself."""

    behind: tuple[int, ...] = ()
    """Ids of the photos that are folded behind it, in the order of the list: they show the same picture."""
    same_files: tuple[Path, ...] = ()
    """Where else the same file was found; it is one photo however often it lies on the disk."""
