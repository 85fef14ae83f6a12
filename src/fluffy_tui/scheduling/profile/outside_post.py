"""A post that was made elsewhere, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.scheduling.model import Post


@dataclass(frozen=True, slots=True)
class OutsidePost:
    """A post that went out on a channel without this program: from the phone, or made in Buffer itself."""

    id: int
    channel_id: str
    sent_at: datetime
    caption: str
    external_link: str | None
    asset_count: int
    """How many pictures or videos it has."""
    has_thumbnail: bool


ProfileKey = tuple["datetime", bool, int]
"""A place in the order of a profile: the time, whether the post is from elsewhere, and its id."""


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """A stretch of what went out on a channel, the latest first."""

    posts: tuple[Post | OutsidePost, ...]
    rest: ProfileKey | None
    """Where to go on; None if there are no more."""


def profile_key(post: Post | OutsidePost) -> ProfileKey:
    """Return the place of a post that went out."""
    if isinstance(post, OutsidePost):
        return (post.sent_at, True, post.id)
    assert post.posted_at is not None  # noqa: S101 - it is live
    return (post.posted_at, False, post.id)
