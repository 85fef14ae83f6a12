"""The library with duplicates, a selection, index progress and similar photos: three sizes, three themes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.conftest import Looks
from tui.fakes import FakeServices
from tui.library.library_driver import stack

pytestmark = pytest.mark.usefixtures("home")

SIZES = [(64, 20), (80, 24), (140, 45)]


@pytest.fixture
def copies(services: FakeServices) -> FakeServices:
    """Return a world with duplicates and an incomplete index."""
    stack(services, 39, 37, 20)
    stack(services, 36, 33, 31, 30)
    services.photos.same_files = {39: (Path("/backup/IMG_2039.JPG"),)}
    services.similarity.hashed = 12
    return services


STACKS = ("p", "space", "j", "space", "k", "c", "k", "k")
LIKE_THIS = (*"jjjjjj", "m", "j", "space")


@pytest.mark.parametrize("size", SIZES)
def test_copies_marks_and_work(looks: Looks, copies: FakeServices, size: tuple[int, int]) -> None:
    """A collapsed stack, an expanded one, selected photos, and an incomplete index."""
    assert looks(size, *STACKS)


@pytest.mark.parametrize("size", SIZES)
def test_more_like_this(looks: Looks, size: tuple[int, int]) -> None:
    assert looks(size, *LIKE_THIS)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
@pytest.mark.parametrize("keys", [STACKS, LIKE_THIS], ids=["stacks", "like-this"])
def test_themes(looks: Looks, copies: FakeServices, theme: str, keys: tuple[str, ...]) -> None:
    assert looks((110, 32), *keys, theme=theme)
