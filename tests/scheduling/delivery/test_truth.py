"""What the program knows about a post is true, whatever clocks, fronts and replicas of Buffer's do."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from fluffy_tui.buffer import ShareMode
from fluffy_tui.demo import Kind, Post as BufferPost, StandIn, WallClock
from fluffy_tui.media import Framing, Shape
from fluffy_tui.scheduling import NotPossibleNow, PostPhoto, ProblemKind, Step
from scheduling.quick_programs import QUICK
from scheduling.workplace import Workplace, workplace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from fluffy_tui.scheduling import Post, Problem, StatusSync

SETTLED = dataclasses.replace(QUICK, request_timeout=2.0, send_limit=1.5, settle=4.0)

IMPATIENT = dataclasses.replace(SETTLED, sync_min_interval=0.1, sync_max_interval=0.1)


class SkewedClock(WallClock):
    """A clock that is ahead of this computer's, or behind it."""

    def __init__(self, ahead: timedelta) -> None:
        super().__init__()
        self._ahead = ahead


SKEWED = pytest.mark.parametrize("ahead", [timedelta(hours=-2), timedelta(hours=2)], ids=["behind", "ahead"])


@pytest.fixture
def ahead() -> timedelta:
    """Return how far Buffer's clock is ahead of this computer's."""
    return timedelta(hours=2)


@pytest.fixture
async def stand_in(ahead: timedelta, tmp_path: Path) -> AsyncIterator[StandIn]:
    """Yield a stand-in with a clock of its own."""
    clock = SkewedClock(ahead)
    async with StandIn(media=tmp_path / "media", clock=clock, duplicate_window=timedelta(0)) as running:
        yield running


@pytest.fixture
async def place(database_url: str, tmp_path: Path, stand_in: StandIn) -> AsyncIterator[Workplace]:
    """Yield a workplace in which unanswered creates settle soon."""
    async with workplace(database_url, tmp_path, stand_in, tmp_path / "media", timings=SETTLED) as opened:
        yield opened


@pytest.fixture
def status_sync(place: Workplace) -> StatusSync:
    return place.services.status_sync


async def delivered(place: Workplace, **options: object) -> Post:
    post = await place.schedule(await place.photo(), "fog", **options)
    async with place.worker():
        return await place.until(
            post.id, lambda now: now.buffer_post_id is not None or now.step is Step.FAILED
        )


async def a_moment_later(status_sync: StatusSync) -> None:
    """Sync the status, but not without a break: only time settles a create."""
    await asyncio.sleep(0.1)
    await status_sync.run()


@SKEWED
async def test_a_lost_reply_leads_to_one_post_whatever_the_clocks_say(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    post = await delivered(place)
    [remote] = place.in_buffer()
    assert post.buffer_post_id == remote.id


@SKEWED
async def test_setting_this_computers_clock_never_sends_a_post_twice(place: Workplace) -> None:
    """All times that the database has noted are hours off after it."""
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    place.stand_in.faults.add(Kind.SERVER_ERROR_BEFORE, operation="posts", count=2)
    post = await place.schedule(await place.photo(), "fog")
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.UNCONFIRMED)
        await place.execute(
            "UPDATE posts SET created_at = created_at + interval '3 h',"
            " create_sent_at = create_sent_at - interval '3 h'"
        )
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert len(place.in_buffer()) == 1


