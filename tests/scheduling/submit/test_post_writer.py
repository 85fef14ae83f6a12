"""Writing submissions: what is submitted together can be undone together, for as long as the setting says."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.scheduling import PostRequest, Reason
from fluffy_tui.settings import InvalidSetting, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace


@pytest.mark.parametrize(("value", "seconds"), [(None, 10.0), ("0", 0.0), ("2.5", 2.5), ("3600", 3600.0)])
def test_the_undo_delay_is_read(tmp_path: Path, value: str | None, seconds: float) -> None:
    environment = {"FLUFFY_CONFIG": str(tmp_path / "config.toml"), "FLUFFY_DATA_DIR": str(tmp_path)}
    if value is not None:
        environment["FLUFFY_UNDO_SECONDS"] = value
    assert load_settings(environment).undo_seconds == seconds


@pytest.mark.parametrize("value", ["-1", "3601", "nan", "inf", "soon"])
def test_an_invalid_undo_delay_is_refused(tmp_path: Path, value: str) -> None:
    environment = {"FLUFFY_CONFIG": str(tmp_path / "config.toml"), "FLUFFY_UNDO_SECONDS": value}
    with pytest.raises(InvalidSetting, match="FLUFFY_UNDO_SECONDS"):
        load_settings(environment)


async def test_posts_submitted_together_leave_together_and_one_refusal_stops_no_other(
    place: Workplace,
) -> None:
    patient = dataclasses.replace(place.services.scheduling, undo_seconds=3600.0)
    first, taken, also_taken, last = [await place.photo(number) for number in range(4)]
    for photo in (taken, also_taken):
        assert (await patient.schedule_post(photo, "has one already")).ok
    requests = [
        PostRequest((first,), "first"),
        PostRequest((taken,), "the cover is taken"),
        PostRequest((last, also_taken), "a photo behind the cover is taken"),
        PostRequest((first,), "twice"),
        PostRequest((last,), " "),
        PostRequest((last,), "last"),
    ]
    results = await patient.schedule_posts(requests)
    assert [result.code for result in results] == [
        None,
        Reason.ALREADY_SCHEDULED,
        Reason.ALREADY_SCHEDULED,
        Reason.ALREADY_SCHEDULED,
        Reason.CAPTION_EMPTY,
        None,
    ]
    posts = [post for result in results if result.ok for post in result.posts]
    assert [post.caption for post in posts] == ["first", "last"]
    assert posts[0].next_try_at == posts[1].next_try_at is not None


async def test_two_programs_that_submit_the_same_photos_in_other_orders_do_not_block_each_other(
    place: Workplace,
) -> None:
    photos = [await place.photo(number) for number in range(6)]
    requests = [PostRequest((photo,), f"photo {photo.id}") for photo in photos]
    scheduling = place.services.scheduling
    both = await asyncio.gather(
        scheduling.schedule_posts(requests), scheduling.schedule_posts(requests[::-1])
    )
    assert sorted(result.ok for results in both for result in results) == [False] * 6 + [True] * 6
