"""Uploaded pictures: verified before their post is due, uploaded again when missing, deleted when unused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.scheduling import MediaUpkeep, Post, Problem, ProblemKind, Remedy, Step, Timings, Verification

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace

HOUR = 3600.0


def change(place: Workplace, statement: str, *values: object) -> None:
    """Change the database directly, as time would."""
    with psycopg.connect(place.services.database.url, autocommit=True) as connection:
        connection.execute(statement, values)


async def accepted(place: Workplace, number: int, due: timedelta) -> Post:
    """Deliver a post that is due at a time from now."""
    post = await place.schedule(
        await place.photo(number),
        f"number {number}",
        share_mode=ShareMode.CUSTOM_SCHEDULED,
        at=datetime.now(UTC) + due,
    )
    async with place.worker():
        return await place.until(post.id, lambda now: now.step is Step.ACCEPTED)


def upkeep(place: Workplace, **timings: object) -> MediaUpkeep:
    """Return the upkeep with production timings, except for those given."""
    return MediaUpkeep(replace(place.services.delivery, timings=replace(Timings(), **timings)))  # type: ignore[arg-type]


def uploaded(place: Workplace, post: Post) -> Path:
    """Return the file behind the post's media URL."""
    assert place.settings.media_directory is not None
    return place.settings.media_directory / "posts" / str(post.cover.media_url).rsplit("/", 1)[-1]


async def problems(place: Workplace) -> list[Problem]:
    """Return the problems with pictures."""
    found = await place.services.scheduling.problems()
    return [item for item in found if item.kind is ProblemKind.MEDIA_HOST]


async def test_a_picture_is_verified_hours_before_it_is_due_and_again_shortly_before(
    place: Workplace,
) -> None:
    post = await accepted(place, 1, timedelta(hours=8))
    normal = upkeep(place)
    assert await normal.verify_due() == {}
    assert await upkeep(place, verify_before=(9 * HOUR, HOUR)).verify_due() == {post.id: Verification.OK}
    assert await upkeep(place, verify_before=(9 * HOUR, HOUR)).verify_due() == {}
    change(place, "UPDATE posts SET scheduled_at = now() + interval '50 minutes'")
    change(place, "UPDATE hosted_pictures SET verified_at = now() - interval '4 hours'")
    assert await normal.verify_due() == {post.id: Verification.OK}
    assert await normal.verify_due() == {}


async def test_an_overdue_picture_is_verified_every_hour_while_its_queue_is_paused(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    change(place, "UPDATE posts SET scheduled_at = now() - interval '3 hours'")
    change(place, "UPDATE hosted_pictures SET verified_at = now() - interval '59 minutes'")
    assert await upkeep(place).verify_due() == {}
    change(place, "UPDATE hosted_pictures SET verified_at = now() - interval '61 minutes'")
    assert await upkeep(place).verify_due() == {post.id: Verification.OK}


@pytest.mark.parametrize("damage", ["missing", "different", "shorter"])
async def test_a_missing_or_different_picture_is_uploaded_again_at_the_same_url(
    place: Workplace, damage: str
) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    file = uploaded(place, post)
    data = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(data[:-2] + b"xx" if damage == "different" else data[:100])
    assert await upkeep(place).verify_due() == {post.id: Verification.UPLOADED_AGAIN}
    assert file.read_bytes() == data
    now = await place.services.scheduling.post(post.id)
    assert now == post, "neither the post's state nor its URL has changed"
    assert await problems(place) == []


async def test_a_failed_upload_is_listed_as_a_problem_and_retried(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    photo = await place.services.photos.get(post.photo_id)
    kept = photo.path.read_bytes()
    uploaded(place, post).unlink()
    photo.path.unlink()
    assert await upkeep(place).verify_due() == {post.id: Verification.FAILED}
    [item] = await problems(place)
    assert str(photo.path) in item.why
    assert item.when == post.scheduled_at, "it is needed by then"
    assert item.actions[0] is Remedy.UPLOAD_AGAIN
    assert (await place.services.scheduling.post(post.id)) == post
    assert len(place.in_buffer()) == 1, "Buffer's post is not touched"
    photo.path.write_bytes(kept)
    assert await upkeep(place).verify_due() == {post.id: Verification.UPLOADED_AGAIN}
    assert await problems(place) == []


async def test_an_intact_picture_needs_no_photo(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    (await place.services.photos.get(post.photo_id)).path.unlink()
    assert await upkeep(place).verify_due() == {post.id: Verification.OK}


async def test_an_unreachable_host_is_a_problem_until_it_is_back(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    media = uploaded(place, post).parents[1]
    away = media.rename(media.with_name("away"))
    media.touch()
    assert await upkeep(place).verify_due() == {post.id: Verification.FAILED}
    [item] = await problems(place)
    assert item.post is not None
    assert item.post.id == post.id
    media.unlink()
    away.rename(media)
    assert await upkeep(place).verify_due() == {post.id: Verification.OK}
    assert await problems(place) == []


async def test_a_picture_is_kept_while_a_post_needs_it_and_for_a_day_after(place: Workplace) -> None:
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
    plan = await upkeep(place).clean(dry_run=True)
    assert [(picture.key, picture.why) for picture in plan.unused] == [
        (f"posts/{uploaded(place, old).name}", "live")
    ]
    assert uploaded(place, old).exists(), "a dry run deletes nothing"
    assert await upkeep(place).clean() == plan
    assert not uploaded(place, old).exists()
    assert all(uploaded(place, post).exists() for post in (waiting, failed, fresh))
    again = await upkeep(place).clean()
    assert (again.unused, again.kept, again.unknown) == ((), 3, 0)


async def test_the_picture_of_a_cancelled_post_is_deleted_after_a_day(
    place: Workplace,
) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    change(place, "DELETE FROM posts")
    assert (await upkeep(place).clean()).kept == 1
    change(place, "UPDATE hosted_pictures SET left_at = now() - interval '25 hours'")
    [unused] = (await upkeep(place).clean()).unused
    assert unused.why == "no_post"
    assert not uploaded(place, post).exists()


async def test_pictures_of_another_database_are_counted_but_kept(place: Workplace) -> None:
    post = await accepted(place, 1, timedelta(hours=2))
    stranger = uploaded(place, post).with_name("0123456789abcdef0123456789abcdef.jpg")
    stranger.write_bytes(b"somebody else's")
    done = await upkeep(place, picture_retention=0.0).clean()
    assert (done.unused, done.kept, done.unknown) == ((), 1, 1)
    assert stranger.exists()
