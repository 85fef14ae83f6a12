"""Stacks folded into one line, compared with the same in plain Python, and how Postgres reads a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Personas
from fluffy_tui.photos import (
    BestBy,
    BestReason,
    Browse,
    Flaw,
    Orientation,
    Photo,
    Photos,
    Posted,
    Sort,
    Stack,
    Verdict,
)
from fluffy_tui.photos.edited_names import is_edited
from fluffy_tui.photos.query.stack_sql import LibraryQueries
from fluffy_tui.similarity import stacked_photos
from photos.query.test_browse import DELETE_SOME, FILL, KEYS, SCHEDULE_SOME
from statement_plans import plans, rows_read, statements

pytestmark = pytest.mark.slow

SEVERAL = 600
MANY = 20_000
STACK = text(
    """
    INSERT INTO photo_hashes (photo_id, pdq, pdq_quality, dhash, stack_id)
    SELECT id, repeat('0', 256)::bit(256), 100, repeat('0', 128)::bit(128), CASE WHEN id % 10 < 4 THEN id / 10 END
    FROM photos
    """
)
"""Of ten photos imported in a row four show the same picture, as developing raw files makes it."""


async def fill(database: Database, count: int) -> tuple[Photos, int]:
    """Return photos with stacks, a tenth of the first two thousand scheduled, and the persona's id."""
    persona = await Personas(database, None).create("sarah")
    async with database.transaction() as session:
        await session.execute(FILL, {"persona": persona.id, "count": count})
        await session.execute(text(f"{SCHEDULE_SOME} AND id <= 2000"))
        await session.execute(DELETE_SOME)
        await session.execute(STACK)
    async with database.transaction() as session:
        await session.execute(text("ANALYZE"))
    return Photos(database, stacks=stacked_photos()), persona.id


