"""The cache of paintings: what it drops, the terminal may forget."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image
from rich.style import Style

from fluffy_tui.photos import PhotoUnreadable, silent_disk
from fluffy_tui.tui.photo.painter import Painting, PictureArea
from fluffy_tui.tui.photo.picture_cache import CAPACITY, PictureCache

AREA = PictureArea(30, 10, Style())


def painting(released: list[str], name: str) -> Painting:
    """Return a painting that notes when it is released."""
    return Painting(Image.new("RGB", (1, 1)), AREA, [], is_text=False, release=lambda: released.append(name))


def test_the_least_recently_used_painting_is_released() -> None:
    released: list[str] = []
    cache = PictureCache()
    for number in range(CAPACITY):
        cache.add(str(number), painting(released, str(number)))
    assert cache.get("0", AREA) is not None
    cache.add("new", painting(released, "new"))
    assert released == ["1"]
    assert len(cache) == CAPACITY
    assert cache.get("0", PictureArea(20, 10, Style())) is None


def test_the_first_of_two_paintings_of_a_photo_is_released() -> None:
    released: list[str] = []
    cache = PictureCache()
    cache.add("a", painting(released, "first"))
    cache.add("a", painting(released, "second"))
    assert released == ["first"]


async def test_a_picture_whose_disk_hangs_is_given_up_and_keeps_no_thread_from_drafts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(silent_disk, "LIMIT_SECONDS", 0.1)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    cache, hanging, released = PictureCache(), threading.Event(), list[str]()

    def draw() -> Painting:
        hanging.wait()
        return painting(released, "late")

    with pytest.raises(PhotoUnreadable, match="Its disk does not answer"):
        await cache.paint("a", AREA, draw)
    assert await asyncio.to_thread(lambda: "saved") == "saved"
    assert not cache.is_painting("a", AREA)
    hanging.set()


def test_nothing_outlives_a_closed_cache() -> None:
    released: list[str] = []
    cache = PictureCache()
    cache.add("a", painting(released, "a"))
    cache.close()
    cache.add("late", painting(released, "late"))
    assert released == ["a", "late"]
    assert len(cache) == 0
