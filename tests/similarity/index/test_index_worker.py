"""The index worker: what it scans, what fails, and what a crash leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image
from procrastinate import App

from fluffy_tui.core.app_events import KeywordsChanged, PhotosIndexed
from fluffy_tui.core.event_stream import events
from fluffy_tui.core.job_queue import build_queue
from fluffy_tui.images import PhotoUnreadable, Unreadable
from fluffy_tui.photos import (
    Flaw,
    HashWhen,
    Machine,
    Photo,
    Photos,
    PhotoState,
    PhotoTexts,
    PictureText,
    silent_disk,
    state_of,
)
from fluffy_tui.similarity import (
    BuiltinModel,
    FaceFinder,
    IndexWorker,
    TextReader,
    UrgentWork,
    add_index_tasks,
    run_index_worker,
)
from fluffy_tui.similarity.index import index_worker, photo_scan
from fluffy_tui.similarity.index.photo_scan import scan
from fluffy_tui.similarity.index.scan_results import store
from fluffy_tui.similarity.index.worklist import CRASHES, Stage, Worklist
from fluffy_tui.similarity.model import IndexGains, ModelUnavailable
from similarity.models.face_pictures import astronaut, out_of_focus
from similarity.similarity_place import MODEL, Place, save, scene

FACES = FaceFinder()

FAILURES = "SELECT reason, attempts, crashes, next_try_at IS NULL FROM photo_troubles"


async def hashed(place: Place) -> int:
    return int(await place.one("SELECT count(*) FROM photo_hashes"))


async def test_progress_counts_photos_hashes_and_vectors(place: Place) -> None:
    await place.add(a=scene(1), b=scene(2))
    (before,) = await place.similarity.progress()
    assert (before.photos, before.hashed, before.embedded, before.failed) == (2, 0, {}, 0)
    await place.scan()
    (after,) = await place.similarity.progress()
    assert (after.persona_id, after.photos, after.hashed) == (place.persona.id, 2, 2)
    assert after.embedded == {"effnet-lite0-rp512/1": 2}
    assert [(one.indexed, one.is_complete) for one in (before, after)] == [(0, False), (2, True)]
    assert await place.similarity.progress(place.persona.id) == [after]
    assert await place.similarity.progress(place.persona.id + 1) == []
    assert await place.one("SELECT count(*) FROM photo_troubles") == 0


async def test_open_apps_are_notified_when_results_are_stored(place: Place) -> None:
    """Of duplicates and failures, too."""
    stream = events(place.database.url, nothing)
    await anext(stream)
    path = save(scene(2), place.folder / "bad.png")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + bytes(500) + content[len(content) // 2 + 500 :])
    await place.add(a=scene(1), b=scene(1).resize((320, 240)), c=scene(3))
    await place.scan()
    received = [await anext(stream)]
    while not isinstance(received[-1], PhotosIndexed):
        received.append(await anext(stream))
    assert received[-1] == PhotosIndexed(place.persona.id, hashed=3, embedded=3, failed=1, stacked=True)
    await stream.aclose()


async def test_open_apps_are_notified_of_photos_that_no_longer_fail(place: Place) -> None:
    await place.add(a=scene(1), b=scene(2))
    stream = events(place.database.url, nothing)
    await anext(stream)
    await place.rows(
        "INSERT INTO photo_troubles (photo_id, stage, reason, next_try_at)"
        " SELECT id, 'look', 'The file is missing.', now() FROM photos LIMIT 1"
    )
    assert [one.failed for one in await place.similarity.progress()] == [1]
    await place.scan()
    assert await anext(stream) == PhotosIndexed(
        place.persona.id, hashed=2, embedded=2, failed=-1, stacked=False
    )
    await stream.aclose()


async def nothing() -> None:
    """Nothing has to be done before connecting."""


async def test_photos_are_hashed_without_the_built_in_model(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fluffy_tui.similarity.models.onnx_model.is_installed", lambda: False)
    await place.add(a=scene(1))
    await place.scan()
    assert await hashed(place) == 1
    assert await place.similarity.models() == []
    monkeypatch.undo()
    await place.scan()
    assert await place.one("SELECT count(*) FROM photo_embeddings") == 1


class BrokenModel(BuiltinModel):
    """Cannot be loaded; counts the attempts."""

    loads = 0

    def load(self) -> None:
        """Fail."""
        self.loads += 1
        raise ImportError("no memory")


async def test_the_built_in_model_is_loaded_only_for_a_photo_that_lacks_its_vector(place: Place) -> None:
    """It takes much of a worker's memory. If it cannot be loaded, that is not the photos' fault."""
    model = BrokenModel()
    worker = IndexWorker(place.database, place.photos, model, None)
    assert not await worker.scan()
    assert model.loads == 0
    await place.add(a=scene(1))
    with pytest.raises(ImportError):
        await worker.scan()
    assert model.loads == 1
    worker.close()
    assert await place.one("SELECT count(*) FROM photo_troubles") == 0
    await place.scan()
    assert await place.one("SELECT count(*) FROM photo_embeddings") == 1
    await place.rows("UPDATE photos SET sharpness = -1")
    await place.rows("INSERT INTO photos_to_index SELECT id, 'look', 1::text FROM photos")
    rescanning = IndexWorker(place.database, place.photos, model, None)
    while await rescanning.scan():
        pass
    rescanning.close()
    assert model.loads == 1


async def test_a_damaged_photo_is_tried_once_until_its_file_changes(place: Place) -> None:
    path = save(scene(2), place.folder / "bad.png")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 500] = bytes(500)  # the header is sound, so it is imported
    path.write_bytes(content)
    ids = await place.add(good=scene(1))
    await place.scan()
    assert await hashed(place) == 1
    ((reason, attempts, _, final),) = await place.rows(FAILURES)
    assert reason
    assert (attempts, final) == (1, True)
    await place.scan()
    assert await place.one("SELECT attempts FROM photo_troubles") == 1
    (failure,) = await place.similarity.failures(place.persona.id)
    assert (failure.photo_id, failure.next_try_at) == (ids["bad"], None)
    assert await place.similarity.unreadable(list(ids.values())) == {ids["bad"]: reason}
    assert await place.similarity.unreadable([ids["good"]]) == {}
    assert (await place.similarity.progress())[0].failed == 1
    save(scene(3), path)
    await place.import_again()
    await place.scan()
    assert await hashed(place) == 2
    assert await place.similarity.failures(place.persona.id) == []


async def test_a_missing_file_is_tried_again_and_at_once_when_it_has_moved(place: Place) -> None:
    await place.add(a=scene(1))
    away = place.folder / "a.jpg"
    away.rename(place.folder / "b.jpg")
    await place.scan()
    ((reason, _, _, final),) = await place.rows(FAILURES)
    assert "is missing" in reason
    assert final is False
    await place.import_again()
    await place.scan()
    assert await hashed(place) == 1


@pytest.mark.parametrize("threads", [1, 2])
async def test_photos_whose_disk_hangs_stop_no_other(
    place: Place, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    """More of them than are scanned side by side; they are tried again later."""
    await place.add(a=scene(1), b=scene(2), c=scene(3), d=scene(4))
    released = threading.Event()

    def hang(photo: Photo, hash_when: HashWhen) -> PhotoState:
        if photo.name in ("a.jpg", "b.jpg", "c.jpg"):
            released.wait()
        return state_of(photo, hash_when)

    with monkeypatch.context() as hanging:
        hanging.setattr(silent_disk, "LIMIT_SECONDS", 2.0)
        hanging.setattr(photo_scan, "state_of", hang)
        worker = IndexWorker(place.database, place.photos, MODEL, None, threads=threads)
        while await worker.scan():
            continue
        released.set()
    assert await hashed(place) == 1
    assert await place.rows("SELECT DISTINCT reason, next_try_at > now() FROM photo_troubles") == [
        ("Its disk does not answer.", True)
    ]
    await place.rows("UPDATE photos_to_index SET due_at = now()")
    while await worker.scan():
        continue
    worker.close()
    assert await hashed(place) == 4


async def test_a_file_that_changed_since_its_import_is_not_hashed(place: Place) -> None:
    await place.add(a=scene(1))
    save(scene(2), place.folder / "a.jpg")
    await place.scan()
    assert await hashed(place) == 0
    assert "has changed" in (await place.rows(FAILURES))[0][0]


async def test_a_file_that_was_only_touched_is_hashed(place: Place) -> None:
    await place.add(a=scene(1))
    os.utime(place.folder / "a.jpg", (1, 1))
    await place.scan()
    assert await hashed(place) == 1


async def test_a_photo_replaced_during_its_scan_gets_the_hashes_of_the_new_file(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.add(a=scene(1))
    scanned, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*arguments: Any) -> tuple[set[int], dict[int, IndexGains]]:
        scanned.set()
        await go_on.wait()
        return await store(*arguments)

    monkeypatch.setattr(index_worker, "store", slow)
    scanning = asyncio.create_task(place.scan())
    await scanned.wait()
    await place.add(a=scene(2))
    go_on.set()
    await scanning
    await place.add(same=scene(2).resize((320, 240)))
    await place.scan()
    ids = {photo.path.stem: photo.id for photo in await place.all_photos()}
    assert [copy.photo_id for copy in await place.similarity.same_picture(ids["a"])] == [ids["same"]]


async def test_a_worker_continues_where_another_worker_stopped(place: Place) -> None:
    await place.add(**{f"p{number}": scene(number, (64, 48)) for number in range(40)})
    with place.worker() as library:
        assert await library.scan()
    assert await hashed(place) == 16
    await place.scan()
    assert await hashed(place) == 40


async def test_photos_at_which_a_worker_crashed_are_tried_alone_and_later_once_a_day(place: Place) -> None:
    """A photo that crashes the worker must not block all others."""
    ids = await place.add(a=scene(1), b=scene(2), c=scene(3))
    worklist = Worklist(place.database, Stage.SCAN, "")
    first = await worklist.claim(None, most=16)
    assert [task.photo_id for task in first] == sorted(ids.values())
    assert await worklist.claim(None, most=16) == []
    for _ in range(CRASHES - 1):
        await place.rows("UPDATE photos_to_index SET due_at = now() WHERE photo_id = :id", id=ids["a"])
        (alone,) = await worklist.claim(None, most=16)
        assert (alone.photo_id, alone.suspicious) == (ids["a"], True)
    await place.rows("UPDATE photos_to_index SET due_at = now() WHERE photo_id <> :id", id=ids["a"])
    (other,) = await worklist.claim(None, most=16)
    assert (other.photo_id, other.suspicious) == (ids["b"], True)
    await place.rows("UPDATE photos_to_index SET due_at = now() WHERE photo_id <> :id", id=ids["a"])
    await place.scan()
    assert await hashed(place) == 2
    ((reason, _, crashes, _),) = await place.rows(FAILURES)
    assert "crashed" in reason
    assert crashes == CRASHES
    await place.let_time_pass()
    await place.scan()
    assert await hashed(place) == 3
    assert await place.rows(FAILURES) == []


async def jobs(place: Place) -> list[tuple[str, str]]:
    return [tuple(row) for row in await place.rows("SELECT task_name, status::text FROM procrastinate_jobs")]


async def test_an_import_defers_one_job_and_a_flag_none(place: Place) -> None:
    ids = await place.add(a=scene(1))
    await place.add(b=scene(2))
    assert await jobs(place) == [("library:look", "todo")]
    await place.rows("DELETE FROM procrastinate_jobs")
    await place.rows("UPDATE photos SET verdict = 'pick' WHERE id = :id", id=ids["a"])
    assert await jobs(place) == []


async def test_each_machine_indexes_what_it_has(place: Place) -> None:
    """With jobs of its own: no worker waits for a photo that only another one can read."""
    ids = await place.add(**{f"p{number}": scene(number, (64, 48)) for number in range(4)})
    await place.rows("UPDATE photo_places SET machine_id = '2' WHERE photo_id <= :id", id=ids["p1"])
    queues = await place.rows("SELECT queue_name FROM procrastinate_jobs ORDER BY 1")
    assert [row[0] for row in queues] == ["library", "library 2"]
    await place.scan()
    assert await hashed(place) == 2
    assert await place.rows(FAILURES) == []
    office = Photos(place.database, machine=Machine("2", "office"))
    await replace(place, photos=office).scan()
    assert await hashed(place) == 4


class Worker:
    """An index worker in this process, on a queue of its own."""

    def __init__(self, place: Place, library: IndexWorker) -> None:
        self.queue: App = build_queue(place.database)
        add_index_tasks(self.queue)
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(
            run_index_worker(self.queue, library, place.database, self.stop, before_start=nothing_to_do)
        )

    async def end(self) -> None:
        """Stop it and wait until it has finished."""
        self.stop.set()
        await self.task


async def nothing_to_do() -> None:
    return


async def until(place: Place, sql: str) -> None:
    """Wait until a condition holds; Postgres sends no event for rows of other packs."""
    while not await place.one(f"SELECT {sql}"):
        await asyncio.sleep(0.02)


async def test_a_worker_indexes_old_and_new_photos(place: Place) -> None:
    await place.add(**{f"p{number}": scene(number, (64, 48)) for number in range(20)})
    await place.rows("DELETE FROM procrastinate_jobs")
    with place.worker() as library:
        worker = Worker(place, library)
        await until(place, "count(*) = 20 FROM photo_embeddings")
        await place.add(late=scene(50))
        await until(place, "count(*) = 21 FROM photo_embeddings")
        await until(place, "count(*) = 0 FROM procrastinate_jobs WHERE task_name = 'library:look'")
        await worker.end()


async def test_a_killed_worker_loses_nothing(place: Place, tmp_path: Path) -> None:
    """A worker process is killed in the middle; the next one finishes, and every photo is indexed once."""
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
    assert await place.one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") <= 2
    await place.let_time_pass()
    await place.scan()
    assert await hashed(place) == 60
    assert await place.one("SELECT count(*) FROM photo_embeddings") == 60
    assert await place.rows(FAILURES) == []


KILLED = """
import asyncio
from pathlib import Path
from fluffy_tui.similarity import BuiltinModel, IndexWorker, add_index_tasks, run_index_worker
from fluffy_tui.core.database import Database
from fluffy_tui.core.app_events import KeywordsChanged, PhotosIndexed
from fluffy_tui.core.event_stream import events
from fluffy_tui.core.job_queue import build_queue
from fluffy_tui.photos import Photos

