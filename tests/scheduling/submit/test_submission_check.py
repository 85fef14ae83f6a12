"""What `schedule_post` returns: a queued post, or the reason for a refusal."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from fluffy_tui.buffer import ShareMode
from fluffy_tui.personas import PersonaChannel
from fluffy_tui.photos import PhotoState, service as photos_service, silent_disk
from fluffy_tui.photos.file_state import HashWhen, state_of
from fluffy_tui.scheduling import Missing, MissingCode, NotPossibleNow, PostNotFound, PostStatus, Reason, Step
from fluffy_tui.scheduling.submit.submission_check import COMMENT_REFUSAL_COUNTS, comment_refusal

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo
    from scheduling.workplace import Workplace

NO_KEY = Missing(MissingCode.BUFFER_KEY, "No Buffer key is set.")


async def jobs(place: Workplace) -> int:
    async with place.services.database.transaction() as session:
        return int(
            (
                await session.execute(
                    text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'delivery:deliver'")
                )
            ).scalar_one()
        )


async def test_a_submission_writes_the_post_and_its_job(place: Workplace) -> None:
    result = await place.services.scheduling.schedule_post(
        await place.photo(), "hello", alt_text="a grey ramp"
    )
    assert result.ok
    assert result.reason == ""
    assert result.post is not None
    assert (result.post.status, result.post.step) == (PostStatus.DRAFT, Step.QUEUED)
    assert result.post.alt_text == "a grey ramp"
    assert await jobs(place) == 1
    assert await place.services.photos.unscheduled(place.persona) == []


async def test_a_job_that_cannot_be_deferred_leaves_no_post(place: Workplace) -> None:
    photo = await place.photo()
    await place.execute("ALTER TABLE procrastinate_jobs RENAME TO away")
    with pytest.raises((ConnectorException, ProgrammingError)):
        await place.services.scheduling.schedule_post(photo, "hello")
    assert await place.services.scheduling.posts() == []


async def test_a_second_submission_returns_the_first_post(place: Workplace) -> None:
    photo = await place.photo()
    first = await place.services.scheduling.schedule_post(photo, "one")
    second = await place.services.scheduling.schedule_post(photo, "two")
    assert not second.ok
    assert second.code is Reason.ALREADY_SCHEDULED
    assert first.post is not None
    assert second.post is not None
    assert second.post.id == first.post.id
    assert second.post.caption == "one"
    assert await jobs(place) == 1


async def test_one_of_many_simultaneous_submissions_succeeds(place: Workplace) -> None:
    photo = await place.photo()
    results = await asyncio.gather(
        *(place.services.scheduling.schedule_post(photo, f"try {number}") for number in range(5))
    )
    [won] = [result for result in results if result.ok]
    assert won.post is not None
    for lost in results:
        if lost is not won:
            assert lost.code is Reason.ALREADY_SCHEDULED
            assert lost.post is not None
            assert lost.post.id == won.post.id
    assert await jobs(place) == 1


@pytest.mark.parametrize(
    ("caption", "code"),
    [
        ("", Reason.CAPTION_EMPTY),
        (" \n\t", Reason.CAPTION_EMPTY),
        ("\0", Reason.CAPTION_EMPTY),
        ("x" * 2201, Reason.CAPTION_TOO_LONG),
        ("word " * 20_000, Reason.CAPTION_TOO_LONG),
    ],
    ids=["empty", "blank", "only NUL", "one too many", "100 kB"],
)
async def test_a_bad_caption_is_refused_before_anything_is_written(
    place: Workplace, caption: str, code: Reason
) -> None:
    result = await place.services.scheduling.schedule_post(await place.photo(), caption)
    assert (result.ok, result.code) == (False, code)
    assert result.reason
    assert await place.services.scheduling.posts() == []
    assert await jobs(place) == 0


@pytest.mark.parametrize(
    "caption",
    ["[/b][red] is fine", "👩‍👩‍👧 🇺🇳", "שלום world", "x" * 2200, "a\r\nb", "nul\0inside", "  kept  "],
)
async def test_unusual_captions_arrive_as_typed(place: Workplace, caption: str) -> None:
    expected = caption.replace("\0", "").replace("\r\n", "\n")
    post = await place.submit(caption)
    assert post.caption == expected
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [remote.text for remote in place.in_buffer()] == [expected]


async def test_a_too_long_alt_text_is_refused(place: Workplace) -> None:
    result = await place.services.scheduling.schedule_post(await place.photo(), "fine", alt_text="x" * 5000)
    assert result.code is Reason.ALT_TEXT_TOO_LONG
    assert await place.services.scheduling.posts() == []


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (None, Reason.TIME_MISSING),
        (datetime(2030, 1, 1, 12), Reason.TIME_MISSING),
        (datetime.now(UTC) - timedelta(minutes=1), Reason.TIME_PAST),
    ],
    ids=["none", "without zone", "past"],
)
async def test_a_bad_time_is_refused(place: Workplace, at: datetime | None, code: Reason) -> None:
    result = await place.services.scheduling.schedule_post(
        await place.photo(), "when", share_mode=ShareMode.CUSTOM_SCHEDULED, at=at
    )
    assert result.code is code
    assert await place.services.scheduling.posts() == []


@pytest.mark.parametrize(
    ("damage", "code"), [("deleted", Reason.PHOTO_MISSING), ("changed", Reason.PHOTO_CHANGED)]
)
async def test_a_missing_or_changed_photo_is_refused(place: Workplace, damage: str, code: Reason) -> None:
    photo = await place.photo()
    if damage == "deleted":
        photo.path.unlink()
    else:
        Image.new("RGB", (400, 500), "red").save(photo.path)
    result = await place.services.scheduling.schedule_post(photo, "gone?")
    assert result.code is code
    assert str(photo.path) in result.reason
    assert await place.services.scheduling.posts() == []


async def test_a_photo_that_does_not_decode_whole_is_refused(place: Workplace) -> None:
    """The library has it, as a header is all that an import reads; it would be posted half grey."""
    sound = await place.photo()
    content = sound.path.read_bytes()
    (place.folder / "half.jpg").write_bytes(content[: len(content) * 2 // 3] + b"\xff\xd9")
    await place.services.photos.import_folders([place.folder], place.persona, on_progress=lambda _: None)
    photos = await place.services.photos.unscheduled(place.persona)
    [half] = [photo for photo in photos if photo.name == "half.jpg"]
    result = await place.services.scheduling.schedule_post(half, "half of it")
    assert result.code is Reason.PHOTO_DAMAGED
    assert result.reason.startswith("half.jpg cannot be read: the picture is damaged.")
    assert await place.services.scheduling.posts() == []
    accepted = await place.services.scheduling.schedule_post(half, "half of it", accept_damaged=True)
    assert accepted.post is not None
    async with place.worker():
        await place.until(accepted.post.id, lambda now: now.step is Step.ACCEPTED)


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_photo_whose_disk_hangs_is_refused_alone(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    released = threading.Event()

    def hang(photo: Photo, hash_when: HashWhen) -> PhotoState:
        if photo.name == "IMG_0000.jpg":
            released.wait()
        return state_of(photo, hash_when)

    first, second = await place.photo(), await place.photo(1)
    monkeypatch.setattr(photos_service, "state_of", hang)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    with monkeypatch.context() as impatient:
        impatient.setattr(silent_disk, "LIMIT_SECONDS", 0.5)
        refused = await place.services.scheduling.schedule_post(first, "fog", dry_run=dry_run)
    accepted = await place.services.scheduling.schedule_post(second, "rain", dry_run=dry_run)
    released.set()
    assert (refused.code, accepted.ok) == (Reason.PHOTO_UNREADABLE, True)
    assert refused.reason.startswith("IMG_0000.jpg cannot be read: its disk does not answer.")


async def test_a_persona_without_a_channel_is_refused(place: Workplace) -> None:
    persona = await place.services.personas.create("nobody")
    await place.photo()
    await place.services.photos.import_folders([place.folder], persona, on_progress=lambda _: None)
    [photo] = await place.services.photos.unscheduled(persona)
    result = await place.services.scheduling.schedule_post(photo, "to whom?")
    assert result.code is Reason.NO_CHANNEL


async def test_a_post_goes_to_the_channel_that_was_shown_or_nowhere(place: Workplace) -> None:
    photo, schedule = await place.photo(), place.services.scheduling.schedule_post
    shown = place.persona.buffer_channel_id
    other = next(one for one in await place.services.personas.available_channels() if one.id != shown)
    await place.services.personas.set_channel(place.persona, other.id)
    refused = await schedule(photo, "fog", channels=[str(shown)])
    assert refused.code is Reason.CHANNEL_CHANGED
    assert other.name in refused.reason
    accepted = await schedule(photo, "fog", channels=[other.id])
    assert accepted.post is not None
    assert accepted.post.channel_id == other.id


async def test_without_a_key_the_post_is_saved_as_a_draft_that_can_be_submitted_later(
    place: Workplace,
) -> None:
    photo = await place.photo()
    keyless = dataclasses.replace(place.services.scheduling, missing=(NO_KEY,))
    kept = await keyless.schedule_post(photo, "first words")
    assert (kept.ok, kept.code) == (False, Reason.KEPT_AS_DRAFT)
    assert "No Buffer key is set." in kept.reason
    assert kept.post is not None
    assert (kept.post.status, kept.post.step) == (PostStatus.DRAFT, None)
    assert await jobs(place) == 0
    with pytest.raises(NotPossibleNow):
        await keyless.retry(kept.post.id)
    again = await place.services.scheduling.schedule_post(photo, "better words")
    assert again.ok
    assert again.post is not None
    assert (again.post.id, again.post.caption) == (kept.post.id, "better words")


async def test_cancelling_frees_the_photo(place: Workplace) -> None:
    post = await place.submit()
    await place.services.scheduling.cancel(post.id)
    assert await place.services.scheduling.post(post.id) is None
    assert len(await place.services.photos.unscheduled(place.persona)) == 1
    async with place.worker():
        await place.arrived("another one", 2)
    assert [remote.text for remote in place.in_buffer()] == ["another one"]
    with pytest.raises(PostNotFound):
        await place.services.scheduling.cancel(post.id)


async def test_a_post_in_buffer_cannot_be_retried(place: Workplace) -> None:
    post = await place.submit()
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    with pytest.raises(NotPossibleNow, match="is in Buffer"):
        await place.services.scheduling.retry(post.id)


async def test_a_failed_post_can_be_retried(place: Workplace) -> None:
    post = await place.submit()
    photo = await place.services.photos.get(post.photo_id)
    away = photo.path.rename(photo.path.with_suffix(".away"))
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.FAILED)
        away.rename(photo.path)
        await place.services.scheduling.retry(post.id)
        done = await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert done.error_message is None
    assert len(place.in_buffer()) == 1


async def test_counts_show_where_the_photos_are(place: Workplace) -> None:
    await place.photo(1)
    await place.submit("one", 2)
    counts = (await place.services.scheduling.counts())[place.persona.id]
    assert (counts.unscheduled, counts.drafts, counts.queued) == (1, 0, 1)
    assert (counts.scheduled, counts.failed, counts.posted) == (0, 0, 0)


def test_a_rejected_first_comment_counts_for_a_week() -> None:
    now = datetime(2026, 11, 9, tzinfo=UTC)
    assert comment_refusal(PersonaChannel("a", None), now) is None
    refused = PersonaChannel("a", None, first_comment_refused_at=now)
    assert comment_refusal(refused, now + COMMENT_REFUSAL_COUNTS) == now
    assert comment_refusal(refused, now + COMMENT_REFUSAL_COUNTS + timedelta(seconds=1)) is None
