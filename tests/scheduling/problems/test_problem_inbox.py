"""Problems: what happened, why, what happens next, and what the user can do."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.job_queue import defer
from fluffy_tui.demo import Kind, StandIn, Window
from fluffy_tui.scheduling import (
    Missing,
    MissingCode,
    NotPossibleNow,
    Post,
    Problem,
    ProblemKind,
    Remedy,
    Step,
)
from fluffy_tui.scheduling.background.channel_health import ChannelHealth
from scheduling.quick_programs import QUICK
from scheduling.test_service import MANY, fill
from scheduling.workplace import workplace
from statement_plans import plans, rows_read, statements

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace

NO_KEY = Missing(MissingCode.BUFFER_KEY, "No Buffer key is set.")


def is_possible(remedy: Remedy, post: Post) -> bool:
    """Return whether the post's state allows what a problem offers."""
    match remedy:
        case Remedy.RETRY:
            return post.can_be_retried
        case Remedy.EDIT | Remedy.RESCHEDULE:
            return post.can_be_changed
        case Remedy.UPLOAD_AGAIN:
            return post.can_be_uploaded_again
        case Remedy.CANCEL:
            return post.can_be_cancelled
        case Remedy.MOVE_UP:
            return post.can_be_moved_up
        case Remedy.OPEN_IN_BUFFER | Remedy.SETTINGS | Remedy.DOCTOR:
            return True


async def problems(place: Workplace) -> list[Problem]:
    """Return all problems but the missing worker, since most tests here run none; what they offer is possible."""
    found = await place.services.scheduling.problems()
    for item in found:
        assert item.post is None or all(is_possible(remedy, item.post) for remedy in item.actions)
    return [item for item in found if item.kind is not ProblemKind.WORKER_SILENT]


async def test_without_problems_the_list_is_empty(place: Workplace) -> None:
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    async with place.worker():
        await place.submit("another one", 1)
        await place.until(2, lambda now: now.step is Step.ACCEPTED)
        assert await place.services.scheduling.problems() == []


async def test_a_held_post_shows_when_it_is_retried(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.QUEUE_FULL, count=9)
    posts = [await place.submit(f"number {n}", n) for n in range(2)]
    for post in posts:
        await place.services.delivery.deliver(post.id)
    first, second = await problems(place)
    assert (first.kind, second.kind) == (ProblemKind.HELD, ProblemKind.HELD)
    assert first.post is not None
    assert first.post.id == posts[0].id
    assert first.when == first.post.next_try_at is not None
    assert "Scheduled posts limit reached" in first.why
    assert Remedy.MOVE_UP not in first.actions
    assert Remedy.MOVE_UP in second.actions
    assert (first.refused, second.refused) == ((Remedy.MOVE_UP,), ())


async def test_a_failed_post_has_its_cause_and_actions(place: Workplace) -> None:
    post = await place.submit()
    photo = await place.services.photos.get(post.photo_id)
    photo.path.unlink()
    await place.services.delivery.deliver(post.id)
    [item] = await problems(place)
    assert item.kind is ProblemKind.FAILED
    assert str(photo.path) in item.why
    assert item.when is None
    assert {Remedy.RETRY, Remedy.EDIT, Remedy.CANCEL} <= set(item.actions)
    await place.services.scheduling.cancel(post.id)
    assert await problems(place) == []


async def test_a_post_whose_time_is_past_needs_another_time_before_it_is_retried(place: Workplace) -> None:
    due = datetime.now(UTC) + timedelta(days=1)
    photo = await place.photo()
    post = await place.schedule(photo, "late", share_mode=ShareMode.CUSTOM_SCHEDULED, at=due)
    photo.path.unlink()
    await place.services.delivery.deliver(post.id)
    [item] = await problems(place)
    assert item.actions[0] is Remedy.RETRY
    await place.execute("UPDATE posts SET requested_at_time = now() - interval '1 minute'")
    [item] = await problems(place)
    assert item.actions[0] is Remedy.RESCHEDULE
    assert (Remedy.RETRY in item.actions, Remedy.RETRY in item.refused) == (False, True)
    with pytest.raises(NotPossibleNow, match="past"):
        await place.services.scheduling.retry(post.id)


async def test_a_post_deleted_in_buffer_can_be_retried_or_cancelled(place: Workplace) -> None:
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    place.stand_in.world.posts.clear()
    for _ in range(3):  # the first run does not ask yet, the second notes since when it is missing
        await place.services.status_sync.run()
        await place.execute("UPDATE posts SET missing_since = missing_since - interval '1 hour'")
        await place.execute("UPDATE follow_rounds SET asked_at = asked_at - interval '1 hour'")
    [item] = await problems(place)
    assert item.kind is ProblemKind.REMOVED_IN_BUFFER
    assert {Remedy.RETRY, Remedy.CANCEL} <= set(item.actions)


