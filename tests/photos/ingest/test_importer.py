"""Imports into a real database: new, known, moved, changed and vanished files."""

from __future__ import annotations

import asyncio
import os
import threading
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from fluffy_tui.core.database import Database
from fluffy_tui.images import open_descriptor as really_open
from fluffy_tui.personas import Persona
from fluffy_tui.photos import (
    FolderNotFound,
    ImportProgress,
    ImportSummary,
    Photo,
    Photos,
    PhotoState,
    silent_disk,
)
from fluffy_tui.photos.ingest.file_reader import read_files
from photos.photo_files import FORMATS, encoded, exif, huge_png, make_library, write
from post_sql import photos_json

pytestmark = pytest.mark.slow


def counts(summary: ImportSummary) -> dict[str, int]:
    """Return the counts of a summary that are not zero."""
    every = {
        "imported": summary.imported,
        "unchanged": summary.unchanged,
        "moved": summary.moved,
        "duplicates": summary.duplicates,
        "missing": summary.missing,
        "failed": len(summary.failed),
    }
    return {name: count for name, count in every.items() if count}


async def stored(library: tuple[Photos, Persona]) -> dict[str, Photo]:
    """Return the unscheduled photos by file name."""
    photos, persona = library
    return {photo.name: photo for photo in await photos.unscheduled(persona)}


async def import_into(library: tuple[Photos, Persona], *folders: Path) -> dict[str, int]:
    photos, persona = library
    return counts(await photos.import_folders(folders, persona))


async def give_post(database: Database, photo: Photo) -> None:
    """Schedule a photo, as the pack above would."""
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode)"
                f" VALUES (:photo, {photos_json('CAST(:photo AS bigint)')}, :persona, 'x', :key, 'addToQueue')"
            ),
            {"photo": photo.id, "persona": photo.persona_id, "key": f"key{photo.id}"},
        )


