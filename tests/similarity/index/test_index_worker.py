"""The work on the library: what is looked at, what resists, and what a worker's death leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from procrastinate import App

from fluffy_tui.core.app_events import PhotosIndexed
from fluffy_tui.core.event_stream import events
from fluffy_tui.core.job_queue import build_queue
from fluffy_tui.similarity import LibraryWork, add_tasks, work
from fluffy_tui.similarity.index import index_worker
from fluffy_tui.similarity.index.scan_results import store
from fluffy_tui.similarity.index.worklist import CRASHES, Stage, Worklist
from fluffy_tui.similarity.model import Gain
from similarity.similarity_place import Place, look_round, save, scene

if TYPE_CHECKING:
    from pathlib import Path

TROUBLES = "SELECT reason, attempts, crashes, next_try_at IS NULL FROM photo_troubles"


async def hashed(place: Place) -> int:
    return int(await place.one("SELECT count(*) FROM photo_hashes"))


async def test_progress_counts_photos_hashes_and_vectors(place: Place) -> None:
    await place.add(a=scene(1), b=scene(2))
    (before,) = await place.similarity.progress()
    assert (before.photos, before.hashed, before.embedded, before.troubled) == (2, 0, {}, 0)
    await place.look()
    (after,) = await place.similarity.progress()
    assert (after.persona_id, after.photos, after.hashed) == (place.persona.id, 2, 2)
    assert after.embedded == {"effnet-lite0-rp512/1": 2}
    assert [(one.looked_at, one.is_complete) for one in (before, after)] == [(0, False), (2, True)]
    assert await place.similarity.progress(place.persona.id) == [after]
    assert await place.similarity.progress(place.persona.id + 1) == []
    assert await place.one("SELECT count(*) FROM photo_troubles") == 0


async def test_what_was_seen_is_told_as_it_is_stored(place: Place) -> None:
    """With the copies that were found, and what could not be read."""
    stream = events(place.database.url, nothing)
    await anext(stream)
    path = save(scene(2), place.folder / "bad.png")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + bytes(500) + content[len(content) // 2 + 500 :])
    await place.add(a=scene(1), b=scene(1).resize((320, 240)), c=scene(3))
    await place.look()
    told = [await anext(stream)]
    while not isinstance(told[-1], PhotosIndexed):
        told.append(await anext(stream))
    assert told[-1] == PhotosIndexed(place.persona.id, hashed=3, embedded=3, failed=1, stacked=True)
    await stream.aclose()


async def nothing() -> None:
    """Nothing has to be done before connecting."""


async def test_hashes_are_made_without_the_built_in_model(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fluffy_tui.similarity.models.builtin_model import BuiltinModel

    monkeypatch.setattr(BuiltinModel, "missing_packages", staticmethod(lambda: ["onnxruntime"]))
    await place.add(a=scene(1))
    await place.look()
    assert await hashed(place) == 1
    assert await place.similarity.models() == []
    monkeypatch.undo()
    await place.look()
    assert await place.one("SELECT count(*) FROM photo_embeddings") == 1


async def test_a_damaged_photo_is_tried_once_until_its_file_changes(place: Place) -> None:
    path = save(scene(2), place.folder / "bad.png")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 500] = bytes(500)  # the header is sound, so it is imported
    path.write_bytes(content)
    ids = await place.add(good=scene(1))
    await place.look()
    assert await hashed(place) == 1
    ((reason, attempts, _, final),) = await place.rows(TROUBLES)
    assert reason
    assert (attempts, final) == (1, True)
    await place.look()
    assert await place.one("SELECT attempts FROM photo_troubles") == 1
    (trouble,) = await place.similarity.troubles(place.persona.id)
    assert (trouble.photo_id, trouble.next_try_at) == (ids["bad"], None)
    assert (await place.similarity.progress())[0].troubled == 1
    save(scene(3), path)
    await place.import_again()
    await place.look()
    assert await hashed(place) == 2
    assert await place.similarity.troubles(place.persona.id) == []


async def test_a_file_that_is_away_is_tried_again_and_at_once_when_it_moved(place: Place) -> None:
    await place.add(a=scene(1))
    away = place.folder / "a.jpg"
    away.rename(place.folder / "b.jpg")
    await place.look()
    ((reason, _, _, final),) = await place.rows(TROUBLES)
    assert "cannot be reached" in reason
    assert final is False
    await place.import_again()
    await place.look()
    assert await hashed(place) == 1


async def test_a_file_that_changed_since_its_import_is_not_taken_for_it(place: Place) -> None:
    await place.add(a=scene(1))
    save(scene(2), place.folder / "a.jpg")
    await place.look()
    assert await hashed(place) == 0
    assert "has changed" in (await place.rows(TROUBLES))[0][0]


async def test_a_file_that_was_only_touched_is_read(place: Place) -> None:
    await place.add(a=scene(1))
    os.utime(place.folder / "a.jpg", (1, 1))
    await place.look()
    assert await hashed(place) == 1


async def test_a_photo_replaced_while_it_is_looked_at_gets_the_new_files_hashes(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.add(a=scene(1))
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*arguments: Any) -> dict[int, Gain]:
        looked.set()
        await go_on.wait()
        return await store(*arguments)

    monkeypatch.setattr(index_worker, "store", slow)
    looking = asyncio.create_task(place.look())
    await looked.wait()
    await place.add(a=scene(2))
    go_on.set()
    await looking
    await place.add(same=scene(2).resize((320, 240)))
    await place.look()
    ids = {photo.path.stem: photo.id for photo in await place.all_photos()}
    assert [copy.photo_id for copy in await place.similarity.same_picture(ids["a"])] == [ids["same"]]


async def test_a_round_continues_where_another_worker_ended(place: Place) -> None:
    await place.add(**{f"p{number}": scene(number, (64, 48)) for number in range(40)})
    with place.work() as library:
        assert await library.look(0) is not None
    assert await hashed(place) == 16
    await place.look()
    assert await hashed(place) == 40


async def test_photos_at_which_a_worker_died_are_taken_alone_and_then_left_for_a_day(place: Place) -> None:
    """Whatever kills a worker at one photo must not keep it from all others."""
    ids = await place.add(a=scene(1), b=scene(2), c=scene(3))
    worklist = Worklist(place.database, Stage.LOOK)
    first = await worklist.begin(0, None, most=16)
    assert [task.photo_id for task in first] == sorted(ids.values())
    (alone,) = await worklist.begin(0, None, most=16)
    assert (alone.photo_id, alone.suspicious) == (min(ids.values()), True)
    for _ in range(CRASHES - 2):
        (alone,) = await worklist.begin(0, None, most=16)
    (other,) = await worklist.begin(0, None, most=16)
    assert other.photo_id != alone.photo_id
    await place.look()
    assert await hashed(place) == 2
    ((reason, _, crashes, _),) = await place.rows(TROUBLES)
    assert "died" in reason
    assert crashes == CRASHES
    await place.rows("UPDATE photo_troubles SET next_try_at = now()")
    await place.look()
    assert await hashed(place) == 3
    assert await place.rows(TROUBLES) == []


async def jobs(place: Place) -> list[tuple[str, str]]:
    return [tuple(row) for row in await place.rows("SELECT task_name, status::text FROM procrastinate_jobs")]


async def test_an_import_puts_one_job_on_the_queue_and_a_verdict_none(place: Place) -> None:
    ids = await place.add(a=scene(1))
    await place.add(b=scene(2))
    assert await jobs(place) == [("library:look", "todo")]
    await place.rows("DELETE FROM procrastinate_jobs")
    await place.rows("UPDATE photos SET verdict = 'pick' WHERE id = :id", id=ids["a"])
    assert await jobs(place) == []


class Worker:
    """The library's worker in this process, on a queue of its own."""

    def __init__(self, place: Place, library: LibraryWork) -> None:
        self.queue: App = build_queue(place.database.url)
        add_tasks(self.queue)
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(
            work(self.queue, library, place.database, self.stop, before_start=nothing_to_do)
        )

    async def end(self) -> None:
        """Let it finish."""
        self.stop.set()
        await self.task


