"""How the profile grid and the list of posts from elsewhere look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fluffy_tui.scheduling import OutsidePost
from tui.conftest import Looks
from tui.fakes import MARKUP, NOW, FakeServices
from tui.fakes.profile import small_jpeg

Sizes = pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])


@pytest.fixture(autouse=True)
def from_phone(services: FakeServices) -> None:
    """Add posts from elsewhere, one of them without a picture."""
    for id_, days in enumerate((0.2, 3, 40, 400), 1):
        services.profile.outside.append(
            OutsidePost(
                id_,
                "channel-1",
                NOW - timedelta(days=days),
                f"from the phone {MARKUP}",
                "https://example.org/p/1",
                id_,
                id_ != 2,
            )
        )
        services.profile.jpegs[id_] = small_jpeg()


@Sizes
@pytest.mark.parametrize(
    "keys",
    [("3", "P"), ("3", "P", "X"), ("3", "P", "j", "j", "j", "j", "l"), ("2", "O")],
    ids=["profile", "swap", "elsewhere", "list"],
)
def test_screens(looks: Looks, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert looks(size, *keys, preview="half-cell")


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_themes(looks: Looks, theme: str) -> None:
    assert looks((60, 18), "3", "P", preview="half-cell", theme=theme)
