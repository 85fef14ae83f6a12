"""Library and composer in three sizes and three themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.tui.photo.filmstrip import Filmstrip
from tui.conftest import Looks
from tui.pressing import pressing

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZES = [(80, 24), (140, 45), (70, 24)]


pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize("size", SIZES)
def test_library(looks: Looks, size: tuple[int, int]) -> None:
    assert looks(size, "j")


@pytest.mark.parametrize("size", SIZES)
def test_composer(looks: Looks, size: tuple[int, int]) -> None:
    keys = pressing("j", "enter", *"the fog lifted at noon", "ctrl+t", "left", *"18:30")
    assert looks(size, run=keys)


@pytest.mark.parametrize("size", SIZES)
def test_composer_refusing(looks: Looks, size: tuple[int, int]) -> None:
    keys = pressing("enter", "ctrl+s")
    assert looks(size, run=keys)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
@pytest.mark.parametrize("keys", [("p", "j"), ("enter", *"fog")], ids=["library", "composer"])
def test_themes(looks: Looks, theme: str, keys: tuple[str, ...]) -> None:
    assert looks((110, 32), *keys, theme=theme)


def test_empty_library(looks: Looks) -> None:
    assert looks((80, 24), persona="[/b][red")


@pytest.mark.parametrize("size", [(60, 18), *SIZES[:2]])
def test_contact_sheet(looks: Looks, size: tuple[int, int]) -> None:
    keys = pressing("T", "p", "x", "space", "j")
    assert looks(size, run=keys)


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)])
def test_zoom(looks: Looks, size: tuple[int, int]) -> None:
    assert looks(size, "plus", "l", "minus")


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
@pytest.mark.parametrize(
    "keys", [("T", "p", "x", "space", "j"), ("plus", "l", "minus")], ids=["contact-sheet", "zoom"]
)
def test_themes_of_pictures(looks: Looks, theme: str, keys: tuple[str, ...]) -> None:
    assert looks((60, 18), *keys, theme=theme)


def test_narrow_picture(looks: Looks) -> None:
    assert looks((66, 24), "tab")


@pytest.mark.parametrize("size", [(66, 24), *SIZES[:2]])
def test_decided_filtered_and_with_filmstrip(looks: Looks, size: tuple[int, int]) -> None:
    async def press(pilot: Pilot[None]) -> None:
        await pressing("p", "x", "tab", "slash", *"img_20", "enter", "g", "j")(pilot)
        strip = pilot.app.screen.query_one(Filmstrip)
        while strip.is_on_screen and not strip.is_complete:
            await pilot.pause(0.01)
        await pilot.pause()

    assert looks(size, run=press)
