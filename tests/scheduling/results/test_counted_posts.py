"""Which posts count, and what it costs to read them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from fluffy_tui.buffer import Metric
from fluffy_tui.photos import Orientation
from fluffy_tui.scheduling.results.counted_posts import MOST
from post_sql import photos_json
from scheduling.test_service import MANY, fill
from statement_plans import plans, rows_read, statements

if TYPE_CHECKING:
    from scheduling.workplace import Workplace


async def add_live(
    place: Workplace, number: int, *, days: float, rendition: str = "{}", **metrics: float
) -> int:
    """Write a live post of a new photo from some days ago, and return its id."""
    photo = await place.photo(number)
    async with place.services.database.transaction() as session:
        post_id: int = (
            await session.execute(
                text(
                    "INSERT INTO posts (photo_id, photos, persona_id, caption, first_comment, delivery_key, share_mode,"
                    " channel_id, organization_id, status, step, buffer_post_id, posted_at)"
                    f" SELECT id, jsonb_set({photos_json()}, '{{0,rendition}}', CAST(:rendition AS jsonb)),"
                    " persona_id, 'fog #sea', '#tide', id::text, 'addToQueue', 'here', 'org', 'posted', 'live',"
                    " id::text, now() - :age FROM photos WHERE id = :photo_id RETURNING id"
                ),
                {"photo_id": photo.id, "age": timedelta(days=days), "rendition": rendition},
            )
        ).scalar_one()
        for type_, value in metrics.items():
            await session.execute(
                text("INSERT INTO post_metrics VALUES (:post, :type, :value, :is_percentage, now())"),
                {"post": post_id, "type": type_, "value": value, "is_percentage": type_.endswith("Rate")},
            )
    return post_id


async def test_live_posts_of_the_last_year_come_newest_first_with_their_numbers(place: Workplace) -> None:
    newest = await add_live(place, 1, days=2, rendition='{"width": 1080, "height": 1350}')
    wide = await add_live(
        place, 2, days=9, rendition='{"width": 1080, "height": 566}', reach=90, engagementRate=2.5
    )
    square = await add_live(place, 3, days=300, rendition='{"width": 1080, "height": 1079}', reach=7)
    await add_live(place, 4, days=366, reach=8)
    await place.submit(number=5)
    await place.execute(
        "INSERT INTO follow_rounds (organization_id, asked_at, metrics_refusal) VALUES ('org', now(), 'no plan')"
    )
    scheduling = place.services.scheduling
    found = await scheduling.counted_posts(place.persona.id)
    assert [(one.id, one.shape) for one in found] == [
        (newest, Orientation.PORTRAIT),
        (wide, Orientation.LANDSCAPE),
        (square, Orientation.SQUARE),
    ]
    posts = {post.id: post for post in await scheduling.posts()}
    results = await scheduling.results([*posts.values()])
    for one in found:
        post = posts[one.id]
        assert (one.photo_id, one.at, one.caption) == (post.photo_id, post.posted_at, post.caption)
        assert one.first_comment == post.first_comment == "#tide"
        assert one.channel_id == "here"
        assert set(one.results.metrics) == set(results[one.id].metrics)
        assert (one.results.as_of, one.results.refusal) == (results[one.id].as_of, "no plan")
    assert set(found[1].results.metrics) == {Metric("reach", 90), Metric("engagementRate", 2.5, True)}
    other = await place.services.personas.create("other")
    assert await scheduling.counted_posts(other.id) == []


@pytest.mark.slow
@pytest.mark.parametrize("analyzed", [False, True])
async def test_only_the_newest_posts_are_read_however_many_there_are(
    place: Workplace, *, analyzed: bool
) -> None:
    await place.execute("ALTER TABLE posts SET (autovacuum_enabled = off)")
    await fill(place)
    await place.execute(
        "INSERT INTO post_metrics SELECT id, 'reach', id, false, now() FROM posts WHERE step = 'live'"
    )
    if analyzed:
        await place.execute("ANALYZE")
    with statements() as executed:
        found = await place.services.scheduling.counted_posts(place.persona.id)
    assert len(found) == MOST < MANY / 3
    for statement, nodes in await plans(place.services.database, executed):
        scanned = {node.get("Relation Name") for node in nodes if node["Node Type"] == "Seq Scan"}
        assert scanned <= {"follow_rounds"}, statement
        assert max(rows_read(node) for node in nodes) <= MOST, statement
        assert any(node.get("Index Name") == "ix_posts_by_time" for node in nodes), statement
