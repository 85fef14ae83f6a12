"""Plans read from a real database, and the framing of planned posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.scheduling import PostStatus, Step, channel_zone, slots
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from scheduling.workplace import Workplace


async def test_queued_posts_are_on_the_agenda_with_their_slots(place: Workplace) -> None:
    now = datetime.now(UTC)
    asked = now + timedelta(days=3)
    first, second = await place.submit("one", 1), await place.submit("two", 2)
    await place.services.scheduling.schedule_post(
        await place.photo(3), "three", share_mode=ShareMode.CUSTOM_SCHEDULED, at=asked
    )
    persona = await place.services.personas.by_id(place.persona.id)
    agenda = await place.services.planning.agenda(persona, now, now - timedelta(days=1))
    assert agenda.channel == persona.channel
    assert agenda.channel is not None
    coming = slots(agenda.channel, now)
    at = {planned.post.id: planned for planned in agenda.to_come}
    assert at[first.id].at == next(coming)
    assert at[second.id].at == next(coming)
    assert {planned.at for planned in agenda.to_come if not planned.is_forecast} == {asked}
    assert agenda.waiting == 3
    assert channel_zone(agenda.channel).key == agenda.channel.timezone


@pytest.mark.parametrize(
    ("step", "status"), [(Step.LIVE, PostStatus.POSTED), (Step.FAILED, PostStatus.FAILED)]
)
async def test_of_what_has_ended_only_the_days_that_are_shown_are_read(
    place: Workplace, step: Step, status: PostStatus
) -> None:
    posts = [await place.submit(f"day {day}", day) for day in range(3)]
    is_live = step is Step.LIVE
    start = datetime(2026, 3, 1, tzinfo=UTC)
    async with place.services.database.transaction() as session:
        for day, post in enumerate(posts):
            live = update(PostRow).values(
                step=step,
                status=status,
                posted_at=start + timedelta(days=day) if is_live else None,
                scheduled_at=start + timedelta(days=day),
                buffer_post_id=f"buffer-{day}",
                next_try_at=None,
                error_message=None if is_live else "No.",
            )
            await session.execute(live.where(PostRow.id == post.id))
    waiting = await place.submit("still waits", 3)
    persona = await place.services.personas.by_id(place.persona.id)
    until = start + timedelta(days=2)
    agenda = await place.services.planning.agenda(persona, datetime.now(UTC), start, until)
    assert {post.id for post in agenda.posts} == {posts[0].id, posts[1].id, waiting.id}


async def test_the_limit_of_the_queue_is_stored_with_the_channel(place: Workplace) -> None:
    (channel, *_) = await place.services.personas.available_channels()
    assert channel.scheduled_posts_limit is not None
    assert place.services.buffer is not None
    alone = await place.services.buffer.channel(channel.id)
    assert alone.scheduled_posts_limit is None
    await place.services.personas.remember_channel(alone)
    known = await place.services.personas.known_channel(channel.id, 60)
    assert known == channel


async def test_a_post_keeps_its_framing(place: Workplace) -> None:
    photo = await place.photo()
    framing = Framing(Fit.CROP_TOP, Shape.SQUARE, 90)
    submitted = await place.schedule(photo, "hello", framing=framing)
    post = await place.post(submitted.id)
    assert post.framing == framing
    async with place.worker():
        out = await place.until(post.id, lambda post: post.cover.rendition is not None)
    assert out.cover.rendition is not None
    assert out.cover.rendition["width"] == out.cover.rendition["height"]
    assert out.cover.rendition["fit"] == "crop-top"


async def test_a_preview_is_the_picture_as_posted(place: Workplace) -> None:
    photo = await place.photo()
    framing = Framing(Fit.PAD_PLAIN, Shape.PORTRAIT, 90)
    made = place.services.planning.preview_rendition(photo, "instagram", framing)
    assert made.fit_applied is Fit.PAD_PLAIN
    assert abs(made.width / made.height - 0.8) < 0.002
    follower = place.services.planning.preview_rendition(photo, "instagram", framing, ratio=1.0)
    assert follower.width == follower.height
