"""A watched folder: files are added, changed, removed and written in pieces."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.event_stream import events
from fluffy_tui.personas import Persona
from fluffy_tui.photos import ImportSummary, Photos, Watch
from fluffy_tui.photos.ingest import folder_watch
from fluffy_tui.photos.ingest.catalogue import Catalogue
from photos.photo_files import encoded, write

pytestmark = pytest.mark.slow


class Rounds:
    """The imports of a watch, awaited one by one."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[ImportSummary] = asyncio.Queue()
        self.outages: asyncio.Queue[tuple[DatabaseUnavailable, int]] = asyncio.Queue()
        self.presence: asyncio.Queue[tuple[Path, bool]] = asyncio.Queue()

    async def failed(self, error: DatabaseUnavailable, attempt: int) -> None:
        """Note that the database did not take what was to be written."""
        self.outages.put_nowait((error, attempt))

    async def until_imported(self, count: int) -> None:
        """Wait until so many photos were imported, in however many rounds."""
        while count > 0:
            count -= (await self.queue.get()).imported
        assert count == 0


@asynccontextmanager
async def watching(
    library: tuple[Photos, Persona], folder: Path
) -> AsyncIterator[tuple[Watch, Rounds, asyncio.Task[None]]]:
    """Watch a folder; the first import is done when the block begins."""
    photos, persona = library
    rounds = Rounds()
    watch = photos.watch(
        [folder],
        persona,
        on_round=rounds.queue.put_nowait,
        on_outage=rounds.failed,
        on_presence=lambda *folder: rounds.presence.put_nowait(folder),
    )
    task = asyncio.create_task(watch.run())
    getting = asyncio.create_task(rounds.queue.get())
    await asyncio.wait({task, getting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield watch, rounds, task
    finally:
        getting.cancel()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def names(library: tuple[Photos, Persona]) -> set[str]:
    photos, persona = library
    return {photo.name for photo in await photos.unscheduled(persona)}


async def test_what_is_added_is_imported(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """Files, files in new folders, and a folder that is moved in; nothing hidden."""
    folder = tmp_path / "in"
    write(folder / "first.jpg", seed=1)
    async with watching(library, folder) as (watch, rounds, _):
        assert await names(library) == {"first.jpg"}
        write(folder / "second.jpg", seed=2)
        await rounds.until_imported(1)
        write(folder / ".hidden" / "no.jpg", seed=3)
        write(tmp_path / "made" / "deep" / "third.jpg", seed=4)
        write(tmp_path / "made" / "fourth.jpg", seed=5)
        (tmp_path / "made").rename(folder / "made")
        await rounds.until_imported(2)
        write(folder / "made" / "deep" / "fifth.jpg", seed=6)
        await rounds.until_imported(1)
        assert await names(library) == {f"{n}.jpg" for n in ("first", "second", "third", "fourth", "fifth")}
    summary = watch.summary()
    assert (summary.persona, summary.imported, summary.failed, summary.interrupted) == ("sarah", 5, (), False)


async def test_a_file_that_is_still_being_written_is_imported_when_it_is_complete(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Half a file fails for now; writing its other half triggers the next import."""
    folder = tmp_path / "in"
    folder.mkdir()
    content = encoded(width=400, height=300)
    async with watching(library, folder) as (watch, rounds, _):
        with (folder / "slow.jpg").open("wb") as file:
            file.write(content[:500])
            file.flush()
            first = await rounds.queue.get()
            assert [failed.path.name for failed in first.failed] == ["slow.jpg"]
            assert [failed.path.name for failed in watch.summary().failed] == ["slow.jpg"]
            file.write(content[500:])
        await rounds.until_imported(1)
        assert watch.summary().failed == ()


async def missing(library: tuple[Photos, Persona]) -> int:
    photos, persona = library
    return sum(photo.missing_since is not None for photo in await photos.unscheduled(persona))


async def nothing() -> None:
    """Nothing has to be done before listening."""


async def test_removed_files_are_missing_until_they_return(
    database_url: str, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """A whole folder is moved away; when it comes back elsewhere, its photos have moved."""
    photos, persona = library
    folder = tmp_path / "in"
    for number in range(4):
        write(folder / str(number % 2) / f"{number}.jpg", seed=number)
    async with (
        watching(library, folder) as (watch, rounds, _),
        aclosing(events(database_url, nothing)) as changes,
    ):
        await anext(changes)
        (folder / "1").rename(tmp_path / "away")
        while await missing(library) < 2:  # the database notifies of each import that changed something
            await anext(changes)
        (tmp_path / "away").rename(folder / "back")
        while (await rounds.queue.get()).moved == 0:
            pass
        assert watch.summary().moved == 2
        assert all(photo.missing_since is None for photo in await photos.unscheduled(persona))


async def test_photos_of_a_removed_folder_are_counted_once(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """The system reports its files and the folder itself."""
    folder = tmp_path / "in"
    for number in range(3):
        write(folder / "trip" / f"{number}.jpg", seed=number)
    async with watching(library, folder) as (watch, rounds, _):
        shutil.rmtree(folder / "trip")
        while await missing(library) < 3:
            await rounds.queue.get()
        assert watch.summary().missing == 3


async def test_duplicates_are_reported(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """They do not become photos, but the user who added one wants to know."""
    folder = tmp_path / "in"
    original = write(folder / "a.jpg")
    async with watching(library, folder) as (_, rounds, _):
        shutil.copy(original, folder / "b.jpg")
        while (await rounds.queue.get()).duplicates == 0:
            pass
        assert await names(library) == {"a.jpg"}


@pytest.mark.parametrize("renamed", ["disk", "disk/in"])
async def test_a_folder_that_is_gone_is_watched_again_when_it_is_back(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renamed: str
) -> None:
    """It is renamed, or vanishes with the disk that it is on, and comes back with one more photo."""
    monkeypatch.setattr(folder_watch, "LOOK_SECONDS", 0.02)
    folder, gone = tmp_path / "disk" / "in", tmp_path / renamed
    write(folder / "first.jpg", seed=1)
    async with watching(library, folder) as (watch, rounds, _):
        gone.rename(tmp_path / "away")
        assert await rounds.presence.get() == (folder, False)
        while (await rounds.queue.get()).missing == 0:
            pass
        assert (await names(library), await missing(library)) == ({"first.jpg"}, 1)
        write(tmp_path / "away" / folder.relative_to(gone) / "second.jpg", seed=2)
        (tmp_path / "away").rename(gone)
        assert await rounds.presence.get() == (folder, True)
        await rounds.until_imported(1)
        assert (await names(library), await missing(library)) == ({"first.jpg", "second.jpg"}, 0)
        write(folder / "third.jpg", seed=3)
        await rounds.until_imported(1)
    assert (watch.summary().imported, watch.summary().missing) == (3, 1)


async def test_what_the_database_does_not_take_waits(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its disk is full, for example; each time counts by itself, also when nothing is left to be done."""
    monkeypatch.setattr(folder_watch, "LOOK_SECONDS", 0.02)
    folder = tmp_path / "in"
    write(folder / "first.jpg", seed=1)
    async with watching(library, folder) as (watch, rounds, _):
        for seed, is_deleted in ((2, True), (3, False)):
            with monkeypatch.context() as patch:
                full = DatabaseUnavailable("The disk of the database is full.")
                patch.setattr(Catalogue, "store", AsyncMock(side_effect=full))
                file = write(folder / f"{seed}.jpg", seed=seed)
                assert await rounds.outages.get() == (full, 1)
                if is_deleted:
                    file.unlink()
        await rounds.until_imported(1)
    assert (watch.summary().imported, watch.summary().failed) == (2, ())


async def test_a_folder_that_is_created_again_is_watched(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """So fast that it may have the number of the old one, and that nobody has seen it missing."""
    folder = tmp_path / "in"
    write(folder / "first.jpg", seed=1)
    async with watching(library, folder) as (_, rounds, _):
        for seed in (2, 3):
            shutil.rmtree(folder)
            write(folder / f"{seed}.jpg", seed=seed)
            await rounds.until_imported(1)


async def test_names_that_are_not_utf8_end_no_watch(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """Before, between and after photos, and in a folder's name."""
    folder = tmp_path / "in"
    write(folder / "first.jpg", seed=1)
    async with watching(library, folder) as (watch, rounds, task):
        for seed in (2, 3):
            odd = folder / os.fsdecode(b"caf\xe9%d.jpg" % seed)
            odd.write_bytes(encoded("JPEG", seed=seed + 100))
            write(folder / os.fsdecode(b"\xff\xfe%d" % seed) / "inside.jpg", seed=seed + 200)
            write(folder / f"{seed}.jpg", seed=seed)
            await rounds.until_imported(1)
        assert not task.done()
        assert await names(library) == {"first.jpg", "2.jpg", "3.jpg"}
    assert {"not UTF-8" in file.reason for file in watch.summary().failed} == {True}


async def test_a_folder_that_cannot_be_read_for_a_while_ends_no_watch(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    write(folder / "below" / "first.jpg", seed=1)
    async with watching(library, folder) as (_, rounds, task):
        (folder / "below").chmod(0)
        write(folder / "second.jpg", seed=2)
        await rounds.until_imported(1)
        (folder / "below").chmod(0o755)
        write(folder / "below" / "third.jpg", seed=3)
        await rounds.until_imported(1)
        assert not task.done()
    assert await names(library) == {"first.jpg", "second.jpg", "third.jpg"}
