"""Whoever changes a post in Buffer may die at any moment: afterwards our row, Buffer and the media host agree."""

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
from fluffy_tui.scheduling import Keeper, NotPossibleNow, Remedy, Step
from fluffy_tui.scheduling.tables import PlannedEditRow, PostRow
from scheduling.workplace import QUICK, Barrier

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace

IMPATIENT = dataclasses.replace(QUICK, settle=0.3, departure=0.1, answer=0.1, hung=0.1, media_grace=0.0)
"""Looks at Buffer soon prove something, and the media host is cleaned up at once."""


async def accepted(place: Workplace) -> Post:
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    done = await place.services.scheduling.post(post.id)
    assert done is not None
    assert done.step is Step.ACCEPTED
    return done


async def plans(place: Workplace) -> list[PlannedEditRow]:
    async with place.services.database.transaction() as session:
        return list((await session.execute(select(PlannedEditRow))).scalars())


async def until_found_out(place: Workplace) -> None:
    """Let somebody look in Buffer until nothing is in doubt, each time as if an hour had passed there."""
    hours = 0
    while True:
        hours += 1
        there = partial(hours_from_now, hours)
        follower = dataclasses.replace(place.services.follower, pace=IMPATIENT, now=there)
        await follower.follow()
        if not await plans(place):
            return
        await asyncio.sleep(0.05)  # a plan is settled by time alone


def hours_from_now(hours: int) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


async def agree(place: Workplace, post: Post, *, changed: bool) -> None:
    """Check that the row, Buffer and the media host tell the same."""
    await until_found_out(place)
    [there] = place.there()
    async with place.services.database.transaction() as session:
        row = await session.get_one(PostRow, post.id)
    [asset] = there.assets
    assert asset.source == row.media_url
    assert row.delivery_key in asset.source
    assert row.shape == (Shape.SQUARE if changed else Shape.AUTO)
    assert (asset.width == asset.height) is changed
    assert (row.media_url != post.media_url) is changed
    keeper = Keeper(dataclasses.replace(place.services.delivery, pace=IMPATIENT))
    await keeper.clean()
    assert place.services.host is not None
    assert await place.services.host.list_keys() == [media_key(row.delivery_key)], "only what Buffer needs"


PLACES = {
    "before the plan is written": ("true", "INSERT ON planned_edits", False),
    "hosted, before it is recorded as sent": ("NEW.sent_at IS NOT NULL", "UPDATE ON planned_edits", False),
    "between Buffer's answer and our record": (
        "NEW.delivery_key <> OLD.delivery_key",
        "UPDATE ON posts",
        True,
    ),
}


@pytest.mark.parametrize("where", PLACES)
async def test_killed_at_a_step_of_an_edit(place: Workplace, tmp_path: Path, where: str) -> None:
    condition, before, changed = PLACES[where]
    post = await accepted(place)
    barrier = Barrier(place.services.database.url, condition, before=before)
    editor = place.edit_process(tmp_path / "edit.log", post.id)
    await barrier.reached()
    os.kill(editor.pid, signal.SIGKILL)
    await editor.ended()
    await asyncio.to_thread(barrier.remove)
    await agree(place, post, changed=changed)


@pytest.mark.parametrize("after", [False, True], ids=["before it is changed", "after it was changed"])
async def test_killed_while_buffer_changes_the_post(place: Workplace, tmp_path: Path, *, after: bool) -> None:
    post = await accepted(place)
    place.stand_in.faults.add(Kind.SLOW, operation="editPost", after=after)
    editor = place.edit_process(tmp_path / "edit.log", post.id)
    await place.stand_in.received("editPost")
    os.kill(editor.pid, signal.SIGKILL)
    await editor.ended()
    place.stand_in.faults.clear()  # it arrives all the same
    await place.stand_in.until(lambda: post.media_url not in [a.source for a in place.there()[0].assets])
    await agree(place, post, changed=True)


async def test_an_edit_without_an_answer_whose_look_fails_too_is_found_out_later(place: Workplace) -> None:
    post = await accepted(place)
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
    assert (edited.caption, edited.framing.shape) == ("once more", Shape.SQUARE), "the next look has found it"
    await agree(place, post, changed=True)