async def test_reads_that_lag_neither_double_nor_fail_a_post(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    place.stand_in.faults.add(Kind.LAGGING_READS, count=1000, seconds=2.0)
    post = await delivered(place)
    [remote] = place.in_buffer()
    assert post.buffer_post_id == remote.id


async def test_null_posts_are_not_an_answer(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    place.stand_in.faults.add(Kind.NULL_NODES, count=12)
    post = await delivered(place)
    [remote] = place.in_buffer()
    assert post.buffer_post_id == remote.id


async def test_a_post_is_recognised_when_buffer_replaces_its_pictures_address(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.REWRITTEN_ASSETS)
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    post = await delivered(place)
    [remote] = place.in_buffer()
    assert post.buffer_post_id == remote.id


async def test_of_several_posts_that_look_alike_none_is_taken_and_none_is_sent(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.REWRITTEN_ASSETS, count=2)
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP, count=2)
    schedule = place.services.scheduling.schedule_post
    first, second = [await schedule(await place.photo(number), "fog") for number in (1, 2)]
    assert first.post is not None
    assert second.post is not None
    async with place.worker():
        for post in (first.post, second.post):
            await place.until(post.id, lambda now: now.error_code == "ambiguous")
        assert len(place.in_buffer()) == 2
        await place.services.scheduling.retry(second.post.id)
        await place.until(second.post.id, lambda now: now.step is Step.ACCEPTED)
        assert len(place.in_buffer()) == 3, "the user said that the second one was not there"
        place.stand_in.world.posts.clear()
        await place.until(first.post.id, lambda now: "no longer" in (now.error_message or ""))
        assert place.in_buffer() == [], "what a user deletes in Buffer is not sent again"
        await place.services.scheduling.cancel(first.post.id)


@SKEWED
async def test_a_create_that_takes_effect_after_the_next_one_is_deleted(
    place: Workplace, status_sync: StatusSync
) -> None:
    place.stand_in.faults.add(Kind.LATE_WORK, seconds=SETTLED.settle + 3)
    post = await delivered(place)
    assert post.step is Step.ACCEPTED
    await place.stand_in.until(lambda: len(place.in_buffer()) == 2)
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    while len(place.in_buffer()) > 1:
        await a_moment_later(quick)
    assert [remote.id for remote in place.in_buffer()] == [post.buffer_post_id]
    events = await place.services.scheduling.timeline(post.id)
    assert "double_deleted" in {event.what for event in events}


async def test_a_late_double_is_recognised_when_buffer_replaces_its_pictures_address(
    place: Workplace, status_sync: StatusSync
) -> None:
    place.stand_in.faults.add(Kind.LATE_WORK, seconds=SETTLED.settle + 3)
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP, operation="deletePost")
    post = await delivered(place)
    place.stand_in.faults.add(Kind.REWRITTEN_ASSETS)
    await place.stand_in.until(lambda: len(place.in_buffer()) == 2)
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    while len(place.in_buffer()) > 1:
        await a_moment_later(quick)
    assert [remote.id for remote in place.in_buffer()] == [post.buffer_post_id]


async def test_a_late_double_is_deleted_although_the_post_was_edited_since(
    place: Workplace, status_sync: StatusSync
) -> None:
    place.stand_in.faults.add(Kind.LATE_WORK, seconds=SETTLED.settle + 3)
    post = await delivered(place)
    scheduling = place.services.scheduling
    edited = await scheduling.edit(post.id, caption="dense fog", framing=Framing(shape=Shape.SQUARE))
    await place.stand_in.until(lambda: len(place.in_buffer()) == 2)
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    while len(place.in_buffer()) > 1:
        await a_moment_later(quick)
    [remote] = place.in_buffer()
    assert (remote.id, remote.text) == (post.buffer_post_id, "dense fog")
    assert [asset.source for asset in remote.assets] == [edited.cover.media_url]


@pytest.mark.parametrize("new", [{"caption": "dense fog"}, {"framing": Framing(shape=Shape.SQUARE)}])
async def test_a_late_create_never_undoes_an_edit_of_a_held_post(
    place: Workplace, new: dict[str, Any]
) -> None:
    scheduling = place.services.scheduling
    post = await held_after_a_lost_create(place)
    await scheduling.edit(post.id, **new)
    await place.stand_in.until(lambda: len(place.in_buffer()) == 1)
    await scheduling.retry(post.id)
    async with place.worker():
        post = await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    [remote] = place.in_buffer()
    assert (remote.id, remote.text) == (post.buffer_post_id, new.get("caption", "fog"))
    assert [asset.source for asset in remote.assets] == [post.cover.media_url]
    assert post.framing == new.get("framing", Framing())


async def test_a_late_double_is_deleted_although_the_post_was_removed_and_retried(
    place: Workplace, status_sync: StatusSync
) -> None:
    place.stand_in.faults.add(Kind.LATE_WORK, seconds=SETTLED.settle + 6)
    post = await delivered(place)
    del place.stand_in.world.posts[str(post.buffer_post_id)]
    await place.execute(
        "UPDATE posts SET step = 'failed', status = 'failed', error_code = 'removed_in_buffer', error_message = 'gone'"
    )
    await place.services.scheduling.retry(post.id)
    async with place.worker():
        post = await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    await place.stand_in.until(lambda: len(place.in_buffer()) == 2)
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    while len(place.in_buffer()) > 1:
        await a_moment_later(quick)
    assert [remote.id for remote in place.in_buffer()] == [post.buffer_post_id]


