"""Libraries to browse: a few hundred real pictures, and any number of rows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PIL import Image
from sqlalchemy import text

from fluffy_tui.bootstrap import open_services
from fluffy_tui.personas import PersonaNotFound
from fluffy_tui.photos.file_state import modified_time
from fluffy_tui.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

REAL = 500
"""How many photos of each library, the newest, are files."""
COLOURS = [(230, 20, 20), (20, 230, 20), (20, 20, 230), (230, 230, 20), (20, 230, 230), (230, 20, 230)]
COLOURS += [(230, 230, 230), (20, 20, 20)]
REAL_ROWS = text(
    """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at)
    VALUES (:persona, :path, sha256(convert_to(:persona || ' ' || :number, 'UTF8')), :size, 4000, 3000, 'JPEG',
            timestamptz '2026-01-01Z' - :number * interval '1 minute', :modified)
    """
)
GENERATED_ROWS = text(
    """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at)
    SELECT :persona, '/nowhere/' || n || '.jpg', sha256(convert_to(:persona || ' ' || n, 'UTF8')), 1,
           4000, 3000, 'JPEG', timestamptz '2026-01-01Z' - n * interval '1 minute', timestamptz '2026-01-01Z'
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
    """
)


def make_photos(folder: Path) -> None:
    """Create files for the newest photos: links to a picture of 12 megapixels in each colour."""
    if (folder / f"{REAL}.jpg").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    noise = Image.effect_noise((4000, 3000), 20)
    for number, colour in enumerate(COLOURS):
        picture = Image.merge(
            "RGB", [noise.point(lambda value, part=part: value // 8 + part * 7 // 8) for part in colour]
        )
        picture.save(folder / f"colour-{number}.jpeg-source", "JPEG", quality=90)
    for number in range(1, REAL + 1):
        (folder / f"{number}.jpg").unlink(missing_ok=True)
        os.link(folder / f"colour-{number % len(COLOURS)}.jpeg-source", folder / f"{number}.jpg")


async def fill(folder: Path, count: int) -> None:
    """Create a persona with that many photos, unless it exists."""
    name = f"bench-{count}"
    async with open_services(load_settings()) as services:
        try:
            await services.personas.get(name)
        except PersonaNotFound:
            persona = await services.personas.create(name)
        else:
            return
        real = min(REAL, count)
        async with services.database.transaction() as session:
            for number in range(1, real + 1):
                status = (folder / f"{number}.jpg").stat()
                values = {"persona": persona.id, "path": str(folder / f"{number}.jpg"), "number": number}
                values |= {"size": status.st_size, "modified": modified_time(status)}
                await session.execute(REAL_ROWS, values)
            if count > real:
                await session.execute(
                    GENERATED_ROWS, {"persona": persona.id, "first": real + 1, "last": count}
                )
        async with services.database.transaction() as session:
            await session.execute(text("ANALYZE photos"))
