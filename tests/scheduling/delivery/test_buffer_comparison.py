"""A database that is older than its posts learns of them before anything is sent, so that nothing is posted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.demo import Kind
from fluffy_tui.media import Part
from fluffy_tui.scheduling import PostError, PostPhoto, PostRequest, PostStatus, ProblemKind, Step
from scheduling.workplace import write_photo

if TYPE_CHECKING:
    from scheduling.workplace import Workplace

EVERYTHING = "posts, hosted_pictures, buffer_comparisons, procrastinate_jobs, procrastinate_events"


def requests(place: Workplace, field: str) -> int:
    """Return how often Buffer received a request for a root field."""
    return sum(field in request.fields for request in place.requests())


async def test_one_look_serves_all_posts_of_a_worker(place: Workplace) -> None:
    async with place.worker():
        for number in range(5):
            await place.arrived(f"number {number}", number)
        assert requests(place, "createPost") == 5
        assert requests(place, "posts") == 1
    async with place.worker():
        await place.arrived("after a restart", 5)
        assert requests(place, "posts") == 2


async def test_a_post_that_may_have_left_is_searched_for(place: Workplace) -> None:
    async with place.worker():
        await place.arrived("first", 0)
        place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
        await place.arrived("second", 1)
        assert requests(place, "posts") >= 2
    assert len(place.in_buffer()) == 2


async def test_what_was_sent_since_a_backup_is_taken_in(place: Workplace) -> None:
    async with place.worker():
        before = [await place.arrived(f"number {number}", number) for number in range(3)]
    remote = {post.id for post in place.in_buffer()}
    await place.execute(f"TRUNCATE {EVERYTHING} CASCADE")
    assert len(await place.services.photos.unscheduled(place.persona)) == 3, "their photos look free"
    async with place.worker():
        new = await place.arrived("number 3", 3)
        assert await place.services.scheduling.problems() == []
    assert {post.id for post in place.in_buffer()} == {*remote, new.buffer_post_id}
    now = {post.buffer_post_id: post for post in await place.services.scheduling.posts()}
    for post in before:
        known = now[post.buffer_post_id]
        same = (known.photo_id, known.caption, known.cover.media_url, known.scheduled_at, known.status)
        assert same == (
            post.photo_id,
            post.caption,
            post.cover.media_url,
            post.scheduled_at,
            PostStatus.SCHEDULED,
        )


async def test_a_worker_compares_again_once_the_table_was_emptied(place: Workplace) -> None:
    """As before the rows of a backup are copied into it."""
    async with place.worker():
        before = await place.arrived("before", 0)
        await place.execute(f"TRUNCATE {EVERYTHING} CASCADE")
        await place.arrived("after", 1)
    known = {post.buffer_post_id for post in await place.services.scheduling.posts()}
    assert before.buffer_post_id in known


@pytest.mark.parametrize("shown", [(1, 0), (1,), (1, 2, 0)], ids=str)
async def test_photos_that_were_reordered_or_taken_out_are_known_by_their_pictures(
    place: Workplace, shown: tuple[int, ...]
) -> None:
    photos = [await place.photo(number) for number in range(3)]
    all_shown = [PostPhoto(photo.id, photo.sha256, photo.name) for photo in photos]
    scheduling = place.services.scheduling
    async with place.worker():
        submitted = await place.schedule(all_shown[0], "fog", more_photos=all_shown[1:])
        before = await place.until(submitted.id, lambda now: now.step is Step.ACCEPTED)
        before = await scheduling.edit(before.id, photos=[before.photos[each] for each in shown])
    await place.execute(f"TRUNCATE {EVERYTHING}, post_photos CASCADE")
    async with place.worker():
        await place.arrived("another", 3)
    known = {post.buffer_post_id: post for post in await scheduling.posts()}[before.buffer_post_id]
    assert [(photo.photo_id, photo.alt_text, photo.media_url) for photo in known.photos] == [
        (photo.photo_id, photo.alt_text, photo.media_url) for photo in before.photos
    ]
    free = {photo.id for photo in await place.services.photos.unscheduled(place.persona)}
    assert free == {photo.id for photo in photos} - {photo.photo_id for photo in before.photos}


@pytest.mark.parametrize("has_left", [True, False])
async def test_a_post_that_buffer_has_without_all_pictures_is_not_taken_for_sent(
    place: Workplace, has_left: bool
) -> None:
    """Neither while its create is unanswered, nor when the database is from before that."""
    photos = [await place.photo(number) for number in range(2)]
    scheduling = place.services.scheduling
    async with place.worker():
        submitted = await place.schedule(photos[0], "fog", more_photos=photos[1:])
        post = await place.until(submitted.id, lambda now: now.step is Step.ACCEPTED)
    [remote] = place.in_buffer()
    remote.assets.pop()
    step, sent_at = (Step.UNCONFIRMED, "now()") if has_left else (Step.QUEUED, "NULL")
    await place.execute(
        f"UPDATE posts SET buffer_post_id = NULL, status = 'draft', scheduled_at = NULL, step = '{step}',"
        f" create_sent_at = {sent_at}, create_buffer_time = {sent_at}"
    )
    assert place.services.buffer is not None
    organization_id = place.stand_in.world.organization_id
    comparison = place.services.delivery.comparison
    comparison.forget()
    await comparison.ensure(place.services.buffer, organization_id)
    behind = await scheduling.post(post.id)
    assert behind is not None
    assert behind.step is step
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    [whole] = place.in_buffer()
    assert whole.id != remote.id
    assert len(whole.assets) == 2


async def test_a_panorama_is_taken_in_with_its_parts_and_counts_as_scheduled(place: Workplace) -> None:
    """So that new pictures, which a first comment needs, do not show it twice."""
    first, second = await place.panorama()
    scheduling = place.services.scheduling
    async with place.worker():
        submitted = await place.schedule(first, "fog", more_photos=[second])
        before = await place.until(submitted.id, lambda now: now.step is Step.ACCEPTED)
    await place.execute(f"TRUNCATE {EVERYTHING}, post_photos CASCADE")
    async with place.worker():
        await place.arrived("another", 3)
    known = {post.buffer_post_id: post for post in await scheduling.posts()}[before.buffer_post_id]
    assert [(photo.photo_id, photo.framing.part) for photo in known.photos] == [
        (first.photo_id, Part(1, 2)),
        (first.photo_id, Part(2, 2)),
    ]
    assert first.photo_id not in {p.id for p in await place.services.photos.unscheduled(place.persona)}
    assert len(place.in_buffer()) == 2


async def test_every_channel_of_a_persona_is_compared(place: Workplace) -> None:
    """Also one that is not the main channel, and that no post waits for."""
    async with place.worker():
        before = await place.arrived("fog", 0)
    await place.execute(f"TRUNCATE {EVERYTHING} CASCADE")
    personas = place.services.personas
    main = next(channel for channel in await personas.available_channels() if channel.name == "leo.afterdark")
    place.persona = await personas.set_channels(
        place.persona, {main.id: None, **place.persona.board_by_channel}
    )
    async with place.worker():
        new = await place.arrived("night", 1)
    assert new.channel_id == main.id
    known = {post.buffer_post_id: post for post in await place.services.scheduling.posts()}
    assert known[before.buffer_post_id].channel_id == before.channel_id


async def test_a_post_whose_row_is_from_before_it_was_sent_is_recorded_and_not_sent(place: Workplace) -> None:
    async with place.worker():
        post = await place.arrived("fog", 0)
    await place.execute("TRUNCATE buffer_comparisons, procrastinate_jobs CASCADE")
    await place.execute(
        "UPDATE posts SET step = 'held', status = 'draft', buffer_post_id = NULL, scheduled_at = NULL,"
        " first_create_buffer_time = NULL, create_buffer_time = NULL, next_try_at = now()"
    )
    await place.execute("DELETE FROM hosted_pictures")
    async with place.worker():
        await place.services.scheduling.retry(post.id)
        again = await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert again.buffer_post_id == post.buffer_post_id
    assert requests(place, "createPost") == 1


async def test_a_photo_that_only_buffer_knows_as_posted_is_posted_again_only_if_the_user_says_so(
    place: Workplace,
) -> None:
    async with place.worker():
        await place.arrived("before the backup was restored", 0)
    await place.execute(f"TRUNCATE {EVERYTHING} CASCADE")
    post = await place.submit("again", 0)
    async with place.worker():
        failed = await place.until(post.id, lambda now: now.step is Step.FAILED)
        assert failed.error_code == "posted_before"
        assert "“before the backup was restored”" in str(failed.error_message)
        kinds = {problem.kind for problem in await place.services.scheduling.problems()}
        assert kinds == {ProblemKind.FAILED, ProblemKind.UNKNOWN_IN_BUFFER}
        assert len(place.in_buffer()) == 1
        await place.services.scheduling.retry(post.id)
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert len(place.in_buffer()) == 2


async def test_a_post_is_taken_in_once_its_photo_is_imported_again(place: Workplace) -> None:
    async with place.worker():
        post = await place.arrived("fog", 0)
    await place.execute(f"TRUNCATE photos, {EVERYTHING} CASCADE")
    for path in place.folder.iterdir():
        path.unlink()
    async with place.worker():
        await place.arrived("another", 1)
        [problem] = await place.services.scheduling.problems()
    assert problem.kind is ProblemKind.UNKNOWN_IN_BUFFER
    assert "fog" in problem.why
    write_photo(place.folder / "IMG_0000.jpg", 0)
    async with place.worker():
        await place.arrived("a third one", 2)
        assert await place.services.scheduling.problems() == []
    posts = await place.services.scheduling.posts()
    assert {each.caption for each in posts} == {"fog", "another", "a third one"}
    assert post.buffer_post_id in {each.buffer_post_id for each in posts}


async def test_a_cancelled_post_is_not_taken_in_because_reads_lag(place: Workplace) -> None:
    async with place.worker():
        post = await place.arrived("fog", 0)
        [remote] = place.in_buffer()
        await place.services.scheduling.cancel(post.id)
    place.stand_in.world.add_post(remote)  # a list from before it was deleted
    async with place.worker():
        await place.arrived("another", 1)
    assert [each.caption for each in await place.services.scheduling.posts()] == ["another"]


async def test_what_was_posted_again_since_a_backup_is_not_posted_once_more(place: Workplace) -> None:
    scheduling = place.services.scheduling
    async with place.worker():
        first = await place.arrived("first", 0)
        await place.execute(
            "UPDATE posts SET step = 'live', status = 'posted', posted_at = now() - interval '4 months'"
        )
        request = PostRequest(first.photos, "again", again=True)
        [again] = await scheduling.schedule_posts([request])
        assert again.post is not None
        await place.until(again.post.id, lambda now: now.step is Step.ACCEPTED)
    await place.execute(f"DELETE FROM posts WHERE id = {again.post.id}")
    await place.execute("DELETE FROM hosted_pictures")
    async with place.worker():
        [once_more] = await scheduling.schedule_posts([request])
        assert once_more.post is not None
        failed = await place.until(once_more.post.id, lambda now: now.step is Step.FAILED)
    assert failed.error_code == PostError.POSTED_BEFORE
    assert [post.text for post in place.in_buffer()] == ["first", "again"]
