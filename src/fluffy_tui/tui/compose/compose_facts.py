"""Finds out what the composer tells before anything is sent: the rendition, the agenda, an earlier post."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import PhotoUnreadable

if TYPE_CHECKING:
    from fluffy_tui.media import Framing, Rendition
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda
    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.session.context import Context

log = logging.getLogger(__name__)

LATELY = timedelta(days=3)
"""How far back posts that went out are shown beside those to come."""


async def read_agenda(context: Context, persona: Persona, since: timedelta = LATELY) -> Agenda:
    """Return what is planned on a persona's channel."""
    now = context.clock()
    return await context.services.planning.agenda(persona, now, now - since)


async def rendered(
    context: Context, persona: Persona, photo: Photo, framing: Framing
) -> tuple[Rendition | None, str]:
    """Return a photo as it will go out, or None and why it cannot."""
    try:
        made = await asyncio.to_thread(
            context.services.planning.preview_rendition,
            photo,
            persona.service,
            framing,
        )
    except PhotoUnreadable as error:
        return None, error.message
    return made, ""


async def seen_before(context: Context, photo: Photo) -> tuple[bool, EarlierPost | None]:
    """Return whether it could be found out if the same picture went out before, and the post if it did."""
    similarity: Any = getattr(context.services, "similarity", None)
    if similarity is None:
        return False, None
    try:
        return True, await similarity.posted_before(photo)
    except FluffyError as error:
        log.info("photo %s was not compared with earlier posts: %s", photo.id, error)
        return False, None
