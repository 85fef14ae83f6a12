"""One post from submission to Buffer, and every error that Buffer is known for."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from fluffy_tui.buffer import BufferError, Code, NextStep, ShareMode
from fluffy_tui.core.app_events import BufferChecked, Connected
from fluffy_tui.demo import Kind, StandIn
from fluffy_tui.scheduling import PostError, PostStatus, ProblemKind, Remedy, Step
from fluffy_tui.scheduling.delivery_key import next_delivery_key
from fluffy_tui.scheduling.tables import PostRow
from scheduling.quick_programs import QUICK
from scheduling.workplace import Barrier, workplace, write_photo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from fluffy_tui.scheduling import Timings
    from scheduling.workplace import Workplace

PATIENT = replace(QUICK, backoff_min=900.0, backoff_max=900.0)


async def test_a_submitted_post_arrives_in_the_queue(place: Workplace) -> None:
    async with place.worker():
        done = await place.arrived()
    [remote] = place.in_buffer()
    assert done.status is PostStatus.SCHEDULED
    assert done.buffer_post_id == remote.id
    assert done.scheduled_at == remote.due_at
    assert remote.text == "fog on the pier"
    assert remote.assets[0].source == done.cover.media_url
    assert done.cover.rendition is not None
    assert done.cover.rendition["width"] == 400


async def test_a_post_goes_through_its_steps_in_order(place: Workplace) -> None:
    seen: list[Step | None] = []
    async with place.worker():
        post = await place.submit()

        def note(now: object) -> bool:
            seen.append(now.step)  # type: ignore[attr-defined]
            return seen[-1] is Step.ACCEPTED

        await place.until(post.id, note)
    order = [Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.SENDING, Step.ACCEPTED]
    assert [step for step in order if step in seen] == list(dict.fromkeys(seen))


def searches(place: Workplace) -> int:
    """Return how often Buffer was searched for a post."""
    return sum("posts" in request.fields for request in place.requests())


async def test_the_first_attempt_searches_buffer_while_the_picture_is_rendered(place: Workplace) -> None:
    barrier = Barrier(place.services.database.url, "NEW.step = 'hosting'")
    post = await place.submit()
    async with place.worker():
        await barrier.reached()
        await place.stand_in.received("posts")  # would wait for ever if the search came after the picture
        await asyncio.to_thread(barrier.remove)
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert searches(place) == len(place.in_buffer()) == 1


async def test_later_attempts_upload_the_picture_before_they_spend_a_request(place: Workplace) -> None:
    pictures = place.settings.media_directory
    assert pictures is not None
    (pictures / "posts").write_text("no folder")
    async with place.worker():
        post = await place.submit()
        await place.until(post.id, lambda now: now.step is Step.HELD and now.attempts >= 3)
        assert searches(place) <= 1  # that of the first attempt is cancelled
        (pictures / "posts").unlink()
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert searches(place) <= 2
    assert len(place.in_buffer()) == 1


@asynccontextmanager
async def offline(
    database_url: str, tmp_path: Path, timings: Timings = QUICK
) -> AsyncIterator[tuple[Workplace, Callable[[], StandIn]]]:
    """Run a place whose network is gone; the function returns the Buffer that is back at the same address."""
    media = tmp_path / "media"
    async with AsyncExitStack() as network:
        before = await network.enter_async_context(StandIn(media=media))
        port = int(before.url.rpartition(":")[2])
        async with workplace(database_url, tmp_path, before, media, timings=timings) as place:
            await network.aclose()
            yield place, lambda: StandIn(media=media, port=port, world=before.world)


async def test_a_computer_without_a_network_knows_that_neither_buffer_nor_the_media_host_is_reached(
    database_url: str, tmp_path: Path
) -> None:
    async with offline(database_url, tmp_path) as (place, network):
        first, second = await place.submit(), await place.submit("the one behind it", 1)
        async with place.worker():
            for post in (first, second):
                held = await place.until(post.id, lambda now: now.error_code is not None)
                assert (held.step, held.error_code) == (Step.HELD, PostError.OFFLINE)
            async with network() as back:
                for post in (first, second):
                    await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
                mine = [one for one in back.posts() if one.channel_id == place.persona.buffer_channel_id]
                assert len(mine) == 2


async def test_a_worker_that_starts_tries_at_once_whether_there_is_a_network_again(
    database_url: str, tmp_path: Path
) -> None:
    async with offline(database_url, tmp_path, PATIENT) as (place, network):
        post = await place.submit()
        async with place.worker():
            await place.until(post.id, lambda now: now.step is Step.HELD)
        async with network(), place.worker():
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)


async def test_the_first_look_that_reaches_buffer_again_has_the_posts_tried_at_once(
    database_url: str, tmp_path: Path
) -> None:
    async with offline(database_url, tmp_path, PATIENT) as (place, network):
        delivery, post = place.services.delivery, await place.submit()
        await delivery.deliver(post.id)
        held = await place.post(post.id)
        assert (held.step, held.error_code) == (Step.HELD, PostError.OFFLINE)
        await delivery.check_reachability()
        assert (await place.post(post.id)).next_try_at == held.next_try_at
        async with network():
            await delivery.check_reachability()
            await delivery.deliver(post.id)
            assert (await place.post(post.id)).step is Step.ACCEPTED


async def test_each_look_tells_open_apps_whether_buffer_is_reached_although_no_post_waits(
    database_url: str, tmp_path: Path
) -> None:
    async with offline(database_url, tmp_path) as (place, network):
        delivery = place.services.delivery
        async with aclosing(place.services.events()) as events:
            assert isinstance(await anext(events), Connected)
            await delivery.check_reachability()
            assert await anext(events) == BufferChecked(is_reachable=False)
            async with network() as back:
                await delivery.check_reachability()
                assert await anext(events) == BufferChecked(is_reachable=True)
                assert not back.requests, "it costs none of the budget"


async def test_a_media_host_that_alone_is_not_reached_is_told_from_one_that_refuses(
    database_url: str, tmp_path: Path, stand_in: StandIn
) -> None:
    nobody = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = nobody.sockets[0].getsockname()[1]
    nobody.close()
    await nobody.wait_closed()
    media_url = f"http://127.0.0.1:{port}"
    async with workplace(database_url, tmp_path, stand_in, tmp_path / "media", media_url=media_url) as place:
        async with place.worker():
            post = await place.submit()
            held = await place.until(post.id, lambda now: now.step is Step.HELD)
        assert held.error_code == PostError.MEDIA_HOST_UNREACHABLE
        found = await place.services.scheduling.problems()
        [problem] = [one for one in found if one.post is not None]
        assert (problem.kind, Remedy.UPLOAD_AGAIN in problem.actions) == (ProblemKind.MEDIA_HOST, True)


@pytest.mark.parametrize(
    "mode", [ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT, ShareMode.CUSTOM_SCHEDULED, ShareMode.SHARE_NOW]
)
async def test_every_share_mode_reaches_buffer(place: Workplace, mode: ShareMode) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    photo = await place.photo()
    post = await place.schedule(
        photo, "at a time", share_mode=mode, at=at if mode is ShareMode.CUSTOM_SCHEDULED else None
    )
    async with place.worker():
        done = await place.until(post.id, lambda now: now.buffer_post_id is not None)
    [remote] = place.in_buffer()
    assert remote.share_mode == mode
    if mode is ShareMode.CUSTOM_SCHEDULED:
        assert done.scheduled_at == remote.due_at == at


async def test_the_original_file_is_never_changed(place: Workplace) -> None:
    photo = await place.photo()
    before = photo.path.read_bytes()
    post = await place.schedule(photo, "untouched")
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert photo.path.read_bytes() == before


TEMPORARY = [
    (Kind.ACCEPT_THEN_DROP, {}),
    (Kind.DROP_BEFORE, {}),
    (Kind.SERVER_ERROR_BEFORE, {}),
    (Kind.SERVER_ERROR_AFTER, {}),
    (Kind.SLOW, {}),
    (Kind.SLOW, {"after": True}),
    (Kind.RATE_LIMITED, {"operation": "createPost", "seconds": 0.2}),
    (Kind.RATE_LIMITED, {"operation": "posts", "seconds": 0.2}),
    (Kind.UNEXPECTED, {}),
    (Kind.UNEXPECTED, {"after": True}),
    (Kind.UNKNOWN_TYPENAME, {}),
    (Kind.NOT_JSON_403, {"operation": "createPost"}),
    (Kind.BAD_KEY, {"operation": "createPost"}),
    (Kind.QUEUE_FULL, {}),
    (Kind.IMAGE_UNREADABLE, {"operation": "createPost"}),
    (Kind.DROP_ASSET, {"operation": "createPost"}),
    (Kind.NULL_EDGES, {}),
    (Kind.DROP_BEFORE, {"operation": "posts"}),
    (Kind.SERVER_ERROR_BEFORE, {"operation": "posts"}),
]


@pytest.mark.parametrize(("kind", "options"), TEMPORARY, ids=lambda value: str(value))
async def test_a_temporary_error_leaves_exactly_one_post(
    place: Workplace, kind: Kind, options: dict[str, object]
) -> None:
    place.stand_in.faults.add(kind, **options)  # type: ignore[arg-type]
    async with place.worker():
        post = await place.submit()
        done = await place.until(post.id, lambda now: now.step in (Step.ACCEPTED, Step.FAILED))
    assert done.step is Step.ACCEPTED, done.error_message
    [remote] = place.in_buffer()
    assert done.buffer_post_id == remote.id
    assert done.error_message is None


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.QUEUE_FULL, "queue_full"),
        (Kind.RATE_LIMITED, "rate_limited"),
        (Kind.BAD_KEY, "key_refused"),
        (Kind.NOT_JSON_403, "blocked"),
    ],
)
async def test_a_post_that_cannot_be_sent_now_is_held_with_its_reason(
    place: Workplace, kind: Kind, code: str
) -> None:
    seconds = 60.0 if kind is Kind.RATE_LIMITED else None
    place.stand_in.faults.add(kind, operation="createPost", count=100, seconds=seconds)
    async with place.worker():
        post = await place.submit()
        held = await place.until(post.id, lambda now: now.step is Step.HELD)
    assert held.status is PostStatus.DRAFT
    assert held.error_code == code
    assert held.next_try_at is not None
    assert place.in_buffer() == []


async def test_an_unreadable_picture_fails_after_a_few_attempts(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.IMAGE_UNREADABLE, operation="createPost", count=100)
    async with place.worker():
        post = await place.submit()
        failed = await place.until(post.id, lambda now: now.step is Step.FAILED)
    assert failed.status is PostStatus.FAILED
    assert "Image could not be read from its URL" in str(failed.error_message)
    assert failed.attempts == 3


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (
            ShareMode.CUSTOM_SCHEDULED,
            "Buffer already has a post with this text at this time. Change the text or the",
        ),
        (
            ShareMode.ADD_TO_QUEUE,
            "Buffer has just taken another post with this text. Change the text, or retry later.",
        ),
    ],
)
async def test_a_duplicate_of_another_post_of_ours_is_refused_for_good(
    place: Workplace, mode: ShareMode, reason: str
) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    options = {"share_mode": mode, "at": at if mode is ShareMode.CUSTOM_SCHEDULED else None}
    photos = [await place.photo(number) for number in (1, 2)]
    first, second = [await place.schedule(photo, "the very same words", **options) for photo in photos]
    await place.services.delivery.deliver(second.id)
    assert (await place.post(first.id)).step is Step.ACCEPTED
    assert (await place.post(second.id)).step is Step.UNCONFIRMED
    await place.execute("UPDATE posts SET next_try_at = NULL")
    await place.services.delivery.deliver(second.id)
    failed = await place.post(second.id)
    assert (failed.step, failed.error_code) == (Step.FAILED, "duplicate_text")
    assert reason in str(failed.error_message)
    [problem] = [one for one in await place.services.scheduling.problems() if one.post is not None]
    assert problem.actions[0] is Remedy.EDIT
    await place.services.scheduling.retry(failed.id)  # as it is: told as soon, and not sent twice
    await place.services.delivery.deliver(second.id)
    await place.execute("UPDATE posts SET next_try_at = NULL")
    await place.services.delivery.deliver(second.id)
    assert (await place.post(second.id)).step is Step.FAILED
    assert len(place.in_buffer()) == 1


@pytest.mark.parametrize("kind", [Kind.SERVER_ERROR_BEFORE, Kind.RATE_LIMITED, Kind.NULL_EDGES])
@pytest.mark.parametrize("code", ["duplicate_text", "ambiguous"])
async def test_what_is_known_of_a_create_outlasts_a_search_that_fails(
    place: Workplace, code: str, kind: Kind
) -> None:
    """Else it would be sent once more, as if nothing were known; the searches become rarer all the same."""
    photos = [await place.photo(number) for number in (1, 2)]
    _, second = [await place.schedule(photo, "the very same words") for photo in photos]
    await place.services.delivery.deliver(second.id)
    known = "error_code = 'ambiguous', error_message = 'only you', " if code == "ambiguous" else ""
    await place.execute(f"UPDATE posts SET {known} next_try_at = NULL WHERE id = {second.id}")
    refused = await place.post(second.id)
    place.stand_in.faults.add(kind, operation="posts", count=3, seconds=1.0)
    pauses = []
    for attempts in range(2, 5):
        await place.services.delivery.deliver(second.id)
        searched = await place.post(second.id)
        assert (searched.step, searched.error_code) == (Step.UNCONFIRMED, code)
        assert (searched.error_message, searched.attempts) == (refused.error_message, attempts)
        assert searched.next_try_at is not None
        pauses.append(searched.next_try_at - searched.updated_at)
        await place.execute("UPDATE posts SET next_try_at = NULL")
    assert kind is Kind.RATE_LIMITED or pauses[0] < pauses[1], pauses
    assert len(place.in_buffer()) == 1


async def test_long_searches_are_no_tries_of_what_is_found_then(place: Workplace) -> None:
    """The post without all of its pictures is deleted and sent again, not given up."""
    cover, other = [await place.photo(number) for number in (1, 2)]
    post = await place.schedule(cover, "fog", more_photos=[other])
    await place.services.delivery.deliver(post.id)
    [remote] = place.in_buffer()
    del remote.assets[1:]
    unsettled = "step = 'unconfirmed', status = 'draft', buffer_post_id = NULL, create_sent_at = now()"
    await place.execute(f"UPDATE posts SET {unsettled}, error_code = 'ambiguous', attempts = 90")
    await place.services.delivery.deliver(post.id)
    held = await place.post(post.id)
    assert (held.step, held.error_code) == (Step.HELD, "image_dropped")
    assert place.in_buffer() == []


@pytest.mark.parametrize("doubt", ["not ours", "removed in Buffer", "lost before", "earlier"])
async def test_a_duplicate_that_may_be_the_post_itself_is_searched_for(place: Workplace, doubt: str) -> None:
    """What Buffer refuses may be what an earlier request has left there, unless another post of ours explains it."""
    await place.accepted("the very same words", 1)
    second = await place.submit("the very same words", 2)
    if doubt == "not ours":
        await place.execute(f"UPDATE posts SET caption = 'others' WHERE id <> {second.id}")
    elif doubt == "lost before":
        await place.execute(f"UPDATE posts SET lost_creates = 1 WHERE id = {second.id}")
    elif doubt == "earlier":
        ago = "create_buffer_time = now() - interval '30 minutes'"
        await place.execute(f"UPDATE posts SET {ago} WHERE id <> {second.id}")
    await place.services.delivery.deliver(second.id)
    if doubt == "removed in Buffer":
        place.stand_in.world.posts.clear()
    await place.execute("UPDATE posts SET next_try_at = NULL")
    await place.services.delivery.deliver(second.id)
    assert (await place.post(second.id)).step is Step.UNCONFIRMED


async def test_a_create_is_not_forgotten_because_buffer_keeps_an_earlier_version_of_the_post(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await place.accepted("as it was")
    async with place.services.database.transaction() as session:
        row = await session.get_one(PostRow, post.id)
        row.delivery_key, row.caption, row.buffer_post_id = (
            next_delivery_key(row.delivery_key),
            "changed",
            None,
        )
        row.status, row.step, row.create_sent_at = PostStatus.DRAFT, Step.UNCONFIRMED, datetime.now(UTC)
        row.create_buffer_time = datetime.now(UTC)

    async def refuse(_: str) -> None:
        raise BufferError(Code.REJECTED, NextStep.FINAL, buffer_message="This post cannot be deleted.")

    delivery = place.services.delivery
    assert delivery.buffer is not None
    monkeypatch.setattr(delivery.buffer, "delete_post", refuse)
    await delivery.deliver(post.id)
    waiting = await place.post(post.id)
    assert waiting.step is Step.UNCONFIRMED
    assert "does not delete it" in str(waiting.error_message)
    ago = "now() - interval '1 hour'"
    await place.execute(
        f"UPDATE posts SET next_try_at = NULL, create_sent_at = {ago}, create_buffer_time = {ago}"
    )
    await delivery.deliver(post.id)
    assert (await place.post(post.id)).step is Step.HELD
    async with place.services.database.transaction() as session:
        assert (await session.get_one(PostRow, post.id)).lost_creates == 1
    assert len(place.in_buffer()) == 1


@pytest.mark.parametrize("photos", [1, 2])
async def test_what_is_known_to_be_another_post_is_not_taken_for_this_one(
    place: Workplace, photos: int
) -> None:
    """Though Buffer has put its pictures elsewhere: neither for the post itself nor for what is left of it."""
    place.stand_in.faults.add(Kind.REWRITTEN_ASSETS)
    await place.accepted("fog", 1)
    cover, *others = [await place.photo(number) for number in range(2, 2 + photos)]
    second = await place.schedule(cover, "fog", more_photos=others)
    await place.services.delivery.deliver(second.id)
    await place.execute("UPDATE posts SET next_try_at = NULL")
    await place.services.delivery.deliver(second.id)
    refused = await place.post(second.id)
    assert (refused.step, refused.error_code) == (Step.FAILED, "duplicate_text"), refused.error_message
    assert len(place.in_buffer()) == 1


async def test_a_final_refusal_quotes_buffer(place: Workplace) -> None:
    channel = str(place.persona.buffer_channel_id)
    place.stand_in.import_post(channel, "the very same words", timedelta(minutes=1))
    post = await place.submit("the very same words")
    await place.services.delivery.deliver(post.id)
    settled = ", ".join(
        f"{column} = {column} - interval '1 hour'" for column in ("create_sent_at", "create_buffer_time")
    )
    await place.execute(f"UPDATE posts SET next_try_at = NULL, {settled}")
    await place.services.delivery.deliver(post.id)
    failed = await place.post(post.id)
    assert (failed.step, failed.error_code) == (Step.FAILED, "duplicate_text")
    assert "Whoops, it looks like" in str(failed.error_message)


async def test_a_paused_queue_holds_the_post_until_it_is_resumed(place: Workplace) -> None:
    channel = str(place.persona.buffer_channel_id)
    place.stand_in.set_channel(channel, queue_paused=True)
    await place.services.personas.available_channels()
    async with place.worker():
        post = await place.submit()
        held = await place.until(post.id, lambda now: now.step is Step.HELD)
        assert held.error_code == "channel_unhealthy"
        assert "paused" in str(held.error_message)
        place.stand_in.set_channel(channel, queue_paused=False)
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert len(place.in_buffer()) == 1


@pytest.mark.parametrize("damage", ["deleted", "changed", "broken"])
async def test_a_photo_that_changes_before_delivery_is_not_sent(place: Workplace, damage: str) -> None:
    post = await place.submit()
    photo = await place.services.photos.get(post.photo_id)
    if damage == "deleted":
        photo.path.unlink()
    elif damage == "changed":
        Image.new("RGB", (400, 500), "red").save(photo.path)
    else:
        photo.path.write_bytes(b"\xff\xd8\xff no picture")
    async with place.worker():
        failed = await place.until(post.id, lambda now: now.step is Step.FAILED)
    assert "nothing was sent" in str(failed.error_message)
    assert place.in_buffer() == []


async def test_the_picture_has_no_location(place: Workplace) -> None:
    path = write_photo(place.folder / "gps.jpg")
    with Image.open(path) as image:
        exif = image.getexif()
        exif[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 22.0, 0.0)}
        image.save(path, exif=exif)
    await place.services.photos.import_folders([place.folder], place.persona, on_progress=lambda _: None)
    [photo] = await place.services.photos.unscheduled(place.persona)
    post = await place.schedule(photo, "nowhere to be found")
    async with place.worker():
        done = await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    [uploaded] = (place.settings.media_directory or place.folder).rglob("*.jpg")
    with Image.open(uploaded) as image:
        assert not image.getexif()
    assert done.cover.rendition is not None
    assert done.cover.rendition["location_removed"] is True


async def test_posts_of_one_channel_are_created_one_at_a_time_in_order(place: Workplace) -> None:
    posts = [await place.submit(f"number {number}", number) for number in range(6)]
    async with place.worker():
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [post.text for post in place.in_buffer()] == [f"number {number}" for number in range(6)]
    due = [post.due_at for post in place.in_buffer() if post.due_at is not None]
    assert len(due) == 6
    assert due == sorted(due)


async def test_without_a_key_the_post_is_held(place: Workplace) -> None:
    import dataclasses

    post = await place.submit()
    keyless = dataclasses.replace(place.services.delivery, buffer=None)
    await keyless.deliver(post.id)
    held = await place.post(post.id)
    assert held.step is Step.HELD
    assert held.error_code == "key_missing"