async def test_a_double_that_is_published_without_all_pictures_is_told(
    place: Workplace, status_sync: StatusSync
) -> None:
    photos = [await place.photo(number) for number in range(2)]
    submitted = await place.schedule(photos[0], "fog", more_photos=photos[1:])
    async with place.worker():
        await place.until(submitted.id, lambda now: now.step is Step.ACCEPTED)
    [remote] = place.in_buffer()
    now = place.stand_in.clock.now()
    double = dataclasses.replace(
        remote, id=remote.id[::-1], status="sent", sent_at=now, assets=remote.assets[:1]
    )
    place.stand_in.world.add_post(double)
    await place.execute("UPDATE posts SET lost_creates = 1, create_buffer_time = NULL")
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    while len(place.in_buffer()) > 1:
        await a_moment_later(quick)
    post = await place.post(submitted.id)
    assert post.buffer_post_id == double.id
    assert post.error_message == "Buffer published it with 1 of its 2 pictures."
    assert [each.id for each in place.in_buffer()] == [double.id]


async def test_a_double_that_is_published_in_its_earlier_words_is_recorded_with_them(
    place: Workplace, status_sync: StatusSync
) -> None:
    place.stand_in.faults.add(Kind.LATE_WORK, seconds=SETTLED.settle + 3)
    post = await delivered(place)
    await place.services.scheduling.edit(post.id, caption="dense fog")
    await place.stand_in.until(lambda: len(place.in_buffer()) == 2)
    [double] = [each for each in place.in_buffer() if each.id != post.buffer_post_id]
    double.status, double.sent_at = "sent", place.stand_in.clock.now()
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    while len(place.in_buffer()) > 1:
        await a_moment_later(quick)
    live = await place.post(post.id)
    assert (live.step, live.buffer_post_id, live.caption) == (Step.LIVE, double.id, "fog")


@pytest.mark.parametrize("taken", [False, True])
async def test_a_double_that_is_published_with_its_earlier_photos_is_recorded_with_them(
    place: Workplace, status_sync: StatusSync, taken: bool
) -> None:
    scheduling, photos = place.services.scheduling, place.services.photos
    place.stand_in.faults.add(Kind.LATE_WORK, seconds=SETTLED.settle + 3)
    post = await delivered(place)
    other = await place.photo(1)
    await scheduling.edit(post.id, photos=[PostPhoto(other.id, other.sha256, "other")])
    await place.stand_in.until(lambda: len(place.in_buffer()) == 2)
    again = await place.schedule(await place.photo(), "again") if taken else None
    [double] = [each for each in place.in_buffer() if each.id != post.buffer_post_id]
    double.status, double.sent_at = "sent", place.stand_in.clock.now()
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    while len(place.in_buffer()) > 1:
        await quick.run()
    live = await place.post(post.id)
    assert (live.step, live.buffer_post_id) == (Step.LIVE, double.id)
    assert live.photo_ids == post.photo_ids
    assert live.cover.media_url == double.assets[0].source
    assert await photos.unscheduled(place.persona) == [other]
    problems = [each.kind for each in await scheduling.problems() if each.post is not None]
    assert problems == ([ProblemKind.POSTED_TWICE] if again else [])
    if again:
        await scheduling.cancel(again.id)
    assert await photos.unscheduled(place.persona) == [other]


async def test_a_post_that_is_found_published_with_its_earlier_photos_is_recorded_with_them(
    place: Workplace,
) -> None:
    post = await held_after_a_lost_create(place)
    other = await place.photo(1)
    await place.services.scheduling.edit(post.id, photos=[PostPhoto(other.id, other.sha256)])
    await place.stand_in.until(lambda: len(place.in_buffer()) == 1)
    [remote] = place.in_buffer()
    remote.status, remote.sent_at = "sent", place.stand_in.clock.now()
    await place.services.scheduling.retry(post.id)
    async with place.worker():
        live = await place.until(post.id, lambda now: now.step is Step.LIVE)
    assert live.photo_ids == post.photo_ids
    assert await place.services.photos.unscheduled(place.persona) == [other]


@pytest.mark.parametrize("published", [False, True])
async def test_what_a_lost_create_leaves_of_a_failed_post_is_deleted_unless_it_is_published(
    place: Workplace, status_sync: StatusSync, published: bool
) -> None:
    post = await held_after_a_lost_create(place)
    await place.execute(
        "UPDATE posts SET step = 'failed', status = 'failed', error_code = 'rejected', error_message = 'no',"
        " next_try_at = NULL"
    )
    await place.services.scheduling.request_budget.forget_exhausted()
    await place.stand_in.until(lambda: len(place.in_buffer()) == 1)
    [remote] = place.in_buffer()
    now = place.stand_in.clock.now()
    by_hand = BufferPost(remote.channel_id, remote.text, "scheduled", "addToQueue", now, now)
    place.stand_in.world.add_post(by_hand)
    if published:
        remote.status, remote.sent_at = "sent", now
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    kept = [remote.id, by_hand.id][0 if published else 1 :]
    while [each.id for each in place.in_buffer()] != kept or (
        published and (await place.post(post.id)).step is not Step.LIVE
    ):
        await quick.run()
    assert (await place.post(post.id)).step is (Step.LIVE if published else Step.FAILED)


