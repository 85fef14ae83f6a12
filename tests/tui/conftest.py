"""The app on fakes, driven by keys; tests wait for workers and messages, never for seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from textual.app import App
from textual.events import Paste
from textual.notifications import Notification
from textual.widgets import OptionList

import textual_internals
from fluffy_tui.paths import Paths
from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from pressed_keys import recording
from settling import at_rest, loop_at_rest, settle as settle
from tui.compact_svg import compact
from tui.fakes import NOW, FakeServices, FakeSetup, Opening
from tui.pressing import pressing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from fluffy_tui.tui.compose.caption_form import CaptionForm


@pytest.fixture(scope="session", autouse=True)
def styles_parsed_once() -> Iterator[None]:
    """Let the apps of a run share parsed style sheets."""
    with textual_internals.sharing_parsed_styles():
        yield


@pytest.fixture(scope="package", autouse=True)
def pilots_wait_for_the_event_loop() -> Iterator[None]:
    """Let a pilot continue when the event loop is at rest and the screen is drawn."""
    with textual_internals.pilots_waiting_with(loop_at_rest, at_rest):
        yield


@pytest.fixture(scope="package", autouse=True)
def drawn_at_rest() -> Iterator[None]:
    """Draw once when an app is at rest, instead of again and again on the way there."""
    with textual_internals.drawing_at_rest(), textual_internals.frames_unseen():
        yield


@pytest.fixture(scope="package", autouse=True)
def notices_stay() -> Iterator[None]:
    """Keep every notice until a test has read it, however slow the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Notification, "has_expired", False)
        yield


@pytest.fixture(scope="session", autouse=True)
def screenshots_are_compact() -> Iterator[None]:
    """Make every snapshot a fraction as large."""
    export = App.export_screenshot
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "export_screenshot", lambda app, **options: compact(export(app, **options)))
        yield


@pytest.fixture(scope="session", autouse=True)
def keys_are_recorded() -> Iterator[None]:
    """Record which keys run which actions; a whole run fails if a key was never pressed."""
    with recording():
        yield


@pytest.fixture(scope="package", autouse=True)
def workers_take_time() -> Iterator[None]:
    """Have workers end after what their screen does meanwhile, as with a database."""
    with textual_internals.workers_starting_late():
        yield


class Driver:
    """A running app and its keyboard."""

    def __init__(self, app: FluffyApp, pilot: Pilot[Any], services: FakeServices) -> None:
        self.app = app
        self.pilot = pilot
        self.services = services

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and settle after each; what they lead to is drawn after the last."""
        with textual_internals.not_drawing():
            for key in keys:
                await self.pilot.press(key)
                await self.settle()
        await self.settle()

    async def send(self, typed: str) -> None:
        """Send what a terminal sends for these keys in a single write, and settle after the last."""
        for event in textual_internals.typed_events(typed):
            self.app.post_message(event)
        await self.settle()

    async def settle(self) -> None:
        """Wait until events are read, workers have ended, and all messages are handled.

        By then, the line of keys has been told what can be done now.
        """
        await settle(self.app)
        if self.app.is_running and self.app.app_focus:
            for footer in self.app.screen.query(KeysFooter):
                assert footer.known == footer.every_key, "the line of keys shows those from before"

    async def heard(self) -> None:
        """Wait until the app has read every event, then settle."""
        await self.services.heard()
        await self.settle()

    @property
    def screen(self) -> Any:
        """The topmost screen."""
        return self.app.screen

    @property
    def has_quit(self) -> bool:
        """Whether the app is about to end."""
        return self.app.return_code is not None

    @property
    def form(self) -> CaptionForm:
        """The caption form of the screen."""
        found: CaptionForm = self.screen.query_one("CaptionForm")
        return found

    async def saved(self) -> None:
        """Wait until what is typed is saved as a draft."""
        while self.screen.drafts.has_unsaved:
            await self.pilot.pause(0.02)
        await self.settle()

    def dimmed(self) -> set[str]:
        """Return the labels in the footer that cannot be used now."""
        return {key.words for key in self.screen.query_one(KeysFooter).keys if not key.enabled}

    def lines(self) -> list[str]:
        """Return the lines of the list."""
        return [str(option.prompt) for option in self.screen.query_one(OptionList).options]

    def footer(self) -> str:
        """Return the last line of the screen."""
        return self.screen_text().splitlines()[-1]

    def text(self, selector: str) -> str:
        """Return the text of a Static on the screen, without styles."""
        return str(self.app.screen.query_one(selector).render())

    def screen_text(self) -> str:
        """Return everything on the screen, without styles."""
        return "\n".join(textual_internals.screen_lines(self.app.screen))

    def toasts(self) -> list[tuple[str, str]]:
        """Return text and severity of every toast, oldest first."""
        return textual_internals.toasts(self.app)

    def notices(self) -> list[str]:
        """Return the text of every toast, oldest first."""
        return [message for message, _ in self.toasts()]


Running = Callable[..., AbstractAsyncContextManager[Driver]]


Looks = Callable[..., bool]


@pytest.fixture
def looks(snap_compare: Any, make_app: Callable[..., FluffyApp]) -> Looks:
    """Return a function that says whether the app looks as before, at a size and after some keys, opened for sarah.

    `run` replaces the keys, and awaits the pilot; other keywords go to `FluffyApp`.
    """

    def look(
        size: tuple[int, int], *keys: str | Paste, run: Any = None, theme: str = "", **options: Any
    ) -> bool:
        app = make_app(**{"persona": "sarah", **options})
        app.theme = theme or app.theme
        return bool(snap_compare(app, terminal_size=size, run_before=run or pressing(*keys)))

    return look


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make paths the same on every machine, as they are shown from the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def services(tmp_path: Path, request: pytest.FixtureRequest) -> FakeServices:
    """Return the fake services with forty photos, in plain colours where a snapshot is taken of them.

    A gradient has thousands of coloured cells. Tests whose point is the picture ask for it with the marker `gradient`.
    """
    is_snapshot = "snap_compare" in request.fixturenames
    flat = is_snapshot and request.node.get_closest_marker("gradient") is None
    return FakeServices(tmp_path / "photos", flat=flat)


@pytest.fixture
def opening(services: FakeServices) -> Opening:
    """Return what opens the fake services."""
    return Opening(services)


@pytest.fixture
def make_app(opening: Opening, tmp_path: Path) -> Callable[..., FluffyApp]:
    """Return a function that creates the app in Berlin at `NOW`; keywords go to `FluffyApp`."""

    def make(keymap: Mapping[str, str] | None = None, **options: Any) -> FluffyApp:
        def clock() -> datetime:
            return NOW

        paths = Paths(config_file=tmp_path / "config.toml", data=tmp_path / "data")
        defaults: dict[str, Any] = {
            "setup": FakeSetup(paths, keys=keymap),
            "preview": "half-cell",
            "clock": clock,
            "zone": ZoneInfo("Europe/Berlin"),
        }
        return FluffyApp(opening, **{**defaults, **options})

    return make


@pytest.fixture
def running(make_app: Callable[..., FluffyApp], services: FakeServices) -> Running:
    """Return a context manager that runs the app; keywords besides the size go to `FluffyApp`."""

    @asynccontextmanager
    async def run(*, size: tuple[int, int] = (140, 45), **options: Any) -> AsyncIterator[Driver]:
        app = make_app(**options)
        async with AsyncExitStack() as stack:
            with textual_internals.not_drawing():
                pilot = await stack.enter_async_context(app.run_test(size=size))
                driver = Driver(app, pilot, services)
                await driver.settle()
            yield driver

    return run
