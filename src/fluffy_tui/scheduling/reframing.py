"""The picture of a post that Buffer has already, made anew in another shape and hosted under another address.

Buffer and what lies before the media host may remember what was at an address once, so a changed picture never takes
the place of the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.media import media_key
from fluffy_tui.scheduling.model import NotPossibleNow
from fluffy_tui.scheduling.moves import new_delivery_key
from fluffy_tui.scheduling.rendering import facts_of, rendition_of
from fluffy_tui.scheduling.tables import HostedPictureRow, PostRow

if TYPE_CHECKING:
    from fluffy_tui.core.database import Database
    from fluffy_tui.media import Fit, MediaHost, Shape
    from fluffy_tui.photos import Photos


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture that is hosted and not yet any post's."""

    delivery_key: str
    url: str
    facts: dict[str, object]
    """What a post keeps of its rendition."""


@dataclass(frozen=True, slots=True)
class Reframing:
    """Makes and hosts pictures for posts that are changed."""

    database: Database
    photos: Photos
    host: MediaHost | None

    async def host_anew(self, row: PostRow, fit: Fit, shape: Shape, turn: int, service: str) -> NewPicture:
        """Render a post's photo in another shape, and host it beside the one that Buffer knows.

        It is on the list of hosted pictures before its first byte is there. Who does not use it in the end says so
        by `leave`; who dies before leaves a picture too many, never a post without one.

        Raises:
            NotPossibleNow: no media host is set.
            Trouble: the photo's file is gone, has changed or cannot be read.
            MediaHostError: the host did not take it.
        """
        if self.host is None:
            raise NotPossibleNow(
                "No media host is set, so the picture cannot be changed.", "Set FLUFFY_MEDIA_HOST."
            )
        wanted = PostRow(photo_id=row.photo_id, fit=fit, shape=shape, turn=turn)
        rendition = await rendition_of(self.photos, wanted, service)
        key = new_delivery_key()
        async with self.database.transaction() as session:
            await session.execute(insert(HostedPictureRow).values(delivery_key=key))
        url = await self.host.put(media_key(key), rendition.data)
        await self.host.verify(url, rendition.data)
        return NewPicture(key, url, facts_of(rendition))

    async def leave(self, picture: NewPicture) -> None:
        """Note that no post took this picture, so that the clean-up removes it."""
        async with self.database.transaction() as session:
            await session.execute(
                update(HostedPictureRow)
                .where(HostedPictureRow.delivery_key == picture.delivery_key)
                .values(left_at=func.now())
            )


def values_of(picture: NewPicture | None) -> dict[str, Any]:
    """Return what a row keeps of its new picture; nothing when it keeps the one it has."""
    if picture is None:
        return {}
    return {"delivery_key": picture.delivery_key, "media_url": picture.url, "rendition": picture.facts}