async def test_what_failed_in_buffer_is_deleted_there_once_it_is_cancelled(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await delivered(place)
    [remote] = place.in_buffer()
    remote.status, remote.error_message = "error", "The network said no."
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    while (await place.post(post.id)).step is not Step.FAILED:
        await quick.run()
    await place.services.scheduling.cancel(post.id)
    while place.in_buffer():
        await quick.run()


async def test_a_create_is_not_forgotten_because_buffer_has_its_text_without_pictures(
    place: Workplace,
) -> None:
    """Somebody made that one in Buffer while the create was on its way."""
    place.stand_in.faults.add(Kind.LATE_WORK, seconds=3.0)
    post = await place.schedule(await place.photo(), "fog")
    now = place.stand_in.clock.now()
    text_only = BufferPost(str(post.channel_id), "fog", "scheduled", "addToQueue", now, now)
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.UNCONFIRMED)
        place.stand_in.world.add_post(text_only)
        done = await place.until(post.id, lambda now: now.step in (Step.ACCEPTED, Step.FAILED))
    assert done.step is Step.ACCEPTED, done.error_message
    assert len(place.in_buffer()) == 2


async def held_after_a_lost_create(place: Workplace) -> Post:
    """Return a post that waits for the rate limit, while a create of it is still to take effect."""
    faults = place.stand_in.faults
    faults.add(Kind.LATE_WORK, seconds=SETTLED.settle + 3)
    post = await place.schedule(await place.photo(), "fog")
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.UNCONFIRMED)
        faults.add(Kind.RATE_LIMITED, operation="createPost", seconds=600)
        return await place.until(post.id, lambda now: now.error_code == "rate_limited")


@pytest.mark.parametrize(
    ("arrives", "drops_pictures"),
    [(held_after_a_lost_create, False), (held_after_a_lost_create, True), (delivered, False)],
)
async def test_what_a_lost_create_leaves_of_a_cancelled_post_is_deleted(
    place: Workplace,
    status_sync: StatusSync,
    arrives: Callable[[Workplace], Awaitable[Post]],
    drops_pictures: bool,
) -> None:
    if drops_pictures:
        place.stand_in.faults.add(Kind.DROP_ASSET)
    if arrives is delivered:
        place.stand_in.faults.add(Kind.LATE_WORK, seconds=SETTLED.settle + 3)
    post = await arrives(place)
    await place.services.scheduling.cancel(post.id)
    await place.services.scheduling.request_budget.forget_exhausted()
    await place.stand_in.until(lambda: len(place.in_buffer()) == 1)
    while place.in_buffer():
        await a_moment_later(status_sync)
    assert await place.services.scheduling.problems() == []


