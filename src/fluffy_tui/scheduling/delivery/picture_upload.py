"""Make a post's picture from its photo, and upload it to where Buffer fetches it from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.media import MediaHostError, PhotoUnreadable, media_key, render
from fluffy_tui.networks import rules_for
from fluffy_tui.photos import PhotoNotFound, PhotoState
from fluffy_tui.scheduling.delivery.delivery_failure import DeliveryFailure, photo_failure
from fluffy_tui.scheduling.error_codes import PostError
from fluffy_tui.scheduling.model import Step

if TYPE_CHECKING:
    from fluffy_tui.media import Framing, MediaHost, Rendition
    from fluffy_tui.photos import Photos


@dataclass(frozen=True, slots=True)
class PictureUpload:
    """Renders photos and uploads the results."""

    photos: Photos
    host: MediaHost | None
    """None while no media host is configured."""

    def required_host(self) -> MediaHost:
        """Return the media host.

        Raises:
            MediaHostError: none is configured.
        """
        if self.host is None:
            raise MediaHostError("No media host is configured.", "Set FLUFFY_MEDIA_HOST.", temporary=False)
        return self.host

    async def render(
        self, photo_id: int, framing: Framing, service: str, *, accept_damaged: bool = False
    ) -> Rendition:
        """Render a photo for a network, provided that its file is still the one that was imported.

        Raises:
            DeliveryFailure: the file is missing, has changed, cannot be read, or is on another machine.
        """
        try:
            photo = await self.photos.get(photo_id)
            state = await self.photos.check(photo)
            if state is PhotoState.ELSEWHERE:
                machine = await self.photos.machine_name(str(photo.machine_id))
                raise DeliveryFailure(
                    Step.HELD,
                    PostError.PHOTO_ELSEWHERE,
                    f"It waits for {machine}, which has its photo: {photo.path}.",
                    machine_id=photo.machine_id,
                )
            if state is not PhotoState.UNCHANGED:
                raise photo_failure(state, photo)
            rules = rules_for(service)
            return await asyncio.to_thread(render, photo.path, rules, framing, accept_damaged=accept_damaged)
        except (PhotoNotFound, PhotoUnreadable) as error:
            raise DeliveryFailure.final(PostError.PHOTO_UNREADABLE, str(error)) from error

    async def upload(self, delivery_key: str, rendition: Rendition, url: str | None = None) -> str:
        """Upload a picture, check that its public URL returns it, and return the URL.

        Args:
            delivery_key: makes the URL unguessable, and the post recognisable in Buffer.
            rendition: the picture.
            url: where Buffer expects the picture, if it knows a URL already.

        Raises:
            MediaHostError: no host is configured, it refused the picture, or the URL does not return it.
        """
        host = self.required_host()
        stored = await host.put(media_key(delivery_key), rendition.data)
        await host.verify(url or stored, rendition.data)
        return stored


def rendition_facts(rendition: Rendition) -> dict[str, object]:
    """Return what a post stores about its picture."""
    return {
        "width": rendition.width,
        "height": rendition.height,
        "bytes": len(rendition.data),
        "sha256": rendition.sha256,
        "fit": rendition.fit_applied,
        "location_removed": rendition.location_removed,
        "first_of_several": rendition.is_first_of_several,
    }