def folded(found: list[Photo]) -> dict[int, list[Photo]]:
    """Fold an order in Python: the best of each stack with those behind it."""
    stacks: dict[int, list[Photo]] = {}
    for photo in found:
        stacks.setdefault(photo.id // 10 if photo.id % 10 < 4 else -photo.id, []).append(photo)
    lines = {}
    for stack in stacks.values():
        best, *behind = sorted(stack, key=rank)
        lines[best.id] = behind
    return {photo.id: lines[photo.id] for photo in found if photo.id in lines}


def rank(photo: Photo) -> Any:
    """Return what makes a photo better than others of its stack: picked, larger, older and so on."""
    sharpness = photo.scores.sharpness if photo.scores else -1
    closed = photo.scores is not None and Flaw.EYES_CLOSED in photo.scores.flaws
    return (
        photo.verdict != "pick",
        not is_edited(photo.name),
        -photo.width * photo.height,
        closed,
        -sharpness,
        photo.shown_at,
        photo.id,
    )


def best_by(best: Photo, behind: list[Photo]) -> BestReason:
    """Return what sets a photo apart from the second best, and what others of its stack lack."""
    places = list(zip(BestBy, rank(best), rank(behind[0]), strict=True))
    decided = next(place for place, (_, one, other) in enumerate(places) if one != other)
    lacking = {
        next(by for by, own, other in zip(BestBy, rank(best), rank(mate), strict=True) if own != other)
        for mate in behind
    }
    is_so_of_all = all(rank(best)[decided] < rank(mate)[decided] for mate in behind)
    among = [by for by in list(BestBy)[:decided] if by in lacking and not is_so_of_all]
    return BestReason(list(BestBy)[decided], tuple(among))


async def test_the_best_of_each_stack_is_listed_with_the_others_behind_it(database: Database) -> None:
    """In every order, under filters that leave out some of a stack: whole, by pages and by date."""
    photos, persona = await fill(database, SEVERAL)
    everything = list((await photos.by_ids(range(1, SEVERAL + 1))).values())
    for sort, descending in product(Sort, (True, False)):
        browse = Browse(
            sort=sort, descending=descending, posted=Posted.ALL, orientation=Orientation.PORTRAIT, folded=True
        )
        found = [photo for photo in everything if photo.width < photo.height]
        lines = folded(sorted(found, key=KEYS[sort], reverse=descending))
        ids = (await photos.ids(persona, browse)).tolist()
        assert ids == list(lines)
        assert await photos.count_folded(persona, browse) == len(found) - len(ids) > 0
        assert (await photos.first_ids(persona, browse, limit=20)).tolist() == ids[:20]
        assert (await photos.first_ids(persona, browse, limit=20, after=ids[19])).tolist() == ids[19:39]
        stacks = await photos.stacks(persona, browse, ids)
        found_by_id = {photo.id: photo for photo in found}
        assert stacks == {
            id_: Stack(
                tuple(photo.id for photo in behind),
                best_by(found_by_id[id_], behind),
                verdicts=frozenset(Verdict(photo.verdict) for photo in behind if photo.verdict),
            )
            for id_, behind in lines.items()
            if behind
        }


async def test_a_photo_folded_behind_another_leads_to_its_stack(database: Database) -> None:
    photos, persona = await fill(database, SEVERAL)
    browse = Browse(sort=Sort.IMPORTED, descending=False, posted=Posted.ALL, folded=True)
    assert await photos.stacks(persona, browse, [43]) == {41: Stack((43, 40, 42), BestReason(BestBy.LARGEST))}
    assert await photos.stacks(persona, browse, [45]) == {}
    assert await photos.stacks(persona, replace(browse, folded=False), [43]) == {}
    assert (await photos.first_ids(persona, browse, limit=2, after=42)).tolist() == [44, 45]
    async with database.transaction() as session:
        await session.execute(text("UPDATE photos SET verdict = 'pick' WHERE id = 42"))
        await session.execute(text("UPDATE photos SET verdict = 'reject' WHERE id = 41"))
    picked = await photos.stacks(persona, browse, [43])
    assert picked == {
        42: Stack((41, 43, 40), BestReason(BestBy.PICKED), verdicts=frozenset({Verdict.REJECT}))
    }
    assert (await photos.first_ids(persona, browse, limit=2, after=40)).tolist() == [42, 44]
    posted = await photos.stacks(persona, replace(browse, posted=Posted.UNSCHEDULED), [33])
    assert posted == {33: Stack((32, 31), BestReason(BestBy.PICKED))}  # 30 has a post


@pytest.mark.parametrize(
    ("eyes", "best", "reason"),
    [
        ({}, 40, BestReason(BestBy.SHARPEST)),
        ({40: 0.1, 41: 0.35, 42: 0.1, 43: 0.1}, 41, BestReason(BestBy.OPEN_EYES)),
        ({40: 0.1, 41: 0.35, 42: 0.35, 43: 0.35}, 41, BestReason(BestBy.SHARPEST, (BestBy.OPEN_EYES,))),
        ({40: 0.35, 41: 0.35, 42: 0.35, 43: 0.1}, 40, BestReason(BestBy.SHARPEST)),
        ({40: 0.1, 41: -1, 42: 0.1, 43: 0.1}, 41, BestReason(BestBy.OPEN_EYES)),  # its own cannot be seen
        ({40: 0.1, 41: 0.1, 42: 0.1, 43: 0.1}, 40, BestReason(BestBy.SHARPEST)),
    ],
)
async def test_in_a_burst_open_eyes_count_more_than_sharpness(
    database: Database, eyes: dict[int, float], best: int, reason: BestReason
) -> None:
    photos, persona = await fill(database, SEVERAL)
    alike = text(
        "UPDATE photos SET path = '/p/' || id, width = 4, height = 3, verdict = NULL, missing_since = NULL,"
        " sharpness = 90 - id, eyes_open = -1, faces = 1 WHERE id BETWEEN 40 AND 43"
    )
    async with database.transaction() as session:
        await session.execute(alike)
        for id_, value in eyes.items():
            await session.execute(
                text("UPDATE photos SET eyes_open = :eyes WHERE id = :id"), {"eyes": value, "id": id_}
            )
    browse = Browse(posted=Posted.ALL, folded=True)
    ((first, stack),) = (await photos.stacks(persona, browse, [43])).items()
    assert (first, stack.best_by) == (best, reason)


ALIKE = {
    "path": "/p/a.jpg", "verdict": None, "width": 4, "height": 3, "eyes_open": -1, "sharpness": 50,
    "taken_at": datetime(2026, 5, 1), "missing_since": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "best", "by", "among"),
    [
        ({43: {"verdict": "pick"}}, 43, BestBy.PICKED, ()),
        ({43: {"path": "/p/a-edited.jpg"}}, 43, BestBy.EDITED, ()),
        ({43: {"width": 5}}, 43, BestBy.LARGEST, ()),
        ({40: {"eyes_open": 0.1}, 41: {"eyes_open": 0.1}, 42: {"eyes_open": 0.1}}, 43, BestBy.OPEN_EYES, ()),
        ({43: {"sharpness": 60}}, 43, BestBy.SHARPEST, ()),
        ({43: {"taken_at": datetime(2026, 4, 30)}}, 43, BestBy.OLDEST, ()),
        ({}, 40, BestBy.FIRST, ()),
        ({42: {"verdict": "pick"}, 43: {"verdict": "pick"}}, 42, BestBy.FIRST, (BestBy.PICKED,)),
        (
            {40: {"width": 9}, 42: {"verdict": "pick"}, 43: {"verdict": "pick", "width": 5}},
            43,
            BestBy.LARGEST,
            (BestBy.PICKED,),
        ),
        ({42: {"verdict": "pick"}, 43: {"verdict": "pick", "width": 5}}, 43, BestBy.LARGEST, ()),
        (
            {
                40: {"sharpness": 90},
                41: {"verdict": "pick", "sharpness": 80},
                42: {"verdict": "pick", "width": 5},
                43: {"verdict": "pick", "width": 5, "sharpness": 60},
            },
            43,
            BestBy.SHARPEST,
            (BestBy.PICKED, BestBy.LARGEST),
        ),
        (
            {
                40: {"taken_at": datetime(2026, 4, 1)},
                41: {"width": 5, "eyes_open": 0.1, "taken_at": datetime(2026, 4, 2)},
                42: {"width": 5, "eyes_open": 0.3, "taken_at": datetime(2026, 4, 4)},
                43: {"width": 5, "eyes_open": 0.3, "taken_at": datetime(2026, 4, 3)},
            },
            43,
            BestBy.OLDEST,
            (BestBy.LARGEST, BestBy.OPEN_EYES),
        ),
        # what does not count because something before it has decided is no reason, though it is so
        (
            {42: {"verdict": "pick"}, 43: {"verdict": "pick", "width": 5, "sharpness": 60}},
            43,
            BestBy.LARGEST,
            (),
        ),
    ],
)
async def test_the_reason_is_what_decided_and_is_true_as_it_is_said(
    database: Database,
    changes: dict[int, dict[str, Any]],
    best: int,
    by: BestBy,
    among: tuple[BestBy, ...],
) -> None:
    photos, persona = await fill(database, 50)
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM posts"))
        for id_ in (40, 41, 42, 43):
            values = {**ALIKE, **changes.get(id_, {})}
            columns = ", ".join(f"{name} = :{name}" for name in values)
            await session.execute(text(f"UPDATE photos SET {columns} WHERE id = :id"), {**values, "id": id_})
    ((first, stack),) = (await photos.stacks(persona, Browse(folded=True), [41])).items()
    assert (first, stack.best_by) == (best, BestReason(by, among))