async def test_a_cancelled_post_that_was_published_nevertheless_is_a_problem(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await held_after_a_lost_create(place)
    await place.services.scheduling.cancel(post.id)
    await place.services.scheduling.request_budget.forget_exhausted()
    await place.stand_in.until(lambda: len(place.in_buffer()) == 1)
    [remote] = place.in_buffer()
    remote.status, remote.sent_at = "sent", place.stand_in.clock.now()
    remote.external_link = "https://example.com/p/1"
    problems: list[Problem] = []
    while not problems:
        await a_moment_later(status_sync)
        problems = await place.services.scheduling.problems()
    [problem] = problems
    assert (problem.kind, problem.persona_id) == (ProblemKind.POSTED_AFTER_CANCEL, place.persona.id)
    assert "https://example.com/p/1" in problem.why
    await place.execute("UPDATE withdrawn_deliveries SET published_at = published_at - interval '8 d'")
    await status_sync.run()
    assert await place.services.scheduling.problems() == []


async def test_creates_whose_effect_never_appears_are_not_repeated_for_ever(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.DROP_BEFORE, count=1000)
    post = await delivered(place)
    assert (post.step, post.error_code) == (Step.FAILED, "too_many_creates")
    creates = sum("createPost" in request.fields for request in place.stand_in.requests)
    assert creates == SETTLED.max_lost_creates


async def test_a_time_that_is_past_by_buffers_clock_is_refused_before_anything_is_uploaded(
    database_url: str, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    async with (
        StandIn(media=media, clock=SkewedClock(timedelta(hours=2))) as stand_in,
        workplace(database_url, tmp_path, stand_in, media, timings=SETTLED) as place,
    ):
        at = stand_in.clock.now() - timedelta(hours=1)
        post = await delivered(place, share_mode=ShareMode.CUSTOM_SCHEDULED, at=at)
        assert (post.step, post.error_code) == (Step.FAILED, "time_past")
        assert not list(media.rglob("*.jpg"))


async def test_a_poisoned_post_stops_neither_itself_nor_the_others(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    place.stand_in.faults.add(Kind.POISONED_TEXT, count=1000)
    post = await delivered(place)
    [remote] = place.in_buffer()
    assert (post.buffer_post_id, post.caption) == (remote.id, "fog")


async def test_a_post_is_removed_only_after_it_was_missing_for_long(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await delivered(place)
    [remote] = place.in_buffer()
    del place.stand_in.world.posts[remote.id]
    with pytest.raises(NotPossibleNow):
        await place.services.scheduling.cancel(post.id)
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    seen = set()
    while (now := await place.services.scheduling.post(post.id)) is not None and now.step is not Step.FAILED:
        seen.add(now.step)
        await a_moment_later(quick)
    assert now is not None
    assert (seen, now.error_code) == ({Step.ACCEPTED}, "removed_in_buffer")
    place.stand_in.world.posts[remote.id] = remote
    while (now := await place.services.scheduling.post(post.id)) is not None and now.step is Step.FAILED:
        await a_moment_later(quick)
    assert now is not None
    assert now.step is Step.ACCEPTED, "a post that is seen again is in Buffer"


async def test_an_organization_that_buffer_hides_is_reported_and_heals(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await delivered(place)
    world = place.stand_in.world
    world.organization_id, organization = "elsewhere", world.organization_id
    quick = dataclasses.replace(status_sync, timings=IMPATIENT)
    while ProblemKind.HIDDEN not in await kinds(place):
        await a_moment_later(quick)
    world.organization_id = organization
    while ProblemKind.HIDDEN in await kinds(place):
        await a_moment_later(quick)
    now = await place.post(post.id)
    assert (now.step, now.error_code) == (Step.ACCEPTED, None)


async def test_a_clock_that_is_hours_off_is_reported(place: Workplace, status_sync: StatusSync) -> None:
    await delivered(place)
    while ProblemKind.CLOCK not in await kinds(place):
        await a_moment_later(dataclasses.replace(status_sync, timings=IMPATIENT))
    [clock] = [item for item in await place.services.scheduling.problems() if item.kind is ProblemKind.CLOCK]
    assert clock.why == "It is 2 h 0 min behind Buffer's clock."


async def kinds(place: Workplace) -> set[ProblemKind]:
    return {item.kind for item in await place.services.scheduling.problems()}


async def test_absurd_pauses_hold_nothing(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.ABSURD_HEADERS, operation="createPost")
    post = await delivered(place)
    assert post.step is Step.ACCEPTED


async def test_a_retry_by_hand_is_tried_although_the_limit_is_reached(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.RATE_LIMITED, seconds=3600, operation="createPost")
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    held = await place.post(post.id)
    assert (held.step, held.error_code) == (Step.HELD, "rate_limited")
    await place.services.scheduling.retry(post.id)
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)


@asynccontextmanager
async def trickling(media: Path) -> AsyncIterator[str]:
    """Serve a folder, but the first picture that is asked for byte by byte and without an end."""
    first: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        first.append(request.path)
        if request.path != first[0]:
            return web.FileResponse(media / request.path.removeprefix("/"))
        reply = web.StreamResponse()
        await reply.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await reply.write(b"\xff")
                await asyncio.sleep(0.05)
        return reply

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_an_upload_without_an_end_is_held_and_the_channel_goes_on(
    database_url: str, tmp_path: Path, stand_in: StandIn
) -> None:
    media = tmp_path / "media"
    hasty = dataclasses.replace(SETTLED, upload_limit=1.0, backoff_min=600.0, backoff_max=600.0)
    async with (
        trickling(media) as url,
        workplace(database_url, tmp_path, stand_in, media, timings=hasty, media_url=url) as place,
    ):
        first = await place.submit()
        second = await place.submit("another one", 1)
        async with place.worker():
            held = await place.until(first.id, lambda now: now.step is Step.HELD)
            await place.until(second.id, lambda now: now.step is Step.ACCEPTED)
    assert held.error_code in ("step_timeout", "media_host"), "whichever limit ends it first"
