"""Posts that another program has published: their photos are taken, and nothing is ever sent for them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic import command

from fluffy_tui.core.migration_runner import alembic_config
from fluffy_tui.scheduling import AdoptedHistory, AdoptedPost, NotPossibleNow, Reason, Step

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace

POSTED_AT = datetime(2025, 11, 1, 12, 0, tzinfo=UTC)


def adopted(photo: Photo, caption: str = "fog") -> AdoptedPost:
    return AdoptedPost(photo, caption, POSTED_AT, "fluffy-train 7")


async def written(place: Workplace, photo: Photo) -> Post:
    """Write one post and return it."""
    history = AdoptedHistory(place.services.database)
    assert await history.write(place.persona.id, [adopted(photo)]) == {photo.sha256}
    assert await history.taken([photo.id]) == {photo.id}
    [post] = await place.services.scheduling.posts()
    return post


async def test_it_is_live_with_its_time_and_takes_its_photo(place: Workplace) -> None:
    photo = await place.photo(1)
    post = await written(place, photo)
    assert (post.step, post.posted_at, post.channel_id, post.buffer_post_id) == (
        Step.LIVE,
        POSTED_AT,
        None,
        None,
    )
    again = await place.services.scheduling.schedule_post(photo, "again")
    assert again.code is Reason.ALREADY_SCHEDULED


async def test_a_photo_with_a_post_gets_no_other_and_the_first_of_two_counts(place: Workplace) -> None:
    taken, free = await place.photo(1), await place.photo(2)
    assert (await place.services.scheduling.schedule_post(taken, "own")).ok
    history = AdoptedHistory(place.services.database)
    posts = [adopted(taken, "theirs"), adopted(free, "first"), adopted(free, "second")]
    assert await history.write(place.persona.id, posts) == {free.sha256}
    assert await history.write(place.persona.id, posts) == set()
    captions = {post.caption for post in await place.services.scheduling.posts()}
    assert captions == {"own", "first"}


async def test_of_a_submit_and_an_adoption_at_the_same_moment_one_has_the_photo(place: Workplace) -> None:
    for number in range(3):
        photo = await place.photo(number)
        history = AdoptedHistory(place.services.database)
        submitted, taken_in = await asyncio.gather(
            place.services.scheduling.schedule_post(photo, "own"),
            history.write(place.persona.id, [adopted(photo)]),
        )
        assert submitted.ok is not bool(taken_in)


async def test_nothing_asks_buffer_about_it_and_it_is_no_problem(place: Workplace) -> None:
    post = await written(place, await place.photo(1))
    scheduling = place.services.scheduling
    assert await place.services.status_sync._open_posts() == {}
    assert [problem for problem in await scheduling.problems() if problem.post] == []
    for act in (scheduling.retry, scheduling.cancel):
        with pytest.raises(NotPossibleNow, match="live"):
            await act(post.id)
    assert place.in_buffer() == []
    [known] = await scheduling.posts()
    assert replace(known, updated_at=post.updated_at) == post


async def test_an_earlier_version_of_the_program_keeps_its_photo_taken(
    place: Workplace, database_url: str
) -> None:
    photo = await place.photo(1)
    await written(place, photo)
    await place.services.database.close()
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0035")
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT status, step, photo_id FROM posts").fetchone()
    assert row == ("posted", "live", photo.id)
    await asyncio.to_thread(command.upgrade, alembic_config(database_url), "head")
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM post_photos").fetchone() == (1,)