async def nothing() -> None: ...

async def main() -> None:
    database = Database({url!r})
    photos = Photos(database)
    library = IndexWorker(database, photos, BuiltinModel(), None)
    queue = build_queue(database)
    add_index_tasks(queue)
    await run_index_worker(queue, library, database, asyncio.Event(), before_start=nothing)

asyncio.run(main())
"""


async def test_the_event_loop_stays_free_during_a_scan(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries use the same loop, so nothing may block it."""
    await place.add(a=scene(1), b=scene(2))
    begun, seen = threading.Event(), threading.Event()

    def waiting(*arguments: Any, **named: Any) -> Any:
        begun.set()
        assert seen.wait(60), "the event loop does not go on meanwhile"
        return scan(*arguments, **named)

    monkeypatch.setattr("fluffy_tui.similarity.index.index_worker.scan", waiting)
    with place.worker() as library:
        scanning = asyncio.create_task(library.scan())
        await asyncio.to_thread(begun.wait)
        seen.set()
        assert await scanning


async def test_pictures_of_odd_shapes_and_modes_are_indexed(place: Place) -> None:
    place.folder.mkdir(parents=True)
    scene(1, (3000, 200)).save(place.folder / "panorama.jpg")
    scene(2, (3, 3)).save(place.folder / "tiny.png")
    scene(3).convert("P").save(place.folder / "palette.png")
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(place.folder / "clear.png")
    Image.effect_noise((1, 1), 5).save(place.folder / "dot.png")
    scene(4).convert("CMYK").save(place.folder / "print.jpg")
    assert len(await place.import_again()) == 6
    await place.scan()
    assert await hashed(place) == 6
    assert await place.one("SELECT count(*) FROM photo_embeddings") == 6


