"""What lists of posts cost, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from fluffy_tui.scheduling.service import in_groups, last_ended
from post_sql import photos_json

if TYPE_CHECKING:
    from sqlalchemy import Select

    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace

MANY = 20_000
"""Posts, enough for reading all of them to be dearer than any index."""

pytestmark = pytest.mark.slow


async def fill(place: Workplace, posts: int = MANY) -> None:
    """Write photos with posts that ended, half of them of another persona, one second apart and newest first."""
    other = await place.services.personas.create("other")
    async with place.services.database.transaction() as session:
        for table in ("photos", "posts"):
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await session.execute(
            text(
                "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
                " SELECT CASE WHEN n % 2 = 0 THEN :one ELSE :other END, n::text, sha256(n::text::bytea), 1, 1, 1,"
                " 'JPEG', now() FROM generate_series(1, :posts) AS n"
            ),
            {"one": place.persona.id, "other": other.id, "posts": posts},
        )
        await session.execute(
            text(
                "INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode, channel_id,"
                " status, step, buffer_post_id, posted_at, error_message)"
                f" SELECT id, {photos_json()}, persona_id, 'c', id::text, 'addToQueue', 'here',"
                " CASE WHEN id % 3 = 0 THEN 'failed' ELSE 'posted' END,"
                " CASE WHEN id % 3 = 0 THEN 'failed' ELSE 'live' END,"
                " id::text, now() - id * interval '1 second', 'none' FROM photos ORDER BY photos.id"
            )
        )


async def plan(place: Workplace, query: Select[Any]) -> str:
    """Return how Postgres would carry out a query."""
    async with place.services.database.transaction() as session:
        connection = await session.connection()
        compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
        rows = await connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params)
        return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("analyzed", [False, True])
async def test_lists_of_posts_never_read_all_of_them(place: Workplace, *, analyzed: bool) -> None:
    """Not even before Postgres has statistics."""
    await place.execute("ALTER TABLE posts SET (autovacuum_enabled = off)")
    await fill(place)
    if analyzed:
        await place.execute("ANALYZE")
    every = [persona.id for persona in await place.services.personas.list()]
    for query, index in (
        (last_ended(every, 10), "ix_posts_ended"),
        (last_ended(every[:1], 10), "ix_posts_ended"),
        (in_groups([1, 2, 3]), "ix_posts_lead_post_id"),
    ):
        found = await plan(place, query)
        assert index in found, found
        assert "Seq Scan on posts" not in found, found


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
