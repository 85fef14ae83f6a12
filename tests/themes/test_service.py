"""Themes as they are stored, what they have left, and the photos that are chosen by them."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import pytest
from psycopg import AsyncConnection
from sqlalchemy import text

from fluffy_tui.core.app_events import Connected, PersonaEdited
from fluffy_tui.personas import PersonaNotFound
from fluffy_tui.photos import Verdict
from fluffy_tui.scheduling import PostRequest, channel_zone
from fluffy_tui.themes import ThemeNotFound, ThemeRefused, Themes
from fluffy_tui.themes.model import COUNTED_UP_TO
from fluffy_tui.themes.photo_order import OF_EACH_THEME, PAGE
from post_sql import photos_json
from scheduling.workplace import Workplace
from statement_plans import plans, rows_read, statements

MANY = """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)
    SELECT :persona, '/photos/' || n || '.jpg', sha256(n::text::bytea), 1, 3, 2, 'JPEG', '2024-05-01'
    FROM generate_series(1, 20000) AS n
"""
MANY_KEYWORDS = """
    INSERT INTO photo_keywords (photo_id, key, source, persona_id, word)
    SELECT id, word, 'hand', persona_id, word FROM photos, unnest(ARRAY['harbour', 'fog']) AS word
    WHERE word = 'harbour' OR id % 2 = 0
"""
POST = (
    "INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode)"
    f" SELECT id, {photos_json()}, persona_id, 'x', id::text, 'addToQueue' FROM photos LIMIT 1"
)
TAKEN = (
    "INSERT INTO post_photos SELECT photos.id, posts.id FROM photos, posts"
    " WHERE photos.id % 10 <> 0 AND photos.id <> photo_id"
)


@dataclass(frozen=True)
class Change:
    """What somebody does to a photo or its theme."""

    now: LiteralString
    before: tuple[LiteralString, ...] = ()
    """What makes it possible."""


POSTED: LiteralString = (
    "INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode)"
    f" SELECT id, {photos_json()}, persona_id, 'x', id::text, 'addToQueue' FROM photos WHERE id = %(photo)s"
)
KEYWORD: LiteralString = (
    "INSERT INTO photo_keywords (photo_id, key, source, persona_id, word)"
    " VALUES (%(photo)s, 'fog', 'hand', %(persona)s, 'fog') ON CONFLICT DO NOTHING"
)
THEME: LiteralString = (
    "INSERT INTO themes (persona_id, keyword, key, share, rest_days)"
    " VALUES (%(persona)s, 'fog', 'fog', 25, 0)"
)
NOTHING: tuple[LiteralString, ...] = (
    "DELETE FROM posts",
    "DELETE FROM photo_keywords",
    "DELETE FROM themes",
    "UPDATE photos SET verdict = NULL, missing_since = NULL",
    THEME,
)
CHANGES = {
    "gets the keyword": Change(KEYWORD),
    "loses the keyword": Change("DELETE FROM photo_keywords", (KEYWORD,)),
    "is rejected": Change("UPDATE photos SET verdict = 'reject'", (KEYWORD,)),
    "is picked": Change("UPDATE photos SET verdict = 'pick'"),
    "is unflagged": Change("UPDATE photos SET verdict = NULL", ("UPDATE photos SET verdict = 'reject'",)),
    "is missing": Change("UPDATE photos SET missing_since = now()", (KEYWORD,)),
    "is found": Change(
        "UPDATE photos SET missing_since = NULL", ("UPDATE photos SET missing_since = now()",)
    ),
    "gets a post": Change(POSTED, (KEYWORD,)),
    "loses its post": Change("DELETE FROM posts", (POSTED,)),
    "gets a theme": Change(THEME, (KEYWORD, "DELETE FROM themes")),
    "gets another theme": Change(
        "UPDATE themes SET keyword = 'fog', key = 'fog'",
        ("UPDATE themes SET keyword = 'pier', key = 'pier'",),
    ),
}
IMPOSSIBLE = ({"gets a post", "loses its post"}, {"gets a theme", "gets another theme"})
DIFFERENT = """
    WITH truth AS (
        SELECT DISTINCT photos.id, themes.id AS theme_id, coalesce(verdict = 'pick', false) AS is_picked
        FROM photos JOIN photo_keywords ON photo_id = photos.id JOIN themes USING (key)
        WHERE missing_since IS NULL AND verdict IS DISTINCT FROM 'reject'
        AND photos.id NOT IN (SELECT photo_id FROM post_photos)
    ), known AS (SELECT photo_id, theme_id, is_picked FROM theme_photos)
    (TABLE truth EXCEPT TABLE known) UNION ALL (TABLE known EXCEPT TABLE truth)