async def test_photos_from_before_get_their_scores_and_keep_their_hashes(place: Place) -> None:
    """As after an update of the app, which queues all of them; apps are notified."""
    ids = await place.add(a=scene(1))
    await place.scan()
    (before,) = await place.all_photos()
    assert before.scores is not None
    hashes = await place.rows("SELECT * FROM photo_hashes")
    await place.rows("UPDATE photos SET sharpness = -1")
    await place.rows("UPDATE index_targets SET filled_to = 0 WHERE stage = 'look'")
    stream = events(place.database.url, nothing)
    await anext(stream)
    await place.scan()
    assert await anext(stream) == PhotosIndexed(
        place.persona.id, hashed=0, embedded=0, failed=0, stacked=False
    )
    await stream.aclose()
    assert await place.rows("SELECT * FROM photo_hashes") == hashes
    assert (await place.photos.get(ids["a"])).scores == before.scores


async def test_faces_are_found_and_their_eyes_looked_at(place: Place) -> None:
    ids = await place.add(open=astronaut(), closed=astronaut(closed=True), nobody=scene(1))
    await place.scan(faces=FACES)
    scores = {name: (await place.photos.get(id_)).scores for name, id_ in ids.items()}
    assert all(scores.values())
    faces = {name: (one.faces, one.flaws, one.eyes_open is None) for name, one in scores.items() if one}
    assert faces == {
        "open": (1, frozenset(), False),
        "closed": (1, {Flaw.EYES_CLOSED}, False),
        "nobody": (0, {Flaw.SOFT}, True),
    }


