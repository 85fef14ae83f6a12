"""Undo, cancel, edit and retry: before a post is sent, while it is in Buffer, and when it is too late."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from PIL import Image
from sqlalchemy import text

from fluffy_tui.buffer import BufferError, Code, ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.demo import Kind
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.photos import PhotoState
from fluffy_tui.scheduling import (
    MediaUpkeep,
    NotPossibleNow,
    Post,
    PostNotFound,
    PostPhoto,
    PostStatus,
    Reason,
    Step,
)
from fluffy_tui.scheduling.photo_usage import taking_photos
from scheduling.quick_programs import QUICK
from scheduling.workplace import Barrier, write_photo

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace

LATER = (datetime.now(UTC) + timedelta(days=5)).replace(microsecond=0)


async def held(place: Workplace) -> Post:
    place.stand_in.faults.add(Kind.QUEUE_FULL)
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    found = await place.post(post.id)
    assert found.step is Step.HELD
    return found


async def is_free(place: Workplace) -> bool:
    return len(await place.services.photos.unscheduled(place.persona)) == 1


async def test_nothing_is_sent_within_the_undo_delay(place: Workplace) -> None:
    patient = dataclasses.replace(place.services.scheduling, undo_seconds=2.0)
    result = await patient.schedule_post(await place.photo(), "wait a moment")
    assert result.post is not None
    assert result.post.step is Step.QUEUED
    assert result.post.next_try_at is not None
    async with place.worker():
        await place.services.delivery.deliver(result.post.id)
        assert place.in_buffer() == []
        done = await place.until(result.post.id, lambda now: now.step is Step.ACCEPTED)
    history = await place.services.scheduling.timeline(done.id)
    assert history[1].at >= result.post.next_try_at


async def test_undo_within_the_delay_frees_the_photo_and_sends_nothing(place: Workplace) -> None:
    patient = dataclasses.replace(place.services.scheduling, undo_seconds=1.0)
    result = await patient.schedule_post(await place.photo(), "oh no")
    assert result.post is not None
    await place.services.scheduling.cancel(result.post.id)
    assert await is_free(place)
    other = await place.submit("another one", 2)
    async with place.worker():
        await place.until(other.id, lambda now: now.step is Step.ACCEPTED)
    assert [remote.text for remote in place.in_buffer()] == ["another one"]
    with pytest.raises(PostNotFound):
        await place.services.scheduling.cancel(result.post.id)


async def test_a_held_post_is_cancelled_at_once(place: Workplace) -> None:
    post = await held(place)
    await place.services.scheduling.cancel(post.id)
    assert await is_free(place)


async def test_cancelling_while_a_worker_prepares_the_post_sends_nothing(
    place: Workplace, tmp_path: Path
) -> None:
    barrier = Barrier(
        place.services.database.url, "NEW.step = 'hosting' AND NEW.photos -> 0 ->> 'media_url' IS NOT NULL"
    )
    post = await place.submit()
    child = place.worker_process(tmp_path / "worker.log")
    await barrier.reached()
    cancelling = asyncio.create_task(place.services.scheduling.cancel(post.id))
    await place.until_one_waits("DELETE FROM posts", "FOR UPDATE")
    await asyncio.to_thread(barrier.remove)
    await cancelling
    child.release()
    assert await child.ended() == 0
    assert place.in_buffer() == []
    assert await place.services.scheduling.post(post.id) is None


async def test_a_post_that_was_retried_while_it_was_cancelled_is_not_reported_as_cancelled(
    place: Workplace,
) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(Kind.SLOW, operation="deletePost", seconds=1.0, after=True)
    cancelling = asyncio.create_task(place.services.scheduling.cancel(post.id))
    await place.stand_in.received("deletePost", 1)
    with psycopg.connect(place.services.database.url, autocommit=True) as connection:
        connection.execute("UPDATE posts SET buffer_post_id = 'the next one'")
    with pytest.raises(NotPossibleNow, match="was retried in the meantime"):
        await cancelling
    assert await place.services.scheduling.post(post.id) is not None


async def test_cancelling_an_accepted_post_deletes_it_in_buffer_first(place: Workplace) -> None:
    post = await place.accepted()
    await place.services.scheduling.cancel(post.id)
    assert place.in_buffer() == []
    assert await place.services.scheduling.post(post.id) is None
    assert await is_free(place)


async def test_a_post_that_was_deleted_in_buffer_can_be_cancelled_once_that_is_certain(
    place: Workplace,
) -> None:
    post = await place.accepted()
    place.stand_in.world.posts.clear()
    with pytest.raises(NotPossibleNow, match="does not show this post"):
        await place.services.scheduling.cancel(post.id)
    await place.execute("UPDATE posts SET missing_since = missing_since - interval '1 hour'")
    await place.services.scheduling.cancel(post.id)
    assert await is_free(place)


@pytest.mark.parametrize(
    ("status", "step", "words"),
    [("sending", Step.PUBLISHING, "publishing this post"), ("sent", Step.LIVE, "is live since")],
)
async def test_a_post_that_is_being_published_or_live_cannot_be_cancelled_or_edited(
    place: Workplace, status: str, step: Step, words: str
) -> None:
    post = await place.accepted()
    [remote] = place.in_buffer()
    remote.status = status
    remote.sent_at = datetime.now(UTC) if status == "sent" else None
    for attempt in (
        place.services.scheduling.cancel(post.id),
        place.services.scheduling.edit(post.id, caption="too late"),
    ):
        with pytest.raises(NotPossibleNow, match=words):
            await attempt
    now = await place.post(post.id)
    assert now.step is step
    assert [remote.text for remote in place.in_buffer()] == ["fog on the pier"]


async def test_an_unconfirmed_post_cannot_be_cancelled_or_edited(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    with pytest.raises(NotPossibleNow, match="not known"):
        await place.services.scheduling.cancel(post.id)
    with pytest.raises(NotPossibleNow):
        await place.services.scheduling.edit(post.id, caption="other words")


async def test_after_an_unanswered_delete_the_post_is_found_to_be_removed(place: Workplace) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP, operation="deletePost")
    with pytest.raises(BufferError):
        await place.services.scheduling.cancel(post.id)
    assert place.in_buffer() == []
    assert await place.services.scheduling.post(post.id) is not None
    await place.services.status_sync.run()
    for _ in range(2):  # the first look only notes since when it is missing
        await place.execute("UPDATE follow_rounds SET asked_at = asked_at - interval '1 hour'")
        await place.services.status_sync.run()
        await place.execute("UPDATE posts SET missing_since = missing_since - interval '1 hour'")
    removed = await place.post(post.id)
    assert removed.error_code == "removed_in_buffer"
    await place.services.scheduling.cancel(post.id)
    assert await is_free(place)


async def test_an_unsent_post_can_be_edited(place: Workplace) -> None:
    post = await held(place)
    edited = await place.services.scheduling.edit(post.id, caption="better words", alt_text="a pier")
    assert (edited.caption, edited.alt_text, edited.step) == ("better words", "a pier", Step.HELD)
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [remote.text for remote in place.in_buffer()] == ["better words"]


@pytest.mark.parametrize(
    "condition",
    ["NEW.step = 'hosting' AND NEW.photos -> 0 ->> 'media_url' IS NOT NULL", "NEW.step = 'sending'"],
    ids=["before the upload is recorded", "before the create is recorded"],
)
async def test_a_worker_never_sends_the_old_caption_after_an_accepted_edit(
    place: Workplace, tmp_path: Path, condition: str
) -> None:
    barrier = Barrier(place.services.database.url, condition)
    post = await place.submit("old words")
    child = place.worker_process(tmp_path / "worker.log")
    await barrier.reached()
    editing = asyncio.create_task(place.services.scheduling.edit(post.id, caption="new words"))
    await place.until_one_waits("FOR NO KEY UPDATE")
    await asyncio.to_thread(barrier.remove)
    try:
        was_edited = (await editing).caption == "new words"
    except NotPossibleNow:
        was_edited = False
    await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    child.release()
    assert await child.ended() == 0
    done = await place.post(post.id)
    [remote] = place.in_buffer()
    assert remote.text == done.caption == ("new words" if was_edited else "old words")


async def test_editing_the_caption_in_buffer_keeps_the_time(place: Workplace) -> None:
    post = await place.accepted()
    edited = await place.services.scheduling.edit(post.id, caption="better words")
    [remote] = place.in_buffer()
    assert remote.text == edited.caption == "better words"
    assert remote.due_at == edited.scheduled_at == post.scheduled_at
    assert [asset.source for asset in remote.assets] == [post.cover.media_url]
    assert edited.status is PostStatus.SCHEDULED


async def test_an_edit_that_changes_nothing_is_not_sent(place: Workplace) -> None:
    """If it were carried out late, it would bring the old words back over those of a later edit."""
    post = await place.accepted()
    before = len(place.stand_in.requests)
    place.stand_in.faults.add(Kind.DROP_BEFORE, operation="editPost")
    for same in ({"caption": post.caption}, {"photos": post.photos}, {"alt_text": post.cover.alt_text}):
        assert (await place.services.scheduling.edit(post.id, **same)).caption == post.caption
    assert not any("editPost" in request.fields for request in place.stand_in.requests[before:])


async def test_the_time_of_a_post_in_buffer_can_be_changed(place: Workplace) -> None:
    post = await place.accepted()
    edited = await place.services.scheduling.edit(post.id, at=LATER)
    [remote] = place.in_buffer()
    assert remote.due_at == edited.scheduled_at == edited.requested_at_time == LATER
    assert edited.share_mode is ShareMode.CUSTOM_SCHEDULED


async def test_an_ignored_time_is_noticed(place: Workplace) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(Kind.EDIT_IGNORES_DUE)
    with pytest.raises(BufferError) as caught:
        await place.services.scheduling.edit(post.id, caption="better words", at=LATER)
    assert caught.value.code is Code.EDIT_IGNORED
    now = await place.post(post.id)
    [remote] = place.in_buffer()
    assert (now.caption, now.scheduled_at) == (remote.text, remote.due_at)


@pytest.mark.parametrize(
    "kind", [Kind.ACCEPT_THEN_DROP, Kind.SERVER_ERROR_AFTER, Kind.SERVER_ERROR_BEFORE, Kind.DROP_BEFORE]
)
async def test_after_an_unanswered_edit_row_and_buffer_agree(place: Workplace, kind: Kind) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(kind, operation="editPost")
    try:
        await place.services.scheduling.edit(post.id, caption="better words")
    except (NotPossibleNow, BufferError):
        assert kind in (Kind.SERVER_ERROR_BEFORE, Kind.DROP_BEFORE)
    now = await place.post(post.id)
    [remote] = place.in_buffer()
    assert remote.text == now.caption


async def test_an_edit_without_its_picture_is_refused(place: Workplace) -> None:
    post = await place.accepted()
    for file in (place.settings.media_directory or place.folder).rglob("*.jpg"):
        file.unlink()
    with pytest.raises(BufferError):
        await place.services.scheduling.edit(post.id, caption="better words")
    [remote] = place.in_buffer()
    assert remote.text == "fog on the pier"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"caption": ""}, "caption"),
        ({"caption": "x" * 3000}, "shorten it"),
        ({"alt_text": "x" * 9000}, "alt text"),
        ({"at": datetime.now(UTC) - timedelta(days=1)}, "past"),
        ({"share_mode": ShareMode.CUSTOM_SCHEDULED}, "time"),
    ],
    ids=["empty", "long", "long alt text", "past", "no time"],
)
async def test_what_the_network_would_reject_is_refused(
    place: Workplace, change: dict[str, object], words: str
) -> None:
    post = await place.accepted()
    with pytest.raises(NotPossibleNow, match=f"(?i){words}"):
        await place.services.scheduling.edit(post.id, **change)  # type: ignore[arg-type]
    assert [remote.text for remote in place.in_buffer()] == ["fog on the pier"]


async def test_a_failed_post_can_be_edited_and_retried(place: Workplace) -> None:
    first = await place.submit("the very same words", 1)
    await place.services.delivery.deliver(first.id)
    second = await place.submit("the very same words", 2)
    await place.services.delivery.deliver(second.id)
    failed = await place.post(second.id)
    async with place.worker():
        failed = await place.until(second.id, lambda now: now.step is Step.FAILED)
        edited = await place.services.scheduling.edit(failed.id, caption="quite other words")
        assert edited.step is Step.FAILED
        await place.services.scheduling.retry(failed.id)
        await place.until(failed.id, lambda now: now.step is Step.ACCEPTED)
    assert sorted(remote.text for remote in place.in_buffer()) == ["quite other words", "the very same words"]


async def test_retrying_a_post_that_buffer_retries_makes_no_second_post(place: Workplace) -> None:
    post = await place.accepted()
    [remote] = place.in_buffer()
    remote.status, remote.error_message = "error", "Uh-oh. It looks like this post is stuck processing."
    status_sync = dataclasses.replace(
        place.services.status_sync, now=lambda: datetime.now(UTC) + timedelta(hours=1)
    )
    await place.services.status_sync.run()
    await status_sync.run()
    failed = await place.post(post.id)
    assert failed.step is Step.FAILED
    remote.status, remote.sent_at = "sent", datetime.now(UTC)
    with pytest.raises(NotPossibleNow):
        await place.services.scheduling.retry(post.id)
    now = await place.post(post.id)
    assert now.step is Step.LIVE


async def test_retrying_a_post_that_buffer_could_not_publish_leaves_only_one(place: Workplace) -> None:
    post = await place.accepted()
    [remote] = place.in_buffer()
    remote.status, remote.error_message = "error", "Uh-oh. It looks like this post is stuck processing."
    await place.services.status_sync.run()
    await dataclasses.replace(
        place.services.status_sync, now=lambda: datetime.now(UTC) + timedelta(hours=1)
    ).run()
    await place.services.scheduling.retry(post.id)
    await place.services.delivery.deliver(post.id)
    [only] = place.in_buffer()
    assert (only.status, only.id == remote.id) == ("scheduled", False)


async def test_a_new_framing_of_a_post_in_buffer_gets_a_new_url(place: Workplace) -> None:
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    [before] = place.in_buffer()
    old = before.assets[0].source
    edited = await place.services.scheduling.edit(post.id, framing=Framing(Fit.CROP, Shape.SQUARE, 90))
    [remote] = place.in_buffer()
    assert remote.id == before.id
    assert edited.framing == Framing(Fit.CROP, Shape.SQUARE, 90)
    assert edited.scheduled_at == remote.due_at, "a new picture does not move it"
    [asset] = remote.assets
    assert asset.source == edited.cover.media_url
    assert asset.source != old
    assert (asset.width, asset.height) == (400, 400)
    assert edited.cover.rendition is not None
    assert (edited.cover.rendition["width"], edited.cover.rendition["height"]) == (400, 400)
    clean = await MediaUpkeep(place.services.delivery).clean(dry_run=True)
    assert clean.kept == 2, "the old picture is kept for a while"
    plain = await place.services.scheduling.edit(post.id, caption="only the caption")
    assert plain.cover.media_url == edited.cover.media_url


async def test_a_new_framing_that_buffer_refuses_changes_nothing(place: Workplace) -> None:
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    before = await place.services.scheduling.post(post.id)
    place.stand_in.faults.add(Kind.IMAGE_UNREADABLE, operation="editPost")
    with pytest.raises(BufferError):
        await place.services.scheduling.edit(post.id, framing=Framing(shape=Shape.SQUARE))
    assert await place.services.scheduling.post(post.id) == before
    [remote] = place.in_buffer()
    assert [asset.source for asset in remote.assets] == [before.cover.media_url if before else None]
    soon = dataclasses.replace(
        place.services.delivery, timings=dataclasses.replace(QUICK, picture_retention=0.0)
    )
    done = await MediaUpkeep(soon).clean()
    assert (len(done.unused), done.kept) == (1, 1), "the refused picture is deleted"


async def test_a_new_framing_of_an_unsent_post_is_rendered_again(place: Workplace) -> None:
    post = await held(place)
    edited = await place.services.scheduling.edit(post.id, framing=Framing(Fit.CROP, Shape.SQUARE))
    assert (edited.framing.shape, edited.cover.media_url) == (Shape.SQUARE, None)
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    [remote] = place.in_buffer()
    assert [(asset.width, asset.height) for asset in remote.assets] == [(400, 400)]


async def test_editing_the_alt_text_keeps_a_caption_that_was_changed_in_buffer(place: Workplace) -> None:
    post = await place.accepted()
    [remote] = place.in_buffer()
    remote.text = "written in Buffer"
    edited = await place.services.scheduling.edit(post.id, alt_text="a pier")
    assert edited.caption == place.in_buffer()[0].text == "written in Buffer"
    assert edited.alt_text == "a pier"


async def export_again(place: Workplace, post: Post) -> Path:
    """Write another picture over the photo of a post, as a photo program does that exports it again."""
    photo = await place.services.photos.get(post.photo_id)
    Image.new("RGB", (640, 480), (20, 200, 20)).save(photo.path, "JPEG")
    return photo.path


async def test_a_photo_exported_again_is_uploaded_again_while_its_post_waits_in_buffer(
    place: Workplace,
) -> None:
    """At a new URL, since Buffer may remember the old picture."""
    post = await place.accepted()
    await export_again(place, post)
    again = await place.services.scheduling.upload_again(post.id)
    assert (again.step, again.buffer_post_id) == (Step.ACCEPTED, post.buffer_post_id)
    assert again.cover.media_url not in (None, post.cover.media_url)
    [remote] = place.in_buffer()
    assert [asset.source for asset in remote.assets] == [again.cover.media_url]
    photo = await place.services.photos.get(post.photo_id)
    assert (photo.width, photo.height) == (640, 480)
    assert await place.services.photos.check(photo) is PhotoState.UNCHANGED


async def test_a_post_that_failed_for_its_changed_photo_is_sent_with_the_new_picture(
    place: Workplace,
) -> None:
    post = await place.submit()
    path = await export_again(place, post)
    async with place.worker():
        failed = await place.until(post.id, lambda now: now.step is Step.FAILED)
        assert failed.error_code == "photo_changed"
        path.write_bytes(b"half")
        with pytest.raises(FluffyError, match="was not read again"):
            await place.services.scheduling.upload_again(post.id)
        await export_again(place, post)
        await place.services.scheduling.upload_again(post.id)
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert len(place.in_buffer()) == 1


async def photo_ids(place: Workplace) -> list[int]:
    """Return the photos that have no post, by name."""
    found = await place.services.photos.unscheduled(place.persona)
    return [photo.id for photo in sorted(found, key=lambda photo: photo.name)]


async def test_photos_added_to_a_waiting_post_are_taken_and_sent_with_it(place: Workplace) -> None:
    post = await place.submit()
    second, third = [await place.photo(number) for number in (1, 2)]
    added = [PostPhoto(photo.id, photo.sha256, photo.name) for photo in (second, third)]
    edited = await place.services.scheduling.edit(post.id, photos=[*post.photos, *added])
    assert [photo.photo_id for photo in edited.photos] == [post.photo_id, second.id, third.id]
    assert await photo_ids(place) == []
    again = await place.services.scheduling.schedule_post(second, "elsewhere")
    assert again.code is Reason.ALREADY_SCHEDULED
    await place.services.scheduling.edit(post.id, photos=[edited.photos[2], edited.photos[0]])
    assert await photo_ids(place) == [second.id], "what was taken out is free"
    await place.services.delivery.deliver(post.id)
    [remote] = place.in_buffer()
    assert [asset.alt_text for asset in remote.assets] == [third.name, ""]


async def test_photos_added_to_a_post_in_buffer_are_uploaded_and_given_to_buffer(place: Workplace) -> None:
    post = await place.accepted()
    [before] = place.in_buffer()
    second = await place.photo(1)
    scheduling = place.services.scheduling
    edited = await scheduling.edit(post.id, photos=[*post.photos, PostPhoto(second.id, second.sha256, "two")])
    [remote] = place.in_buffer()
    assert remote.id == before.id
    assert [asset.source for asset in remote.assets] == [photo.media_url for photo in edited.photos]
    assert [asset.alt_text for asset in remote.assets] == ["", "two"]
    assert remote.due_at == before.due_at
    assert await photo_ids(place) == []
    alone = await scheduling.edit(post.id, photos=edited.photos[1:])
    [remote] = place.in_buffer()
    assert [asset.source for asset in remote.assets] == [alone.cover.media_url]
    assert await photo_ids(place) == [post.photo_id]
    assert (await scheduling.schedule_post(second, "elsewhere")).code is Reason.ALREADY_SCHEDULED


@pytest.mark.parametrize("is_in_buffer", [False, True])
async def test_an_edit_of_photos_waits_for_submits_before_it_locks_its_post(
    place: Workplace, is_in_buffer: bool
) -> None:
    """A submit locks photos before posts, so they would wait for each other."""
    post = await place.accepted() if is_in_buffer else await place.submit()
    second = await place.photo(1)
    more = [*post.photos, PostPhoto(second.id, second.sha256)]
    async with place.services.database.transaction() as session:
        await session.execute(taking_photos(place.persona.id))
        edit = asyncio.create_task(place.services.scheduling.edit(post.id, photos=more))
        await place.until_one_takes_turns()
        await session.execute(text("SELECT FROM posts FOR UPDATE NOWAIT"))
    assert len((await edit).photos) == 2


async def test_a_photo_of_another_post_cannot_be_added(place: Workplace) -> None:
    post, other = await place.accepted(), await place.submit("rain", 1)
    [before] = place.in_buffer()
    with pytest.raises(NotPossibleNow, match="already has a post"):
        await place.services.scheduling.edit(post.id, photos=[*post.photos, other.cover])
    assert place.in_buffer() == [before]
    assert await place.services.scheduling.post(post.id) == post


async def test_two_users_who_change_different_parts_of_a_post_at_the_same_time_both_get_theirs(
    place: Workplace, database_url: str
) -> None:
    post = await place.submit()
    barrier = Barrier(database_url, "true")
    first = asyncio.create_task(place.services.scheduling.edit(post.id, caption="other words"))
    await barrier.reached()
    second = asyncio.create_task(place.services.scheduling.edit(post.id, alt_text="a pier"))
    await place.until_one_waits()
    await asyncio.to_thread(barrier.remove)
    await asyncio.gather(first, second)
    now = await place.post(post.id)
    assert (now.caption, now.alt_text) == ("other words", "a pier")


@pytest.mark.parametrize("words_first", [True, False], ids=["words first", "photos first"])
async def test_two_users_who_change_different_parts_of_a_post_in_buffer_both_get_theirs(
    place: Workplace, *, words_first: bool
) -> None:
    """The second one begins after the first one has read the post, and ends before that one writes its plan."""
    post = await place.accepted()
    photo = await place.photo(1)
    photos = [dataclasses.replace(post.cover, alt_text="one"), PostPhoto(photo.id, photo.sha256, "two")]
    words: dict[str, Any] = {"caption": "other words", "at": LATER}
    first: dict[str, Any] = words
    second: dict[str, Any] = {"alt_text": "one"}  # new pictures would wait for the first one's plan
    if not words_first:
        first, second = {"photos": photos, "first_comment": "#fog"}, words
    has_words = "NEW.caption = 'other words'"
    barrier = Barrier(
        place.services.database.url,
        has_words if words_first else f"NOT {has_words}",
        before="INSERT ON planned_edits",
    )
    editing = asyncio.create_task(place.services.scheduling.edit(post.id, **first))
    await barrier.reached()
    await place.services.scheduling.edit(post.id, **second)
    await asyncio.to_thread(barrier.remove)
    edited = await editing
    assert edited == await place.services.scheduling.post(post.id)
    assert (edited.caption, edited.scheduled_at) == ("other words", LATER)
    assert edited.alt_text == "one"
    [remote] = place.in_buffer()
    assert (remote.text, remote.due_at) == ("other words", LATER)
    assert [(asset.source, asset.alt_text) for asset in remote.assets] == [
        (shown.media_url, shown.alt_text) for shown in edited.photos
    ]
    if not words_first:
        assert edited.first_comment == remote.metadata["instagram"]["firstComment"] == "#fog"
        assert [shown.photo_id for shown in edited.photos] == [post.photo_id, photo.id]


async def test_words_do_not_move_a_post_back_that_another_user_has_moved(place: Workplace) -> None:
    """Also if Buffer was asked before that, and has answered after it."""
    post = await place.accepted()
    place.stand_in.faults.add(Kind.SLOW, operation="post", after=True)
    words = asyncio.create_task(place.services.scheduling.edit(post.id, caption="other words"))
    await place.stand_in.received("post")
    await place.services.scheduling.edit(post.id, at=LATER)
    place.stand_in.faults.release()
    assert (await words).scheduled_at == LATER
    [remote] = place.in_buffer()
    assert (remote.text, remote.due_at) == ("other words", LATER)


async def test_a_post_keeps_a_photo_and_its_persona(place: Workplace) -> None:
    post = await place.submit()
    other = await place.services.personas.create("other")
    folder = place.folder / "other"
    folder.mkdir()
    write_photo(folder / "theirs.jpg", 9)
    await place.services.photos.import_folders([folder], other, on_progress=lambda _: None)
    [theirs] = await place.services.photos.unscheduled(other)
    for photos, reason in (
        ([], "A post needs at least one photo."),
        ([PostPhoto(theirs.id, theirs.sha256)], "belong to several personas"),
    ):
        with pytest.raises(NotPossibleNow, match=reason):
            await place.services.scheduling.edit(post.id, photos=photos)
    assert (await place.post(post.id)).photos == post.photos