"""


async def left(place: Workplace) -> dict[str, int]:
    """Return how many photos each of the persona's themes has left, by keyword."""
    supplies = await place.services.themes.supplies()
    return {supply.theme.keyword: supply.left for supply in supplies.get(place.persona.id, ())}


async def test_themes_are_stored_changed_and_deleted(place: Workplace) -> None:
    themes, persona = place.services.themes, place.persona
    leo = await place.services.personas.create("leo")
    harbour = await themes.create(persona.id, " #Harbour ", 25, 3)
    fog = await themes.create(persona.id, "fog", 50, 0)
    assert (harbour.keyword, harbour.share, harbour.rest_days) == ("Harbour", 25, 3)
    assert await themes.list(persona.id) == [fog, harbour]
    assert await themes.create(leo.id, "harbour", 100, 0), "another persona has its own"

    with pytest.raises(ThemeRefused, match="already a theme HARBOUR"):
        await themes.create(persona.id, "HARBOUR", 5, 0)
    with pytest.raises(ThemeRefused, match="add up to 101 %"):
        await themes.create(persona.id, "pier", 26, 0)
    with pytest.raises(ThemeRefused, match="needs a keyword"):
        await themes.create(persona.id, " # ", 5, 0)
    with pytest.raises(ThemeRefused, match="The keyword has 101 characters"):
        await themes.create(persona.id, "a" * 101, 5, 0)
    with pytest.raises(PersonaNotFound):
        await themes.create(leo.id + 1, "pier", 5, 0)

    changed = await themes.change(fog, "FOG", 75, 7)
    assert changed == replace(fog, keyword="FOG", share=75, rest_days=7)
    with pytest.raises(ThemeRefused, match="already a theme harbour"):
        await themes.change(changed, "harbour", 5, 0)
    await themes.delete(fog)
    for again in (themes.delete(fog), themes.change(fog, "fog", 5, 0)):
        with pytest.raises(ThemeNotFound):
            await again
    assert await themes.list(persona.id) == [harbour]


async def test_shares_of_themes_that_are_created_at_once_are_added_up(place: Workplace) -> None:
    create = place.services.themes.create
    made = await asyncio.gather(
        *(create(place.persona.id, f"theme {n}", 40, 0) for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, ThemeRefused) for one in made) == 3
    assert len(await place.services.themes.list(place.persona.id)) == 2