async def test_sharpness_is_that_of_the_face(place: Place) -> None:
    """Whatever is sharp behind it; without the networks, the whole picture counts."""
    large = astronaut().resize((1000, 1000), Image.Resampling.LANCZOS)
    ids = await place.add(
        face=out_of_focus(large, 8, face=True), background=out_of_focus(large, 8, face=False)
    )
    await place.scan()
    before = {name: (await place.photos.get(id_)).scores for name, id_ in ids.items()}
    assert before["face"] and before["background"]
    assert before["face"].faces is None
    assert before["face"].sharpness > before["background"].sharpness - 10
    await place.scan(faces=FACES)
    after = {name: (await place.photos.get(id_)).scores for name, id_ in ids.items()}
    assert after["face"] and after["background"]
    assert after["face"].sharpness < after["background"].sharpness - 15


async def test_photos_from_before_are_looked_at_for_faces_once(place: Place) -> None:
    """As when onnxruntime is installed later; they keep their hashes, and a machine without it keeps the faces."""
    await place.add(a=astronaut(), b=scene(1))
    await place.scan()
    assert await place.rows("SELECT DISTINCT faces FROM photos") == [(-1,)]
    hashes = await place.rows("SELECT * FROM photo_hashes ORDER BY 1")
    await place.scan(faces=FACES)
    assert await place.rows("SELECT faces FROM photos ORDER BY path") == [(1,), (0,)]
    assert await place.rows("SELECT * FROM photo_hashes ORDER BY 1") == hashes
    with place.worker() as without, place.worker(faces=FACES) as with_faces:
        assert not await without.scan()
        assert not await with_faces.scan()
    assert await place.rows("SELECT faces FROM photos ORDER BY path") == [(1,), (0,)]


