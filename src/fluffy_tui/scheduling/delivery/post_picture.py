"""The picture of a post, made from its photo, provided that this is still the one that was chosen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fluffy_tui.media import PhotoUnreadable, render
from fluffy_tui.networks import rules_for
from fluffy_tui.photos import PhotoNotFound, PhotoState
from fluffy_tui.scheduling.delivery.delivery_failure import DeliveryFailure, photo_trouble

if TYPE_CHECKING:
    from fluffy_tui.media import Framing, Rendition
    from fluffy_tui.photos import Photos


async def rendition_of(photos: Photos, photo_id: int, framing: Framing, service: str) -> Rendition:
    """Render a post's photo for the network of its channel.

    Raises:
        DeliveryFailure: the file is gone, has changed or cannot be read.
    """
    try:
        photo = await photos.get(photo_id)
        state = await photos.check(photo)
        if state is not PhotoState.UNCHANGED:
            raise photo_trouble(state, photo)
        return await asyncio.to_thread(render, photo.path, rules_for(service), framing)
    except (PhotoNotFound, PhotoUnreadable) as error:
        raise DeliveryFailure.final("photo_unreadable", str(error)) from error


def facts_of(rendition: Rendition) -> dict[str, object]:
    """Return what a post keeps of its rendition."""
    return {
        "width": rendition.width,
        "height": rendition.height,
        "bytes": len(rendition.data),
        "sha256": rendition.sha256,
        "fit": rendition.fit_applied,
        "location_removed": rendition.location_removed,
    }