async def test_what_a_theme_has_left_follows_keywords_flags_files_and_posts(place: Workplace) -> None:
    services, persona = place.services, place.persona
    photos = [await place.photo(number) for number in range(4)]
    ids = [photo.id for photo in photos]
    await services.keywords.add(ids[:3], ["Harbour"])
    harbour = await services.themes.create(persona.id, "harbour", 25, 0)
    await services.themes.create(persona.id, "fog", 25, 0)
    assert await left(place) == {"harbour": 3, "fog": 0}

    await services.keywords.add(ids, ["fog", "harbour"])
    assert await left(place) == {"harbour": 4, "fog": 4}
    await services.photos.decide(ids[0], Verdict.REJECT)
    assert await left(place) == {"harbour": 3, "fog": 3}
    await services.photos.decide(ids[0], Verdict.PICK)
    await services.keywords.remove([ids[3]], ["HARBOUR"])
    assert await left(place) == {"harbour": 3, "fog": 4}

    result = await services.scheduling.schedule_post(photos[1], "fog")
    assert result.post is not None
    assert await left(place) == {"harbour": 2, "fog": 3}
    await services.scheduling.cancel(result.post.id)
    assert await left(place) == {"harbour": 3, "fog": 4}

    photos[2].path.unlink()
    await services.photos.import_folders([place.folder], persona, on_progress=lambda _: None)
    assert await left(place) == {"harbour": 2, "fog": 3}

    await services.themes.change(harbour, "pier", 25, 0)
    assert await left(place) == {"pier": 0, "fog": 3}
    await place.execute("DELETE FROM photos")
    assert await left(place) == {"pier": 0, "fog": 0}


async def test_simultaneous_changes_of_one_photo_leave_what_a_theme_really_has(place: Workplace) -> None:
    """A test of each pair: the second begins before the first commits, and waits for it where it has to."""
    photo = await place.photo()
    values = {"photo": photo.id, "persona": place.persona.id}
    wrong = []
    url = place.services.database.url
    async with await AsyncConnection.connect(url) as one, await AsyncConnection.connect(url) as other:
        for first, second in itertools.permutations(CHANGES, 2):
            if {first, second} in IMPOSSIBLE:
                continue
            for statement in (*NOTHING, *CHANGES[first].before, *CHANGES[second].before):
                await one.execute(statement, values)
            await one.commit()
            await one.execute(CHANGES[first].now, values)
            waiting = asyncio.create_task(other.execute(CHANGES[second].now, values))
            while not waiting.done() and not await waits(place, other):
                await asyncio.sleep(0)
            await one.commit()
            await waiting
            await other.commit()
            if (await (await one.execute(DIFFERENT)).fetchall()) != []:
                wrong.append(f"{first} while it {second}")
            await one.commit()
    assert wrong == []


async def test_photos_are_submitted_while_they_get_keywords(place: Workplace) -> None:
    services, photos = place.services, [await place.photo(number) for number in range(2)]
    await services.themes.create(place.persona.id, "fog", 25, 0)
    requests = [PostRequest((photo,), f"post {photo.id}") for photo in reversed(photos)]
    changes = (
        services.keywords.add([photo.id for photo in photos], ["fog"]),
        services.scheduling.schedule_posts(requests),
    )
    async with await AsyncConnection.connect(services.database.url) as connection:
        await connection.execute("SELECT FROM photos WHERE id = %s FOR NO KEY UPDATE", [photos[0].id])
        tasks = []
        for change in changes:
            tasks.append(asyncio.ensure_future(change))
            while len(await place.waiting()) < len(tasks):
                await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert len(await services.scheduling.open_posts(place.persona)) == 2
    assert await left(place) == {"fog": 0}


async def waits(place: Workplace, connection: AsyncConnection[Any]) -> bool:
    """Return whether a connection waits for another one's lock."""
    blocking = text("SELECT cardinality(pg_blocking_pids(:pid))")
    async with place.services.database.transaction() as session:
        number: int = (await session.execute(blocking, {"pid": connection.info.backend_pid})).scalar_one()
    return number > 0


