"""Every order and every filter, compared with the same in plain Python, on a realistic library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import text

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Browse, Flaw, Orientation, Photo, PhotoNotFound, Photos, Posted, Sort, Verdict
from fresh_database import fresh_database
from photos.photo_files import make_library
from post_sql import photos_json

pytestmark = pytest.mark.slow


MANY = 3_000

FILL = text(
    """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at,
                        missing_since, verdict, sharpness, clipped_light, clipped_dark, faces, eyes_open, stars)
    SELECT :persona, '/p/' || CASE WHEN n % 2 = 0 THEN 'ÉTÉ_' ELSE 'img%' END || n * 7919 % 100003 || '.jpg',
           sha256((:persona || ' ' || n)::bytea), 1, 1 + n % 7, 1 + n % 5, 'JPEG',
           CASE WHEN n % 3 > 0 THEN timestamp '2026-01-01' + (n * 7919 % 500) * interval '1 day' END,
           timestamptz '2026-06-01Z' + n % 100 * interval '1 hour',
           CASE WHEN n % 50 = 0 THEN now() END,
           CASE n % 11 WHEN 0 THEN 'pick' WHEN 1 THEN 'reject' END,
           n * 7919 % 101 - 1,
           CASE WHEN n * 7919 % 101 > 0 THEN n % 12 ELSE 0 END / 100.0,
           CASE WHEN n * 7919 % 101 > 0 THEN n % 13 ELSE 0 END / 40.0,
           CASE WHEN n * 7919 % 101 > 0 THEN greatest(n % 9 - 5, 0) ELSE -1 END,
           CASE WHEN n * 7919 % 101 > 0 AND n % 9 > 6 THEN n % 31 / 60.0 ELSE -1 END,
           CASE WHEN n % 3 = 0 THEN n % 6 ELSE 0 END
    FROM generate_series(1, :count) AS n
    """
)
SCHEDULE_SOME = text(
    f"""
    INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode)
    SELECT id, {photos_json()}, persona_id, 'x', 'key' || id, 'addToQueue' FROM photos WHERE id % 10 = 0
    """
)
DELETE_SOME = text("DELETE FROM posts WHERE photo_id % 20 = 0")


def shown(photo: Photo) -> datetime:
    return photo.shown_at


def has_flaws(photo: Photo, *flaws: Flaw) -> bool:
    return photo.scores is not None and photo.scores.flaws >= set(flaws)


KEYS: dict[Sort, Callable[[Photo], Any]] = {
    Sort.TAKEN: lambda photo: (shown(photo), photo.id),
    Sort.IMPORTED: lambda photo: photo.id,
    Sort.NAME: lambda photo: (photo.name.lower().encode(), photo.id),
    Sort.SHAPE: lambda photo: (photo.ratio, photo.id),
    Sort.SHARPNESS: lambda photo: (photo.scores.sharpness if photo.scores else -1, photo.id),
    Sort.STARS: lambda photo: (photo.stars, shown(photo), photo.id),
}
MAY = datetime(2026, 5, 1)
JUNE = datetime(2026, 6, 1)
SOME = frozenset(sha256(f"1 {number}".encode()).hexdigest() for number in range(5, 900, 50))
FILTERS: dict[str, tuple[Browse, Callable[[Photo], bool]]] = {
    "text": (Browse(text="été_1"), lambda photo: photo.name.startswith("ÉTÉ_1")),
    "in two characters": (Browse(text="e\u0301te\u0301_1"), lambda photo: photo.name.startswith("ÉTÉ_1")),
    "no pattern": (Browse(text="%"), lambda photo: "%" in photo.name),
    "from": (Browse(taken_from=MAY), lambda photo: shown(photo) >= MAY),
    "range": (Browse(taken_from=MAY, taken_before=JUNE), lambda photo: MAY <= shown(photo) < JUNE),
    "portrait": (Browse(orientation=Orientation.PORTRAIT), lambda photo: photo.width < photo.height),
    "landscape": (Browse(orientation=Orientation.LANDSCAPE), lambda photo: photo.width > photo.height),
    "square": (Browse(orientation=Orientation.SQUARE), lambda photo: photo.width == photo.height),
    "picked": (Browse(verdict=Verdict.PICK), lambda photo: photo.verdict == "pick"),
    "rejected": (Browse(verdict=Verdict.REJECT), lambda photo: photo.verdict == "reject"),
    "undecided": (Browse(verdict=Verdict.UNDECIDED), lambda photo: photo.verdict is None),
    "soft": (Browse(flaws=frozenset({Flaw.SOFT})), lambda photo: has_flaws(photo, Flaw.SOFT)),
    "dark": (Browse(flaws=frozenset({Flaw.DARK})), lambda photo: has_flaws(photo, Flaw.DARK)),
    "bright": (Browse(flaws=frozenset({Flaw.BRIGHT})), lambda photo: has_flaws(photo, Flaw.BRIGHT)),
    "soft and dark": (
        Browse(flaws=frozenset({Flaw.SOFT, Flaw.DARK})),
        lambda photo: has_flaws(photo, Flaw.SOFT, Flaw.DARK),
    ),
    "faces": (Browse(faces=True), lambda photo: bool(photo.scores and photo.scores.faces)),
    "eyes closed": (
        Browse(flaws=frozenset({Flaw.EYES_CLOSED})),
        lambda photo: has_flaws(photo, Flaw.EYES_CLOSED),
    ),
    "missing": (Browse(missing=True), lambda photo: photo.missing_since is not None),
    "there": (Browse(missing=False), lambda photo: photo.missing_since is None),
    "contents": (Browse(contents=SOME), lambda photo: photo.sha256 in SOME),
}


@dataclass(frozen=True)
class Browsed:
    """A library that no test changes, in a database of its own."""

    url: str
    persona: Persona
    found: dict[int, Photo]
    """All its photos."""


@pytest.fixture(scope="module")
def browsed(server_url: str, template_name: str) -> Iterator[Browsed]:
    """Yield some thousand photos; a tenth was scheduled, and half of those posts were deleted."""

    async def fill(url: str) -> Browsed:
        database = Database(url)
        photos, persona = await make_library(database)
        async with database.transaction() as session:
            await session.execute(FILL, {"persona": persona.id, "count": MANY})
            await session.execute(SCHEDULE_SOME)
            await session.execute(DELETE_SOME)
        found = await photos.by_ids(range(1, MANY + 1))
        await database.close()
        return Browsed(url, persona, found)

    with fresh_database(server_url, template_name) as url:
        yield asyncio.run(fill(url))


@pytest.fixture
async def filled(browsed: Browsed) -> AsyncIterator[Filled]:
    """Yield the service of that library, its persona, and its photos."""
    assert len(browsed.found) == MANY
    database = Database(browsed.url)
    yield Photos(database), browsed.persona, browsed.found
    await database.close()


Filled = tuple["Photos", "Persona", "dict[int, Photo]"]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", list(Sort))
async def test_every_order(filled: Filled, sort: Sort, descending: bool) -> None:
    """The whole, its first page, and the page from the last photo of that one."""
    photos, persona, found = filled
    browse = Browse(sort=sort, descending=descending, posted=Posted.ALL)
    expected = [photo.id for photo in sorted(found.values(), key=KEYS[sort], reverse=descending)]
    assert (await photos.ids(persona.id, browse)).tolist() == expected
    first = await photos.first_ids(persona.id, browse, limit=100)
    assert first.tolist() == expected[:100]
    after = await photos.first_ids(persona.id, browse, limit=100, after=first[-1])
    assert after.tolist() == expected[99:199]


@pytest.mark.parametrize("name", FILTERS)
async def test_every_filter(filled: Filled, name: str) -> None:
    """The photos that match, and no others."""
    photos, persona, found = filled
    browse, belongs = FILTERS[name]
    expected = sorted(filter(belongs, found.values()), key=KEYS[Sort.TAKEN], reverse=True)
    browse = replace(browse, posted=Posted.ALL)
    assert browse.is_filtered
    assert 0 < len(expected) < MANY
    assert (await photos.ids(persona.id, browse)).tolist() == [photo.id for photo in expected]


async def test_filters_together(filled: Filled) -> None:
    """A photo has to match all of them."""
    photos, persona, found = filled
    browse = Browse(
        text="img",
        taken_from=MAY,
        orientation=Orientation.PORTRAIT,
        verdict=Verdict.UNDECIDED,
        posted=Posted.ALL,
    )
    expected = {
        photo.id
        for photo in found.values()
        if "img" in photo.name
        and shown(photo) >= MAY
        and photo.width < photo.height
        and photo.verdict is None
    }
    assert set(await photos.ids(persona.id, browse)) == expected != set()


async def test_photos_with_a_post_now_or_ever(filled: Filled) -> None:
    """Deleting a post frees its photo, which is remembered to have been scheduled."""
    photos, persona, found = filled
    unscheduled = set(await photos.ids(persona.id, Browse()))
    never = set(await photos.ids(persona.id, Browse(posted=Posted.NEVER)))
    assert unscheduled == {id_ for id_ in found if id_ % 10 or id_ % 20 == 0}
    assert never == {id_ for id_ in found if id_ % 10}
    assert unscheduled == {photo.id for photo in await photos.unscheduled(persona)}


@pytest.mark.parametrize("descending", [True, False])
async def test_a_date_is_found_in_the_order(filled: Filled, descending: bool) -> None:
    """Newest first: the newest photo before it. Oldest first: the oldest from then on. After the last: none."""
    photos, persona, found = filled
    browse = Browse(descending=descending, posted=Posted.ALL)
    ordered = sorted(found.values(), key=KEYS[Sort.TAKEN], reverse=descending)
    reached = next(p for p in ordered if (shown(p) < MAY if descending else shown(p) >= MAY))
    assert await photos.id_at(persona.id, browse, MAY) == reached.id
    far = timedelta(days=10_000)
    assert await photos.id_at(persona.id, browse, MAY - far if descending else MAY + far) is None


async def test_a_page_may_begin_at_a_photo_that_is_filtered_out(filled: Filled) -> None:
    """It begins with the next undecided photo after a picked one."""
    photos, persona, found = filled
    ordered = sorted(found.values(), key=KEYS[Sort.TAKEN], reverse=True)
    place = next(index for index, photo in enumerate(ordered) if photo.verdict == "pick")
    undecided = Browse(verdict=Verdict.UNDECIDED, posted=Posted.ALL)
    expected = next(photo.id for photo in ordered[place:] if photo.verdict is None)
    answer = await photos.first_ids(persona.id, undecided, limit=1, after=ordered[place].id)
    assert answer.tolist() == [expected]


async def test_flagging_returns_the_flag_before(database: Database, library: tuple[Photos, Persona]) -> None:
    """That is for undo. A rejected photo stays in the library, with its file untouched."""
    photos, persona = library
    async with database.transaction() as session:
        await session.execute(FILL, {"persona": persona.id, "count": 5})
    assert await photos.decide(2, Verdict.REJECT) is Verdict.UNDECIDED
    assert await photos.decide(2, Verdict.PICK) is Verdict.REJECT
    assert (await photos.get(2)).verdict == "pick"
    assert await photos.decide(2, Verdict.UNDECIDED) is Verdict.PICK
    assert (await photos.get(2)).verdict is None
    assert len(await photos.ids(persona.id, Browse(posted=Posted.ALL))) == 5
    with pytest.raises(PhotoNotFound):
        await photos.decide(6, Verdict.PICK)
