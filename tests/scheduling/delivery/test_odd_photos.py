"""The odd files of `tests/images/cases` all the way: imported, previewed, rendered and delivered to Buffer."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from fluffy_tui.buffer import ShareMode
from fluffy_tui.demo import StandIn, Window, sample_world
from fluffy_tui.images import PhotoUnreadable, decode_to_fit
from fluffy_tui.scheduling import Reason, Step
from images.test_cases import CASES, EXPECTED, assert_corners, own_path
from scheduling.quick_programs import QUICK
from scheduling.workplace import Workplace, workplace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fluffy_tui.photos import Photo

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::UserWarning")]

PATIENT = replace(QUICK, request_timeout=60.0, settle=65.0)
"""Large pictures are rendered beside each answer that is waited for."""
EVERY = 6
"""The share of the files that one run takes, by the number below."""


@pytest.fixture
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Workplace]:
    media, world = tmp_path / "media", sample_world(datetime.now(UTC))
    world.scheduled_posts = 1_000
    windows = (Window("15m", "15min", 900, 1_000_000),)
    async with (
        StandIn(media=media, world=world, windows=windows) as stand_in,
        workplace(database_url, tmp_path, stand_in, media, timings=PATIENT) as opened,
    ):
        yield opened


def is_shown(photo: Photo) -> bool:
    try:
        decode_to_fit(photo.path, 300, 300)
    except PhotoUnreadable:
        return False
    return True


@pytest.mark.parametrize("number", range(EVERY))
async def test_what_is_shown_is_posted_in_its_colours_and_nothing_else_is(
    place: Workplace, tmp_path: Path, number: int
) -> None:
    names = {}
    for name in sorted(EXPECTED)[number::EVERY]:
        copy = tmp_path / "cases" / own_path(name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CASES / name, copy)
        names[copy] = name
    await place.services.photos.import_folders([tmp_path / "cases"], place.persona)
    photos = await place.services.photos.unscheduled(place.persona)
    assert len(photos) > len(names) / 3
    begin = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    for photo in photos:
        name = names[photo.path]
        at = begin + timedelta(minutes=photo.id)
        result = await place.services.scheduling.schedule_post(
            photo, f"case {name}", share_mode=ShareMode.CUSTOM_SCHEDULED, at=at
        )
        assert result.ok is is_shown(photo), name
        if result.post is None:
            assert result.code is Reason.PHOTO_DAMAGED, name
            assert EXPECTED[name]["expect"] in ("damaged", "either"), name
            continue
        await place.services.delivery.deliver(result.post.id)
        post = await place.post(result.post.id)
        assert post.step is Step.ACCEPTED, (name, post.error_message)
        [asset] = place.in_buffer()[-1].assets
        [posted] = place.settings.media_directory.rglob(asset.source.rpartition("/")[2])  # type: ignore[union-attr]
        with Image.open(posted) as picture:
            assert not {"exif", "comment"} & set(picture.info), name
            if "corners" in EXPECTED[name] and not EXPECTED[name].get("soft"):
                assert_corners(picture.convert("RGB"), EXPECTED[name])