async def nothing_to_do() -> None:
    return


async def until(place: Place, sql: str) -> None:
    """Wait until a condition holds; Postgres sends no event for rows of other packs."""
    while not await place.one(f"SELECT {sql}"):
        await asyncio.sleep(0.02)


async def test_a_worker_looks_at_what_was_there_and_at_what_comes(place: Place) -> None:
    await place.add(**{f"p{number}": scene(number, (64, 48)) for number in range(20)})
    await place.rows("DELETE FROM procrastinate_jobs")
    with place.work() as library:
        worker = Worker(place, library)
        await until(place, "count(*) = 20 FROM photo_embeddings")
        await place.add(late=scene(50))
        await until(place, "count(*) = 21 FROM photo_embeddings")
        await until(place, "count(*) = 0 FROM procrastinate_jobs WHERE task_name = 'library:look'")
        await worker.end()


async def test_a_killed_worker_loses_nothing(place: Place, tmp_path: Path) -> None:
    """A process of its own is killed in the middle; the next one finishes, and every photo is looked at once."""
    await place.add(**{f"p{number}": scene(number, (320, 240)) for number in range(60)})
    script = tmp_path / "worker.py"
    script.write_text(KILLED.format(url=place.database.url))
    process = subprocess.Popen([sys.executable, str(script)])
    try:
        await until(place, "count(*) > 0 FROM photo_hashes")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    left = 60 - await hashed(place)
    assert left > 0
    assert await place.one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") <= 1
    await place.look()
    assert await hashed(place) == 60
    assert await place.one("SELECT count(*) FROM photo_embeddings") == 60
    assert await place.rows(TROUBLES) == []


