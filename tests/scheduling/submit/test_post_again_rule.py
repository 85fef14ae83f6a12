"""Posting a live post again: its photos are handed on, and handed back if nothing comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from fluffy_tui.scheduling import NotPossibleNow, PostRequest, PostStatus, Reason, Step

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post, ScheduleResult
    from scheduling.workplace import Workplace


async def live(place: Workplace, *post_ids: int, months: float = 4) -> None:
    """Make posts live since so many months ago, as if Buffer had published them."""
    for post_id in post_ids:
        await place.execute(
            "UPDATE posts SET step = 'live', status = 'posted', buffer_post_id = 'buffer-' || id, next_try_at = NULL,"
            f" posted_at = now() - interval '{months} months' WHERE id = {post_id}"
        )


async def again(
    place: Workplace, post: Post, caption: str = "once more", **options: object
) -> ScheduleResult:
    """Post the photos of a post again."""
    [result] = await place.services.scheduling.schedule_posts(
        [PostRequest(post.photos, caption, again=True, **options)]  # type: ignore[arg-type]
    )
    return result


async def taken(place: Workplace) -> dict[int, int]:
    """Return which lead has each photo that is taken."""
    async with place.services.database.transaction() as session:
        rows = await session.execute(text("SELECT photo_id, post_id FROM post_photos"))
        return {row[0]: row[1] for row in rows}


async def covers(place: Workplace) -> dict[int, int | None]:
    """Return `posts.photo_id` of each post."""
    async with place.services.database.transaction() as session:
        rows = await session.execute(text("SELECT id, photo_id FROM posts"))
        return {row[0]: row[1] for row in rows}


async def test_the_new_post_has_the_photo_and_the_live_one_gets_it_back(place: Workplace) -> None:
    first = await place.submit()
    await live(place, first.id)
    [repeated] = await place.services.scheduling.posts_to_repeat(first.id)
    result = await again(place, repeated)
    assert result.ok, result.reason
    assert result.post is not None
    assert (result.post.again_of_id, result.post.step) == (first.id, Step.QUEUED)
    assert await taken(place) == {first.photo_id: result.post.id}
    assert await covers(place) == {first.id: None, result.post.id: first.photo_id}
    assert not (await again(place, repeated)).ok, "one at a time"
    with pytest.raises(NotPossibleNow, match="not live yet"):
        await place.services.scheduling.posts_to_repeat(first.id)
    await place.services.scheduling.cancel(result.post.id)
    assert await taken(place) == {first.photo_id: first.id}
    assert await covers(place) == {first.id: first.photo_id}


async def test_a_post_goes_out_again_and_then_once_more(place: Workplace) -> None:
    first = await place.submit()
    await place.services.delivery.deliver(first.id)
    await live(place, first.id)
    second = (await again(place, first)).post
    assert second is not None
    await place.services.delivery.deliver(second.id)
    accepted = await place.post(second.id)
    assert accepted.step is Step.ACCEPTED
    assert [post.text for post in place.in_buffer()] == ["fog on the pier", "once more"]
    await live(place, second.id, months=1)
    with pytest.raises(NotPossibleNow, match=r"can be posted again from \d+ \w+ \d+ on"):
        await place.services.scheduling.posts_to_repeat(second.id)
    with pytest.raises(NotPossibleNow, match="can be posted again"):
        await place.services.scheduling.posts_to_repeat(first.id)
    refused = await again(place, first)
    assert (refused.ok, refused.code) == (False, Reason.ALREADY_SCHEDULED)
    await live(place, second.id)
    third = (await again(place, first, "a third time")).post
    assert third is not None
    assert third.again_of_id == second.id, "the post that had the photo last"
    await place.services.scheduling.cancel(third.id)
    assert await taken(place) == {first.photo_id: second.id}


async def test_only_what_is_live_everywhere_and_for_long_enough_is_posted_again(place: Workplace) -> None:
    first = await place.submit()
    with pytest.raises(NotPossibleNow, match="not live yet"):
        await place.services.scheduling.posts_to_repeat(first.id)
    assert not (await again(place, first)).ok
    await live(place, first.id, months=2)
    with pytest.raises(NotPossibleNow, match="FLUFFY_POST_AGAIN_MONTHS"):
        await place.services.scheduling.posts_to_repeat(first.id)
    assert not (await again(place, first)).ok
    await live(place, first.id)
    [result] = await place.services.scheduling.schedule_posts([PostRequest(first.photos, "not meant")])
    assert result.code is Reason.ALREADY_SCHEDULED, "only if the user asks for it"


async def test_photos_of_two_posts_are_not_brought_together(place: Workplace) -> None:
    first, other = await place.submit(number=1), await place.submit(number=2)
    await live(place, first.id, other.id)
    [result] = await place.services.scheduling.schedule_posts(
        [PostRequest((*first.photos, *other.photos), "both", again=True)]
    )
    assert not result.ok
    assert await taken(place) == {first.photo_id: first.id, other.photo_id: other.id}


async def test_a_cross_post_inherits_what_was_taken_over(place: Workplace) -> None:
    channels = {channel.name: channel.id for channel in await place.services.personas.available_channels()}
    ids = {channels["sarah.frames"]: None, channels["leo.afterdark"]: None}
    persona = await place.services.personas.set_channels(place.persona, ids)
    place.persona = persona
    first = await place.submit()
    group = await place.services.scheduling.groups([first.id])
    assert len(group) == 2
    await live(place, first.id)
    with pytest.raises(NotPossibleNow, match="not live yet"):
        await place.services.scheduling.posts_to_repeat(first.id)
    await live(place, *(post.id for post in group))
    lead, cross_post = (await again(place, first)).posts
    await place.services.scheduling.cancel(lead.id)
    heir = await place.post(cross_post.id)
    assert (heir.lead_post_id, heir.again_of_id) == (None, first.id)
    assert await taken(place) == {first.photo_id: heir.id}
    await place.services.scheduling.cancel(heir.id)
    assert await taken(place) == {first.photo_id: first.id}


async def test_all_photos_of_the_live_post_stay_taken_when_some_are_posted_again(place: Workplace) -> None:
    photos = [await place.photo(number) for number in (1, 2, 3)]
    [result] = await place.services.scheduling.schedule_posts([PostRequest(tuple(photos[:2]), "two")])
    assert result.post is not None
    await live(place, result.post.id)
    [second] = await place.services.scheduling.schedule_posts(
        [PostRequest((photos[1], photos[2]), "the second, with another", again=True)]
    )
    assert second.post is not None
    assert await taken(place) == dict.fromkeys((photo.id for photo in photos), second.post.id)
    await place.services.scheduling.edit(second.post.id, photos=[second.post.photos[1]])
    assert await taken(place) == dict.fromkeys((photo.id for photo in photos), second.post.id)
    await place.services.scheduling.cancel(second.post.id)
    assert await taken(place) == dict.fromkeys((photo.id for photo in photos[:2]), result.post.id)


async def test_a_draft_of_what_is_posted_again_is_replaced(place: Workplace) -> None:
    first = await place.submit()
    await live(place, first.id)
    second = (await again(place, first)).post
    assert second is not None
    await place.execute(f"UPDATE posts SET step = NULL WHERE id = {second.id}")
    third = (await again(place, first, "other words")).post
    assert third is not None
    assert (third.id, third.caption, third.again_of_id) == (second.id, "other words", first.id)


async def test_a_post_that_failed_keeps_the_photo_until_it_is_cancelled(place: Workplace) -> None:
    first = await place.submit()
    await live(place, first.id)
    second = (await again(place, first)).post
    assert second is not None
    await place.execute(
        f"UPDATE posts SET step = 'failed', status = 'failed', error_message = 'no' WHERE id = {second.id}"
    )
    assert not (await again(place, first)).ok
    earlier = await place.services.similarity.posted_before(first.photo_id)
    assert earlier is not None
    assert (earlier.post_id, earlier.posted) == (first.id, True), "the failed one is not public"
    await place.services.scheduling.cancel(second.id)
    found = await place.post(first.id)
    assert found.status is PostStatus.POSTED
    assert (await again(place, first)).ok


async def test_the_database_lets_no_waiting_post_hand_its_photo_on(place: Workplace) -> None:
    first = await place.submit()
    with pytest.raises(Exception, match="lead_takes_photos"):
        await place.execute(f"UPDATE posts SET photo_id = NULL WHERE id = {first.id}")