async def test_the_calendar_has_the_days_of_the_channel_and_the_themes_of_all_photos_of_a_post(
    place: Workplace,
) -> None:
    services = place.services
    persona = await services.personas.by_id(place.persona.id)
    now = datetime.now(UTC)
    empty = await services.themes.calendar(persona, now)
    assert (empty.themes, empty.posts) == ((), ()), "without themes there is nothing to read"
    harbour = await services.themes.create(persona.id, "harbour", 25, 3)
    post = await place.submit("one", 1)
    other = await place.photo(2)
    await services.keywords.add([*post.photo_ids, other.id], ["Harbour"])
    agenda = await services.planning.agenda(persona, now, now)
    assert agenda.channel is not None
    [planned] = agenda.planned
    calendar = await services.themes.calendar(persona, now, [other.id])
    [themed] = calendar.posts
    assert themed.day == planned.at.astimezone(channel_zone(agenda.channel)).date()
    assert themed.themes == {harbour.id}
    assert calendar.themes_of == {other.id: {harbour.id}, planned.post.photo_id: {harbour.id}}
    slots = agenda.free_slots(5)
    choice = await services.themes.choose(persona, now, slots)
    days = [slot.astimezone(channel_zone(agenda.channel)).date() for slot in slots]
    is_soon = (days[0] - themed.day).days < 3
    assert [candidate.photo_id for candidate in choice.taken] == ([] if is_soon else [other.id])


async def test_photos_without_a_theme_are_found_after_many_with_one(place: Workplace) -> None:
    services, persona = place.services, await place.services.personas.by_id(place.persona.id)
    async with services.database.transaction() as session:
        await session.execute(text(MANY), {"persona": persona.id})
        await session.execute(
            text(
                "INSERT INTO photo_keywords SELECT id, 'fog', 'hand', persona_id, 'fog' FROM photos"
                " ORDER BY id DESC LIMIT :n"
            ),
            {"n": PAGE + 10},
        )
    fog = await services.themes.create(persona.id, "fog", 50, 0)
    now = datetime.now(UTC)
    agenda = await services.planning.agenda(persona, now, now)
    choice = await services.themes.choose(persona, now, agenda.free_slots(4))
    assert [candidate.themes == {fog.id} for candidate in choice.taken].count(True) == 2
    assert len(choice.taken) == 4


async def test_nothing_reads_more_in_a_large_library(place: Workplace) -> None:
    services, persona = place.services, await place.services.personas.by_id(place.persona.id)
    async with services.database.transaction() as session:
        await session.execute(text(MANY), {"persona": persona.id})
        await session.execute(text(MANY_KEYWORDS))
        await session.execute(text(POST))
        await session.execute(text(TAKEN))
    await services.themes.create(persona.id, "harbour", 25, 3)
    await services.themes.create(persona.id, "fog", 25, 3)
    async with services.database.transaction() as session:
        await session.execute(
            text("ANALYZE photos, photo_keywords, theme_photos, themes, posts, post_photos")
        )
    now = datetime.now(UTC)
    with statements() as executed:
        assert await left(place) == {"fog": COUNTED_UP_TO, "harbour": COUNTED_UP_TO}
        await read(services.themes, place, now)
    for statement, nodes in await plans(services.database, executed):
        if statement.startswith("SELECT photos.id "):
            continue  # the library's own, which passes over the newest photos that have a post
        assert max(map(rows_read, nodes)) <= 5 * max(PAGE, COUNTED_UP_TO, OF_EACH_THEME), statement


async def read(themes: Themes, place: Workplace, now: datetime) -> None:
    """Choose photos for a slot."""
    persona = await place.services.personas.by_id(place.persona.id)
    choice = await themes.choose(persona, now, [now + timedelta(days=1)])
    assert len(choice.taken) == 1


async def test_a_change_of_a_theme_is_announced_as_one_of_its_persona(place: Workplace) -> None:
    themes, announced = place.services.themes, list[object]()
    async with aclosing(place.services.events()) as events:
        assert isinstance(await anext(events), Connected)
        theme = await themes.create(place.persona.id, "fog", 25, 0)
        announced.append(await anext(events))
        await themes.change(theme, "fog", 50, 0)
        announced.append(await anext(events))
        await themes.delete(theme)
        announced.append(await anext(events))
    assert announced == [PersonaEdited(place.persona.id)] * 3
