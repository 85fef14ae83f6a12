"""What a channel's profile shows, page by page, with what the pictures of its tiles are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from fluffy_tui.images import PhotoUnreadable, Unreadable, decode_to_fit
from fluffy_tui.scheduling import OutsidePost, Post, ProfileKey, ahead_on_profile
from fluffy_tui.tui.profile.tile import Tile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, tzinfo

    from PIL.Image import Image

    from fluffy_tui.media import Framing
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.ports import Services

PAGE = 60
"""Posts that are loaded at a time."""


@dataclass(frozen=True, slots=True)
class TilePicture:
    """What the picture of a tile is made from."""

    sha256: str
    """Another one for each picture."""
    photo: Photo | None = field(default=None, compare=False)
    framing: Framing | None = field(default=None, compare=False)
    jpeg: bytes | None = field(default=None, compare=False, repr=False)
    """The thumbnail of a post from elsewhere."""


class ProfileFeed:
    """Tiles of a channel, the latest first: what is planned, then what went out."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.tiles: Sequence[Tile] = ()
        self._rest: ProfileKey | None = None
        self._channel_id = ""
        self._service = ""
        self._zone: tzinfo | None = None
        self._pictures: dict[tuple[bool, int], TilePicture] = {}

    async def load(self, persona: Persona, zone: tzinfo, now: datetime, count: int = PAGE) -> None:
        """Load what is planned on the persona's first channel, and so many of the posts that went out, or a page."""
        agenda = await self._services.planning.agenda(persona, now, now, now)
        if agenda.channel is None:
            self.tiles, self._rest = (), None
            return
        if agenda.channel.id != self._channel_id:
            self._pictures.clear()
        self._channel_id, self._service, self._zone = agenda.channel.id, str(agenda.channel.service), zone
        page = await self._services.profile.sent([self._channel_id], limit=max(PAGE, count))
        ahead = [
            Tile(post, planned.at.astimezone(zone), planned.is_forecast) if planned else Tile(post, None)
            for post, planned in ahead_on_profile(agenda)
        ]
        self.tiles = [*ahead, *(self._sent(post) for post in page.posts)]
        self._rest = page.rest

    @property
    def has_more(self) -> bool:
        return self._rest is not None

    async def load_more(self) -> None:
        if (before := self._rest) is None:
            return
        page = await self._services.profile.sent([self._channel_id], before, limit=PAGE)
        if before is self._rest:  # reloaded meanwhile
            self.tiles = [*self.tiles, *(self._sent(post) for post in page.posts)]
            self._rest = page.rest

    def picture(self, index: int) -> TilePicture | None:
        """Return what the picture of a tile is made from; None until that is loaded."""
        return self._pictures.get(self.tiles[index].key) if 0 <= index < len(self.tiles) else None

    async def load_pictures(self, indexes: Iterable[int]) -> None:
        """Load what the pictures of these tiles are made from, and forget that of all others."""
        shown = [self.tiles[index] for index in indexes if 0 <= index < len(self.tiles)]
        covers = {tile.own.photo_id for tile in shown if tile.own}
        photos = await self._services.photos.by_ids(list(covers)) if covers else {}
        missing = [
            tile.outside.id
            for tile in shown
            if tile.outside and tile.outside.has_thumbnail and tile.key not in self._pictures
        ]
        jpegs = await self._services.profile.thumbnails(missing) if missing else {}
        self._pictures = {tile.key: self._picture_of(tile, photos, jpegs) for tile in shown}

    def _picture_of(self, tile: Tile, photos: dict[int, Photo], jpegs: dict[int, bytes]) -> TilePicture:
        if tile.own is not None:
            photo, framing = photos.get(tile.own.photo_id), tile.own.framing
            return TilePicture(f"{photo.sha256 if photo else tile.key} {framing}", photo, framing)
        known = self._pictures.get(tile.key)
        jpeg = known.jpeg if known and known.jpeg else jpegs.get(tile.post.id)
        return TilePicture(f"outside {tile.post.id} {jpeg is not None}", jpeg=jpeg)

    def draw(self, picture: TilePicture, width: int, height: int) -> object:
        """Return a tile's picture as the network crops it; slow, called in a thread.

        Raises:
            PhotoUnreadable: There is none.
        """
        from PIL import ImageOps

        side = 2 * max(width, height)
        if picture.jpeg is not None:
            image = decode_to_fit(picture.jpeg, side, side)
        elif picture.photo is not None and picture.framing is not None:
            thumbnail = self._services.photos.thumbnail(picture.photo, side, side)
            framed = self._services.profile.framed(
                thumbnail, picture.photo, self._service, picture.framing, side
            )
            image = cast("Image", framed)
        else:
            raise PhotoUnreadable(Unreadable.MISSING)
        return ImageOps.fit(image, (width, height))

    def _sent(self, post: Post | OutsidePost) -> Tile:
        at = post.sent_at if isinstance(post, OutsidePost) else post.posted_at
        return Tile(post, at.astimezone(self._zone) if at else None)
