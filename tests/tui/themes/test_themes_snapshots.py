"""Themes, their editor, and the batch that they fill, in three sizes."""

from __future__ import annotations

import pytest

from tui.conftest import Looks
from tui.fakes import FakeServices

SIZES = pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])


@pytest.fixture(autouse=True)
async def themes(home: None, services: FakeServices) -> None:
    """Give sarah three themes."""
    await services.keywords.add([2, 39, 40], ["harbour"])
    await services.keywords.add(range(12, 37), ["fog"])
    await services.keywords.add([1], ["pier"])
    await services.themes.create(1, "harbour", 25, 3)
    await services.themes.create(1, "fog", 50, 0)
    await services.themes.create(1, "pier", 10, 7)


@SIZES
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("list", ("at", "t", "j")),
        ("editor", ("at", "t", "n", *"harb")),
        ("batch", ("3", "f")),
        ("review", ("3", "f", *"one", "ctrl+n", *"two", "ctrl+s")),
    ],
)
def test_themes(looks: Looks, size: tuple[int, int], name: str, keys: tuple[str, ...]) -> None:
    assert name
    assert looks(size, *keys)


def test_no_themes(looks: Looks, services: FakeServices) -> None:
    services.themes.kept.clear()
    assert looks((60, 18), "at", "t")


@pytest.mark.parametrize("keys", [("j",), ("n", *"harb")], ids=["list", "editor"])
def test_themes_in_a_light_theme(looks: Looks, keys: tuple[str, ...]) -> None:
    assert looks((80, 24), "at", "t", *keys, theme="textual-light")