async def test_photos_behind_a_picked_one_need_no_decision(database: Database) -> None:
    """The library opens on the first undecided line; a filter by flag considers every photo."""
    photos, persona = await fill(database, SEVERAL)
    async with database.transaction() as session:
        await session.execute(text("UPDATE photos SET verdict = 'pick' WHERE id = 40"))
        await session.execute(text("UPDATE photos SET verdict = NULL WHERE id = 41"))
        await session.execute(text("UPDATE photos SET verdict = NULL WHERE id = 44"))
    browse = Browse(sort=Sort.IMPORTED, descending=False, posted=Posted.ALL, folded=True)
    undecided = await photos.first_ids(persona, browse, limit=1, after=40, verdict=Verdict.UNDECIDED)
    assert undecided.tolist() == [44]
    filtered = await photos.ids(persona, replace(browse, verdict=Verdict.UNDECIDED))
    assert 41 in filtered


async def test_a_date_leads_to_a_listed_photo(database: Database) -> None:
    photos, persona = await fill(database, SEVERAL)
    browse = Browse(posted=Posted.ALL, folded=True)
    ids = await photos.ids(persona, browse)
    found = await photos.id_at(persona, browse, datetime(2026, 5, 1))
    assert found in ids


async def test_other_places_of_the_same_file_are_returned(database: Database) -> None:
    photos, persona = await fill(database, 20)
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO photo_copies"
                " SELECT persona_id, '/again' || path, sha256, 1, now() FROM photos WHERE id = 5"
            )
        )
    stacks = await photos.stacks(persona, Browse(), [5, 6])
    photo = await photos.get(5)
    assert stacks == {5: Stack(same_files=(Path(f"/again{photo.path}"),))}


FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"posted": Posted.ALL},
    {"posted": Posted.NEVER},
    {"verdict": Verdict.PICK},
    {"verdict": Verdict.UNDECIDED},
    {"missing": True},
    {"orientation": Orientation.PORTRAIT},
    {"taken_from": datetime(2026, 3, 1), "taken_before": datetime(2026, 4, 1)},
    {"text": "img%12"},
)


