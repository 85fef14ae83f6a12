"""A library of small painted photos, and an index worker without a queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sqlalchemy import text

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona, Personas
from fluffy_tui.photos import Photo, Photos
from fluffy_tui.scheduling import outside_pictures, public_posts
from fluffy_tui.similarity import BuiltinModel, FaceFinder, ImageEmbed, IndexWorker, Similarity
from post_sql import photos_json

MODEL = BuiltinModel()
"""Loaded once for all tests that want what it says, not how it is loaded."""


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Return a picture of soft coloured shapes that differs from those of other seeds."""
    cells = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize(size, Image.Resampling.BICUBIC)


def save(picture: Image.Image, path: Path, **options: Any) -> Path:
    """Write a picture file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, **options)
    return path


@dataclass
class Place:
    """A persona's library with its index."""

    database: Database
    photos: Photos
    similarity: Similarity
    persona: Persona
    folder: Path

    @contextmanager
    def worker(
        self, service: ImageEmbed | None = None, faces: FaceFinder | None = None
    ) -> Iterator[IndexWorker]:
        """Open an index worker."""
        library = IndexWorker(self.database, self.photos, MODEL, service, faces=faces)
        try:
            yield library
        finally:
            library.close()

    async def scan(self, service: ImageEmbed | None = None, faces: FaceFinder | None = None) -> None:
        """Scan photos until none is due."""
        with self.worker(service, faces) as library:
            while await library.scan():
                pass

    async def embed(self, service: ImageEmbed) -> None:
        """Have the service embed photos until none is due."""
        with self.worker(service) as library:
            while await library.embed():
                pass

    async def let_time_pass(self) -> None:
        """Have every photo that is tried again later, or was claimed by a worker that died, be due now."""
        await self.rows("UPDATE photo_troubles SET next_try_at = now() WHERE next_try_at IS NOT NULL")
        await self.rows("UPDATE photos_to_index SET due_at = now()")

    async def add(self, **pictures: Image.Image) -> dict[str, int]:
        """Import pictures as JPEG files, and return the ids of all photos by the names of their files."""
        for name, picture in pictures.items():
            save(picture, self.folder / f"{name}.jpg", quality=92)
        return await self.import_again()

    async def import_again(self) -> dict[str, int]:
        """Import the folder, and return the ids of all photos by the names of their files."""
        await self.photos.import_folders([self.folder], self.persona)
        return {photo.path.stem: photo.id for photo in await self.all_photos()}

    async def all_photos(self) -> list[Photo]:
        """Return every photo of the persona."""
        ids = [
            row[0]
            for row in await self.rows("SELECT id FROM photos WHERE persona_id = :p", p=self.persona.id)
        ]
        return list((await self.photos.by_ids(ids)).values())

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """Run a statement and return its rows, none for one that has none."""
        async with self.database.transaction() as session:
            result: Any = await session.execute(text(sql), values)
            return list(result) if result.returns_rows else []

    async def one(self, sql: str, **values: Any) -> Any:
        """Return the only value of a query."""
        ((value,),) = await self.rows(sql, **values)
        return value

    async def post(self, photo_id: int, *, status: str = "posted", days_ago: float = 12) -> int:
        """Insert a post as delivery would leave it, and return its id."""
        [post_id] = await self.post_all([photo_id], status=status, days_ago=days_ago)
        return post_id

    async def post_all(
        self, photo_ids: Sequence[int], *, status: str = "posted", days_ago: float = 12
    ) -> list[int]:
        """Insert a post of each photo, and return their ids.

        Each transaction has a hundred: triggers count every post in the same rows, whose versions pile up in one.
        """
        step = {"posted": "live", "scheduled": "accepted", "failed": "failed"}[status]
        rows: list[Any] = []
        for first in range(0, len(photo_ids), 100):
            rows += await self.rows(
                "INSERT INTO posts (photo_id, photos, persona_id, caption, status, step, buffer_post_id,"
                " posted_at, scheduled_at, channel_id, delivery_key, share_mode, error_message)"
                f" SELECT photo, {photos_json('photo')}, :persona, '', :status, :step,"
                " 'b' || photo, now() - make_interval(secs => :ago),"
                " now() - make_interval(secs => :ago), 'c', 'k' || photo, 'addToQueue', 'why'"
                " FROM unnest(CAST(:photos AS bigint[])) AS photo RETURNING id",
                photos=list(photo_ids[first : first + 100]),
                persona=self.persona.id,
                status=status,
                step=step,
                ago=days_ago * 86_400,
            )
        return [int(row[0]) for row in rows]


async def open_place(database: Database, folder: Path, name: str = "sarah") -> Place:
    """Return the library of a new persona."""
    persona = await Personas(database, None).create(name)
    photos = Photos(database)
    similarity = Similarity(database, posts=public_posts(), outside=outside_pictures())
    return Place(database, photos, similarity, persona, folder)
