"""Each fix does what it is for, and fails here once Textual no longer needs it."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import textual.widgets
from textual.app import App, ComposeResult
from textual.css.stylesheet import Stylesheet
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen
from textual.widgets import Label, TextArea

import textual_internals
from fluffy_tui.tui.ui.textual_fixes import CachedStylesheet, CrashLog, release_closed_widgets
from tui.conftest import Driver, Running

if TYPE_CHECKING:
    from textual.pilot import Pilot

ROUNDS = 4


class Second(Screen[None]):
    """A screen with styles of its own."""

    CSS = "Second Label { width: 7; }"

    def compose(self) -> ComposeResult:
        """Yield one widget."""
        yield Label("second", id="second")


class TwoScreens(App[None]):
    """An app whose second screen is shown later."""

    CSS = "Label { background: $panel; }"

    def __init__(self, sheet: type[Stylesheet]) -> None:
        super().__init__()
        self.stylesheet = sheet(variables=self.get_css_variables())

    def compose(self) -> ComposeResult:
        """Yield one widget."""
        yield Label("first", id="first")


@pytest.mark.parametrize("sheet", [CachedStylesheet, Stylesheet], ids=["fixed", "needed"])
async def test_styles_are_parsed_once(sheet: type[Stylesheet]) -> None:
    """Without the fix, showing a second screen parses again what was parsed for the first."""
    app = TwoScreens(sheet)
    with textual_internals.counting_parsed_styles() as parsed:
        async with app.run_test() as pilot:
            await app.push_screen(Second())
            await pilot.pause()
    if sheet is CachedStylesheet:
        assert parsed[TwoScreens.CSS] == 1
    else:
        assert parsed[TwoScreens.CSS] > 1, "Textual parses style sheets once: CachedStylesheet can go"


async def test_styles_follow_the_theme() -> None:
    app = TwoScreens(CachedStylesheet)
    async with app.run_test() as pilot:
        await app.push_screen(Second())
        await pilot.pause()
        first, second = app.screen_stack[0].query_one("#first"), app.screen.query_one("#second")
        assert second.styles.width is not None
        assert second.styles.width.value == 7
        before = second.styles.background
        app.theme = "textual-light"
        await pilot.pause()
        assert second.styles.background != before
        await app.pop_screen()
        await pilot.pause()
        assert first.styles.background == second.styles.background


class Form(Screen[None]):
    """A screen that Textual keeps in memory: its text area watches the app's theme."""

    def compose(self) -> ComposeResult:
        """Yield a text area."""
        yield TextArea()


async def close_a_form(app: App[None], pilot: Pilot[None]) -> weakref.ref[TextArea]:
    """Open and close a form; return a weak reference to its text area."""
    await app.push_screen(Form())
    await pilot.pause()
    text_area = weakref.ref(app.screen.query_one(TextArea))
    await app.pop_screen()
    await pilot.pause()
    gc.collect()
    return text_area


async def test_the_widgets_of_a_closed_screen_are_freed() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        text_area = await close_a_form(app, pilot)
        assert text_area() is not None, "Textual frees closed widgets: release_closed_widgets can go"
        release_closed_widgets(app)
        while text_area() is not None:  # until its last timer has run out; for ever if it is kept
            await pilot.pause(0.01)
            gc.collect()


async def test_textual_dims_the_screen_below_a_dialog_by_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it stops doing that, `DialogScreen` need not draw its own backdrop."""
    dimmed: list[object] = []
    process = BackgroundScreen.process_segments

    def counting(segments: Any, color: Any) -> Any:
        for segment in process(segments, color):
            dimmed.append(segment)
            yield segment

    monkeypatch.setattr(BackgroundScreen, "process_segments", staticmethod(counting))
    app = TwoScreens(Stylesheet)
    async with app.run_test() as pilot:
        await app.push_screen(ModalScreen())
        await pilot.pause()
    assert dimmed


def test_what_the_fixes_reach_for_has_no_public_name() -> None:
    assert not hasattr(textual.widgets, "FooterKey")
    assert not [name for name in dir(App) if name.startswith("write") or name == "driver"]


def alive() -> Counter[str]:
    """Return how many objects there are of each class."""
    gc.collect()
    return Counter(type(found).__name__ for found in gc.get_objects())


async def after_each_caption(driver: Driver) -> list[Counter[str]]:
    """Open the composer and leave it, again and again; return what is alive after each time."""
    found = []
    for _ in range(ROUNDS):
        await driver.press("enter", "a", "escape")
        found.append(alive())
    return found


async def test_a_closed_composer_is_freed_with_everything_it_drew(running: Running) -> None:
    async with running(persona="sarah") as driver:
        first, then = await after_each_caption(driver), await after_each_caption(driver)
    assert then[-1]["ComposeScreen"] <= 1
    for kind in ("Strip", "StylesCache", "Styles"):  # some are kept for a while, but never more and more
        assert min(found[kind] for found in then) <= max(found[kind] for found in first), kind


async def test_a_closed_editor_of_a_post_is_freed(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2")
        for _ in range(ROUNDS):
            await driver.press("enter", "e", "escape", "escape")
        while alive()["EditPostScreen"] > 1:  # until its last timer has run out; for ever if it is kept
            await driver.pilot.pause(0.01)


class Crashing(App[None]):
    """An app that fails with a secret in a local variable."""

    def on_mount(self) -> None:
        """Fail."""
        secret = "hunter" + "2"
        raise KeyError(f"no {len(secret)}")


@pytest.mark.parametrize("is_fixed", [True, False], ids=["fixed", "needed"])
async def test_a_crash_shows_no_local_variables(
    is_fixed: bool, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    app = Crashing()
    crash = CrashLog(app) if is_fixed else None
    await app.run_async(headless=True)
    printed = "".join(capsys.readouterr())
    assert app.return_code == 1
    if crash is None:
        assert "hunter2" in printed, "Textual shows no local variables: CrashLog can go"
        return
    assert printed == ""
    assert isinstance(crash.error, KeyError)
    assert "on_mount" in caplog.text
    assert "hunter2" not in caplog.text