async def test_every_format_is_imported(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """With everything that the library shows."""
    for number, (kind, suffix) in enumerate(FORMATS.items()):
        made = exif(orientation=6, taken="2024:05:01 12:30:15", offset="+02:00")
        write(tmp_path / "in" / f"{kind}.{suffix}", picture_format=kind, seed=number, exif=made)
    assert await import_into(library, tmp_path / "in") == {"imported": 5}
    found = await stored(library)
    assert {photo.format for photo in found.values()} == set(FORMATS)
    photo = found["HEIF.heic"]
    assert photo.path == tmp_path / "in" / "HEIF.heic"
    assert (photo.width, photo.height, photo.verdict, photo.missing_since) == (32, 48, None, None)
    assert photo.taken_at is not None
    assert photo.taken_at.isoformat().startswith("2024-05-01T")
    assert photo.byte_size == photo.path.stat().st_size
    assert await library[0].get(photo.id) == photo


async def test_a_second_import_changes_nothing(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """It does not even read a file."""
    for number in range(20):
        write(tmp_path / "in" / f"{number}.jpg", seed=number)
    assert await import_into(library, tmp_path / "in") == {"imported": 20}
    before = await stored(library)
    seen: list[ImportProgress] = []
    summary = await library[0].import_folders([tmp_path / "in"], library[1], on_progress=seen.append)
    assert counts(summary) == {"unchanged": 20}
    assert (seen[-1].seen, seen[-1].total, seen[-1].bytes_read) == (20, 20, 0)
    assert await stored(library) == before


async def test_a_touched_file_is_unchanged(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """Another time, the same content: known, and skipped by its new time from then on."""
    path = write(tmp_path / "in" / "a.jpg")
    await import_into(library, tmp_path / "in")
    os.utime(path, (1, 1))
    assert await import_into(library, tmp_path / "in") == {"unchanged": 1}
    assert (await stored(library))["a.jpg"].modified_at.timestamp() == 1


async def test_a_moved_file_keeps_its_photo(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """It is recognized by its content, and its new path is stored."""
    path = write(tmp_path / "in" / "a.jpg")
    await import_into(library, tmp_path / "in")
    before = (await stored(library))["a.jpg"]
    (tmp_path / "in" / "2024").mkdir()
    path.rename(tmp_path / "in" / "2024" / "b.jpg")
    assert await import_into(library, tmp_path / "in") == {"moved": 1}
    after = (await stored(library))["b.jpg"]
    assert (after.id, after.path, after.missing_since) == (
        before.id,
        tmp_path / "in" / "2024" / "b.jpg",
        None,
    )


async def test_copies_are_no_photos_of_their_own(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """Copies within one import, and copies of a photo that is there; also when the original was touched."""
    content = encoded()
    for name in ("a.jpg", "copy.jpg", "copy of copy.jpg"):
        write(tmp_path / "in" / name, content)
    assert await import_into(library, tmp_path / "in") == {"imported": 1, "duplicates": 2}
    assert list(await stored(library)) == ["a.jpg"]
    os.utime(tmp_path / "in" / "a.jpg", (1, 1))
    write(tmp_path / "elsewhere" / "b.jpg", content)
    assert await import_into(library, tmp_path / "elsewhere") == {"duplicates": 1}
    assert list(await stored(library)) == ["a.jpg"]


async def test_swapped_names_move_two_photos(
    library: tuple[Photos, Persona], database: Database, tmp_path: Path
) -> None:
    """A photo is its content, also when it has a post."""
    one = write(tmp_path / "in" / "1.jpg", seed=1)
    two = write(tmp_path / "in" / "2.jpg", seed=2, width=64)
    await import_into(library, tmp_path / "in")
    before = await stored(library)
    await give_post(database, before["1.jpg"])
    one.rename(tmp_path / "aside")
    two.rename(one)
    (tmp_path / "aside").rename(two)
    result = await import_into(library, tmp_path / "in")
    assert "failed" not in result
    assert (await library[0].get(before["1.jpg"].id)).path == two
    assert (await library[0].get(before["2.jpg"].id)).path == one
    assert await import_into(library, tmp_path / "in") == {"unchanged": 2}
    assert (await library[0].get(before["1.jpg"].id)).missing_since is None


async def test_an_edited_file_is_imported_again(
    library: tuple[Photos, Persona], database: Database, tmp_path: Path
) -> None:
    """Same path, other content: the photo has the new one, and what was computed from the old one is deleted."""
    path = write(tmp_path / "in" / "a.jpg", seed=1)
    await import_into(library, tmp_path / "in")
    before = (await stored(library))["a.jpg"]
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO photo_hashes (photo_id, pdq, pdq_quality, dhash)"
                " VALUES (:id, repeat('0', 256)::bit(256), 50, repeat('0', 128)::bit(128))"
            ),
            {"id": before.id},
        )
    write(path, seed=2, width=100)
    assert await import_into(library, tmp_path / "in") == {"imported": 1}
    after = (await stored(library))["a.jpg"]
    assert (after.id, after.width) == (before.id, 100)
    assert after.sha256 != before.sha256
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM photo_hashes")) == 0


async def test_a_file_edited_after_scheduling_is_refused(
    library: tuple[Photos, Persona], database: Database, tmp_path: Path
) -> None:
    """The picture of a post is not replaced behind the user's back."""
    path = write(tmp_path / "in" / "a.jpg", seed=1)
    await import_into(library, tmp_path / "in")
    before = (await stored(library))["a.jpg"]
    await give_post(database, before)
    write(path, seed=2)
    summary = await library[0].import_folders([tmp_path / "in"], library[1])
    assert counts(summary) == {"failed": 1}
    assert "changed since it was scheduled" in summary.failed[0].reason
    assert await library[0].get(before.id) == before


async def test_a_file_overwritten_by_a_copy_is_missing(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Its content is gone; when it is back it is the same photo as before."""
    one = write(tmp_path / "in" / "1.jpg", seed=1)
    write(tmp_path / "in" / "2.jpg", seed=2, width=64)
    await import_into(library, tmp_path / "in")
    content, status = one.read_bytes(), one.stat()
    one.write_bytes((tmp_path / "in" / "2.jpg").read_bytes())
    assert await import_into(library, tmp_path / "in") == {"unchanged": 1, "duplicates": 1, "missing": 1}
    assert (await stored(library))["1.jpg"].missing_since is not None
    one.write_bytes(content)
    os.utime(one, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert await import_into(library, tmp_path / "in") == {"unchanged": 2}
    assert (await stored(library))["1.jpg"].missing_since is None


async def test_vanished_files_are_marked_until_they_return(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Only below the imported folders, and not in a folder whose name merely begins with theirs."""
    path = write(tmp_path / "in" / "a.jpg", seed=1)
    other = write(tmp_path / "in2" / "b.jpg", seed=2)
    await import_into(library, tmp_path / "in", tmp_path / "in2")
    path.rename(tmp_path / "a.jpg")
    other.rename(tmp_path / "b.jpg")
    assert await import_into(library, tmp_path / "in") == {"missing": 1}
    assert await import_into(library, tmp_path / "in") == {}
    found = await stored(library)
    assert found["a.jpg"].missing_since is not None
    assert found["b.jpg"].missing_since is None
    (tmp_path / "a.jpg").rename(path)
    assert await import_into(library, tmp_path / "in") == {"unchanged": 1}
    assert (await stored(library))["a.jpg"].missing_since is None


async def test_bad_files_are_listed_and_stop_nothing(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """Every kind of damage among good pictures."""
    folder = tmp_path / "in"
    for number in range(5):
        write(folder / f"good{number}.jpg", seed=number)
    write(folder / "empty.jpg", b"")
    write(folder / "cut.heic", encoded("HEIF")[:-50])
    write(folder / "text.png", b"not a picture")
    write(folder / "bomb.png", huge_png())
    write(folder / "[b]markup[red.jpg", b"\xff\xd8\xff")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "loop").symlink_to(folder)
    name = os.fsdecode(b"caf\xe9.jpg")
    write(folder / name)
    summary = await library[0].import_folders([folder], library[1])
    assert summary.imported == 5
    reasons = {failed.path.name: failed.reason for failed in summary.failed}
    assert set(reasons) == {
        "empty.jpg", "cut.heic", "text.png", "bomb.png", "[b]markup[red.jpg", "pipe.jpg", "loop", r"caf\xe9.jpg",
    }  # fmt: skip
    assert all(reason.endswith(".") for reason in reasons.values())
    assert "UTF-8" in reasons[r"caf\xe9.jpg"]


async def test_every_picture_is_accounted_for(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """What became of each: imported, a copy, failed, or passed over by kind."""
    folder = tmp_path / "in"
    content = {"a.jpg": encoded(seed=1), "copy.jpg": encoded(seed=1), "b.tiff": encoded("TIFF", seed=2)}
    content |= {"c.gif": encoded("GIF", seed=3), "d.bmp": encoded("BMP", seed=4), "bad.jpg": b"x"}
    content |= {f"raw{number}.dng": b"x" for number in range(40)}
    content |= {".IMG_1.HEIC.icloud": b"x", "e.psd": b"x", "a.cr2": b"x", "b.NEF": b"x"}
    for name, made in content.items():
        write(folder / name, made)
    write(folder / "notes.txt", b"no picture")
    photos, persona = library
    summary = await photos.importer([folder], persona).run()
    assert summary.passed_over == {"dng": 40, "icloud": 1, "psd": 1, "raw beside picture": 2}
    assert summary.counts["RAW files skipped for their JPEGs"] == 2
    assert summary.advice == [
        "40 DNG: export as JPEG",
        "1 only in iCloud: download them",
        "1 PSD: export as JPEG",
    ]
    assert sum(summary.counts.values()) == len(content)
    assert (summary.imported, summary.duplicates, len(summary.failed)) == (4, 1, 1)


async def test_a_missing_folder_is_refused_before_anything_is_imported(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """Nothing is imported from the folders that exist, either."""
    write(tmp_path / "in" / "a.jpg")
    with pytest.raises(FolderNotFound):
        await import_into(library, tmp_path / "in", tmp_path / "nowhere")
    assert await stored(library) == {}


async def test_two_personas_may_share_a_folder(database: Database, tmp_path: Path) -> None:
    """Each has a library of its own."""
    write(tmp_path / "in" / "a.jpg")
    for name in ("sarah", "tom"):
        assert await import_into(await make_library(database, name), tmp_path / "in") == {"imported": 1}


async def test_several_imports_at_once(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """Of the same folder for the same persona: every file once, whichever import is first."""
    for number in range(300):
        write(tmp_path / "in" / f"{number:03}.jpg", seed=number)
    distinct = len({path.read_bytes() for path in (tmp_path / "in").iterdir()})
    results = await asyncio.gather(*(import_into(library, tmp_path / "in") for _ in range(4)))
    assert sum(result.get("imported", 0) for result in results) == distinct
    assert all(sum(result.values()) == 300 for result in results)
    assert not any("failed" in result or "moved" in result for result in results)
    assert len(await stored(library)) == distinct


async def test_progress_rises_to_the_total(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """A progress bar never goes backwards, and is full at the end."""
    for number in range(200):
        write(tmp_path / "in" / f"{number:03}.jpg", seed=number)
    write(tmp_path / "in" / "empty.jpg", b"")
    seen: list[ImportProgress] = []
    await library[0].import_folders([tmp_path / "in"], library[1], on_progress=seen.append)
    assert [one.seen for one in seen] == sorted(one.seen for one in seen)
    last = seen[-1]
    assert (last.seen, last.total, last.failed) == (201, 201, 1)
    assert last.bytes_read == sum(path.stat().st_size for path in (tmp_path / "in").iterdir())
    assert last.seconds_left == 0


async def test_cancelling_keeps_what_was_committed(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The summary says exactly what is in the library, and the next import does the rest."""
    monkeypatch.setattr("fluffy_tui.photos.ingest.importer._BATCH_ROWS", 150)
    for number in range(2000):
        write(tmp_path / "in" / f"{number:04}.png", picture_format="PNG", width=8, height=8 + number)
    task: asyncio.Task[ImportSummary] | None = None

    def stop_early(progress: ImportProgress) -> None:
        if progress.imported and task is not None:
            task.cancel()

    importer = library[0].importer([tmp_path / "in"], library[1], on_progress=stop_early)
    task = asyncio.create_task(importer.run())
    with pytest.raises(asyncio.CancelledError):
        await task
    summary = importer.summary(interrupted=True)
    assert summary.interrupted
    assert 0 < summary.imported < 2000
    assert len(await stored(library)) == summary.imported
    rest = await import_into(library, tmp_path / "in")
    assert rest == {"imported": 2000 - summary.imported, "unchanged": summary.imported}


async def test_cancelling_during_a_write_counts_it(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """A transaction that was begun is finished, and counted in the summary."""
    write(tmp_path / "in" / "a.jpg")
    importer = library[0].importer([tmp_path / "in"], library[1])
    task = asyncio.create_task(importer.run())
    while not any(other.get_name() == "write a batch of photos" for other in asyncio.all_tasks()):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert importer.summary(interrupted=True).imported == len(await stored(library)) == 1


async def test_memory_stays_flat(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    """Three thousand files need no more memory at once than a few hundred."""
    content = encoded("PNG", width=8, height=8)
    for number in range(3000):
        write(tmp_path / "in" / f"{number:04}.png", content + number.to_bytes(4, "big"))
    write(tmp_path / "first" / "a.jpg")
    await import_into(library, tmp_path / "first")  # imports modules and fills caches of statements
    tracemalloc.start()
    try:
        assert await import_into(library, tmp_path / "in") == {"imported": 3000}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000


class Readers:
    """Counts the threads that read at the same time.

    Args:
        monkeypatch: Puts it in the place of what reads.
        meeting: How many have to read at the same time before any goes on.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, meeting: int = 1) -> None:
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._met = threading.Barrier(meeting, timeout=60)
        monkeypatch.setattr("fluffy_tui.photos.ingest.importer.os.cpu_count", lambda: 4)
        monkeypatch.setattr("fluffy_tui.photos.ingest.importer.read_files", self.read_files)

    def read_files(self, paths: Iterable[str], *others: Any) -> list[Any]:
        """Read as ever."""
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._met.wait()
        found = read_files(paths, *others)
        with self._lock:
            self._now -= 1
        return found


async def test_small_files_are_read_in_turn(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads that all want Python are slower together than one."""
    monkeypatch.setattr("fluffy_tui.photos.ingest.importer._TURN_SECONDS", 60)
    readers = Readers(monkeypatch)
    for number in range(200):
        write(tmp_path / "in" / f"{number}.png", encoded("PNG", width=8, height=8 + number))
    assert await import_into(library, tmp_path / "in") == {"imported": 200}
    assert readers.most == 1


@pytest.mark.parametrize("are_large", [False, True])
async def test_large_files_and_those_of_a_slow_disk_are_read_several_at_a_time(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, are_large: bool
) -> None:
    if are_large:
        monkeypatch.setattr("fluffy_tui.photos.ingest.importer._SMALL_SLICE", 0)
        monkeypatch.setattr("fluffy_tui.photos.ingest.importer._TURN_SECONDS", 60)
    readers = Readers(monkeypatch, meeting=2)
    for number in range(64):
        write(tmp_path / "in" / f"{number}.png", encoded("PNG", width=8, height=8 + number))
    assert await import_into(library, tmp_path / "in") == {"imported": 64}
    assert readers.most == 2


class HangingFiles:
    """Files whose disk does not answer, until the end of the test; whoever waits gives up at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self.released = threading.Event()

        def open_descriptor(path: str) -> tuple[int, os.stat_result]:
            if path.endswith(names):
                self.released.wait()
            return really_open(path)

        monkeypatch.setattr(silent_disk, "LIMIT_SECONDS", 2.0)
        monkeypatch.setattr("fluffy_tui.photos.ingest.file_reader.open_descriptor", open_descriptor)


async def test_a_folder_that_is_named_like_a_picture_is_a_folder(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    write(tmp_path / "in" / "photo.jpg" / "sound.jpg")
    assert await import_into(library, tmp_path / "in") == {"imported": 1}


async def test_files_whose_disk_hangs_cost_no_other(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than files are read side by side. They are imported once their disk answers."""
    for number in range(70):
        write(tmp_path / "in" / f"{number:02}.png", encoded("PNG", width=8, height=8 + number))
    hanging = HangingFiles(monkeypatch, "03.png", "04.png", "40.png", "69.png")
    photos, persona = library
    summary = await photos.import_folders([tmp_path / "in"], persona)
    hanging.released.set()
    assert counts(summary) == {"imported": 66, "failed": 4}
    assert {(file.path.name, file.reason) for file in summary.failed} == {
        (f"{name}.png", "Its disk does not answer.") for name in ("03", "04", "40", "69")
    }
    assert await import_into(library, tmp_path / "in") == {"imported": 4, "unchanged": 66}


async def test_copies_are_imported_while_the_disk_of_their_photos_hangs(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may still be there has not moved."""
    write(tmp_path / "share" / "a.jpg", seed=1)
    assert await import_into(library, tmp_path / "share") == {"imported": 1}
    write(tmp_path / "in" / "copy.jpg", seed=1)
    write(tmp_path / "in" / "new.jpg", seed=2)
    released = threading.Event()

    def hang(*arguments: Any, **options: Any) -> PhotoState:
        released.wait()
        return PhotoState.UNCHANGED

    monkeypatch.setattr(silent_disk, "LIMIT_SECONDS", 2.0)
    monkeypatch.setattr("fluffy_tui.photos.ingest.catalogue.file_state", hang)
    assert await import_into(library, tmp_path / "in") == {"imported": 1, "duplicates": 1}
    released.set()
    assert {photo.path.parent.name for photo in (await stored(library)).values()} == {"share", "in"}


async def test_a_folder_whose_disk_hangs_ends_the_import_with_what_was_listed(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is missing only because its disk does not answer."""
    for number in range(3):
        write(tmp_path / "in" / f"{number}.png", encoded("PNG", width=8, height=8 + number))
    assert await import_into(library, tmp_path / "in") == {"imported": 3}
    write(tmp_path / "in" / "new.png", encoded("PNG", width=8, height=20))
    (tmp_path / "in" / "share").mkdir()
    (tmp_path / "in" / "0.png").unlink()
    released, scandir = threading.Event(), os.scandir

    def hang(path: str) -> Any:
        if str(path).endswith("share"):
            released.wait()
        return scandir(path)

    monkeypatch.setattr(silent_disk, "LIMIT_SECONDS", 2.0)
    monkeypatch.setattr("fluffy_tui.photos.ingest.importer._LISTED_AT_ONCE", 3)
    monkeypatch.setattr(os, "scandir", hang)
    photos, persona = library
    summary = await photos.import_folders([tmp_path / "in"], persona)
    released.set()
    assert counts(summary) == {"imported": 1, "unchanged": 2, "failed": 1}
    assert "the disk does not answer" in summary.failed[0].reason
    assert await import_into(library, tmp_path / "in") == {"unchanged": 3, "missing": 1}


def very_long(folder: Path, number: int) -> Path:
    """Return a folder whose path has about 2,900 bytes, written from inside because of no limit but the system's."""
    return folder.joinpath(*(f"{number}{'é' * 120}" for _ in range(11)))


async def test_a_path_of_any_length_is_imported_and_known_again(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """As a photo, as a copy and as a photo that moved; the others of the batch are imported anyway."""
    for number in range(3):
        write(tmp_path / "in" / f"{number}.jpg", seed=number)
    long = very_long(tmp_path / "in", 1)
    write(long / "long.jpg", seed=10)
    write(very_long(tmp_path / "in", 2) / "copy.jpg", seed=10)
    assert len(os.fsencode(long)) > 2_704
    assert await import_into(library, tmp_path / "in") == {"imported": 4, "duplicates": 1}
    assert await import_into(library, tmp_path / "in") == {"unchanged": 4, "duplicates": 1}
    (long / "long.jpg").rename(long / "moved.jpg")
    assert await import_into(library, tmp_path / "in") == {"unchanged": 3, "moved": 1, "duplicates": 1}
    assert {"moved.jpg", "0.jpg", "1.jpg", "2.jpg"} == set(await stored(library))


async def test_what_the_database_refuses_costs_no_other_photo(
    library: tuple[Photos, Persona], database: Database, tmp_path: Path
) -> None:
    for number in range(7):
        write(tmp_path / "in" / f"{number}.jpg", seed=number)
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE photos ADD CONSTRAINT no_three CHECK (name <> '3.jpg')"))
    photos, persona = library
    summary = await photos.import_folders([tmp_path / "in"], persona)
    assert counts(summary) == {"imported": 6, "failed": 1}
    assert [(file.path.name, file.reason) for file in summary.failed] == [
        ("3.jpg", "The database does not accept it; the log file says why.")
    ]


@pytest.mark.parametrize("seconds", [300_000_000_000, -300_000_000_000, 253_402_300_800, -62_135_596_801])
async def test_an_impossible_time_costs_only_its_own_file(
    library: tuple[Photos, Persona], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """A file system may hold times that no calendar has; few do, so the answer of the system is replaced."""
    for number in range(3):
        write(tmp_path / "in" / f"{number}.jpg", seed=number)
    real = os.stat

    def stat(path: Any, *arguments: Any, **options: Any) -> Any:
        found = real(path, *arguments, **options)
        return SimpleNamespace(st_mtime_ns=seconds * 10**9, **as_dict(found)) if path == odd else found

    def as_dict(found: os.stat_result) -> dict[str, Any]:
        names = ("st_mode", "st_ino", "st_dev", "st_size")
        return {name: getattr(found, name) for name in names}

    odd = str(tmp_path / "in" / "1.jpg")
    monkeypatch.setattr(os, "stat", stat)
    photos, persona = library
    summary = await photos.import_folders([tmp_path / "in"], persona)
    assert counts(summary) == {"imported": 2, "failed": 1}
    assert "modification time is out of range" in summary.failed[0].reason


async def test_a_folder_whose_name_is_not_utf8_is_reported(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(encoded("JPEG"))
    photos, persona = library
    summary = await photos.import_folders([folder], persona)
    assert counts(summary) == {"failed": 1}
    assert "not UTF-8" in summary.failed[0].reason


@pytest.mark.parametrize(("many", "known"), [(3, 3), (4, -1)])
async def test_after_a_large_import_postgres_plans_for_what_is_there(
    database: Database,
    library: tuple[Photos, Persona],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    many: int,
    known: int,
) -> None:
    """After a small one it goes on with the statistics it has."""
    monkeypatch.setattr("fluffy_tui.photos.ingest.importer._MANY", many)
    for number in range(3):
        write(tmp_path / "in" / f"{number}.jpg", seed=number)
    await import_into(library, tmp_path / "in")
    rows = text("SELECT reltuples FROM pg_class WHERE relname IN ('photos', 'photo_places')")
    async with database.transaction() as session:
        assert set(await session.scalars(rows)) == {known}
