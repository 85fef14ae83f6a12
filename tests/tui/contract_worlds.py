"""The same small world twice: on the fakes, and on the real services with a database and a stand-in Buffer."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from fluffy_tui.bootstrap import Services as RealServices, open_services
from fluffy_tui.buffer import Metric
from fluffy_tui.demo import StandIn
from fluffy_tui.modes.setup_service import SetupService
from fluffy_tui.paths import Paths
from fluffy_tui.photos import PhotoTexts, PictureText, store_texts
from fluffy_tui.scheduling import Results, Step
from fluffy_tui.similarity import BuiltinModel, IndexWorker
from scheduling.workplace import stand_in_settings
from tui.fakes import FakeServices, FakeSetup

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.ports import Services, SetupPort

PHOTOS = 6


class World(ABC):
    """Sarah on Instagram with six photos and no posts, and a persona without channel and photos.

    Args:
        services: All services.
        setup: The settings.
        sarah: The persona with a channel.
        nobody: The persona without one.
        photos: Sarah's photos, the oldest first.
        key: A key that Buffer accepts.
    """

    def __init__(
        self,
        services: Services,
        setup: SetupPort,
        sarah: Persona,
        nobody: Persona,
        photos: list[Photo],
        key: str,
    ) -> None:
        self.services, self.setup = services, setup
        self.sarah, self.nobody = sarah, nobody
        self.photos = photos
        self.key = key

    @property
    def ids(self) -> list[int]:
        """Sarah's photos by id, the oldest first."""
        return [photo.id for photo in self.photos]

    @abstractmethod
    async def fail(self, post_id: int) -> None:
        """Let a post fail, as a worker would."""

    @abstractmethod
    async def publish(self, post_id: int, at: datetime, **numbers: float) -> None:
        """Let a post go live, as a worker would, and store what the network counts a day later."""

    @abstractmethod
    async def index(self) -> None:
        """Index all photos, as a worker would."""

    @abstractmethod
    async def read_text(self, photo_id: int, found: str) -> None:
        """Let a text be found in a photo's picture, as a worker would."""


class FakeWorld(World):
    """The world on the fakes."""

    def __init__(self, services: FakeServices, setup: FakeSetup) -> None:
        personas, photos = services.personas.personas, services.photos.photos
        mine = [photo for photo in photos.values() if photo.persona_id == 1]
        super().__init__(services, setup, personas[1], personas[3], mine, "any-key")
        self._fakes = services

    async def fail(self, post_id: int) -> None:
        """Let a post fail."""
        self._fakes.scheduling.move(post_id, Step.FAILED, error_message="Buffer rejected it.")

    async def publish(self, post_id: int, at: datetime, **numbers: float) -> None:
        """Let a post go live."""
        kept = {"channel_id": self._fakes.scheduling.all_posts[post_id].channel_id}
        self._fakes.scheduling.move(post_id, Step.LIVE, scheduled_at=None, posted_at=at, **kept)
        metrics = tuple(Metric(name, value) for name, value in numbers.items())
        self._fakes.scheduling.known_results[post_id] = Results(
            metrics, at + timedelta(days=1) if metrics else None
        )

    async def index(self) -> None:
        """Do nothing: the fakes need no index."""

    async def read_text(self, photo_id: int, found: str) -> None:
        """Let a text be known."""
        self._fakes.photos.written[photo_id] = PhotoTexts(in_picture=found)


class RealWorld(World):
    """The world on the real services."""

    def __init__(
        self,
        services: RealServices,
        setup: SetupService,
        sarah: Persona,
        nobody: Persona,
        photos: list[Photo],
        key: str,
        models: Path,
    ) -> None:
        super().__init__(services, setup, sarah, nobody, photos, key)
        self._real = services
        self._models = models

    async def fail(self, post_id: int) -> None:
        """Let a post fail."""
        async with self._real.database.transaction() as session:
            await session.execute(
                text(
                    "UPDATE posts SET step = 'failed', status = 'failed', error_message = 'Buffer rejected it.'"
                    " WHERE id = :id"
                ),
                {"id": post_id},
            )

    async def read_text(self, photo_id: int, found: str) -> None:
        """Store a text."""
        async with self._real.database.transaction() as session:
            await store_texts(session, {photo_id: PictureText(found, 0.2)})

    async def publish(self, post_id: int, at: datetime, **numbers: float) -> None:
        """Let a post go live."""
        async with self._real.database.transaction() as session:
            await session.execute(
                text(
                    "UPDATE posts SET step = 'live', status = 'posted', buffer_post_id = 'buffer-' || id,"
                    " next_try_at = NULL, posted_at = :at WHERE id = :id"
                ),
                {"id": post_id, "at": at},
            )
            for name, value in numbers.items():
                await session.execute(
                    text(
                        "INSERT INTO post_metrics VALUES (:id, :name, :value, false, :at + interval '1 day')"
                    ),
                    {"id": post_id, "name": name, "value": value, "at": at},
                )

    async def index(self) -> None:
        """Hash and embed all photos."""
        library = IndexWorker(self._real.database, self._real.photos, BuiltinModel(), None)
        try:
            while await library.scan():
                pass
        finally:
            library.close()


def fake_world(folder: Path) -> World:
    """Return the world on the fakes."""
    services = FakeServices(folder / "photos", photos=PHOTOS)
    services.scheduling.all_posts.clear()
    services.snippets.kept.clear()
    paths = Paths(config_file=folder / "config.toml", data=folder / "data")
    return FakeWorld(services, FakeSetup(paths))


@asynccontextmanager
async def real_world(folder: Path, database_url: str, models: Path) -> AsyncIterator[World]:
    """Yield the world on the real services, with the photos of the fake one."""
    drawn = [photo for photo in fake_world(folder).photos if photo.taken_at is not None]
    for photo in drawn:
        assert photo.taken_at is not None
        os.utime(photo.path, (photo.taken_at.timestamp(),) * 2)
    (folder / "media").mkdir()
    async with StandIn(media=folder / "media") as stand_in:
        settings = stand_in_settings(stand_in, database_url, folder, undo_seconds=0.0)
        environment = {"FLUFFY_CONFIG": str(folder / "config.toml"), "FLUFFY_DATA_DIR": str(folder / "data")}
        async with open_services(settings) as services:
            channels = {channel.name: channel for channel in await services.personas.available_channels()}
            sarah = await services.personas.create("sarah")
            sarah = await services.personas.set_channel(sarah, channels["sarah.frames"].id)
            nobody = await services.personas.create("nobody")
            await services.photos.import_folders(
                [drawn[0].path.parent], sarah, on_progress=lambda progress: None
            )
            photos = sorted(await services.photos.unscheduled(sarah), key=lambda photo: photo.name)
            yield RealWorld(
                services, SetupService(settings, environment), sarah, nobody, photos, stand_in.key, models
            )
