"""The photos service: unscheduled photos, single photos, whether a file is still the one that was imported."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Select, Text, select, text

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Browse, PhotoNotFound, Photos, PhotoState, PhotoUnreadable
from fluffy_tui.photos.tables import PhotoPlaceRow, PhotoRow, each, of_machine, same_path
from photos.photo_files import write
from post_sql import photos_json
from statement_plans import plans, rows_read, statements

MANY = 20_000

FILL = text(
    """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at)
    SELECT :persona, '/p/' || n || '.jpg', sha256(n::text::bytea), 1, 4, 3, 'JPEG',
           CASE WHEN n % 3 = 0 THEN NULL
                ELSE timestamptz '2020-01-01Z' + (n % 977 * 7919 % 5000) * interval '1 hour' END,
           timestamptz '2021-01-01Z' + (n % 1000) * interval '1 minute'
    FROM generate_series(1, :count) AS n
    """
)
PLACE = text(
    "INSERT INTO photo_places (photo_id, machine_id, persona_id, path, modified_at)"
    " SELECT id, '', persona_id, path, modified_at FROM photos"
)
SCHEDULE_SOME = text(
    f"""
    INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode)
    SELECT id, {photos_json()}, persona_id, 'x', 'key' || id, 'addToQueue' FROM photos WHERE id % 50 = 0
    """
)


async def fill(database: Database, persona: Persona, count: int) -> None:
    async with database.transaction() as session:
        await session.execute(FILL, {"persona": persona.id, "count": count})


@pytest.mark.slow
async def test_the_ids_of_a_large_library(database: Database, library: tuple[Photos, Persona]) -> None:
    """All without a post and only those, newest first by what is shown, eight bytes each."""
    photos, persona = library
    await fill(database, persona, MANY)
    async with database.transaction() as session:
        await session.execute(SCHEDULE_SOME)
        rows = await session.execute(text("SELECT id, shown_at FROM photos WHERE id % 50 <> 0"))
        expected = [row[0] for row in sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)]
    ids = await photos.ids(persona.id, Browse())
    assert ids.itemsize == 8
    assert ids.tolist() == expected
    assert len(expected) == MANY * 49 // 50
    assert [photo.id for photo in await photos.unscheduled(persona, limit=50)] == expected[:50]
    assert await photos.counts("unscheduled") == {persona.id: {"unscheduled": len(expected)}}


async def test_an_empty_library(library: tuple[Photos, Persona]) -> None:
    """Nothing is no error."""
    photos, persona = library
    assert list(await photos.ids(persona.id, Browse())) == []
    assert await photos.unscheduled(persona) == []
    assert await photos.counts("unscheduled") == {}
    assert await photos.by_ids([]) == {}


async def test_by_ids_leaves_out_deleted_photos(database: Database, library: tuple[Photos, Persona]) -> None:
    """A list that is a moment old asks for photos that no longer exist."""
    photos, persona = library
    await fill(database, persona, 5)
    ids = list(await photos.ids(persona.id, Browse()))
    found = await photos.by_ids([*ids, 999_999])
    assert set(found) == set(ids)
    assert found[ids[0]] == await photos.get(ids[0])
    assert [photo.id for photo in await photos.unscheduled(persona.id)] == ids


async def test_an_unknown_id_is_an_error(library: tuple[Photos, Persona]) -> None:
    """For users of the console, who type ids."""
    with pytest.raises(PhotoNotFound, match="There is no photo 12345"):
        await library[0].get(12345)


async def test_check_compares_the_content(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """Unchanged, changed even when size and time are as before, missing, unreadable."""
    photos, persona = library
    path = write(tmp_path / "in" / "a.jpg")
    await photos.import_folders([tmp_path / "in"], persona)
    [photo] = await photos.unscheduled(persona)
    assert await photos.check(photo) is PhotoState.UNCHANGED
    status, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:-3] + b"\0" + content[-2:])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert await photos.check(photo) is PhotoState.CHANGED
    path.unlink()
    assert await photos.check(photo) is PhotoState.MISSING
    assert await photos.check(replace(photo, path=path / "below")) is PhotoState.MISSING
    os.mkfifo(path)
    assert await photos.check(photo) is PhotoState.UNREADABLE


async def test_the_service_makes_thumbnails(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """As the screens ask for them."""
    photos, persona = library
    path = write(tmp_path / "in" / "a.jpg")
    await photos.import_folders([tmp_path / "in"], persona)
    [photo] = await photos.unscheduled(persona)
    assert photos.thumbnail(photo, 24, 24).size == (24, 16)
    assert photos.part(photo, (0, 0, photo.width, 8), (photo.width, 8)).size == (photo.width, 8)
    os.utime(path)  # touched, with the same content
    assert photos.part(photo, (0, 0, 8, 8), (8, 8)).size == (8, 8)
    write(path, width=7, height=5)
    with pytest.raises(PhotoUnreadable, match="still being written"):
        photos.part(photo, (0, 0, 8, 8), (8, 8))
    path.unlink()
    with pytest.raises(PhotoUnreadable):
        photos.thumbnail(photo, 24, 24)


def of_content(persona_id: int) -> Select[Any]:
    mine = PhotoRow.persona_id == persona_id
    return each(
        [b"x" * 32] * 500,
        LargeBinary(),
        lambda sha256: select(PhotoRow.id).where(mine, PhotoRow.sha256 == sha256),
    )


def at_path(persona_id: int) -> Select[Any]:
    place = PhotoPlaceRow
    mine = (place.persona_id == persona_id, of_machine(place, "1"))
    return each(
        ["/p/1.jpg"] * 500,
        Text(),
        lambda path: select(place.photo_id).where(*mine, same_path(place.path, path)),
    )


@pytest.mark.slow
@pytest.mark.parametrize("looked_up", [of_content, at_path])
async def test_an_import_never_reads_the_whole_table(
    database: Database, library: tuple[Photos, Persona], looked_up: Callable[[int], Select[Any]]
) -> None:
    """Not even before Postgres has statistics: each path and each content is looked up in an index."""
    _, persona = library
    await fill(database, persona, MANY)
    query = looked_up(persona.id)
    async with database.transaction() as session:
        await session.execute(PLACE)
        await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        connection = await session.connection()
        compiled = query.compile(dialect=connection.dialect)
        lines = await connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params)
        plan = "\n".join(row[0] for row in lines)
    assert "Index" in plan, plan
    assert "Seq Scan on photo" not in plan, plan


@pytest.mark.parametrize("analyzed", [True, False])
async def test_photos_without_a_post_are_looked_up_by_their_contents(
    database: Database, library: tuple[Photos, Persona], analyzed: bool
) -> None:
    photos, persona = library
    async with database.transaction() as session:
        await session.execute(
            text("""
                INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)
                SELECT :persona, '/photos/' || n || '.jpg', sha256(n::text::bytea), 1, 3, 2, 'JPEG', '2024-05-01'
                FROM generate_series(1, 20000) AS n
            """),
            {"persona": persona.id},
        )
        await session.execute(text("UPDATE photos SET is_scheduled = true WHERE path = '/photos/7.jpg'"))
    if analyzed:
        async with database.transaction() as session:
            await session.execute(text("ANALYZE photos"))
    contents = [hashlib.sha256(str(number).encode()).hexdigest() for number in (7, 8, 9, 30000)]
    with statements() as executed:
        found = await photos.unscheduled_of(persona.id, contents)
    assert sorted(photo.sha256 for photo in found) == sorted(contents[1:3])
    assert await photos.unscheduled_of(persona.id + 1, contents) == []
    for statement, nodes in await plans(database, executed):
        assert max(map(rows_read, nodes)) <= len(contents), statement
