"""Copies of photos: read once, skipped later, and imported when the original is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg

from fluffy_tui.personas import Persona
from fluffy_tui.photos import ImportProgress, Photos
from photos.photo_files import write


def copies(database_url: str) -> set[str]:
    with psycopg.connect(database_url) as connection:
        return {Path(row[0]).name for row in connection.execute("SELECT path FROM photo_copies")}


async def test_a_known_copy_is_not_read_again(
    database_url: str, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """It is counted as a copy each time; when its original is gone, it takes its place at once."""
    photos, persona = library
    original = write(tmp_path / "in" / "a.jpg")
    copy = write(tmp_path / "in" / "b.jpg", original.read_bytes())
    seen: list[ImportProgress] = []
    first = await photos.import_folders([tmp_path / "in"], persona)
    again = await photos.import_folders([tmp_path / "in"], persona, on_progress=seen.append)
    assert (first.imported, first.duplicates) == (1, 1)
    assert (again.unchanged, again.duplicates, again.moved) == (1, 1, 0)
    assert seen[-1].bytes_read == 0
    assert copies(database_url) == {"b.jpg"}
    original.unlink()
    moved = await photos.import_folders([tmp_path / "in"], persona)
    assert (moved.moved, moved.duplicates) == (1, 0)
    assert [photo.path for photo in await photos.unscheduled(persona)] == [copy]
    assert copies(database_url) == set()


async def test_a_copy_that_becomes_a_photo_or_vanishes_is_forgotten(
    database_url: str, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """The table follows the files."""
    photos, persona = library
    original = write(tmp_path / "in" / "a.jpg")
    for name in ("b.jpg", "c.jpg"):
        write(tmp_path / "in" / name, original.read_bytes())
    await photos.import_folders([tmp_path / "in"], persona)
    assert copies(database_url) == {"b.jpg", "c.jpg"}
    write(tmp_path / "in" / "b.jpg", seed=5)
    (tmp_path / "in" / "c.jpg").unlink()
    summary = await photos.import_folders([tmp_path / "in"], persona)
    assert (summary.imported, summary.unchanged, summary.duplicates) == (1, 1, 0)
    assert copies(database_url) == set()


async def test_imports_of_the_same_folder_at_the_same_time(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Four imports, with copies among the files, neither collide nor import a photo twice."""
    photos, persona = library
    for number in range(60):
        write(tmp_path / "in" / f"{number}.jpg", seed=number % 40)
    summaries = await asyncio.gather(*(photos.import_folders([tmp_path / "in"], persona) for _ in range(4)))
    assert sum(summary.imported for summary in summaries) == 40
    assert [summary.failed for summary in summaries] == [()] * 4
    assert len(await photos.unscheduled(persona)) == 40
