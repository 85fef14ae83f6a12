"""Hosted pictures: seen again before their post is due, put back when missing, removed when nobody needs them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.scheduling import Keeper, Pace, Post, Problem, ProblemKind, Remedy, Step, Verification

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace

HOUR = 3600.0


def change(place: Workplace, statement: str, *values: object) -> None:
    """Change the database behind everybody's back, as time would."""
    with psycopg.connect(place.services.database.url, autocommit=True) as connection:
        connection.execute(statement, values)


async def accepted(place: Workplace, number: int, due: timedelta) -> Post:
    """Deliver a post that is due at a time from now."""
    result = await place.services.scheduling.schedule_post(
        await place.photo(number),
        f"number {number}",
        share_mode=ShareMode.CUSTOM_SCHEDULED,
        at=datetime.now(UTC) + due,
    )
    assert result.post is not None, result.reason
    async with place.worker():
        return await place.until(result.post.id, lambda now: now.step is Step.ACCEPTED)


def keeper(place: Workplace, **pace: object) -> Keeper:
    """Return a keeper at the pace of real life, but for `pace`."""
    return Keeper(replace(place.services.delivery, pace=replace(Pace(), **pace)))  # type: ignore[arg-type]


def hosted(place: Workplace, post: Post) -> Path:
    """Return the file behind the post's media URL."""
    assert place.settings.media_directory is not None
    return place.settings.media_directory / "posts" / str(post.media_url).rsplit("/", 1)[-1]


async def told(place: Workplace) -> list[Problem]:
    """Return what the trouble inbox says of pictures."""
    found = await place.services.scheduling.troubles()
    return [item for item in found if item.kind is ProblemKind.MEDIA_HOST]


async def test_a_picture_is_looked_at_hours_before_it_is_due_and_once_more_shortly_before(
    place: Workplace,
) -> None:
    post = await accepted(place, 1, timedelta(hours=8))
    look = keeper(place)
    assert await look.verify_due() == {}
    assert await keeper(place, verify_before=(9 * HOUR, HOUR)).verify_due() == {post.id: Verification.FINE}
    assert await keeper(place, verify_before=(9 * HOUR, HOUR)).verify_due() == {}
    change(place, "UPDATE posts SET scheduled_at = now() + interval '50 minutes'")
    change(place, "UPDATE hosted_pictures SET verified_at = now() - interval '4 hours'")
    assert await look.verify_due() == {post.id: Verification.FINE}
    assert await look.verify_due() == {}


async def test_an_overdue_picture_is_looked_at_every_hour_while_its_queue_is_paused(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    change(place, "UPDATE posts SET scheduled_at = now() - interval '3 hours'")
    change(place, "UPDATE hosted_pictures SET verified_at = now() - interval '59 minutes'")
    assert await keeper(place).verify_due() == {}
    change(place, "UPDATE hosted_pictures SET verified_at = now() - interval '61 minutes'")
    assert await keeper(place).verify_due() == {post.id: Verification.FINE}


@pytest.mark.parametrize("harm", ["missing", "different", "shorter"])
async def test_a_missing_or_different_picture_is_put_back_under_the_same_address(
    place: Workplace, harm: str
) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    file = hosted(place, post)
    data = file.read_bytes()
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(data[:-2] + b"xx" if harm == "different" else data[:100])
    assert await keeper(place).verify_due() == {post.id: Verification.PUT_BACK}
    assert file.read_bytes() == data
    now = await place.services.scheduling.post(post.id)
    assert now == post, "neither the post's state nor its address has changed"
    assert await told(place) == []


async def test_a_picture_that_cannot_be_put_back_is_told_of_and_tried_again(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    photo = await place.services.photos.get(post.photo_id)
    kept = photo.path.read_bytes()
    hosted(place, post).unlink()
    photo.path.unlink()
    assert await keeper(place).verify_due() == {post.id: Verification.TROUBLE}
    [item] = await told(place)
    assert str(photo.path) in item.why
    assert item.when == post.scheduled_at, "until then it has to be put back"
    assert item.actions[0] is Remedy.REHOST
    assert (await place.services.scheduling.post(post.id)) == post
    assert len(place.there()) == 1, "Buffer's state is not touched"
    photo.path.write_bytes(kept)
    assert await keeper(place).verify_due() == {post.id: Verification.PUT_BACK}
    assert await told(place) == []


async def test_a_sound_hosted_picture_needs_no_photo(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    (await place.services.photos.get(post.photo_id)).path.unlink()
    assert await keeper(place).verify_due() == {post.id: Verification.FINE}


async def test_an_unreachable_host_is_told_of_and_forgotten_when_it_is_back(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    media = hosted(place, post).parents[1]
    away = media.rename(media.with_name("away"))
    media.touch()
    assert await keeper(place).verify_due() == {post.id: Verification.TROUBLE}
    [item] = await told(place)
    assert item.post is not None
    assert item.post.id == post.id
    media.unlink()
    away.rename(media)
    assert await keeper(place).verify_due() == {post.id: Verification.FINE}
    assert await told(place) == []


async def test_a_picture_stays_while_a_post_needs_it_and_a_grace_period_longer(place: Workplace) -> None:
    waiting = await accepted(place, 1, timedelta(hours=2))
    failed = await accepted(place, 2, timedelta(hours=3))
    fresh = await accepted(place, 3, timedelta(hours=4))
    old = await accepted(place, 4, timedelta(hours=5))
    change(place, "UPDATE hosted_pictures SET hosted_at = now() - interval '90 days'")
    change(
        place,
        "UPDATE posts SET status = 'failed', step = 'failed', error_message = 'x' WHERE id = %s",
        failed.id,
    )
    live = "UPDATE posts SET status = 'posted', step = 'live', posted_at = now() - %s::interval WHERE id = %s"
    change(place, live, "23 hours", fresh.id)
    change(place, live, "25 hours", old.id)
    plan = await keeper(place).clean(dry_run=True)
    assert [(picture.key, picture.why) for picture in plan.idle] == [
        (f"posts/{hosted(place, old).name}", "live")
    ]
    assert hosted(place, old).exists(), "a dry run removes nothing"
    assert await keeper(place).clean() == plan
    assert not hosted(place, old).exists()
    assert all(hosted(place, post).exists() for post in (waiting, failed, fresh))
    again = await keeper(place).clean()
    assert (again.idle, again.kept, again.unknown) == ((), 3, 0)


async def test_the_picture_of_a_post_that_was_let_go_is_removed_after_the_grace_period(
    place: Workplace,
) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    change(place, "DELETE FROM posts")
    assert (await keeper(place).clean()).kept == 1
    change(place, "UPDATE hosted_pictures SET left_at = now() - interval '25 hours'")
    [idle] = (await keeper(place).clean()).idle
    assert idle.why == "let_go"
    assert not hosted(place, post).exists()


async def test_pictures_of_another_database_are_counted_and_left_alone(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    stranger = hosted(place, post).with_name("0123456789abcdef0123456789abcdef.jpg")
    stranger.write_bytes(b"somebody else's")
    done = await keeper(place, media_grace=0.0).clean()
    assert (done.idle, done.kept, done.unknown) == ((), 1, 1)
    assert stranger.exists()