KILLED = """
import asyncio
from pathlib import Path
from fluffy_tui.similarity import BuiltinModel, LibraryWork, add_tasks, work
from fluffy_tui.core.database import Database
from fluffy_tui.core.app_events import PhotosIndexed
from fluffy_tui.core.event_stream import events
from fluffy_tui.core.job_queue import build_queue
from fluffy_tui.photos import Photos
from fluffy_tui.scheduling import scheduled_photo_ids

async def nothing() -> None: ...

async def main() -> None:
    database = Database({url!r})
    photos = Photos(database, scheduled=scheduled_photo_ids())
    library = LibraryWork(database, photos, BuiltinModel(), None)
    queue = build_queue({url!r})
    add_tasks(queue)
    await work(queue, library, database, asyncio.Event(), before_start=nothing)

asyncio.run(main())
"""


async def test_the_event_loop_stays_free_while_photos_are_looked_at(place: Place) -> None:
    """Deliveries live on the same loop: nothing may hold it."""
    await place.add(**{f"p{number}": scene(number, (1600, 1200)) for number in range(16)})
    loop = asyncio.get_running_loop()
    longest = 0.0
    with place.work() as library:
        looking = asyncio.create_task(look_round(library))
        while not looking.done():
            before = loop.time()
            await asyncio.sleep(0.001)
            longest = max(longest, loop.time() - before)
        await looking
    assert longest < 0.5


async def test_pictures_of_odd_shapes_and_modes_are_looked_at(place: Place) -> None:
    place.folder.mkdir(parents=True)
    scene(1, (3000, 200)).save(place.folder / "panorama.jpg")
    scene(2, (3, 3)).save(place.folder / "tiny.png")
    scene(3).convert("P").save(place.folder / "palette.png")
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(place.folder / "clear.png")
    Image.effect_noise((1, 1), 5).save(place.folder / "dot.png")
    scene(4).convert("CMYK").save(place.folder / "print.jpg")
    assert len(await place.import_again()) == 6
    await place.look()
    assert await hashed(place) == 6
    assert await place.one("SELECT count(*) FROM photo_embeddings") == 6