async def test_another_picture_in_the_file_loses_the_faces_of_the_old_one(place: Place) -> None:
    await place.add(a=astronaut(closed=True))
    await place.scan(faces=FACES)
    save(scene(3), place.folder / "a.jpg")
    await place.import_again()
    assert await place.rows("SELECT faces, eyes_open FROM photos") == [(-1, -1.0)]
    await place.scan(faces=FACES)
    assert await place.rows("SELECT faces, eyes_open FROM photos") == [(0, -1.0)]


async def test_people_in_the_background_do_not_count(place: Place) -> None:
    """Nor do their eyes."""
    picture = Image.new("RGB", (512, 512), (120, 130, 120))
    picture.paste(astronaut(closed=True).resize((180, 180)), (0, 0))
    picture.paste(astronaut().resize((400, 400)), (112, 112))
    await place.add(a=picture)
    await place.scan(faces=FACES)
    (photo,) = await place.all_photos()
    assert photo.scores
    assert (photo.scores.faces, photo.scores.flaws) == (2, frozenset())


async def test_another_picture_in_the_file_loses_the_scores_of_the_old_one(place: Place) -> None:
    await place.add(a=scene(1))
    await place.scan()
    await place.add(a=Image.new("RGB", (640, 480)))
    (photo,) = await place.all_photos()
    assert photo.scores is None
    await place.scan()
    (photo,) = await place.all_photos()
    assert photo.scores is not None
    assert photo.scores.clipped_dark == 1


class FakeReader:
    """Reads what a test says is in the pictures, by the names of their files."""

    def __init__(self, texts: dict[str, str | Exception]) -> None:
        self.texts = texts
        self.read_files: list[str] = []
        self.rests = 0

    def read(self, path: Path, *, is_known_whole: bool) -> PictureText:
        """Return the text, or raise."""
        self.read_files.append(path.stem)
        found = self.texts.get(path.stem, "")
        if isinstance(found, Exception):
            raise found
        return PictureText(found, 0.2 if found else 0.0)

    def rest(self) -> None:
        """Note it."""
        self.rests += 1


