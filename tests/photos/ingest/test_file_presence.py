"""Files that vanish and come back, found without an import; other machines' files are left alone."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Browse, Machine, Photos, silent_disk
from fluffy_tui.photos.ingest import file_presence
from fluffy_tui.similarity.index.worklist import Stage, Worklist
from photos.photo_files import write
from statement_plans import plans, rows_read, statements

MANY_ELSEWHERE = text(
    """
    WITH made AS (
        INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)
        SELECT :persona, '/p/' || n || '.jpg', sha256(n::text::bytea), 1, 4, 3, 'JPEG', now()
        FROM generate_series(1, 20000) AS n RETURNING id, persona_id, path, modified_at
    )
    INSERT INTO photo_places (photo_id, machine_id, persona_id, path, modified_at)
    SELECT id, '2', persona_id, path, modified_at FROM made
    """
)


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


async def test_a_photo_whose_disk_hangs_is_not_missing_and_hides_no_other(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos, persona = library
    for number in range(3):
        write(tmp_path / "in" / f"{number}.jpg", seed=number)
    await photos.import_folders([tmp_path / "in"], persona)
    for number in (0, 2):
        (tmp_path / "in" / f"{number}.jpg").unlink()
    released, really_there = threading.Event(), file_presence.presence

    def hang(path: str, byte_size: int) -> file_presence.Presence:
        if path.endswith("1.jpg"):
            released.wait()
        return really_there(path, byte_size)

    monkeypatch.setattr(silent_disk, "LIMIT_SECONDS", 2.0)
    monkeypatch.setattr(file_presence, "presence", hang)
    assert await photos.mark_missing() == (2, 0)
    released.set()
    assert await missing(photos, persona) == {"0.jpg", "2.jpg"}


async def test_another_machines_photos_are_left_alone(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Nothing is known about a folder that this machine does not have."""
    photos, persona = library
    write(tmp_path / "in" / "a.jpg")
    await photos.import_folders([tmp_path / "in"], persona)
    async with database.transaction() as session:
        await session.execute(text("UPDATE photo_places SET path = '/volumes/of/another/machine/a.jpg'"))
    assert await photos.mark_missing() == (0, 0)


@pytest.mark.slow
async def test_a_large_library_is_read_in_portions(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Every portion is read, and only once."""
    photos, persona = library
    async with database.transaction() as session:
        await session.execute(
            text(
                "WITH made AS ("
                " INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
                " SELECT :persona, :folder || '/' || n, sha256(n::text::bytea), 1, 1, 1, 'JPEG', now()"
                " FROM generate_series(1, 4500) AS n RETURNING *)"
                " INSERT INTO photo_places (photo_id, machine_id, persona_id, path, modified_at)"
                " SELECT id, '', persona_id, path, modified_at FROM made"
            ),
            {"persona": persona.id, "folder": str(tmp_path)},
        )
    assert await photos.mark_missing() == (4500, 0)


@pytest.mark.slow
async def test_no_statement_reads_what_other_machines_have(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Sweeps, imports, single photos and the index, next to 20,000 photos of another machine that lack everything."""
    _, persona = library
    for number in range(10):
        write(tmp_path / "in" / f"{number}.jpg", seed=number)
    here = Photos(database, machine=Machine("1", "studio"))
    await here.import_folders([tmp_path / "in"], persona)
    async with database.transaction() as session:
        await session.execute(MANY_ELSEWHERE, {"persona": persona.id})
    async with database.transaction() as session:
        await session.execute(text("ANALYZE photos, photo_places"))
    queue = Worklist(database, Stage.SCAN, "1")
    assert len(await queue.claim(1, most=100)) == 10
    assert await queue.claim(1, most=100) == []
    write(tmp_path / "in" / "new.jpg", seed=50)
    with statements() as executed:
        await here.mark_missing()
        await here.import_folders([tmp_path / "in"], persona)
        await here.by_ids(range(1, 200))
        assert len(await queue.claim(1, most=100)) == 1
    largest = {
        statement: max(rows_read(node) for node in nodes)
        for statement, nodes in await plans(database, executed)
    }
    assert len(largest) > 8
    assert {statement: rows for statement, rows in largest.items() if rows > 1_000} == {}
