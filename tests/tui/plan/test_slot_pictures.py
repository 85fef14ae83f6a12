"""The small pictures of the calendar, made in a thread while the plan changes."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from PIL import Image

from fluffy_tui.images import PhotoUnreadable, Unreadable
from fluffy_tui.tui.plan.slot_pictures import SlotPictures
from tui.fakes import make_photo


async def test_a_picture_that_is_finished_too_late_is_discarded(tmp_path: Path) -> None:
    early, late = (make_photo(tmp_path, number, 1) for number in (1, 2))
    may_answer, redrawn = threading.Event(), list[int]()

    def thumbnail(photo: object, width: int, height: int) -> object:
        if photo is early:
            may_answer.wait(timeout=60)
        return Image.new("RGB", (width, height))

    pictures = SlotPictures(thumbnail)
    assert pictures.want([early], 8, 4)
    making = asyncio.create_task(pictures.make(lambda: redrawn.append(early.id)))
    await asyncio.sleep(0)
    assert pictures.want([late], 8, 4)
    await pictures.make(lambda: redrawn.append(late.id))
    may_answer.set()
    await making
    assert redrawn == [late.id]
    assert pictures.of(early.id) is None
    picture = pictures.of(late.id)
    assert picture is not None and (len(picture), len(picture[0])) == (4, 8)


async def test_a_picture_whose_making_was_interrupted_is_not_taken_for_missing(tmp_path: Path) -> None:
    photo, may_answer = make_photo(tmp_path, 1, 1), threading.Event()

    def thumbnail(photo: object, width: int, height: int) -> object:
        may_answer.wait(timeout=60)
        return Image.new("RGB", (width, height))

    pictures = SlotPictures(thumbnail)
    assert pictures.want([photo], 8, 4)
    making = asyncio.create_task(pictures.make(lambda: None))
    await asyncio.sleep(0)
    making.cancel()  # as the plan does when something changes
    with pytest.raises(asyncio.CancelledError):
        await making
    may_answer.set()
    assert pictures.want([photo], 8, 4), "it is still to be made"
    assert not pictures.is_missing(photo.id)
    await pictures.make(lambda: None)
    assert pictures.of(photo.id) is not None


async def test_an_unreadable_picture_is_read_only_once(tmp_path: Path) -> None:
    photo, asked = make_photo(tmp_path, 1, 1), list[object]()

    def thumbnail(photo: object, width: int, height: int) -> object:
        asked.append(photo)
        raise PhotoUnreadable(Unreadable.DAMAGED)

    pictures = SlotPictures(thumbnail)
    assert pictures.want([photo], 8, 4)
    await pictures.make(lambda: None)
    assert not pictures.want([photo], 8, 4)
    assert pictures.is_missing(photo.id)
    assert asked == [photo]