def reading(place: Place, reader: FakeReader, urgent: UrgentWork | None = None) -> IndexWorker:
    return IndexWorker(place.database, place.photos, MODEL, None, cast("TextReader", reader), urgent=urgent)


async def test_text_is_read_when_nothing_waits_to_be_scanned(place: Place) -> None:
    ids = await place.add(a=scene(1), b=scene(2))
    reader = FakeReader({"a": "Invoice\n4711"})
    worker = reading(place, reader)
    await worker.scan()
    await place.add(c=scene(3))
    assert await worker.read() is False
    assert reader.read_files == [], "the new photo is scanned first"
    while await worker.scan():
        pass
    assert await worker.read() is False
    assert sorted(reader.read_files) == ["a", "b", "c"]
    assert reader.rests == 1, "it gives its memory back when all is read"
    assert await place.photos.texts(list(ids.values())) == {ids["a"]: PhotoTexts(in_picture="Invoice\n4711")}
    assert await worker.read() is False
    assert len(reader.read_files) == 3, "each photo is read once, with text or without"
    worker.close()


async def test_nothing_is_queued_to_be_read_where_the_reader_is_not_installed(place: Place) -> None:
    await place.add(a=scene(1))
    with place.worker() as worker:
        while await worker.scan():
            pass
        assert not worker.has_reader
        assert await worker.read() is False
    assert await place.one("SELECT count(*) FROM photos_to_index") == 0
    assert await place.one("SELECT count(*) FROM index_targets WHERE stage = 'read'") == 0


async def test_a_changed_photo_is_read_again(place: Place) -> None:
    ids = await place.add(a=scene(1))
    reader = FakeReader({"a": "old"})
    worker = reading(place, reader)
    await worker.scan()
    await worker.read()
    reader.texts["a"] = "new"
    await place.add(a=scene(2))
    while await worker.scan():
        pass
    await worker.read()
    assert await place.photos.texts([ids["a"]]) == {ids["a"]: PhotoTexts(in_picture="new")}
    worker.close()


async def test_a_photo_whose_text_cannot_be_read_stops_no_other(place: Place) -> None:
    ids = await place.add(a=scene(1), b=scene(2))
    reader = FakeReader({"a": PhotoUnreadable(Unreadable.TOO_COSTLY), "b": "fine"})
    worker = reading(place, reader)
    while await worker.scan():
        pass
    await worker.read()
    await worker.read()
    assert sorted(reader.read_files) == ["a", "b"]
    assert await place.photos.texts(list(ids.values())) == {ids["b"]: PhotoTexts(in_picture="fine")}
    assert await place.rows("SELECT stage, attempts, next_try_at FROM photo_troubles") == [("read", 1, None)]
    assert [failure.photo_id for failure in await place.similarity.failures(place.persona.id)] == [ids["a"]]
    worker.close()


async def test_a_reader_that_does_not_start_is_tried_again_later(place: Place) -> None:
    await place.add(a=scene(1), b=scene(2))
    reader = FakeReader({"a": ModelUnavailable("no", "hint"), "b": ModelUnavailable("no", "hint")})
    worker = reading(place, reader)
    while await worker.scan():
        pass
    with pytest.raises(ModelUnavailable):
        await worker.read()
    assert len(reader.read_files) == 1
    assert await place.one("SELECT count(*) FROM photo_troubles WHERE next_try_at IS NOT NULL") == 1
    reader.texts = {}
    await place.let_time_pass()
    await worker.read()
    assert await place.one("SELECT count(*) FROM photo_texts") == 2
    worker.close()


class EndlessReader(FakeReader):
    """Reads until it is ended."""

    def __init__(self, began: Callable[[], object]) -> None:
        super().__init__({})
        self.began, self.ended = began, threading.Event()

    def read(self, path: Path, *, is_known_whole: bool) -> PictureText:
        """Begin, and wait."""
        self.began()
        self.ended.wait()
        raise OSError("handle is closed")

    def rest(self) -> None:
        """End it."""
        self.ended.set()


