"""The queue of photos to index: what gets into it, who takes what out, and what that costs in a large library."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.photos import Machine, Photos, PhotoScores, PictureText
from fluffy_tui.similarity.index import worklist
from fluffy_tui.similarity.index.perceptual_hash import PictureBits
from fluffy_tui.similarity.index.photo_scan import PhotoScan
from fluffy_tui.similarity.index.scan_results import store
from fluffy_tui.similarity.index.worklist import Failure, Stage, Task, Worklist
from fluffy_tui.similarity.model import EmbeddingModel
from similarity.similarity_place import Place, save, scene
from statement_plans import plans, rows_read, statements

MANY = 20_000
GROWING = (
    "photos", "photo_places", "photo_hashes", "photo_embeddings", "photo_texts", "photo_troubles", "photos_to_index",
)  # fmt: skip
"""The tables that a library makes large."""
AT_LENGTH = 16 * 100
"""Rows that a statement for a batch never reads; the name of each photo leads to some 80 others."""

FILL = (
    "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at, sharpness)"
    " SELECT :persona, '/p/' || n || '.jpg', sha256(n::text::bytea), 1, 4, 3, 'JPEG', now(),"
    " CASE n % 2 WHEN 0 THEN 50 ELSE -1 END"
    " FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n",
    "INSERT INTO photo_places (photo_id, machine_id, persona_id, path, modified_at)"
    " SELECT id, '', persona_id, path, modified_at FROM photos AS photo"
    " WHERE NOT EXISTS (SELECT FROM photo_places WHERE photo_id = photo.id)",
)
INDEX_HALF = (
    "INSERT INTO embedding_models (name, dimensions, active) VALUES ('tiny', 2, true) ON CONFLICT DO NOTHING",
    "INSERT INTO photo_hashes (photo_id, pdq, pdq_quality, dhash)"
    " SELECT id, right(sha256::text, -1)::bit(256), 100, right(sha256::text, -1)::bit(128) FROM photos"
    " WHERE id % 2 = 0 ON CONFLICT DO NOTHING",
    "INSERT INTO photo_troubles (photo_id, stage, reason)"
    " SELECT id, CASE id % 2 WHEN 0 THEN 'ask' ELSE 'look' END, CASE id % 100 WHEN 1 THEN 'Cut off.' ELSE '' END"
    " FROM photos"
    " WHERE id % 2 = 0 OR id % 10 = 1 ON CONFLICT DO NOTHING",
    "INSERT INTO photo_embeddings (photo_id, model_id, dimensions, embedding)"
    " SELECT id, 1, 2, '[1,2]' FROM photos WHERE id % 2 = 0 ON CONFLICT DO NOTHING",
    "INSERT INTO photo_texts (photo_id, persona_id, text, words)"
    " SELECT id, persona_id, 'a word', array_to_tsvector(ARRAY['a', 'word']) FROM photos WHERE id % 2 = 0"
    " ON CONFLICT DO NOTHING",
)
SCORES = PhotoScores(50.0, 0.0, 0.0)
MODEL = EmbeddingModel(1, "tiny", 2, None, None, active=True)


async def fill(place: Place, first: int, last: int) -> None:
    """Add photos without files, and index every second one."""
    for statement in (*FILL, *INDEX_HALF):
        values: dict[str, Any] = {"persona": place.persona.id, "first": first, "last": last}
        await place.rows(statement, **({} if ":persona" not in statement else values))


async def finish(place: Place, tasks: Sequence[Task], queue: Worklist, failed: int | None = None) -> None:
    """Index claimed photos, except for one that fails."""
    shas = dict(await place.rows("SELECT id, sha256 FROM photos"))
    ids = [task.photo_id for task in tasks if task.photo_id != failed]
    scans = [
        PhotoScan(photo_id, bytes(shas[photo_id]), bits_of(photo_id), [1.0, 2.0], SCORES) for photo_id in ids
    ]
    failures = [Failure(failed, "It is cut off.", final=False)] if failed is not None else []
    async with place.database.transaction() as session:
        stored, _ = await store(session, scans, MODEL)
        await queue.finish(session, tasks, stored, failures)


async def finish_reading(place: Place, tasks: Sequence[Task], queue: Worklist) -> None:
    """Store a text for claimed photos."""
    shas = dict(await place.rows("SELECT id, sha256 FROM photos"))
    read = PictureText("a word", 0.1)
    scans = [PhotoScan(task.photo_id, bytes(shas[task.photo_id]), text=read) for task in tasks]
    async with place.database.transaction() as session:
        stored, _ = await store(session, scans, None)
        await queue.finish(session, tasks, stored, [])


def bits_of(photo_id: int) -> PictureBits:
    bits = np.random.default_rng(photo_id).integers(0, 2, 384)
    written = "".join(map(str, bits))
    return PictureBits(written[:256], 100, written[256:])


def checked(plan: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Return what grows with the library: a table that is read whole, or anything that is read at length."""
    return [
        (node["Node Type"], node.get("Relation Name", ""), rows_read(node))
        for node in plan
        if (node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING)
        or rows_read(node) > AT_LENGTH
    ]