async def test_an_unconfirmed_post_is_a_problem_only_if_it_lasts(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    assert await problems(place) == []
    await place.execute(f"UPDATE posts SET create_sent_at = now() - interval '{QUICK.settle + 1} seconds'")
    [item] = await problems(place)
    assert item.kind is ProblemKind.UNCONFIRMED
    assert item.actions == (Remedy.OPEN_IN_BUFFER,)


async def test_a_missing_photo_of_a_queued_post_is_listed_before_its_turn(place: Workplace) -> None:
    """A worker notices it in its periodic task."""
    place.stand_in.set_channel(str(place.persona.buffer_channel_id), queue_paused=True)
    await place.services.personas.available_channels()
    post = await place.submit()
    photo = await place.services.photos.get(post.photo_id)
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.HELD)
        picture = photo.path.read_bytes()
        photo.path.unlink()
        await find_missing(place)
        item = await until_listed(place, ProblemKind.PHOTO_MISSING)
        assert item.post is not None
        assert item.post.id == post.id
        assert str(photo.path) in item.why
        photo.path.write_bytes(picture)
        await find_missing(place)
        await until_gone(place, ProblemKind.PHOTO_MISSING)


async def find_missing(place: Workplace) -> None:
    """Defer the periodic task, as happens twice an hour."""
    async with place.services.database.transaction() as session:
        queue = place.services.delivery.queue
        await defer(session, queue, "delivery:look_for_missing", arguments={"timestamp": 0})


async def until_listed(place: Workplace, kind: ProblemKind) -> Problem:
    """Return the one problem of this kind, once it is listed."""
    async with aclosing(place.services.events()) as events:
        async for _ in events:
            found = [item for item in await place.services.scheduling.problems() if item.kind is kind]
            if found:
                [item] = found
                return item
    raise AssertionError("the events ended")


async def until_gone(place: Workplace, kind: ProblemKind) -> None:
    """Wait until no problem of this kind is listed."""
    async with aclosing(place.services.events()) as events:
        async for _ in events:
            if all(item.kind is not kind for item in await place.services.scheduling.problems()):
                return


@pytest.mark.parametrize("fault", ["disconnected", "locked", "queue_paused"])
async def test_an_unhealthy_channel_is_a_problem_until_it_is_fixed(place: Workplace, fault: str) -> None:
    channel = str(place.persona.buffer_channel_id)
    in_buffer = await place.submit()
    await place.services.delivery.deliver(in_buffer.id)
    assert await problems(place) == []
    place.stand_in.set_channel(channel, **{fault: True})
    slow = dataclasses.replace(
        QUICK, healthy_channel_check=0.0, unhealthy_channel_check=0.0, blocked_min=600.0
    )
    delivery = dataclasses.replace(place.services.delivery, timings=slow)
    health = ChannelHealth(delivery)
    await health.check()
    [item] = await problems(place)
    assert item.kind is ProblemKind.CHANNEL
    assert item.persona_id == place.persona.id
    assert "sarah.frames" in item.why
    assert item.when is None, "nothing is retried while no post is held"
    other = await place.services.personas.create("somebody else")
    others = await place.services.scheduling.problems(other)
    assert ProblemKind.CHANNEL not in {item.kind for item in others}
    waiting = await place.submit("waiting for the channel", 1)
    await delivery.deliver(waiting.id)
    by_kind = {item.kind: item for item in await problems(place)}
    assert by_kind.keys() == {ProblemKind.CHANNEL, ProblemKind.HELD}
    assert by_kind[ProblemKind.CHANNEL].when == by_kind[ProblemKind.HELD].when is not None
    place.stand_in.set_channel(channel, **{fault: False})
    await health.check()
    assert all(item.kind is not ProblemKind.CHANNEL for item in await problems(place))
    async with place.worker():  # it is woken long before its time
        await place.until(waiting.id, lambda now: now.step is Step.ACCEPTED)


async def test_channels_are_checked_only_if_that_can_reveal_something(place: Workplace) -> None:
    health = ChannelHealth(place.services.delivery)
    before = len(place.stand_in.requests)
    await place.execute("UPDATE channels SET checked_at = now() - interval '30 days'")
    await health.check()
    assert len(place.stand_in.requests) == before, "no posts and no problems"
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    before = len(place.stand_in.requests)
    await health.check()
    assert len(place.stand_in.requests) == before, "the delivery has just checked it"
    await place.execute("UPDATE channels SET checked_at = now() - interval '11 minutes'")
    await health.check()
    assert len(place.stand_in.requests) == before, "nothing is due"
    await place.execute("UPDATE posts SET scheduled_at = now() - interval '3 minutes'")
    await health.check()
    assert len(place.stand_in.requests) == before + 1, "a post is overdue"


async def test_a_missing_worker_is_a_problem_while_posts_wait_for_it(place: Workplace) -> None:
    assert await place.services.scheduling.problems() == []
    await place.submit()
    [item] = await place.services.scheduling.problems()
    assert item.kind is ProblemKind.WORKER_SILENT
    assert "1 post is waiting" in item.what


async def test_a_worker_that_is_starting_is_no_problem(place: Workplace) -> None:
    place.services.workers.expect_one()
    await place.submit()
    assert await place.services.scheduling.problems() == []


