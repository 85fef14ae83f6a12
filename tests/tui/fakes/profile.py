"""What went out on a channel, in memory."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from PIL import Image

from fluffy_tui.media import Framing, frame_small
from fluffy_tui.networks import rules_for
from fluffy_tui.scheduling import OutsidePost, Post, ProfileKey, ProfilePage, Step, profile_key

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo


def small_jpeg(colour: str = "steelblue") -> bytes:
    """Return a picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (240, 300), colour).save(buffer, "JPEG")
    return buffer.getvalue()


class FakeProfile:
    """The live posts of the fake scheduling, and posts from elsewhere."""

    def __init__(self, posts: Mapping[int, Post]) -> None:
        self._posts = posts
        self.outside: list[OutsidePost] = []
        self.jpegs: dict[int, bytes] = {}
        self.asked: list[tuple[list[str], ProfileKey | None]] = []
        self.loaded: list[list[int]] = []
        """The posts from elsewhere whose thumbnails were asked for."""

    async def sent(
        self,
        channel_ids: Collection[str],
        before: ProfileKey | None = None,
        *,
        limit: int = 60,
        outside_only: bool = False,
    ) -> ProfilePage:
        """Return what went out."""
        self.asked.append(([*channel_ids], before))
        live = [] if outside_only else [post for post in self._posts.values() if post.step is Step.LIVE]
        everything: list[Post | OutsidePost] = [*live, *self.outside]
        found = [post for post in everything if post.channel_id in channel_ids]
        found = sorted(found, key=profile_key, reverse=True)
        found = [post for post in found if before is None or profile_key(post) < before]
        rest = profile_key(found[limit - 1]) if len(found) >= limit else None
        return ProfilePage(tuple(found[:limit]), rest)

    async def thumbnails(self, post_ids: Collection[int]) -> dict[int, bytes]:
        """Return the thumbnails."""
        self.loaded.append(list(post_ids))
        return {id_: self.jpegs[id_] for id_ in post_ids if id_ in self.jpegs}

    def framed(self, picture: Any, photo: Photo, service: str, framing: Framing, side: int) -> object:
        """Frame the drawn picture."""
        return frame_small(picture, (photo.width, photo.height), rules_for(service).image, framing, side)
