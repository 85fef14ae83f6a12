"""What lists of posts cost, however many there are."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from fluffy_tui.scheduling import ON_THE_WAY, Step
from fluffy_tui.scheduling.model import NO_TIME
from fluffy_tui.scheduling.plan.service import on_agenda
from fluffy_tui.scheduling.posts_by_time import next_due, posts_beyond
from fluffy_tui.scheduling.service import in_groups, last_ended
from post_sql import photos_json

if TYPE_CHECKING:
    from sqlalchemy import Select

    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace

MANY = 20_000
"""Posts, enough for reading all of them to be dearer than any index."""

pytestmark = pytest.mark.slow


async def fill(place: Workplace, posts: int = MANY, *, after: int = 0, failed: int = 3) -> None:
    """Write photos with posts that ended, half of them of another persona, one second apart and newest first.

    Args:
        place: Where.
        posts: How many.
        after: How many there are already.
        failed: Which part of them has failed; the others are live.
    """
    personas = place.services.personas
    known = {persona.name: persona for persona in await personas.list()}
    other = known.get("other") or await personas.create("other")
    async with place.services.database.transaction() as session:
        for table in ("photos", "posts"):
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await session.execute(
            text(
                "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
                " SELECT CASE WHEN n % 2 = 0 THEN :one ELSE :other END, n::text, sha256(n::text::bytea), 1, 1, 1,"
                " 'JPEG', now() FROM generate_series(CAST(:first AS int), :last) AS n"
            ),
            {"one": place.persona.id, "other": other.id, "first": after + 1, "last": after + posts},
        )
        await session.execute(
            text(
                "INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode, channel_id,"
                " status, step, buffer_post_id, posted_at, error_message)"
                f" SELECT id, {photos_json()}, persona_id, 'c', id::text, 'addToQueue', 'here',"
                " CASE WHEN id % :failed = 0 THEN 'failed' ELSE 'posted' END,"
                " CASE WHEN id % :failed = 0 THEN 'failed' ELSE 'live' END,"
                " id::text, now() - id * interval '1 second', 'none' FROM photos WHERE id > :after ORDER BY photos.id"
            ),
            {"after": after, "failed": failed},
        )


async def plan(place: Workplace, query: Select[*tuple[Any, ...]], options: str = "COSTS") -> str:
    """Return how Postgres would carry out a query, or has with the option ANALYZE."""
    async with place.services.database.transaction() as session:
        connection = await session.connection()
        compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
        rows = await connection.exec_driver_sql(f"EXPLAIN ({options}) {compiled}", compiled.params)
        return "\n".join(row[0] for row in rows)


async def test_lists_of_posts_never_read_all_of_them(place: Workplace) -> None:
    """Not even before Postgres has statistics."""
    await place.execute("ALTER TABLE posts SET (autovacuum_enabled = off)")
    await fill(place)
    every = [persona.id for persona in await place.services.personas.list()]
    for is_analyzed in (False, True):
        if is_analyzed:
            await place.execute("ANALYZE")
        for query, index in (
            (last_ended(every, 10), "ix_posts_ended"),
            (last_ended(every[:1], 10), "ix_posts_ended"),
            (in_groups([1, 2, 3]), "ix_posts_lead_post_id"),
            (on_agenda("here", datetime.now(UTC), NO_TIME), "ix_posts_of_channel"),
        ):
            found = await plan(place, query)
            assert index in found, found
            assert "Seq Scan on posts" not in found, found


@pytest.mark.parametrize("statistics", ["none, then fresh", "stale"])
async def test_a_page_of_posts_by_time_costs_the_same_however_many_there_are(
    place: Workplace, statistics: str
) -> None:
    """Whichever steps are wanted, at either end and in the middle, and whatever Postgres believes of the table."""
    await place.execute("ALTER TABLE posts SET (autovacuum_enabled = off)")
    if statistics == "stale":
        await fill(place, 300)
        await place.execute("ANALYZE")
        await fill(place, after=300)
        await assert_a_page_costs_a_page(place)
    else:
        await fill(place)
        await assert_a_page_costs_a_page(place)
        await place.execute("ANALYZE")
        await assert_a_page_costs_a_page(place)


async def assert_a_page_costs_a_page(place: Workplace) -> None:
    now = datetime.now(UTC)
    for start in ((now, 0), (now - timedelta(seconds=MANY / 2), 0), (NO_TIME, MANY)):
        for steps in (None, (Step.FAILED,), (Step.LIVE,), (None,), ON_THE_WAY):
            for later in (False, True):
                query = posts_beyond(place.persona.id, start, later=later, steps=steps, limit=200)
                found = await plan(place, query, "ANALYZE, BUFFERS OFF, TIMING OFF, SUMMARY OFF")
                assert "Index Scan" in found and "using ix_posts_by_time" in found, found
                assert "Seq Scan on posts" not in found and "Filter" not in found, found
                sorted_rows = [int(rows) for rows in re.findall(r"Sort .*? rows=(\d+) loops=1\)", found)]
                assert max(sorted_rows, default=0) <= 200 * (len(Step) + 1), found
    search = posts_beyond(place.persona.id, (now, 0), later=False, steps=None, limit=1_000, text="c fog")
    found = await plan(place, search)
    assert "using ix_posts_by_time" in found and "pk_photos" in found, found
    assert "Seq Scan" not in found, "the names are read by the photos' ids"


async def test_the_time_of_the_next_post_costs_the_same_however_many_there_are(place: Workplace) -> None:
    await place.execute("ALTER TABLE posts SET (autovacuum_enabled = off)")
    await fill(place)
    await place.execute(
        "UPDATE posts SET status = 'scheduled', step = 'accepted', posted_at = NULL,"
        " scheduled_at = '2027-01-01Z'::timestamptz + id * interval '1 minute' WHERE step = 'live'"
    )
    every = [persona.id for persona in await place.services.personas.list()]
    for is_analyzed in (False, True):
        if is_analyzed:
            await place.execute("ANALYZE")
        found = await plan(place, next_due(every), "ANALYZE, BUFFERS OFF, TIMING OFF, SUMMARY OFF")
        assert "using ix_posts_by_time" in found, found
        assert "Seq Scan on posts" not in found, found
        assert max(float(rows) for rows in re.findall(r"rows=([\d.]+) loops", found)) <= 2, found


async def test_counts_say_how_many_posts_are_where_and_when_the_next_is_due(place: Workplace) -> None:
    scheduling = place.services.scheduling
    for number in range(5):
        assert (await scheduling.schedule_post(await place.photo(number), "fog")).ok
    await place.execute(
        "UPDATE posts SET status = 'scheduled', step = 'accepted', buffer_post_id = id::text,"
        " scheduled_at = '2027-01-09Z'::timestamptz - id * interval '1 day' WHERE id > 2"
    )
    counts = (await scheduling.counts())[place.persona.id]
    due = [post.scheduled_at for post in await scheduling.posts(place.persona) if post.scheduled_at]
    assert (counts.queued, counts.scheduled, counts.next_due_at) == (2, 3, min(due))


async def test_the_posts_that_ended_last_come_newest_first(place: Workplace) -> None:
    await fill(place, 30)
    scheduling = place.services.scheduling

    def ended_at(post: Post) -> tuple[Any, int]:
        return (post.posted_at or post.updated_at, post.id)

    for persona in (None, place.persona):
        every = await scheduling.posts(persona)
        ended = await scheduling.ended_posts(persona, limit=7)
        assert ended == sorted(every, key=ended_at, reverse=True)[:7]
        assert len(ended) == 7


async def test_the_posts_of_a_submission_are_found_by_any_of_them(place: Workplace) -> None:
    scheduling, personas = place.services.scheduling, place.services.personas
    channels = [channel.id for channel in await personas.available_channels()][:3]
    await personas.set_channels(place.persona, dict.fromkeys(channels))
    lead, *cross_posts = (await scheduling.schedule_post(await place.photo(), "fog")).posts
    other = (await scheduling.schedule_post(await place.photo(1), "rain", channels=channels[:1])).posts[0]
    assert await scheduling.groups({cross_posts[1].group_id}) == [lead, *cross_posts]
    assert await scheduling.groups({lead.group_id, other.group_id}) == [lead, *cross_posts, other]
    await scheduling.cancel(lead.id)
    heir = await scheduling.post(cross_posts[0].id)
    assert heir is not None
    assert [post.id for post in await scheduling.groups({heir.group_id})] == [post.id for post in cross_posts]
    assert await scheduling.groups({lead.group_id}) == []
    assert await scheduling.groups(()) == []
