"""What the answers said about each post of a campaign: what both sides must agree with in the end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fluffy_tui.media import Framing

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.scheduling import Post

MARK = " / change "
"""In captions of edited posts, after the caption that they were submitted with."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a post."""

    caption: str
    alt_text: str
    at: datetime | None
    """The requested time; None for any slot."""
    framing: Framing = Framing()

    def changed(self, parts: dict[str, Any]) -> Version:
        """Return the version after an edit of some of its parts."""
        return replace(self, **parts)

    def matches(self, post: Post) -> bool:
        """Return whether our row has exactly this version."""
        same_time = self.at is None or post.requested_at_time == self.at
        return same_time and (self.caption, self.alt_text, self.framing) == (
            post.caption,
            post.alt_text,
            post.framing,
        )


@dataclass
class Expectation:
    """What is known of one post from the answers alone."""

    photo_ids: tuple[int, ...]
    """The cover first."""
    versions: set[Version]
    """Its possible versions: more than one after edits with an unknown outcome."""
    group: tuple[str, ...]
    """The captions of all posts with these photos, one for each channel, its own among them."""
    wants_cancel: bool = False
    """Whether its user still wants to cancel it."""
    cancel_requested: bool = False
    """Whether its user ever asked to cancel it."""
    may_be_removed: bool = False
    """Whether it may have been deleted in Buffer by a request without a clear answer."""
    is_cancelled: bool = False
    """Whether it was reported as cancelled."""

    def done(self, parts: dict[str, Any]) -> None:
        """Record a successful edit."""
        self.versions = {version.changed(parts) for version in self.versions}

    def unknown(self, parts: dict[str, Any]) -> None:
        """Record an edit with an unknown outcome."""
        self.versions |= {version.changed(parts) for version in self.versions}

    def agrees_with(self, post: Post) -> bool:
        """Return whether our row has one of the possible versions."""
        return any(version.matches(post) for version in self.versions)


@dataclass
class Ledger:
    """All posts of a campaign by their original captions, which are unique."""

    expected: dict[str, Expectation] = field(default_factory=dict)

    @property
    def left(self) -> dict[str, Expectation]:
        """Those that were not cancelled."""
        return {caption: expected for caption, expected in self.expected.items() if not expected.is_cancelled}

    def of(self, post: Post) -> Expectation:
        """Return what is known of a post."""
        return self.expected[first_caption(post.caption)]


def first_caption(caption: str) -> str:
    """Return the caption that a post was submitted with, before any edit."""
    return caption.partition(MARK)[0]
