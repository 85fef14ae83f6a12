"""Files that vanish and come back, found without an import; other machines' files are left alone."""

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


async def test_missing_files_are_marked_until_they_are_back(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Each is counted once, whichever folder it was in."""
    photos, persona = library
    for number in range(5):
        write(tmp_path / "in" / str(number % 2) / f"{number}.jpg", seed=number)
    await photos.import_folders([tmp_path / "in"], persona)
    assert await photos.mark_missing() == (0, 0)
    (tmp_path / "in" / "1").rename(tmp_path / "away")
    (tmp_path / "in" / "0" / "0.jpg").unlink()
    assert await photos.mark_missing() == (3, 0)
    assert await missing(photos, persona) == {"0.jpg", "1.jpg", "3.jpg"}
    assert await photos.mark_missing() == (0, 0)
    (tmp_path / "away").rename(tmp_path / "in" / "1")
    assert await photos.mark_missing() == (0, 2)
    assert await missing(photos, persona) == {"0.jpg"}


async def test_another_file_under_the_old_name_is_not_the_photo(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """If its size differs, the next import decides what it is."""
    photos, persona = library
    path = write(tmp_path / "in" / "a.jpg")
    await photos.import_folders([tmp_path / "in"], persona)
    path.unlink()
    assert await photos.mark_missing() == (1, 0)
    write(path, width=200)
    assert await photos.mark_missing() == (0, 0)
    assert await missing(photos, persona) == {"a.jpg"}


async def test_another_machines_photos_are_left_alone(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Nothing is known about a folder that this machine does not have."""
    photos, persona = library
    write(tmp_path / "in" / "a.jpg")
    await photos.import_folders([tmp_path / "in"], persona)
    async with database.transaction() as session:
        await session.execute(text("UPDATE photos SET path = '/volumes/of/another/machine/a.jpg'"))
    assert await photos.mark_missing() == (0, 0)


async def test_a_large_library_is_read_in_portions(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Every portion is read, and only once."""
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
    assert await photos.mark_missing() == (4500, 0)
