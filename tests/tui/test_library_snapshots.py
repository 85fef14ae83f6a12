"""Library, composer and posts as they look, in the two sizes that people use most."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Paste
from textual.widgets import Input, TextArea

from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.widgets.filmstrip import Filmstrip

from .conftest import settle

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZES = [(80, 24), (140, 45)]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make paths the same on every machine, as they are shown from the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))


def pressing(*keys: str | Paste) -> Callable[[Pilot[None]], Any]:
    """Return what presses keys, or pastes a text, and then waits until nothing moves any more."""

    async def press(pilot: Pilot[None]) -> None:
        await settle(pilot.app, pilot)
        for key in keys:
            if isinstance(key, Paste):
                pilot.app.post_message(Paste(key.text))  # each event is handled once
            else:
                await pilot.press(key)
            await settle(pilot.app, pilot)
        for field in (*pilot.app.screen.query(TextArea), *pilot.app.screen.query(Input)):
            field.cursor_blink = False
        while pictures := [worker for worker in pilot.app.workers if worker.group == "preview"]:
            for worker in pictures:
                await worker.wait()
            await pilot.pause()
        await pilot.pause()

    return press


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


@pytest.mark.parametrize("size", SIZES)
def test_posts(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=pressing("2"))


@pytest.mark.parametrize("size", SIZES)
def test_post_detail(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    keys = pressing("2", *"jjjjjjj", "enter")
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=keys)


def test_empty_library(snap_compare: Any, make_app: Callable[..., FluffyApp]) -> None:
    assert snap_compare(make_app(persona="[/b][red"), terminal_size=(80, 24), run_before=pressing())


def test_narrow_picture(snap_compare: Any, make_app: Callable[..., FluffyApp]) -> None:
    assert snap_compare(make_app(persona="sarah"), terminal_size=(66, 24), run_before=pressing("tab"))


@pytest.mark.parametrize("size", [(66, 24), *SIZES])
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