async def test_a_worker_that_stops_ends_the_reading_and_the_photo_is_due_again(place: Place) -> None:
    """It is not taken for one that crashes workers."""
    ids = await place.add(a=scene(1))
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    endless = reading(place, EndlessReader(lambda: loop.call_soon_threadsafe(stop.set)))
    while await endless.scan():
        pass
    assert await endless.read(stop) is False
    endless.close()
    assert await place.one("SELECT count(*) FROM photo_troubles") == 0
    worker = reading(place, FakeReader({"a": "at once"}))
    await worker.read()
    worker.close()
    assert await place.photos.texts([ids["a"]]) == {ids["a"]: PhotoTexts(in_picture="at once")}


async def test_two_machines_share_the_reading(place: Place) -> None:
    """Of photos from before machines were noted, which each may have."""
    await place.add(a=scene(1), b=scene(2), c=scene(3))
    readers = [FakeReader({}), FakeReader({})]
    workers = [reading(place, reader) for reader in readers]
    while await workers[0].scan():
        pass
    await asyncio.gather(*(worker.read() for worker in workers))
    assert sorted([*readers[0].read_files, *readers[1].read_files]) == ["a", "b", "c"]
    for worker in workers:
        worker.close()


async def test_the_job_that_reads_is_deferred_by_the_last_scan(place: Place) -> None:
    await place.add(a=scene(1))
    reader = FakeReader({"a": "read by a job"})
    worker = reading(place, reader)
    queue = build_queue(place.database, "test")
    add_index_tasks(queue)
    stop = asyncio.Event()
    stream = events(place.database.url, nothing)
    await anext(stream)
    running = asyncio.create_task(
        run_index_worker(
            queue, worker, place.database, stop, before_start=nothing, install_signal_handlers=False
        )
    )
    async for event in stream:
        if isinstance(event, KeywordsChanged):
            break
    stop.set()
    await running
    worker.close()
    await stream.aclose()
    assert await place.one("SELECT text FROM photo_texts") == "read by a job"


class NotedUrgentWork(UrgentWork):
    """Notes that somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_waited_for = asyncio.Event()

    async def finished(self) -> None:
        """Note it, and wait."""
        if self.is_under_way:
            self.is_waited_for.set()
        await super().finished()


async def test_no_photo_is_scanned_while_urgent_work_is_under_way(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    urgent, loop, making = NotedUrgentWork(), asyncio.get_running_loop(), ExitStack()
    begun = threading.Event()
    scanned: list[int] = []

    def begin() -> None:
        making.enter_context(urgent.begun())
        begun.set()

    def scan_and_begin(photo: Photo, **options: Any) -> object:
        scanned.append(photo.id)
        if len(scanned) == 1:
            loop.call_soon_threadsafe(begin)
            begun.wait()
        return scan(photo, **options)

    monkeypatch.setattr(index_worker, "scan", scan_and_begin)
    ids = await place.add(a=scene(1), b=scene(2), c=scene(3))
    worker = IndexWorker(place.database, place.photos, MODEL, None, urgent=urgent, threads=1)
    assert await worker.scan()
    assert len(scanned) == 1, "the others of its batch wait"
    assert await place.one("SELECT count(*) FROM photo_troubles") == 0, "and are not taken for crashes"
    scanning = asyncio.create_task(worker.scan())
    await urgent.is_waited_for.wait()
    assert (len(scanned), scanning.done()) == (1, False)
    making.close()
    await scanning
    worker.close()
    assert sorted(scanned) == sorted(ids.values()), "each once, as soon as it is over"
    assert await hashed(place) == 3


async def test_urgent_work_ends_the_reading_of_text_which_begins_again_after_it(place: Place) -> None:
    urgent, loop, making = NotedUrgentWork(), asyncio.get_running_loop(), ExitStack()
    await place.add(a=scene(1))
    reader = EndlessReader(lambda: loop.call_soon_threadsafe(making.enter_context, urgent.begun()))
    worker = reading(place, reader, urgent)
    while await worker.scan():
        pass
    working = asyncio.create_task(worker.read())
    await urgent.is_waited_for.wait()
    assert reader.ended.is_set(), "it gives its memory back"
    assert not working.done()
    assert await place.one("SELECT count(*) FROM photo_troubles") == 0, (
        "and its photo is not taken for a crash"
    )
    assert await place.one("SELECT count(*) FROM photo_texts") == 0
    reader.read = FakeReader({"a": "afterwards"}).read  # type: ignore[method-assign]
    making.close()
    await working
    worker.close()
    assert await place.one("SELECT text FROM photo_texts") == "afterwards"
