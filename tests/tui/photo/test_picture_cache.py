"""The cache of paintings: what it drops, the terminal may forget."""

from __future__ import annotations

from PIL import Image
from rich.style import Style

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


def test_nothing_outlives_a_closed_cache() -> None:
    released: list[str] = []
    cache = PictureCache()
    cache.add("a", painting(released, "a"))
    cache.close()
    cache.add("late", painting(released, "late"))
    assert released == ["a", "late"]
    assert len(cache) == 0
