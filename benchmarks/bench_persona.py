"""A persona on the stand-in's Instagram channel, with the photos of a folder, for benchmarks of deliveries."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.demo import StandIn
    from fluffy_tui.photos import Photo


@asynccontextmanager
async def persona_with_photos(
    place: Path, stand_in: StandIn, address: str | None = None
) -> AsyncIterator[tuple[Services, Sequence[Photo]]]:
    """Import `place / "photos"`, and yield the services and the photos; programs started meanwhile use the same.

    `address` is that of a relay to the stand-in, if there is one.
    """
    os.environ |= {
        "FLUFFY_DATA_DIR": str(place / "data"),
        "FLUFFY_CONFIG": str(place / "config.toml"),
        "BUFFER_API_KEY": stand_in.key,
        "FLUFFY_BUFFER_URL": address or stand_in.url,
        "FLUFFY_MEDIA_HOST": "directory",
        "FLUFFY_MEDIA_BASE_URL": stand_in.media_url,
        "FLUFFY_MEDIA_DIRECTORY": str(place / "media"),
        "FLUFFY_UNDO_SECONDS": "0",
    }
    async with open_services(load_settings()) as services:
        persona = await services.personas.create("bench")
        channels = await services.personas.available_channels()
        instagram = next(channel for channel in channels if channel.service == "instagram")
        persona = await services.personas.set_channel(persona, instagram.id)
        await services.photos.import_folders([place / "photos"], persona)
        yield services, await services.photos.unscheduled(persona)
