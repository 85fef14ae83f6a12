"""Renders a photo as posted, off the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.media import PhotoUnreadable

if TYPE_CHECKING:
    from fluffy_tui.media import Framing, Rendition
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.session.context import Context


@dataclass(frozen=True, slots=True)
class RenderResult:
    """A rendition, or why there is none."""

    rendition: Rendition | None = None
    problem: str = ""


async def load_rendition(context: Context, service: str, photo: Photo, framing: Framing) -> RenderResult:
    """Render a photo for a network."""
    try:
        rendition = await asyncio.to_thread(
            context.services.planning.preview_rendition,
            photo,
            service,
            framing,
        )
    except PhotoUnreadable as error:
        return RenderResult(problem=error.message)
    return RenderResult(rendition)
