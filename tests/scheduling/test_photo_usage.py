"""Which photos have a post: a failed one frees its photos, and takes them again if nobody else has them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.scheduling import NotPossibleNow, PostRequest, ProblemKind, Reason, Remedy, Step

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post, Problem
    from scheduling.workplace import Workplace

FAILED = "step = 'failed', status = 'failed', error_code = 'rejected', error_message = 'Buffer refused it.'"
ACCEPTED = "step = 'accepted', status = 'scheduled', buffer_post_id = 'b' || id, scheduled_at = now()"
LIVE = "step = 'live', status = 'posted', buffer_post_id = 'b' || id, posted_at = now()"


async def carousel(place: Workplace, *numbers: int, both: bool = False) -> tuple[list[Photo], list[Post]]:
    """Return the photos of a submission and its posts."""
    photos = [await place.photo(number) for number in numbers]
    if both:
        await place.on_two_channels()
    result = await place.services.scheduling.schedule_post(photos[0], "words", more_photos=photos[1:])
    assert result.ok, result
    return photos, list(result.posts)


async def fail(place: Workplace, *posts: Post) -> None:
    for post in posts:
        await place.execute(f"UPDATE posts SET {FAILED} WHERE id = {post.id}")


async def free(place: Workplace) -> list[str]:
    """Return the names of the photos without a post; the count of them agrees."""
    names = [photo.name for photo in await place.services.photos.unscheduled(place.persona)]
    counts = await place.services.scheduling.counts()
    assert counts[place.persona.id].unscheduled == len(names)
    return sorted(names)


async def test_a_failed_post_frees_all_of_its_photos_and_takes_them_again(place: Workplace) -> None:
    photos, [post] = await carousel(place, 1, 2)
    assert await free(place) == []
    await fail(place, post)
    assert await free(place) == [photo.name for photo in photos]
    await place.services.scheduling.retry(post.id)
    assert await free(place) == []
    refused = await place.services.scheduling.schedule_post(photos[1], "again")
    assert refused.code is Reason.ALREADY_SCHEDULED


@pytest.mark.parametrize("number", [0, 1])
async def test_a_failed_post_is_not_retried_while_another_has_its_photo(
    place: Workplace, number: int
) -> None:
    scheduling = place.services.scheduling
    photos, [post] = await carousel(place, 1, 2)
    await fail(place, post)
    new = (await scheduling.schedule_post(photos[number], "other words")).post
    assert new is not None
    with pytest.raises(NotPossibleNow, match="has another post now"):
        await scheduling.retry(post.id)
    [problem] = [each for each in await scheduling.problems() if each.post == await place.post(post.id)]
    assert problem.actions[0] is Remedy.CANCEL
    assert Remedy.RETRY in problem.refused
    await scheduling.edit(post.id, caption="its words can be changed")
    await scheduling.cancel(new.id)
    assert (await scheduling.retry(post.id)).step is Step.QUEUED
    assert await free(place) == []


async def test_a_failed_post_is_retried_without_the_photo_that_another_has(place: Workplace) -> None:
    scheduling = place.services.scheduling
    photos, [post] = await carousel(place, 1, 2)
    await fail(place, post)
    assert (await scheduling.schedule_post(photos[0], "other words")).ok
    await scheduling.edit(post.id, photos=post.photos[1:])
    assert (await scheduling.retry(post.id)).step is Step.QUEUED


async def test_photos_are_free_once_the_posts_on_all_channels_have_failed(place: Workplace) -> None:
    photos, [lead, cross_post] = await carousel(place, 1, 2, both=True)
    await fail(place, lead)
    assert await free(place) == []
    refused = await place.services.scheduling.schedule_post(photos[0], "again")
    assert refused.post is not None
    assert refused.post.id == cross_post.id
    await fail(place, cross_post)
    assert await free(place) == [photo.name for photo in photos]
    await place.services.scheduling.retry(cross_post.id)
    assert await free(place) == []
    await place.services.scheduling.cancel(lead.id)
    assert await free(place) == []
    await place.services.scheduling.cancel(cross_post.id)
    assert await free(place) == [photo.name for photo in photos]


async def test_what_waits_in_buffer_without_all_pictures_keeps_its_photos(place: Workplace) -> None:
    photos, _ = await carousel(place, 1, 2)
    await place.execute(f"UPDATE posts SET {FAILED}, buffer_post_id = 'b'")
    await place.execute("UPDATE posts SET error_code = 'image_dropped'")
    assert await free(place) == []
    await place.execute("UPDATE posts SET buffer_post_id = NULL")
    assert await free(place) == [photo.name for photo in photos]


async def test_posts_that_fail_at_the_same_time_free_their_photos(place: Workplace) -> None:
    photos, posts = await carousel(place, 1, 2, both=True)
    await asyncio.gather(*(fail(place, post) for post in posts))
    assert await free(place) == [photo.name for photo in photos]


async def test_a_retry_and_a_submission_at_the_same_time_do_not_both_get_the_photo(place: Workplace) -> None:
    scheduling = place.services.scheduling
    for number in range(1, 6):
        [photo], [post] = await carousel(place, number)
        await fail(place, post)
        retried, new = await asyncio.gather(
            scheduling.retry(post.id), scheduling.schedule_post(photo, "new"), return_exceptions=True
        )
        assert not isinstance(new, BaseException)
        assert isinstance(retried, NotPossibleNow) == new.ok


async def test_what_buffer_has_published_after_all_is_recorded_beside_the_post_that_has_its_photo(
    place: Workplace,
) -> None:
    scheduling = place.services.scheduling
    [photo], [post] = await carousel(place, 1)
    await fail(place, post)
    [new] = (await scheduling.schedule_posts([PostRequest((photo,), "new")]))[0].posts
    await place.execute(f"UPDATE posts SET {ACCEPTED} WHERE id = {post.id}")
    assert (await place.post(post.id)).step is Step.ACCEPTED
    await place.execute(f"UPDATE posts SET {ACCEPTED} WHERE id = {new.id}")
    assert await free(place) == []


async def published_after_all(
    place: Workplace, *, both: bool = False
) -> tuple[list[Photo], list[Post], Post]:
    """Return two photos, the failed posts of them of which the last is live by now, and a newer post of the second."""
    photos, posts = await carousel(place, 1, 2, both=both)
    await fail(place, *posts)
    own = str(place.persona.buffer_channel_id)
    new = await place.schedule(photos[1], "new", channels=[own])
    await place.execute(f"UPDATE posts SET {LIVE} WHERE id = {posts[-1].id}")
    return photos, posts, new


@pytest.mark.parametrize("both", [False, True])
async def test_a_photo_that_buffer_has_published_after_all_stays_taken_when_its_newer_post_is_cancelled(
    place: Workplace, both: bool
) -> None:
    scheduling = place.services.scheduling
    photos, posts, new = await published_after_all(place, both=both)
    assert await free(place) == []
    await fail(place, await place.post(new.id))
    assert await free(place) == []
    earlier = await place.services.similarity.posted_before(photos[1].id)
    assert earlier is not None
    assert (earlier.post_id, earlier.posted) == (posts[-1].id, True), "the failed ones are not public"
    await scheduling.retry(new.id)
    await scheduling.cancel(new.id)
    assert await free(place) == []
    assert {post.id for post in await scheduling.posts_with([photos[1].id])} == {post.id for post in posts}
    for photo in photos:
        refused = await scheduling.schedule_post(photo, "once more")
        assert refused.code is Reason.ALREADY_SCHEDULED


@pytest.mark.parametrize("after_all", [ACCEPTED, LIVE])
async def test_a_post_whose_photo_goes_out_in_an_earlier_one_is_a_problem_until_it_is_cancelled(
    place: Workplace, after_all: str
) -> None:
    scheduling = place.services.scheduling
    [photo], [post] = await carousel(place, 1)
    await fail(place, post)
    new = await place.schedule(photo, "new")

    async def problems() -> list[Problem]:
        return [each for each in await scheduling.problems() if each.kind is ProblemKind.POSTED_TWICE]

    assert await problems() == []
    await place.execute(f"UPDATE posts SET {after_all} WHERE id = {post.id}")
    [problem] = await problems()
    assert problem.post is not None
    assert (problem.post.id, problem.actions) == (new.id, (Remedy.CANCEL,))
    assert ("live" in problem.what) == (after_all == LIVE)
    await scheduling.cancel(new.id)
    assert await problems() == []


@pytest.mark.parametrize("lead", [LIVE, FAILED])
async def test_of_two_channels_the_one_that_still_waits_is_that_problem(place: Workplace, lead: str) -> None:
    scheduling = place.services.scheduling
    [photo], posts = await carousel(place, 1, both=True)
    await fail(place, *posts)
    result = await scheduling.schedule_post(photo, "new")
    waiting = result.posts[1]
    await place.execute(f"UPDATE posts SET {lead} WHERE id = {result.posts[0].id}")
    [earlier] = [post for post in posts if post.channel_id == waiting.channel_id]
    await place.execute(f"UPDATE posts SET {LIVE} WHERE id = {earlier.id}")
    problems = [each for each in await scheduling.problems() if each.kind is ProblemKind.POSTED_TWICE]
    assert [each.post.id for each in problems if each.post is not None] == [waiting.id]


async def test_what_fails_after_all_leaves_only_the_photos_of_the_newer_post(place: Workplace) -> None:
    photos, [post], new = await published_after_all(place)
    await place.execute(f"UPDATE posts SET {ACCEPTED} WHERE id = {post.id}")
    await fail(place, post)
    assert await free(place) == [photos[0].name]
    assert (await place.services.scheduling.schedule_post(photos[0], "first")).ok
    await place.services.scheduling.cancel(new.id)
    assert await free(place) == [photos[1].name]


@pytest.mark.parametrize("both", [False, True])
async def test_the_failed_post_can_be_cancelled_beside_what_was_published_and_the_newer_one(
    place: Workplace, both: bool
) -> None:
    scheduling = place.services.scheduling
    photos, posts, new = await published_after_all(place, both=both)
    if both:
        await scheduling.cancel(posts[0].id)
    else:
        await fail(place, posts[0])
        await scheduling.cancel(posts[0].id)
    left = [] if both else [photos[0].name]
    assert await free(place) == left
    await scheduling.cancel(new.id)
    assert await free(place) == ([] if both else [photo.name for photo in photos])


async def test_a_post_again_that_fails_leaves_the_photos_with_the_live_one(place: Workplace) -> None:
    scheduling = place.services.scheduling
    photos, [live] = await carousel(place, 1, 2)
    await place.execute(
        "UPDATE posts SET step = 'live', status = 'posted', buffer_post_id = 'b', "
        "posted_at = now() - interval '5 years'"
    )
    request = PostRequest(tuple(photos), "once more", again=True)
    [again] = (await scheduling.schedule_posts([request]))[0].posts
    assert again.again_of_id == live.id
    await fail(place, again)
    assert await free(place) == []
    await scheduling.retry(again.id)
    await fail(place, again)
    await scheduling.cancel(again.id)
    assert await free(place) == []
    [repeated] = (await scheduling.schedule_posts([request]))[0].posts
    assert repeated.again_of_id == live.id


async def test_a_draft_is_not_replaced_once_its_post_on_another_channel_was_sent(place: Workplace) -> None:
    scheduling = place.services.scheduling
    [photo], [lead, cross_post] = await carousel(place, 1, both=True)
    await place.execute("UPDATE posts SET step = NULL")
    assert (await scheduling.schedule_post(photo, "other words", dry_run=True)).ok
    await scheduling.retry(cross_post.id)
    for dry_run in (True, False):
        refused = await scheduling.schedule_post(photo, "other words", dry_run=dry_run)
        assert refused.code is Reason.ALREADY_SCHEDULED, dry_run
    assert (await place.post(cross_post.id)).step is Step.QUEUED
    assert (await place.post(lead.id)).step is None