async def test_a_killed_worker_is_listed_with_its_last_heartbeat(place: Workplace, tmp_path: Path) -> None:
    child = place.worker_process(tmp_path / "worker.log")
    await place.arrived()
    assert await place.services.scheduling.problems() == []
    os.kill(child.pid, signal.SIGKILL)
    await child.ended()
    while not (
        found := await place.services.scheduling.problems()
    ):  # there is no event for a missing heartbeat
        await asyncio.sleep(0.05)
    [item] = found
    assert item.kind is ProblemKind.WORKER_SILENT
    assert "The last heartbeat was" in item.why


async def test_a_used_up_budget_shows_when_it_resets(database_url: str, tmp_path: Path) -> None:
    media = tmp_path / "media"
    stand_in = StandIn(media=media, windows=(Window("24h", "24h", 86_400, 6),))
    async with stand_in, workplace(database_url, tmp_path, stand_in, media) as place:
        posts = [await place.submit(f"number {number}", number) for number in range(4)]
        for post in posts:
            await place.services.delivery.deliver(post.id)
        found = {item.kind: item for item in await problems(place)}
        used_up = found[ProblemKind.BUDGET_SPENT]
        assert "24 hours" in used_up.why
        assert "All 6 requests" in used_up.why
        assert used_up.when is not None
        assert timedelta(hours=23) < used_up.when - datetime.now(UTC) <= timedelta(hours=24)
        held = found[ProblemKind.HELD]
        assert held.when is not None
        assert abs(held.when - used_up.when) < timedelta(minutes=1)
        left = await place.services.scheduling.budget()
        assert [window.remaining for window in left.windows.values()] == [0]
        assert place.in_buffer(), "some posts were sent before"


async def test_a_draft_names_what_is_missing(place: Workplace) -> None:
    keyless = dataclasses.replace(place.services.scheduling, missing=(NO_KEY,))
    await keyless.schedule_post(await place.photo(), "later")
    [item] = await keyless.problems()
    assert (item.kind, item.why) == (ProblemKind.DRAFT_KEPT, "No Buffer key is set.")
    assert item.actions[0] is Remedy.SETTINGS
    assert Remedy.RETRY not in item.actions
    assert Remedy.RETRY in item.refused
    [again] = await place.services.scheduling.problems()
    assert Remedy.RETRY in again.actions
    assert again.refused == ()


async def test_a_failed_picture_is_uploaded_again(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.IMAGE_UNREADABLE, operation="createPost", count=3)
    async with place.worker():
        post = await place.submit()
        failed = await place.until(post.id, lambda now: now.step is Step.FAILED)
        items = [item for item in await problems(place) if item.post is not None]
        assert Remedy.UPLOAD_AGAIN in items[0].actions
        for file in (place.settings.media_directory or place.folder).rglob("*.jpg"):
            file.unlink()
        await place.services.scheduling.upload_again(failed.id)
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert len(place.in_buffer()) == 1


async def test_the_worst_problem_is_first(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.QUEUE_FULL, count=9)
    held = await place.submit("waits", 1)
    await place.services.delivery.deliver(held.id)
    keyless = dataclasses.replace(place.services.scheduling, missing=(NO_KEY,))
    await keyless.schedule_post(await place.photo(2), "a draft")
    await place.execute("UPDATE photos SET missing_since = now() WHERE id = 1")
    failed = await place.submit("fails", 3)
    await place.execute(
        f"UPDATE posts SET status = 'failed', step = 'failed', error_message = 'no' WHERE id = {failed.id}",
    )
    kinds = [item.kind for item in await place.services.scheduling.problems()]
    assert kinds == sorted(kinds, key=list(ProblemKind).index)
    assert kinds[0] is ProblemKind.FAILED
    assert kinds[-1] is ProblemKind.DRAFT_KEPT


@pytest.mark.slow
@pytest.mark.parametrize("statistics", ["fresh", "stale", "none"])
async def test_no_problem_is_looked_for_in_every_post(place: Workplace, statistics: str) -> None:
    for table in ("posts", "hosted_pictures"):
        await place.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    if statistics == "stale":
        await place.execute("ANALYZE")
    await fill(place, failed=300)
    await place.execute(
        "INSERT INTO hosted_pictures (name, delivery_key) SELECT id::text, delivery_key FROM posts"
    )
    if statistics == "fresh":
        await place.execute("ANALYZE")
    with statements() as executed:
        found = await place.services.scheduling.problems()
    assert MANY / 400 < len(found) < MANY / 200
    for statement, nodes in await plans(place.services.database, executed):
        scanned = {node.get("Relation Name") for node in nodes if node["Node Type"] == "Seq Scan"}
        assert not scanned & {"posts", "hosted_pictures"}, statement
        assert max(rows_read(node) for node in nodes) < MANY / 100, statement


async def test_an_unknown_time_zone_is_a_problem(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system counts it as UTC and says nothing."""
    monkeypatch.setenv("TZ", "Mars/Olympus")
    [item] = await place.services.scheduling.problems()
    assert item.kind is ProblemKind.CLOCK
    assert item.why.startswith("TZ is set to Mars/Olympus, which is not among")
    assert item.why.endswith("So all times are shown in UTC.")
