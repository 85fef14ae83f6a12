"""Cancelling posts that were not sent yet, many of them at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from fluffy_tui.photos import locked
from fluffy_tui.scheduling import NotPossibleNow, PostNotFound, PostRequest, Step
from fluffy_tui.scheduling.delivery.channel_queue import move_up
from fluffy_tui.scheduling.tables import PostRow
from statement_plans import statements

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace

GONE = 4711


async def submit(place: Workplace, count: int) -> list[Post]:
    """Submit a batch: a post for each photo on each channel of the persona; return the leads."""
    photos = [await place.photo(number) for number in range(count)]
    results = await place.services.scheduling.schedule_posts(
        [PostRequest((photo,), f"number {number}") for number, photo in enumerate(photos)]
    )
    assert all(result.ok for result in results), results
    return [result.posts[0] for result in results]


async def rows(place: Workplace, query: str) -> list[tuple[object, ...]]:
    async with place.services.database.transaction() as session:
        return [tuple(row) for row in await session.execute(text(query))]


async def taken(place: Workplace) -> list[tuple[object, ...]]:
    return await rows(place, "SELECT photo_id, post_id FROM post_photos ORDER BY photo_id")


@pytest.mark.parametrize("channels", [1, 2])
async def test_a_batch_is_cancelled_in_as_many_statements_as_two_posts(
    place: Workplace, channels: int
) -> None:
    if channels > 1:
        await place.on_two_channels()
    sent = []
    for count in (2, 9):
        before = await place.services.scheduling.counts()
        await submit(place, count)
        ids = {post.id for post in await place.services.scheduling.posts()}
        assert len(ids) == count * channels
        with statements() as executed:
            assert await place.services.scheduling.cancel_unsent(ids) == ids
        sent.append([statement for statement, _ in executed])
        after = await place.services.scheduling.counts()
        assert after[place.persona.id].queued == 0
        assert not before or after[place.persona.id].unscheduled == count
        assert await taken(place) == []
        assert await rows(place, "SELECT post_id FROM post_events") == []
    assert len(sent[0]) == len(sent[1]), sent[1]


async def test_posts_that_may_be_in_buffer_stay_as_they_are(place: Workplace) -> None:
    posts = await submit(place, 8)
    states = [
        "step = 'sending', claim = 'c', create_sent_at = now()",
        "step = 'unconfirmed', create_sent_at = now()",
        "step = 'accepted', status = 'scheduled', buffer_post_id = 'b1'",
        "step = 'live', status = 'posted', buffer_post_id = 'b2', posted_at = now()",
        "step = 'held', next_try_at = now(), create_sent_at = now()",
        "step = 'failed', status = 'failed', error_message = 'x', buffer_post_id = 'b3',"
        " error_code = 'image_dropped'",
    ]
    for post, state in zip(posts, states, strict=False):
        await place.execute(f"UPDATE posts SET {state} WHERE id = {post.id}")
    further, waiting = posts[: len(states)], posts[len(states) :]
    before = [await place.services.scheduling.post(post.id) for post in further]
    cancelled = await place.services.scheduling.cancel_unsent([GONE, *(post.id for post in posts)])
    assert cancelled == {post.id for post in waiting}
    assert [await place.services.scheduling.post(post.id) for post in further] == before
    for post in further[:2]:
        with pytest.raises(NotPossibleNow, match="not known yet"):
            await place.services.scheduling.cancel(post.id)
    for post in waiting:
        with pytest.raises(PostNotFound):
            await place.services.scheduling.cancel(post.id)
    assert await taken(place) == [(post.photo_id, post.id) for post in further]


@pytest.mark.parametrize(
    "state",
    [
        "step = NULL",
        "step = 'rendering', claim = 'c'",
        "step = 'hosting', claim = 'c'",
        "step = 'held', next_try_at = now(), error_code = 'queue_full'",
        "step = 'failed', status = 'failed', error_message = 'x', buffer_post_id = 'b3'",
        "step = 'unconfirmed', create_sent_at = now(), error_code = 'ambiguous'",
    ],
)
async def test_posts_that_cannot_be_in_buffer_are_cancelled_at_any_step(place: Workplace, state: str) -> None:
    post, other = await submit(place, 2)
    await place.execute(f"UPDATE posts SET {state} WHERE id = {post.id}")
    assert await place.services.scheduling.cancel_unsent([other.id, post.id]) == {post.id, other.id}
    assert await taken(place) == []


async def test_what_a_lost_create_may_leave_is_searched_for_after_all(place: Workplace) -> None:
    posts = await submit(place, 3)
    await place.execute(
        "UPDATE posts SET lost_creates = 1, create_buffer_time = now(), first_create_buffer_time = now()"
        f" WHERE id <> {posts[1].id}"
    )
    await place.services.scheduling.cancel_unsent([post.id for post in posts])
    noted = await rows(place, "SELECT caption FROM withdrawn_deliveries ORDER BY caption")
    assert noted == [("number 0",), ("number 2",)]


async def test_a_cross_post_that_has_left_inherits_the_photos(place: Workplace) -> None:
    await place.on_two_channels()
    leads = await submit(place, 3)
    every = await place.services.scheduling.groups([post.id for post in leads])
    heir = next(post for post in every if post.lead_post_id == leads[1].id)
    await place.execute(
        f"UPDATE posts SET step = 'accepted', status = 'scheduled', buffer_post_id = 'b' WHERE id = {heir.id}"
    )
    cancelled = await place.services.scheduling.cancel_unsent([post.id for post in every])
    assert cancelled == {post.id for post in every} - {heir.id}
    [left] = await place.services.scheduling.posts_with([post.photo_id for post in leads])
    assert (left.id, left.lead_post_id, left.step) == (heir.id, None, Step.ACCEPTED)
    assert await taken(place) == [(leads[1].photo_id, heir.id)]


async def test_live_posts_get_their_photos_back(place: Workplace) -> None:
    lives = await submit(place, 2)
    await place.execute(
        "UPDATE posts SET step = 'live', status = 'posted', buffer_post_id = 'buffer-' || id,"
        " posted_at = now() - interval '4 months'"
    )
    results = await place.services.scheduling.schedule_posts(
        [PostRequest(post.photos, "once more", again=True) for post in lives]
    )
    posts = [post for result in results for post in result.posts]
    assert await taken(place) == [(post.photo_id, post.id) for post in posts]
    await place.services.scheduling.cancel_unsent([post.id for post in posts])
    assert await taken(place) == [(post.photo_id, post.id) for post in lives]
    assert await rows(place, "SELECT photo_id, id FROM posts ORDER BY photo_id") == await taken(place)


async def test_the_next_post_tries_at_the_time_at_which_the_first_of_them_would_have(
    place: Workplace,
) -> None:
    posts = await submit(place, 4)
    await place.execute("DELETE FROM procrastinate_jobs")
    for number, post in enumerate(posts):
        await place.execute(
            "UPDATE posts SET step = 'held', error_code = 'queue_full',"
            f" next_try_at = '2030-01-01Z'::timestamptz + interval '{(3, 1, 2, 4)[number]} days'"
            f" WHERE id = {post.id}"
        )
    await place.services.scheduling.cancel_unsent([post.id for post in posts[:3]])
    left = await place.post(posts[3].id)
    assert left.next_try_at is not None
    assert f"{left.next_try_at:%Y-%m-%d}" == "2030-01-02"
    jobs = await rows(place, "SELECT args ->> 'post_id', scheduled_at FROM procrastinate_jobs")
    assert jobs == [(str(left.id), left.next_try_at)]


async def lock_posts(session: AsyncSession, *posts: Post) -> None:
    query = select(PostRow.id).where(PostRow.id.in_([post.id for post in posts])).with_for_update()
    await session.execute(query)


async def test_photos_are_locked_before_posts_as_a_submit_does(place: Workplace) -> None:
    posts = await submit(place, 3)
    async with place.services.database.transaction() as submitting:
        await submitting.execute(locked([posts[1].photo_id]))
        cancelling = asyncio.create_task(place.services.scheduling.cancel_unsent([post.id for post in posts]))
        await place.until_one_waits()
        await lock_posts(submitting, *posts)
    assert await cancelling == {post.id for post in posts}


async def test_posts_are_locked_in_the_order_of_their_ids_as_a_move_in_the_queue_does(
    place: Workplace,
) -> None:
    posts = await submit(place, 4)
    queue = place.services.delivery.queue
    async with place.services.database.transaction() as moving:
        await lock_posts(moving, posts[0])
        cancelling = asyncio.create_task(
            place.services.scheduling.cancel_unsent([post.id for post in reversed(posts)])
        )
        await place.until_one_waits()
        assert await move_up(moving, queue, posts[3].id)
    assert await cancelling == {post.id for post in posts}


async def test_cross_posts_that_are_left_are_locked_in_that_order_too(place: Workplace) -> None:
    await place.on_two_channels()
    leads = await submit(place, 2)
    every = await place.services.scheduling.groups([post.id for post in leads])
    other = next(post for post in every if post.lead_post_id == leads[0].id)
    async with place.services.database.transaction() as moving:
        await lock_posts(moving, other)
        cancelling = asyncio.create_task(place.services.scheduling.cancel_unsent([post.id for post in leads]))
        await place.until_one_waits()
        await lock_posts(moving, leads[1])
    assert await cancelling == {post.id for post in leads}
    left = await place.post(other.id)
    assert left.lead_post_id is None


async def test_two_terminals_that_undo_one_batch_share_it(place: Workplace) -> None:
    await place.services.themes.create(place.persona.id, "fog", 25, 0)
    for _ in range(3):
        posts = await submit(place, 5)
        ids = [post.id for post in posts]
        undone = await asyncio.gather(
            place.services.scheduling.cancel_unsent(ids),
            place.services.scheduling.cancel_unsent(ids[::-1]),
        )
        assert sorted([*undone[0], *undone[1]]) == ids
    assert await taken(place) == []