def nodes(plan: Any) -> Iterator[dict[str, Any]]:
    """Yield every node of a plan."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


async def explained(session: AsyncSession, query: Any) -> list[dict[str, Any]]:
    """Run a query and return the nodes of its plan."""
    bound = str(query.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    statement = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {bound}".replace(":", r"\:"))
    (plan,) = await session.scalar(statement)
    return list(nodes(plan["Plan"]))


async def test_a_page_costs_a_page(database: Database) -> None:
    """Whatever plan Postgres chooses, no page of any order and filter reads all photos or sorts more than a few.

    Part of a name is in no index, so all names are read for it; but only matches are sorted.
    """
    _, persona = await fill(database, MANY)
    async with database.transaction() as session:
        for sort, changes, after, is_folded in product(Sort, FILTERS, (None, MANY // 2), (False, True)):
            browse = replace(Browse(sort=sort, folded=is_folded), **changes)
            queries = LibraryQueries(persona, browse, stacked_photos(), "")
            plan = await explained(session, queries.first_ids(limit=200, after=after, verdict=None))
            read = [node["Node Type"] for node in plan if node.get("Relation Name") == "photos"]
            assert "Seq Scan" not in read or browse.text, (browse, after, read)
            rows = [
                node["Actual Rows"] * node["Actual Loops"] for node in plan if node["Node Type"] == "Sort"
            ]
            assert max(rows, default=0) < MANY / 10, (browse, after, rows)
            hashes = [node["Actual Loops"] for node in plan if node.get("Relation Name") == "photo_hashes"]
            assert max(hashes, default=0) < MANY / 10, (browse, after, hashes)


IN_ORDER = text(
    """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at,
                        missing_since, verdict, sharpness, faces, stars, is_scheduled)
    SELECT :persona, '/p/Screenshot_' || lpad(n::text, 6, '0') || '.png', sha256(n::text::bytea), 1, n, 1000, 'PNG',
           timestamp '2026-01-01' + n * interval '1 minute', now(), now(), 'pick', n * 99.0 / :last, 1,
           1 + n * 4 / :last, n > :last / 2
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
    """
)
OF_FEW: tuple[dict[str, Any], ...] = (
    {},
    {"posted": Posted.ALL},
    {"posted": Posted.NEVER},
    {"verdict": Verdict.PICK},
    {"verdict": Verdict.PICK, "posted": Posted.ALL},
    {"missing": True},
    {"stars": (1, 5)},
    {"faces": True},
    {"screenshots": True},
)


@pytest.mark.parametrize("statistics", ["none", "old", "fresh"])
async def test_a_page_costs_a_page_however_much_is_posted(database: Database, statistics: str) -> None:
    """In each order, the second half of the photos is posted, and each filter lets all of them pass."""
    persona = await Personas(database, None).create("sarah")
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE photos SET (autovacuum_enabled = false)"))
        await session.execute(IN_ORDER, {"persona": persona.id, "first": 1, "last": 1})
        if statistics == "old":
            await session.execute(text("ANALYZE photos"))
        await session.execute(IN_ORDER, {"persona": persona.id, "first": 2, "last": MANY})
        if statistics == "fresh":
            await session.execute(text("ANALYZE photos"))
    photos = Photos(database)
    filters = OF_FEW[: None if statistics == "fresh" else 3]
    with statements() as executed:
        for sort, changes, descending in product(Sort, filters, (True, False)):
            browse = replace(Browse(sort=sort, descending=descending), **changes)
            assert len(await photos.first_ids(persona.id, browse, limit=200)) == 200
            if sort is Sort.TAKEN:
                assert await photos.id_at(persona.id, browse, datetime(2026, 1, 5)) is not None
    for statement, plan in await plans(database, executed):
        read = [rows_read(node) for node in plan]
        assert max(read) <= 1_000, (statement, read)


async def test_stacks_of_a_page_are_read_by_index(database: Database) -> None:
    photos, persona = await fill(database, MANY)
    browse = Browse(folded=True)
    ids = await photos.first_ids(persona, browse, limit=200)
    queries = LibraryQueries(persona, browse, stacked_photos(), "")
    async with database.transaction() as session:
        plan = await explained(session, queries._mates(ids))
    touched = [node for node in plan if node.get("Relation Name") in ("photos", "photo_hashes")]
    assert touched
    assert all(node["Node Type"] != "Seq Scan" for node in touched), touched
