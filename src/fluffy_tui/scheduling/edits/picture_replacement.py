"""The picture of a post that Buffer has already, made anew in another shape and hosted under another address.

Buffer and what lies before the media host may remember what was at an address once, so a changed picture never takes
the place of the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.media import media_key
from fluffy_tui.scheduling.delivery.post_picture import rendition_of
from fluffy_tui.scheduling.model import NotPossibleNow

if TYPE_CHECKING:
    from fluffy_tui.media import Framing, MediaHost, Rendition
    from fluffy_tui.photos import Photos
    from fluffy_tui.scheduling.tables import PostRow


@dataclass(frozen=True, slots=True)
class Reframing:
    """Makes and hosts pictures for posts that are changed."""

    photos: Photos
    host: MediaHost | None

    async def render(self, row: PostRow, framing: Framing, service: str) -> Rendition:
        """Render a post's photo in another shape.

        Raises:
            NotPossibleNow: no media host is set, so the picture would have no place.
            Trouble: the photo's file is gone, has changed or cannot be read.
        """
        self._host()
        return await rendition_of(self.photos, row.photo_id, framing, service)

    async def put(self, delivery_key: str, rendition: Rendition) -> str:
        """Host a picture beside the one that Buffer knows, and return its address.

        Raises:
            NotPossibleNow: no media host is set.
            MediaHostError: the host did not take it.
        """
        host = self._host()
        url = await host.put(media_key(delivery_key), rendition.data)
        await host.verify(url, rendition.data)
        return url

    def _host(self) -> MediaHost:
        if self.host is None:
            raise NotPossibleNow(
                "No media host is set, so the picture cannot be changed.", "Set FLUFFY_MEDIA_HOST."
            )
        return self.host
