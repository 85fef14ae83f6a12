"""What a campaign's persons were told about their posts: the measure for what both sides hold in the end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fluffy_tui.media import Framing

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.scheduling import Post

MARK = " / change "
"""Stands in the captions of changed posts, behind the one that they were submitted with."""


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a post, as a whole."""

    caption: str
    alt_text: str
    at: datetime | None
    """The time that was asked for; None for whatever slot Buffer gives."""
    framing: Framing = Framing()

    def changed(self, parts: dict[str, Any]) -> Version:
        """Return the state after an edit of some of its parts."""
        return replace(self, **parts)

    def is_kept_as(self, post: Post) -> bool:
        """Tell whether our side has exactly this state."""
        same_time = self.at is None or post.requested_at_time == self.at
        return same_time and (self.caption, self.alt_text, self.framing) == (
            post.caption,
            post.alt_text,
            post.framing,
        )


@dataclass
class Told:
    """What is known of one submission from the answers alone."""

    photo_id: int
    may_be: set[Version]
    """Its possible states: one, but for edits of which nobody could say whether they arrived."""
    wants_gone: bool = False
    """Whether its person means it to be taken back."""
    was_asked_gone: bool = False
    """Whether its person ever asked for that."""
    may_be_gone: bool = False
    """Whether something that takes it out of Buffer got no clear answer."""
    is_gone: bool = False
    """Whether its person was told that it was taken back."""

    def done(self, parts: dict[str, Any]) -> None:
        """Note an edit that was told as done."""
        self.may_be = {version.changed(parts) for version in self.may_be}

    def unknown(self, parts: dict[str, Any]) -> None:
        """Note an edit that may have arrived or not."""
        self.may_be |= {version.changed(parts) for version in self.may_be}

    def agrees_with(self, post: Post) -> bool:
        """Tell whether our side has one of the possible states, as a whole."""
        return any(version.is_kept_as(post) for version in self.may_be)


@dataclass
class Ledger:
    """All submissions of a campaign by the captions that they were submitted with, which are unique."""

    told: dict[str, Told] = field(default_factory=dict)

    @property
    def left(self) -> dict[str, Told]:
        """Those that were not taken back."""
        return {caption: told for caption, told in self.told.items() if not told.is_gone}

    def of(self, post: Post) -> Told:
        """Return what was told about a post."""
        return self.told[first_caption(post.caption)]


def first_caption(caption: str) -> str:
    """Return the caption with which a post was submitted, whatever has been made of it since."""
    return caption.partition(MARK)[0]
