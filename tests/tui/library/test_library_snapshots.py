"""Library and composer in three sizes and three themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.photo.filmstrip import Filmstrip
from tui.pressing import pressing

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZES = [(80, 24), (140, 45), (70, 24)]


pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize("size", SIZES)
def test_library(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=pressing("j"))


@pytest.mark.parametrize("size", SIZES)
def test_composer(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    keys = pressing("j", "enter", *"the fog lifted at noon", "ctrl+t", "left", *"18:30")
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=keys)


@pytest.mark.parametrize("size", SIZES)
def test_composer_refusing(
    snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]
) -> None:
    keys = pressing("enter", "ctrl+s")
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=keys)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
@pytest.mark.parametrize("keys", [("p", "j"), ("enter", *"fog")], ids=["library", "composer"])
def test_themes(
    snap_compare: Any, make_app: Callable[..., FluffyApp], theme: str, keys: tuple[str, ...]
) -> None:
    app = make_app(persona="sarah")
    app.theme = theme
    assert snap_compare(app, terminal_size=(110, 32), run_before=pressing(*keys))


def test_empty_library(snap_compare: Any, make_app: Callable[..., FluffyApp]) -> None:
    assert snap_compare(make_app(persona="[/b][red"), terminal_size=(80, 24), run_before=pressing())


@pytest.mark.parametrize("size", [(60, 18), *SIZES[:2]])
def test_contact_sheet(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    keys = pressing("T", "p", "x", "space", "j")
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=keys)


@pytest.mark.parametrize("size", [(60, 18), (80, 24)])
def test_zoom(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    assert snap_compare(
        make_app(persona="sarah"), terminal_size=size, run_before=pressing("plus", "l", "minus")
    )


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
@pytest.mark.parametrize(
    "keys", [("T", "p", "x", "space", "j"), ("plus", "l", "minus")], ids=["contact-sheet", "zoom"]
)
def test_themes_of_pictures(
    snap_compare: Any, make_app: Callable[..., FluffyApp], theme: str, keys: tuple[str, ...]
) -> None:
    app = make_app(persona="sarah")
    app.theme = theme
    assert snap_compare(app, terminal_size=(60, 18), run_before=pressing(*keys))


def test_narrow_picture(snap_compare: Any, make_app: Callable[..., FluffyApp]) -> None:
    assert snap_compare(make_app(persona="sarah"), terminal_size=(66, 24), run_before=pressing("tab"))


@pytest.mark.parametrize("size", [(66, 24), *SIZES[:2]])
def test_decided_filtered_and_with_filmstrip(
    snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]
) -> None:
    async def press(pilot: Pilot[None]) -> None:
        await pressing("p", "x", "tab", "slash", *"img_20", "enter", "g", "j")(pilot)
        strip = pilot.app.screen.query_one(Filmstrip)
        while strip.is_on_screen and not strip.is_complete:
            await pilot.pause(0.01)
        await pilot.pause()

    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=press)
