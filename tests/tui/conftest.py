"""The app on fakes, driven by keys; waits are for workers and messages, never for seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import textual.app
import textual.pilot
from textual.css.stylesheet import Stylesheet

from fluffy_tui.paths import Paths
from fluffy_tui.tui.app import FluffyApp
from pressed_keys import recording
from settling import loop_at_rest
from settling import settle as settle
from tui.compact_svg import compact
from tui.fake_setup import FakeSetup
from tui.fakes import NOW, FakeServices, Opening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.css.model import RuleSet
    from textual.pilot import Pilot


@pytest.fixture(scope="session", autouse=True)
def one_reading_of_the_styles() -> Iterator[None]:
    """Let the apps of a run share what was read from style sheets: each would read the same text again."""
    read: dict[tuple[Any, ...], list[RuleSet]] = {}
    parse = Stylesheet._parse_rules

    def shared(sheet: Stylesheet, *arguments: Any, **named: Any) -> list[RuleSet]:
        key = (*arguments, *sorted(named.items()), *sorted(sheet._variables.items()))
        if key not in read:
            read[key] = parse(sheet, *arguments, **named)
        return read[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", shared)
        yield


@pytest.fixture(scope="package", autouse=True)
def pilots_wait_for_the_event_loop() -> Iterator[None]:
    """Let a pilot go on when the event loop is at rest, rather than by how much the process has computed."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (textual.app, textual.pilot):
            patch.setattr(module, "wait_for_idle", loop_at_rest)
        yield


@pytest.fixture(scope="session", autouse=True)
def screenshots_are_compact() -> Iterator[None]:
    """Make every snapshot a third as large."""
    export = FluffyApp.export_screenshot
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FluffyApp, "export_screenshot", lambda app, **options: compact(export(app, **options)))
        yield


@pytest.fixture(scope="session", autouse=True)
def keys_are_recorded() -> Iterator[None]:
    """Note which keys call which actions; a whole run fails where a key was never pressed."""
    with recording():
        yield


class Driver:
    """A running app and its keyboard."""

    def __init__(self, app: FluffyApp, pilot: Pilot[Any], services: FakeServices) -> None:
        self.app = app
        self.pilot = pilot
        self.services = services

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, and wait after each until everything has settled."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        """Wait until events are heard, workers that end have ended, and all messages are handled."""
        await settle(self.app)

    async def heard(self) -> None:
        """Wait until the app has taken every event, then settle."""
        await self.services.heard()
        await self.settle()

    @property
    def screen(self) -> Any:
        """The screen on top."""
        return self.app.screen

    def text(self, selector: str) -> str:
        """Return what a Static on the screen says, without styles."""
        return str(self.app.screen.query_one(selector).render())

    def screen_text(self) -> str:
        """Return everything on the screen, without styles."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def notices(self) -> list[str]:
        """Return what was said in toasts, the oldest first."""
        return [toast.message for toast in self.app._notifications]


Running = Callable[..., AbstractAsyncContextManager[Driver]]


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
    """Return the opener of the fake world."""
    return Opening(services)


@pytest.fixture
def make_app(opening: Opening, tmp_path: Path) -> Callable[..., FluffyApp]:
    """Return a function that makes the app in Berlin at `NOW`; keywords go to `FluffyApp`."""

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
    """Return what opens the app; keywords besides the size go to `FluffyApp`."""

    @asynccontextmanager
    async def run(*, size: tuple[int, int] = (140, 45), **options: Any) -> AsyncIterator[Driver]:
        app = make_app(**options)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot, services)
            await driver.settle()
            yield driver

    return run