async def test_while_a_change_may_still_arrive_no_other_one_is_sent(place: Workplace) -> None:
    post = await accepted(place)
    place.stand_in.faults.add(Kind.DROP_BEFORE, operation="editPost")
    with pytest.raises(NotPossibleNow, match="not known"):
        await place.services.scheduling.edit(post.id, framing=Framing(shape=Shape.SQUARE))
    with pytest.raises(NotPossibleNow, match="earlier change"):
        await place.services.scheduling.edit(post.id, caption="once more")
    await agree(place, post, changed=False)
    await place.services.scheduling.edit(post.id, caption="once more")
    assert place.there()[0].text == "once more"


async def test_a_lost_change_of_words_and_time_is_taken_over_as_a_whole(place: Workplace) -> None:
    post = await accepted(place)
    at = (datetime.now(UTC) + timedelta(days=5)).replace(microsecond=0)
    barrier = Barrier(place.services.database.url, "NEW.alt_text <> OLD.alt_text")
    editing = asyncio.create_task(
        place.services.scheduling.edit(post.id, caption="other words", alt_text="a pier", at=at)
    )
    await barrier.reached()
    editing.cancel()
    await asyncio.to_thread(barrier.remove)
    await asyncio.gather(editing, return_exceptions=True)
    await until_found_out(place)
    now = await place.services.scheduling.post(post.id)
    assert now is not None
    assert (now.caption, now.alt_text, now.requested_at_time) == ("other words", "a pier", at)
    assert now.scheduled_at == place.there()[0].due_at == at


async def test_two_who_change_a_post_at_the_same_moment_do_not_mix(place: Workplace, tmp_path: Path) -> None:
    post = await accepted(place)
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


async def test_cancelling_a_post_whose_edit_is_in_doubt_leaves_no_picture(place: Workplace) -> None:
    post = await accepted(place)
    place.stand_in.faults.add(Kind.DROP_BEFORE, operation="editPost")
    with pytest.raises(NotPossibleNow, match="not known"):
        await place.services.scheduling.edit(post.id, framing=Framing(shape=Shape.SQUARE))
    await place.services.scheduling.cancel(post.id)
    await Keeper(dataclasses.replace(place.services.delivery, pace=IMPATIENT)).clean()
    assert place.services.host is not None
    assert await place.services.host.list_keys() == []


@pytest.mark.parametrize("deleted", [True, False], ids=["taken out", "cannot be taken out"])
async def test_a_post_that_loses_its_picture_in_an_edit_is_told_and_sent_again_with_it(
    place: Workplace, *, deleted: bool
) -> None:
    post = await accepted(place)
    place.stand_in.faults.add(Kind.DROP_ASSET, operation="editPost")
    if not deleted:
        place.stand_in.faults.add(Kind.SERVER_ERROR_BEFORE, operation="deletePost")
    with pytest.raises(NotPossibleNow, match="left the picture out"):
        await place.services.scheduling.edit(post.id, caption="better words")
    assert len(place.there()) == (0 if deleted else 1)
    await is_told_and_goes_out_with_its_picture(place, post)


async def test_a_post_that_lost_its_picture_while_nobody_looked_is_told(place: Workplace) -> None:
    post = await accepted(place)
    place.stand_in.faults.add(Kind.DROP_ASSET, operation="editPost")
    place.stand_in.faults.add(Kind.SLOW, operation="editPost", after=True)
    editing = asyncio.create_task(place.services.scheduling.edit(post.id, caption="better words"))
    await place.stand_in.received("editPost")
    editing.cancel()
    await asyncio.gather(editing, return_exceptions=True)
    await place.stand_in.until(lambda: not place.there()[0].assets)
    place.stand_in.faults.clear()
    await until_found_out(place)
    await is_told_and_goes_out_with_its_picture(place, post)


async def is_told_and_goes_out_with_its_picture(place: Workplace, post: Post) -> None:
    failed = await place.services.scheduling.post(post.id)
    assert failed is not None
    assert (failed.step, failed.error_code) == (Step.FAILED, "image_dropped")
    [told] = [item for item in await place.services.scheduling.troubles() if item.post]
    assert Remedy.RETRY in told.actions
    await place.services.scheduling.retry(post.id)
    await place.services.delivery.deliver(post.id)
    [there] = place.there()
    assert len(there.assets) == 1
