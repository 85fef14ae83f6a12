"""A process that edits a post in Buffer may be killed at any moment; then row, Buffer and media host agree."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from fluffy_tui.demo import Kind
from fluffy_tui.media import Framing, Shape, media_key
from fluffy_tui.scheduling import MediaUpkeep, NotPossibleNow, OutcomeUnknown, PostPhoto, Remedy, Step
from fluffy_tui.scheduling.tables import PlannedEditRow, PostRow
from scheduling.quick_programs import QUICK
from scheduling.workplace import Barrier

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace

IMPATIENT = dataclasses.replace(
    QUICK, settle=0.3, send_limit=0.1, request_timeout=0.1, stuck_after=0.1, picture_retention=0.0
)
"""Answers of Buffer soon prove something, and unused pictures are deleted at once."""


async def plans(place: Workplace) -> list[PlannedEditRow]:
    async with place.services.database.transaction() as session:
        return list((await session.execute(select(PlannedEditRow))).scalars())


async def until_settled(place: Workplace) -> None:
    """Sync the status until no edit is in doubt, each time as if an hour had passed."""
    hours = 0
    while True:
        hours += 1
        remote = partial(hours_from_now, hours)
        status_sync = dataclasses.replace(place.services.status_sync, timings=IMPATIENT, now=remote)
        await status_sync.run()
        if not await plans(place):
            return
        await asyncio.sleep(0.05)  # only time settles a plan


def hours_from_now(hours: int) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


async def agree(place: Workplace, post: Post, *, changed: bool) -> None:
    """Check that the row, Buffer and the media host agree."""
    await until_settled(place)
    [remote] = place.in_buffer()
    async with place.services.database.transaction() as session:
        row = await session.get_one(PostRow, post.id)
    [asset] = remote.assets
    assert asset.source == row.cover.media_url
    assert row.delivery_key in asset.source
    assert row.cover.framing.shape == (Shape.SQUARE if changed else Shape.AUTO)
    assert (asset.width == asset.height) is changed
    assert (row.cover.media_url != post.cover.media_url) is changed
    upkeep = MediaUpkeep(dataclasses.replace(place.services.delivery, timings=IMPATIENT))
    await upkeep.clean()
    assert place.services.host is not None
    assert await place.services.host.list_keys() == [media_key(row.delivery_key)], "only what Buffer needs"


PLACES = {
    "before the plan is written": ("true", "INSERT ON planned_edits", False),
    "uploaded, before it is recorded as sent": ("NEW.sent_at IS NOT NULL", "UPDATE ON planned_edits", False),
    "between Buffer's answer and our record": (
        "NEW.delivery_key <> OLD.delivery_key",
        "UPDATE ON posts",
        True,
    ),
}


@pytest.mark.parametrize("where", PLACES)
async def test_killed_at_a_step_of_an_edit(place: Workplace, tmp_path: Path, where: str) -> None:
    condition, before, changed = PLACES[where]
    post = await place.accepted()
    barrier = Barrier(place.services.database.url, condition, before=before)
    editor = place.edit_process(tmp_path / "edit.log", post.id)
    await barrier.reached()
    os.kill(editor.pid, signal.SIGKILL)
    await editor.ended()
    await asyncio.to_thread(barrier.remove)
    await agree(place, post, changed=changed)


@pytest.mark.parametrize("after", [False, True], ids=["before it is changed", "after it was changed"])
async def test_killed_while_buffer_changes_the_post(place: Workplace, tmp_path: Path, *, after: bool) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(Kind.SLOW, operation="editPost", after=after)
    editor = place.edit_process(tmp_path / "edit.log", post.id)
    await place.stand_in.received("editPost")
    os.kill(editor.pid, signal.SIGKILL)
    await editor.ended()
    place.stand_in.faults.clear()  # it arrives all the same
    await place.stand_in.until(
        lambda: post.cover.media_url not in [a.source for a in place.in_buffer()[0].assets]
    )
    await agree(place, post, changed=True)


async def test_an_unanswered_edit_whose_check_fails_too_is_settled_later(place: Workplace) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(Kind.SLOW, operation="editPost", after=True)
    editing = asyncio.create_task(
        place.services.scheduling.edit(post.id, framing=Framing(shape=Shape.SQUARE))
    )
    await place.stand_in.received("editPost")
    place.stand_in.faults.add(Kind.DROP_BEFORE, operation="post", count=10)
    with pytest.raises(NotPossibleNow, match="not known"):
        await editing
    place.stand_in.faults.clear()
    assert len(await plans(place)) == 1
    edited = await place.services.scheduling.edit(post.id, caption="once more")
    assert (edited.caption, edited.framing.shape) == ("once more", Shape.SQUARE), (
        "the next check has found it"
    )
    await agree(place, post, changed=True)


async def test_no_other_edit_is_sent_while_one_may_still_arrive(place: Workplace) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(Kind.DROP_BEFORE, operation="editPost")
    with pytest.raises(NotPossibleNow, match="not known"):
        await place.services.scheduling.edit(post.id, framing=Framing(shape=Shape.SQUARE))
    for caption in ("once more", post.caption):  # also to what it is now, which the first one may change
        with pytest.raises(NotPossibleNow, match="earlier change"):
            await place.services.scheduling.edit(post.id, caption=caption)
    await agree(place, post, changed=False)
    await place.services.scheduling.edit(post.id, caption="once more")
    assert place.in_buffer()[0].text == "once more"


async def test_an_unrecorded_edit_is_adopted_as_a_whole(place: Workplace) -> None:
    post = await place.accepted()
    at = (datetime.now(UTC) + timedelta(days=5)).replace(microsecond=0)
    barrier = Barrier(
        place.services.database.url, "NEW.photos -> 0 ->> 'alt_text' <> OLD.photos -> 0 ->> 'alt_text'"
    )
    editing = asyncio.create_task(
        place.services.scheduling.edit(post.id, caption="other words", alt_text="a pier", at=at)
    )
    await barrier.reached()
    editing.cancel()
    await asyncio.to_thread(barrier.remove)
    await asyncio.gather(editing, return_exceptions=True)
    await until_settled(place)
    now = await place.post(post.id)
    assert (now.caption, now.alt_text, now.requested_at_time) == ("other words", "a pier", at)
    assert now.scheduled_at == place.in_buffer()[0].due_at == at


async def test_two_simultaneous_edits_do_not_mix(place: Workplace, tmp_path: Path) -> None:
    post = await place.accepted()
    barrier = Barrier(
        place.services.database.url, "NEW.sent_at IS NOT NULL", before="UPDATE ON planned_edits"
    )
    editor = place.edit_process(tmp_path / "edit.log", post.id)
    await barrier.reached()
    with pytest.raises(NotPossibleNow, match="earlier change"):
        await place.services.scheduling.edit(post.id, caption="other words")
    await asyncio.to_thread(barrier.remove)
    assert await editor.ended() == 0, (tmp_path / "edit.log").read_text()
    await agree(place, post, changed=True)


async def test_cancelling_a_post_with_an_edit_in_doubt_leaves_no_picture(place: Workplace) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(Kind.DROP_BEFORE, operation="editPost")
    with pytest.raises(NotPossibleNow, match="not known"):
        await place.services.scheduling.edit(post.id, framing=Framing(shape=Shape.SQUARE))
    await place.services.scheduling.cancel(post.id)
    await MediaUpkeep(dataclasses.replace(place.services.delivery, timings=IMPATIENT)).clean()
    assert place.services.host is not None
    assert await place.services.host.list_keys() == []


async def without_picture(place: Workplace, *, deleted: bool) -> Post:
    """Return a post that lost its picture in an edit and that the program could delete in Buffer, or not."""
    post = await place.accepted()
    place.stand_in.faults.add(Kind.DROP_ASSET, operation="editPost")
    if not deleted:
        place.stand_in.faults.add(Kind.SERVER_ERROR_BEFORE, operation="deletePost")
    with pytest.raises(NotPossibleNow, match="dropped pictures"):
        await place.services.scheduling.edit(post.id, caption="better words")
    return post


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "not deleted"])
async def test_a_post_that_loses_its_picture_in_an_edit_fails_and_is_retried_with_it(
    place: Workplace, *, deleted: bool
) -> None:
    post = await without_picture(place, deleted=deleted)
    assert len(place.in_buffer()) == (0 if deleted else 1)
    await fails_and_is_retried_with_its_picture(place, post)


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "not deleted"])
async def test_a_post_that_lost_its_picture_in_an_edit_is_gone_from_buffer_once_it_is_cancelled(
    place: Workplace, *, deleted: bool
) -> None:
    post = await without_picture(place, deleted=deleted)
    place.stand_in.faults.add(Kind.LAGGING_READS, operation="post", seconds=3600)
    await place.services.scheduling.cancel(post.id)
    assert await place.services.scheduling.post(post.id) is None
    assert not place.in_buffer()


async def test_a_lost_picture_is_noticed_even_if_the_edit_was_unanswered(place: Workplace) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(Kind.DROP_ASSET, operation="editPost")
    place.stand_in.faults.add(Kind.SLOW, operation="editPost", after=True)
    editing = asyncio.create_task(place.services.scheduling.edit(post.id, caption="better words"))
    await place.stand_in.received("editPost")
    editing.cancel()
    await asyncio.gather(editing, return_exceptions=True)
    await place.stand_in.until(lambda: not place.in_buffer()[0].assets)
    place.stand_in.faults.clear()
    await until_settled(place)
    await fails_and_is_retried_with_its_picture(place, post)


async def test_what_was_published_after_an_unanswered_edit_that_lost_a_picture_is_told(
    place: Workplace,
) -> None:
    post = await place.accepted()
    added = await place.photo(1)
    place.stand_in.faults.add(Kind.DROP_ONE_ASSET, operation="editPost")
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP, operation="editPost")
    with pytest.raises(OutcomeUnknown):
        await place.services.scheduling.edit(
            post.id, photos=(*post.photos, PostPhoto(added.id, added.sha256))
        )
    [remote] = place.in_buffer()
    assert len(remote.assets) == 1
    remote.status, remote.sent_at = "sent", place.stand_in.clock.now()
    await until_settled(place)
    live = await place.post(post.id)
    assert live.step is Step.LIVE
    assert live.error_message == "Buffer published it with 1 of its 2 pictures."
    assert live.cover.media_url == remote.assets[0].source


async def fails_and_is_retried_with_its_picture(place: Workplace, post: Post) -> None:
    failed = await place.post(post.id)
    assert (failed.step, failed.error_code) == (Step.FAILED, "image_dropped")
    [problem] = [item for item in await place.services.scheduling.problems() if item.post]
    assert Remedy.RETRY in problem.actions
    await place.services.scheduling.retry(post.id)
    await place.services.delivery.deliver(post.id)
    [remote] = place.in_buffer()
    assert len(remote.assets) == 1
