"""Files that vanish and come back, found without an import; what other machines have is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from fluffy_tui.photos import Browse
from photos.photo_files import write

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photos


async def missing(photos: Photos, persona: Persona) -> set[str]:
    ids = await photos.ids(persona.id, Browse(missing=True))
    return {photo.name for photo in (await photos.by_ids(ids)).values()}


async def test_gone_and_back(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """Each is counted once, in whatever folder it lay."""
    photos, persona = library
    for number in range(5):
        write(tmp_path / "in" / str(number % 2) / f"{number}.jpg", seed=number)
    await photos.import_folders([tmp_path / "in"], persona)
    assert await photos.look_for_missing() == (0, 0)
    (tmp_path / "in" / "1").rename(tmp_path / "away")
    (tmp_path / "in" / "0" / "0.jpg").unlink()
    assert await photos.look_for_missing() == (3, 0)
    assert await missing(photos, persona) == {"0.jpg", "1.jpg", "3.jpg"}
    assert await photos.look_for_missing() == (0, 0)
    (tmp_path / "away").rename(tmp_path / "in" / "1")
    assert await photos.look_for_missing() == (0, 2)
    assert await missing(photos, persona) == {"0.jpg"}


async def test_another_content_is_not_back(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """A file of another size under the old name is for an import to judge."""
    photos, persona = library
    path = write(tmp_path / "in" / "a.jpg")
    await photos.import_folders([tmp_path / "in"], persona)
    path.unlink()
    assert await photos.look_for_missing() == (1, 0)
    write(path, width=200)
    assert await photos.look_for_missing() == (0, 0)
    assert await missing(photos, persona) == {"a.jpg"}


async def test_another_machines_photos_are_left_alone(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Of a folder that this machine does not have nothing can be said."""
    photos, persona = library
    write(tmp_path / "in" / "a.jpg")
    await photos.import_folders([tmp_path / "in"], persona)
    async with database.transaction() as session:
        await session.execute(text("UPDATE photos SET path = '/volumes/of/another/machine/a.jpg'"))
    assert await photos.look_for_missing() == (0, 0)


async def test_more_than_one_portion(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Every portion is looked at, and only once."""
    photos, persona = library
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
                " SELECT :persona, :folder || '/' || n, sha256(n::text::bytea), 1, 1, 1, 'JPEG', now()"
                " FROM generate_series(1, 4500) AS n"
            ),
            {"persona": persona.id, "folder": str(tmp_path)},
        )
    assert await photos.look_for_missing() == (4500, 0)