@pytest.mark.parametrize("statistics", ["none", "old, then fresh"])
async def test_no_statement_of_a_worker_grows_with_the_library(place: Place, statistics: str) -> None:
    """Whatever the statistics are: after a large import Postgres has none, or old ones, for a minute or more."""
    for table in GROWING:
        await place.rows(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    if statistics != "none":
        await fill(place, 1, 2)
        await place.rows(f"ANALYZE {', '.join(GROWING)}")
    await fill(place, 3 if statistics != "none" else 1, MANY)
    queue = Worklist(place.database, Stage.SCAN, "")
    unread = Worklist(place.database, Stage.READ, "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worklist, "_LOOKED_THROUGH_AT_ONCE", MANY + 1)
        await finish(place, await queue.claim(1, most=16), queue)
        await finish_reading(place, await unread.claim(None, most=1), unread)
    assert await place.one("SELECT count(*) FROM photos_to_index WHERE stage = 'look'") == MANY * 0.4 - 16
    assert await place.one("SELECT count(*) FROM photos_to_index WHERE stage = 'read'") == MANY * 0.5 - 1
    await assert_nothing_is_read_at_length(place, queue, unread)
    if statistics != "none":
        await place.rows(f"ANALYZE {', '.join(GROWING)}")
        await assert_nothing_is_read_at_length(place, queue, unread)


async def assert_nothing_is_read_at_length(place: Place, queue: Worklist, unread: Worklist) -> None:
    """Do what a worker does, and check how each of its statements is answered."""
    with statements() as executed:
        tasks = await queue.claim(1, most=16)
        await place.photos.by_ids([task.photo_id for task in tasks])
        await finish(place, tasks, queue, failed=tasks[3].photo_id)
        assert not await queue.is_empty()
        tasks_to_read = await unread.claim(None, most=1)
        assert len(tasks_to_read) == 1
        await finish_reading(place, tasks_to_read, unread)
        await place.photos.texts([tasks_to_read[0].photo_id])
        await place.similarity.same_picture(tasks[0].photo_id)
        await place.similarity.progress()
        await place.photos.counts("unscheduled")
        await Worklist(place.database, Stage.EMBED, "").claim(1, most=4)
    executed = [one for one in executed if one[0] != "SELECT id, sha256 FROM photos"]
    assert len(executed) > 30
    found = [(statement, checked(plan)) for statement, plan in await plans(place.database, executed)]
    assert [one for one in found if one[1]] == []


async def test_no_trigger_of_an_import_reads_the_library(place: Place) -> None:
    """A session's plan for a trigger is kept, so each is run often enough for that."""
    await place.rows("INSERT INTO index_targets VALUES ('', 'look', NULL, NULL)")
    await fill(place, 1, MANY)
    async with place.database.transaction() as session:
        query = text(
            "SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
        )
        before = {row[0]: row[1] for row in await session.execute(query)}
        for number in range(8):
            values = {
                "persona": place.persona.id,
                "first": MANY + number * 10 + 1,
                "last": MANY + number * 10 + 10,
            }
            await session.execute(text(FILL[0]), values)
            await session.execute(
                text(
                    "INSERT INTO photo_places (photo_id, machine_id, persona_id, path, modified_at)"
                    " SELECT id, '', persona_id, path, modified_at FROM photos ORDER BY id DESC LIMIT 10"
                )
            )
            await session.execute(
                text("UPDATE photo_places SET missing_since = now() WHERE photo_id = :id"), {"id": number + 1}
            )
            await session.execute(
                text("UPDATE photos SET sha256 = sha256('new ' || id::text::bytea) WHERE id = :id"),
                {"id": number + 100},
            )
        read = {row[0]: row[1] - before.get(row[0], 0) for row in await session.execute(query)}
    assert read["photo_places"] > 0
    assert {table: rows for table, rows in read.items() if table in GROWING and rows > 2_000} == {}


async def test_two_workers_never_claim_the_same_photo(place: Place) -> None:
    await fill(place, 1, 400)
    queues = [Worklist(place.database, Stage.SCAN, "") for _ in range(2)]
    claimed: list[int] = []

    async def work(queue: Worklist) -> None:
        while tasks := await queue.claim(None, most=16):
            claimed.extend(task.photo_id for task in tasks)
            assert not any(task.suspicious for task in tasks)

    await asyncio.gather(*(work(queue) for queue in queues))
    assert len(claimed) == len(set(claimed)) == 160


async def test_duplicates_that_two_workers_store_at_once_find_each_other(place: Place) -> None:
    await place.add(a=scene(1), b=scene(1).resize((320, 240)))
    with place.worker() as one, place.worker() as other, pytest.MonkeyPatch.context() as patch:
        patch.setattr("fluffy_tui.similarity.index.index_worker.SCANNED_AT_ONCE", 1)
        await asyncio.gather(one.scan(), other.scan())
    assert await place.one("SELECT count(DISTINCT stack_id) FROM photo_hashes") == 1
    assert await place.one("SELECT count(stack_id) FROM photo_hashes") == 2


async def test_a_worker_that_waits_for_another_to_fill_the_queue_claims_what_that_one_leaves(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its transaction is then older than what is in the queue."""
    await fill(place, 1, 8)
    first, other = (Worklist(place.database, Stage.SCAN, "") for _ in range(2))
    fill_queue = other._fill
    claimed: list[list[Task]] = []

    async def fill_after_the_first(session: AsyncSession, model_id: int | None) -> bool:
        claimed.append(await asyncio.create_task(first.claim(None, most=1)))
        return await fill_queue(session, model_id)

    monkeypatch.setattr(other, "_fill", fill_after_the_first)
    claimed.append(await other.claim(None, most=1))
    assert [len(tasks) for tasks in claimed] == [1, 1]
    assert claimed[0] != claimed[1]


async def test_another_model_queues_every_photo_again_a_portion_at_a_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does a machine that is new to a library."""
    monkeypatch.setattr(worklist, "_LOOKED_THROUGH_AT_ONCE", 7)
    await place.add(**{f"p{number}": scene(number, (64, 48)) for number in range(20)})
    queue = Worklist(place.database, Stage.SCAN, "")

    async def claimed(model: int | None) -> list[tuple[bool, bool]]:
        found = []
        while tasks := await queue.claim(model, most=100):
            found += [(task.bits, task.vector) for task in tasks]
            await place.rows(
                "INSERT INTO photo_hashes SELECT id, repeat('0', 256)::bit(256), 0, repeat('0', 128)::bit(128)"
                " FROM photos ON CONFLICT DO NOTHING"
            )
            await place.rows("UPDATE photos SET sharpness = 50")
            async with place.database.transaction() as session:
                await queue.finish(session, tasks, [task.photo_id for task in tasks], [])
        return found

    assert len(await claimed(None)) == 7  # by then the others had got their hashes
    await place.rows("INSERT INTO embedding_models (name, dimensions) VALUES ('one', 2), ('two', 2)")
    assert await claimed(1) == [(False, True)] * 20
    assert await claimed(1) == []
    assert await claimed(2) == [(False, True)] * 20
    assert await place.one("SELECT count(*) FROM photos_to_index") == 0


async def test_what_another_machine_has_indexed_is_left_out(place: Place) -> None:
    await place.add(a=scene(1), b=scene(2))
    both = replace(place, photos=Photos(place.database, machine=Machine("2", "x")))
    await both.import_again()
    await place.rows(
        "INSERT INTO photo_places SELECT photo_id, '3', persona_id, path, modified_at FROM photo_places"
    )
    first, second = (Worklist(place.database, Stage.SCAN, machine) for machine in ("2", "3"))
    tasks = await first.claim(None, most=1)
    assert [task.photo_id for task in await second.claim(None, most=16)] != [task.photo_id for task in tasks]
    await place.let_time_pass()
    await both.scan()
    assert await place.one("SELECT count(*) FROM photo_hashes") == 2
    await place.let_time_pass()
    assert await second.claim(None, most=16) == []
    assert await place.one("SELECT count(*) FROM photos_to_index WHERE machine_id = '3'") == 0


async def test_a_photo_whose_content_changes_is_queued_again(place: Place) -> None:
    """Even if its file has the same time as before, so that its place is as it was."""
    ids = await place.add(a=scene(1))
    await place.scan()
    assert await place.one("SELECT count(*) FROM photos_to_index") == 0
    await place.rows("UPDATE photos SET sha256 = sha256('new') WHERE id = :id", id=ids["a"])
    assert await place.rows("SELECT photo_id, stage FROM photos_to_index") == [(ids["a"], "look")]
    save(scene(2), place.folder / "a.jpg")
    await place.import_again()
    await place.scan()
    assert await place.one("SELECT count(*) FROM photos_to_index") == 0
    assert await place.one("SELECT count(*) FROM photo_hashes") == 1
