"""Cancelling a post keeps its text as a draft."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import Photo
from fluffy_tui.scheduling import NotPossibleNow, Post, PostNotFound, PostPhoto, Step
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.session.context import Context
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.submit_undo import (
    DraftNotSaved,
    cancel_keeping_drafts,
    draft_of,
    in_grace,
    what_cancelling_does,
)
from fluffy_tui.tui.text.post_refusals import why_not
from tui.conftest import Driver, Running
from tui.fakes import NOW, FakeServices, make_post
from tui.several_channels import on_channels

WAITING = 11


@pytest.fixture
async def driver(running: Running) -> AsyncIterator[Driver]:
    async with running(persona="sarah") as driver:
        yield driver


@pytest.fixture
def context(driver: Driver) -> Context:
    return driver.app.context


@pytest.fixture
def post(services: FakeServices) -> Post:
    return services.scheduling.all_posts[WAITING]


def kept(context: Context, services: FakeServices, post: Post) -> Draft | None:
    return context.drafts.load(services.photos.photos[post.photo_id])


async def test_the_text_is_kept_with_the_photo(context: Context, services: FakeServices, post: Post) -> None:
    await cancel_keeping_drafts(context, [[post]])
    assert post.id not in services.scheduling.all_posts
    assert kept(context, services, post) == draft_of(post)


async def test_the_photos_of_a_post_are_kept_in_their_order(
    context: Context, services: FakeServices, post: Post
) -> None:
    others = (PostPhoto(40, services.photos.photos[40].sha256, "a pier"),)
    uploaded = replace(post.cover, media_url="https://media.example/1.jpg")
    services.scheduling.all_posts[WAITING] = several = replace(post, photos=(uploaded, *others))
    assert "Its 2 photos return to the library" in what_cancelling_does(several, NOW, NOW.tzinfo, NOW.tzinfo)  # type: ignore[arg-type]
    await cancel_keeping_drafts(context, [[several]])
    draft = kept(context, services, post)
    assert draft is not None and draft.photos == (post.cover, *others)


def test_a_post_stays_assisted_by_ai_and_is_read(post: Post) -> None:
    """What was submitted had been read before."""
    draft = draft_of(post, [replace(post, ai_assisted=True)])
    assert draft.ai_assisted
    assert not draft.unread


async def test_a_newer_draft_is_not_overwritten(context: Context, services: FakeServices, post: Post) -> None:
    context.drafts.save(services.photos.photos[post.photo_id], Draft(caption="newer"))
    await cancel_keeping_drafts(context, [[post]])
    assert kept(context, services, post) == Draft(caption="newer")


async def test_a_post_that_cannot_be_cancelled_leaves_no_draft(
    context: Context, services: FakeServices, post: Post
) -> None:
    services.scheduling.not_possible = NotPossibleNow("It is live.")
    [cancelled] = await cancel_keeping_drafts(context, [[post]])
    assert (cancelled.done, cancelled.left) == ([], [post])
    assert [(one, str(error)) for one, error in cancelled.refused] == [(post, "It is live.")]
    assert kept(context, services, post) is None


async def test_a_post_whose_text_cannot_be_saved_is_not_cancelled(
    context: Context, services: FakeServices, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(context.drafts, "save", full)
    [cancelled] = await cancel_keeping_drafts(context, [[post]])
    [(refused, error)] = cancelled.refused
    assert refused == post and isinstance(error, DraftNotSaved)
    assert "No space left on device" in str(error)
    assert post.id in services.scheduling.all_posts


async def test_undo_takes_back_a_submission_on_all_its_channels(
    running: Running, services: FakeServices
) -> None:
    group = on_channels(services, WAITING, *[Step.QUEUED] * 3)
    async with running(persona="sarah") as driver:
        await driver.press("z")
        assert driver.notices()[-1] == (
            "Undone on 3 channels. The photo is back in the library with its text."
        )
        assert services.scheduling.posts_of(*group) == []
        draft = kept(driver.app.context, services, group[0])
        assert draft is not None and draft.caption == "words 0", "that of the lead"


@pytest.mark.parametrize("ahead", [-600, 600])
async def test_undo_goes_by_the_clock_by_which_posts_wait(
    running: Running, services: FakeServices, ahead: int
) -> None:
    """This computer's may differ from the database's."""
    on_channels(services, 12, Step.QUEUED)
    async with running(persona="sarah", clock=lambda: NOW + timedelta(seconds=ahead)) as driver:
        assert "sends in 8 s" in driver.text("#status-strip")
        await driver.press("z")
        await driver.heard()
        assert 12 not in services.scheduling.all_posts


async def test_undo_says_on_which_channels_it_is_too_late(running: Running, services: FakeServices) -> None:
    lead, bluesky, gone = on_channels(services, WAITING, Step.QUEUED, Step.SENDING, Step.ACCEPTED)
    async with running(persona="sarah") as driver:
        await driver.press("z")
        assert driver.toasts()[-1] == (
            "Undone on 1 of 3 channels. The photo stays scheduled. "
            "Bluesky: It is being sent to Buffer right now. You can cancel it once it is there. "
            "gone: It is in Buffer. To cancel it there, select it in Posts and press x.",
            "warning",
        )
        assert [post.id for post in services.scheduling.posts_of(lead, bluesky, gone)] == [
            bluesky.id,
            gone.id,
        ]
        assert kept(driver.app.context, services, lead) is None, "the photo is still taken"


async def test_no_draft_stays_on_a_photo_that_another_channel_has(
    running: Running, services: FakeServices
) -> None:
    lead, bluesky, gone = on_channels(services, WAITING, *[Step.QUEUED] * 3)
    async with running(persona="sarah") as driver:
        context = driver.app.context
        [cancelled] = await cancel_keeping_drafts(context, [[lead]])
        assert [post.id for post in cancelled.left] == [bluesky.id, gone.id]
        assert kept(context, services, lead) is None
        await cancel_keeping_drafts(context, [services.scheduling.posts_of(bluesky, gone)])
        assert kept(context, services, lead) is not None


async def test_the_text_of_a_failed_post_is_kept_although_another_has_its_photo(
    context: Context, services: FakeServices, post: Post
) -> None:
    failed = services.scheduling.move(post.id, Step.FAILED)
    photo = services.photos.photos[post.photo_id]
    assert (await services.scheduling.schedule_post(photo, "other words")).ok
    assert "Its text is kept" in what_cancelling_does(failed, NOW, UTC, UTC)
    await cancel_keeping_drafts(context, [[failed]])
    draft = kept(context, services, post)
    assert draft is not None and draft.caption == post.caption


def test_only_a_post_that_has_not_left_can_be_undone(post: Post) -> None:
    waiting = replace(post, next_try_at=NOW + timedelta(seconds=5))
    newer = replace(waiting, id=WAITING + 1)
    gone = replace(waiting, id=WAITING + 2, next_try_at=NOW)
    assert in_grace([waiting, newer, gone], NOW) == newer
    assert in_grace([gone, replace(waiting, step=Step.SENDING)], NOW) is None


def submitted_together(services: FakeServices, count: int) -> list[Post]:
    """Let the fake world have a batch of posts that still wait; return them, oldest first."""
    until = NOW + timedelta(seconds=8)
    posts = [
        make_post(
            60 + number, services.photos.photos[20 + number], f"n{number}", Step.QUEUED, next_try_at=until
        )
        for number in range(count)
    ]
    services.scheduling.all_posts |= {post.id: post for post in posts}
    return posts


async def test_posts_that_were_submitted_together_are_undone_together(
    running: Running, services: FakeServices
) -> None:
    batch = submitted_together(services, 3)
    earlier = replace(batch[0], id=59, photos=(PostPhoto(30, "0"),), next_try_at=NOW + timedelta(seconds=5))
    services.scheduling.all_posts[59] = earlier
    async with running(persona="sarah") as driver:
        assert driver.text("#status-strip").startswith("● 3 posts  queued: sends in 8 s · z undo")
        await driver.press("z")
        assert driver.notices()[-1] == (
            "Undone: 3 posts. Their photos are back in the library with their texts."
        )
        assert services.scheduling.posts_of(*batch, earlier) == [earlier]
        drafts = [kept(driver.app.context, services, post) for post in batch]
        assert [draft and draft.caption for draft in drafts] == ["n0", "n1", "n2"]
        await driver.heard()
        photos = driver.screen.query_one(PhotoList)
        assert photos.highlighted_id == batch[0].photo_id
        assert "✎" in photos.render_line(photos.cursor - int(photos.scroll_offset.y)).text


async def test_an_undo_that_is_too_late_for_some_posts_says_for_how_many(
    running: Running, services: FakeServices
) -> None:
    batch = submitted_together(services, 3)
    async with running(persona="sarah") as driver:
        services.scheduling.all_posts[61] = replace(batch[1], step=Step.ACCEPTED)
        await driver.press("z")
        assert driver.toasts()[-1] == (
            "Undone: 2 of 3 posts. 1 had left already. "
            "To cancel what is in Buffer, select it in Posts and press x.",
            "warning",
        )
        assert [post.id for post in services.scheduling.posts_of(*batch)] == [61]


async def test_what_was_not_sent_is_cancelled_at_once_and_the_rest_one_after_the_other(
    driver: Driver, context: Context, services: FakeServices
) -> None:
    batch = submitted_together(services, 4)
    in_buffer = replace(batch[2], step=Step.ACCEPTED)
    services.scheduling.all_posts[in_buffer.id] = in_buffer
    gone = replace(batch[3], id=99)
    slow: list[int] = []
    groups = [[batch[0]], [batch[1]], [in_buffer], [gone]]
    ends = await cancel_keeping_drafts(context, groups, slow.append)
    assert services.scheduling.cancelled_at_once == [batch[0].id, batch[1].id]
    assert slow == [3, 4]
    assert [end.done for end in ends] == [[batch[0]], [batch[1]], [in_buffer], []]
    [(_, error)] = ends[3].refused
    assert isinstance(error, PostNotFound)
    assert kept(context, services, batch[1]) == draft_of(batch[1])
    assert kept(context, services, gone) is None, "its photo has another post"


async def test_a_text_that_cannot_be_saved_keeps_only_its_own_post(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = submitted_together(services, 3)
    async with running(persona="sarah") as driver:
        save = driver.app.context.drafts.save

        def refuse_one(photo: Photo, draft: Draft) -> None:
            if photo.id == batch[1].photo_id:
                raise OSError(28, "No space left on device")
            save(photo, draft)

        monkeypatch.setattr(driver.app.context.drafts, "save", refuse_one)
        await driver.press("z")
        assert driver.toasts()[-1] == (
            "Undone: 2 of 3 posts. The post was not cancelled, because its text could not be saved: "
            "No space left on device. Free some disk space, then try again.",
            "warning",
        )
        assert services.scheduling.posts_of(*batch) == [batch[1]]


async def test_after_an_undo_the_cursor_is_on_the_photo_and_stays_there(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        photos = driver.screen.query_one(PhotoList)
        await driver.press("j", "j")
        photo_id = photos.highlighted_id
        await driver.press("enter", *"fog", "ctrl+s")
        await driver.heard()
        post_id, post = max(services.scheduling.all_posts.items())
        assert post.photo_id == photo_id
        later = NOW + timedelta(seconds=8)
        services.scheduling.all_posts[post_id] = replace(post, next_try_at=later)
        await driver.press("ctrl+r", "g", "3", "z")
        await driver.heard()
        await driver.press("1")
        assert photos.highlighted_id == photo_id
        driver.app.context.changes.publish(PostChanged(post_id, 1))  # the database tells it, too
        await driver.settle()
        assert photos.highlighted_id == photo_id


async def test_undo_reports_what_it_did(driver: Driver, services: FakeServices) -> None:
    await driver.press("z")
    assert driver.notices() == ["Nothing to undo. To cancel an earlier post, select it in Posts and press x."]
    services.scheduling.move(WAITING, Step.QUEUED, next_try_at=NOW + timedelta(seconds=8))
    await driver.heard()
    services.scheduling.not_possible = FluffyError("Too late.")
    await driver.press("z")
    assert driver.toasts()[-1] == ("Too late.", "warning")
    await driver.press("z")
    assert driver.notices()[-1] == "Undone. The photo is back in the library with its text."
    assert WAITING not in services.scheduling.all_posts


@pytest.mark.parametrize("step", [*Step, None])
def test_a_post_can_be_cancelled_until_it_is_published(post: Post, step: Step | None) -> None:
    too_late = {Step.SENDING, Step.UNCONFIRMED, Step.PUBLISHING, Step.LIVE}
    changed = replace(post, step=step)
    assert bool(why_not("cancel", changed)) is (step in too_late)
    if step not in too_late:
        assert "kept as a draft" in what_cancelling_does(changed, NOW, NOW.tzinfo, NOW.tzinfo)  # type: ignore[arg-type]
