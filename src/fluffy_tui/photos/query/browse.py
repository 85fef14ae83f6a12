"""How a library is browsed: which photos, in which order. Plain values; `browse_sql` turns them into SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from fluffy_tui.photos.scores import Flaw


MOST_STARS = 5


class Sort(StrEnum):
    """What photos are sorted by."""

    TAKEN = "taken"
    """When it was taken, or else when its file was written."""
    IMPORTED = "imported"
    NAME = "name"
    """The file's name, ignoring case."""
    SHAPE = "shape"
    """Width over height: from tall photos to panoramas."""
    SHARPNESS = "sharpness"
    """How sharp the picture is where it is sharpest; photos without scores count as the least sharp."""
    STARS = "stars"
    """By stars, then by when it was taken."""


class Orientation(StrEnum):
    """A photo's shape in one word, as seen upright."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    SQUARE = "square"


class Verdict(StrEnum):
    """How the user flagged a photo."""

    PICK = "pick"
    REJECT = "reject"
    UNDECIDED = "undecided"
    """Unflagged; stored as no verdict."""


class Posted(StrEnum):
    """Whether a photo has a post."""

    UNSCHEDULED = "unscheduled"
    """It has none now."""
    NEVER = "never scheduled"
    """It has none and never had one, not even one that was deleted."""
    ALL = "all"
    """Whether or not."""


@dataclass(frozen=True, slots=True)
class Browse:
    """A choice of photos and their order; the defaults are what the library opens with."""

    sort: Sort = Sort.TAKEN
    descending: bool = True
    """Newest, last by name, widest, sharpest or best first."""
    posted: Posted = Posted.UNSCHEDULED
    text: str = ""
    """Words that each have to be in the file's name, or begin a keyword or a word in the picture, ignoring case."""
    keywords: tuple[str, ...] = ()
    """Beginnings of keywords, each of which one of the photo's has to have, ignoring case."""
    shown_words: tuple[str, ...] = ()
    """Beginnings of words, each of which some word in the picture has to have, ignoring case."""
    screenshots: bool = False
    """Only screenshots."""
    contents: frozenset[str] | None = None
    """Only photos with these SHA-256 sums, such as those with a draft; None for any."""
    stars: tuple[int, int] = (0, MOST_STARS)
    """The fewest and the most stars."""
    taken_from: datetime | None = None
    """Taken, or else written, at this time or later; by the camera's clock, without a zone."""
    taken_before: datetime | None = None
    """Taken, or else written, before this time."""
    orientation: Orientation | None = None
    verdict: Verdict | None = None
    missing: bool | None = None
    """Only photos whose file is missing, or only the others; None for both."""
    flaws: frozenset[Flaw] = frozenset()
    """Only photos with all of these."""
    faces: bool = False
    """Only photos with faces."""
    folded: bool = False
    """Only the best photo of each stack, as `BestBy` says."""

    @property
    def needs_scores(self) -> bool:
        """Whether scores decide which photos it asks for, or in which order."""
        return self.sort is Sort.SHARPNESS or bool(self.flaws) or self.faces

    @property
    def has_words(self) -> bool:
        """Whether it looks for words, so that few photos may match, and what is written about them decides."""
        return bool(self.text or self.keywords or self.shown_words)

    @property
    def is_whole(self) -> bool:
        """Whether it leaves out no photos but those that have a post, or none."""
        return not replace(self, posted=Posted.UNSCHEDULED).is_filtered

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves out photos that the library otherwise opens with."""
        return replace(self, sort=Sort.TAKEN, descending=True, folded=False) != Browse()


class BestBy(StrEnum):
    """What makes a photo the best of its stack; what comes first counts most."""

    PICKED = "picked"
    EDITED = "edited"
    LARGEST = "largest"
    OPEN_EYES = "open eyes"
    """Nobody in it has closed eyes, as far as eyes can be seen."""
    SHARPEST = "sharpest"
    OLDEST = "oldest"
    FIRST = "first"
    """Imported before the others, which are equal in everything else."""


@dataclass(frozen=True, slots=True)
class BestReason:
    """Why a photo is the best of its stack."""

    by: BestBy
    """What sets it apart from the photos that come closest to it."""
    among: tuple[BestBy, ...] = ()
    """What it has in common with these, where others of the stack lack that and are as good or better in `by`."""


def why_best(best: Sequence[Any], others: Sequence[Sequence[Any]]) -> BestReason:
    """Return why a photo is before others, given the values that they are sorted by, in the order of `BestBy`."""
    rivals, among = list(others), []
    for place, by in enumerate(BestBy):
        left = [rival for rival in rivals if rival[place] == best[place]]
        if not left:
            break
        among += [by] if len(left) < len(rivals) else []
        rivals = left
    is_so_of_all = all(best[place] < other[place] for other in others)
    return BestReason(by, () if is_so_of_all else tuple(among))


@dataclass(frozen=True, slots=True)
class Stack:
    """What a photo represents in a list besides itself."""

    behind: tuple[int, ...] = ()
    """Ids of the photos that are folded behind it, best first: duplicates, a burst, or originals of what was edited."""
    best_by: BestReason = BestReason(BestBy.FIRST)
    """Why it is before those."""
    same_files: tuple[Path, ...] = ()
    """Where else the same file was found; it is one photo however many copies are on the disk."""
    verdicts: frozenset[Verdict] = frozenset()
    """The flags of the photos behind it, apart from unflagged."""
