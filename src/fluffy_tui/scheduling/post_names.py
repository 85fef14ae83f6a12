"""Posts with the names of what they refer to, for an export and for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Personas
    from fluffy_tui.photos import Photo, Photos
    from fluffy_tui.scheduling.model import Post


@dataclass(frozen=True, slots=True)
class NamedPost:
    """A post with its persona's name, its channel and its photos."""

    post: Post
    persona: str
    known_channel: Channel | None
    """None for a post without a channel, and if Buffer never listed it."""
    photos: tuple[Photo, ...]
    """In the post's order, each once; the parts of a panorama are one photo."""

    @property
    def channel(self) -> str | None:
        """The channel's handle; its id if Buffer never listed it, None without a channel."""
        return self.known_channel.name if self.known_channel else self.post.channel_id

    @property
    def network(self) -> str | None:
        """Buffer's name of the channel's network; None if that is not known."""
        return str(self.known_channel.service) if self.known_channel else None

    @property
    def paths(self) -> list[str]:
        """The photos' files."""
        return [str(photo.path) for photo in self.photos]


class PostNames:
    """Reads the names for posts, a constant number of queries for any number of them."""

    def __init__(self, personas: Personas, photos: Photos) -> None:
        self._personas = personas
        self._photos = photos
        self._names: Mapping[int, str] | None = None
        self._channels: Mapping[str, Channel] = {}

    async def of(self, posts: Sequence[Post]) -> list[NamedPost]:
        """Return the posts with their names, in the same order."""
        if self._names is None:
            self._names = {each.id: each.name for each in await self._personas.list()}
            self._channels = await self._personas.known_channels()
        photos = await self._photos.by_ids([photo.photo_id for post in posts for photo in post.photos])
        return [
            NamedPost(
                post,
                self._names.get(post.persona_id, str(post.persona_id)),
                self._channels.get(post.channel_id or ""),
                tuple(photos[id_] for id_ in dict.fromkeys(p.photo_id for p in post.photos) if id_ in photos),
            )
            for post in posts
        ]
