"""Every private Textual name that the tests need, each with its reason; they appear nowhere else in tests."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
import textual.app
import textual.pilot
from rich._wrap import divide_line as divide_line
from textual._cells import cell_width_to_column_index as cell_width_to_column_index
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual._wrap import compute_wrap_offsets as compute_wrap_offsets
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.stylesheet import Stylesheet
from textual.geometry import Region, Size
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, TextArea
from textual.worker import Worker

from fluffy_tui.tui.ui import textual_fixes

_parse_rules, _parse_sheet = Stylesheet._parse_rules, Stylesheet.parse
_render_update, _refresh = Compositor.render_update, Screen._compositor_refresh


def screen_lines(screen: Screen[Any]) -> list[str]:
    """Return what a screen shows, without styles; publicly only an SVG can be exported."""
    return [strip.text for strip in screen._compositor.render_strips()]


def toasts(app: App[Any]) -> list[tuple[str, str]]:
    """Return message and severity of each toast, oldest first; a pilot's app does not display them."""
    return [(toast.message, toast.severity) for toast in app._notifications]


def typed_events(typed: str) -> list[Message]:
    """Return what Textual makes of what a terminal sends."""
    parser = XTermParser()
    return [*parser.feed(typed), *parser.tick()]


def record_writes(app: App[Any]) -> list[str]:
    """Return a list of what is written to the terminal from now on; the driver has no public name."""
    written: list[str] = []
    app._driver.write = written.append  # type: ignore[union-attr, method-assign]
    return written


def record_sizes(screen: Screen[Any]) -> list[tuple[int, int]]:
    """Return a list of the terminal's sizes for which a screen is laid out from now on."""
    sizes: list[tuple[int, int]] = []
    lay_out = screen._screen_resized

    def noted(size: Size) -> None:
        sizes.append((size.width, size.height))
        lay_out(size)

    screen._screen_resized = noted  # type: ignore[method-assign]
    return sizes


@contextmanager
def counting_layouts() -> Iterator[Counter[Screen[Any]]]:
    """Yield how often each screen is laid out."""
    counted: Counter[Screen[Any]] = Counter()
    lay_out = Screen._refresh_layout

    def counting(screen: Screen[Any], size: Size | None = None, scroll: bool = False) -> None:
        counted[screen] += 1
        lay_out(screen, size, scroll)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Screen, "_refresh_layout", counting)
        yield counted


def lay_out(screen: Screen[Any]) -> None:
    """Lay a screen out, as Textual does where it takes long to show a new one."""
    screen._refresh_layout(screen.app.size)


@contextmanager
def counting_draws() -> Iterator[Counter[Screen[Any]]]:
    """Yield how often something of each screen is drawn, as soon as Textual has it drawn."""
    counted: Counter[Screen[Any]] = Counter()

    def counting(screen: Screen[Any]) -> None:
        counted[screen] += bool(screen._compositor._dirty_regions)
        _refresh(screen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Screen, "_compositor_refresh", counting)
        patch.setattr("textual.screen.UPDATE_PERIOD", 0.001)
        yield counted


@contextmanager
def as_in_textual(owner: type, name: str) -> Iterator[None]:
    """Take one of our fixes of a private method away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, textual_fixes.ORIGINALS[owner, name])
        yield


def suggestion(field: Input) -> str:
    """Return what a field suggests; it is drawn, but cannot be asked for."""
    return str(field._suggestion)


def show_cursor(field: Input | TextArea) -> None:
    """Show a field's cursor, whatever phase of blinking it is in."""
    field._pause_blink(visible=True)


def draw_at_once(app: App[Any]) -> None:
    """Do at once what Textual does by a timer up to 120 times a second: follow a resize, lay out, draw."""
    _stop_delaying(app)
    app._check_resize()
    for below in app._background_screens:  # each tells the screen on top that it has changed
        if below._dirty_widgets or below._layout_required:
            below._on_timer_update()
    app.screen._on_timer_update()
    if app.screen._compositor._dirty_regions:  # laid out while nothing was drawn
        app.screen._compositor_refresh()


async def until_changed(app: App[Any], workers: Collection[Worker[Any]]) -> None:
    """Wait until one of an app's workers has ended, or something is to be drawn, which a worker may wait for."""
    frame: asyncio.Future[Any] = asyncio.ensure_future(app.screen._update_timer._active.wait())
    tasks = [worker._task for worker in workers if worker._task is not None]
    await asyncio.wait([frame, *tasks], return_when=asyncio.FIRST_COMPLETED)
    frame.cancel()


@contextmanager
def not_drawing() -> Iterator[None]:
    """Lay out and run what waits for a frame, but leave the frame itself to who draws next.

    A screen below another one still tells it what has changed.
    """

    def refresh(screen: Screen[Any]) -> None:
        if screen is not screen.app.screen:
            _refresh(screen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Screen, "_compositor_refresh", refresh)
        yield


def _stop_delaying(app: App[Any]) -> None:
    """Draw what Textual holds back for a moment while one screen replaces another."""
    for timer in [timer for timer in app._timers if timer.name == "delay_update"]:
        if timer._callback is not None:
            timer.stop()
            app._timers.discard(timer)
            timer._callback()


@contextmanager
def sharing_parsed_styles() -> Iterator[None]:
    """Let all apps of a run share parsed style sheets: each would parse and sort the same text again."""
    texts: dict[tuple[Any, ...], list[RuleSet]] = {}
    sheets: dict[tuple[Any, ...], tuple[list[RuleSet], dict[str, list[RuleSet]]]] = {}
    sort: Any = Stylesheet.__dict__["rules_map"].fget

    def parse_text(sheet: Stylesheet, *arguments: Any, **named: Any) -> list[RuleSet]:
        key = (*arguments, *named.items(), *sheet._variables.items())
        if key not in texts:
            texts[key] = _parse_rules(sheet, *arguments, **named)
        return texts[key]

    def parse(sheet: Stylesheet) -> None:
        key = (*sheet.source.items(), *sheet._variables.items())
        if key not in sheets:
            _parse_sheet(sheet)
            sheets[key] = (sheet._rules, sort(sheet))
        sheet._rules, sheet._rules_map = sheets[key]
        sheet._require_parse = False

    def rules_map(sheet: Stylesheet) -> dict[str, list[RuleSet]]:
        if sheet._require_parse:
            sheet.parse()
        found: dict[str, list[RuleSet]] = sort(sheet)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_text)
        patch.setattr(Stylesheet, "parse", parse)
        patch.setattr(Stylesheet, "rules_map", property(rules_map))
        yield


@contextmanager
def counting_parsed_styles() -> Iterator[Counter[str]]:
    """Yield how often each style sheet is parsed, with nothing shared between apps."""
    parsed: Counter[str] = Counter()

    def counting(scope: str, css: str, *arguments: Any, **named: Any) -> Any:
        parsed[css] += 1
        return parse(scope, css, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", _parse_rules)
        patch.setattr(Stylesheet, "parse", _parse_sheet)
        patch.setattr("textual.css.stylesheet.parse", counting)
        yield parsed


@contextmanager
def drawing_at_rest() -> Iterator[None]:
    """Leave drawing to `draw_at_once`: Textual's timer draws up to 60 states a second that no test looks at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.screen.UPDATE_PERIOD", 2.0)
        yield


@contextmanager
def frames_unseen() -> Iterator[None]:
    """Have every widget draw what has changed, but put no frame together: a pilot's terminal shows none.

    An export still gets its frame. A strip's seven caches are plain dictionaries, which take less time to make; hardly
    any is ever asked.
    """

    def render(compositor: Compositor, full: bool = False, screen_stack: Any = None, **named: Any) -> Any:
        if full:
            return _render_update(compositor, full, screen_stack, **named)
        visible_screen_stack.set(screen_stack or [])
        changed = compositor._dirty_regions.copy()
        compositor._dirty_regions.clear()
        if changed:
            seen = Region.from_union(changed).intersection(compositor.size.region)
            deque(compositor._get_renders(seen), maxlen=0)
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compositor, "render_update", render)
        patch.setattr("textual.strip.FIFOCache", lambda _size: {})
        yield


TURNS = 50
"""Of the event loop, until a worker starts: enough for a new screen to be mounted and focused."""


@contextmanager
def workers_starting_late() -> Iterator[None]:
    """Have every worker begin some turns of the event loop later."""
    run = Worker.run

    async def late(worker: Worker[Any]) -> Any:
        try:
            for _ in range(TURNS):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            if inspect.iscoroutine(worker._work):
                worker._work.close()
            raise
        return await run(worker)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Worker, "run", late)
        yield


@contextmanager
def pilots_waiting_with(
    wait: Callable[..., Awaitable[None]], until_drawn: Callable[[App[Any]], Awaitable[None]]
) -> Iterator[None]:
    """Let pilots wait with these functions.

    Theirs takes a process that computes little for an idle one, and sends a message to every widget after each key.
    """

    async def wait_for_screen(pilot: Pilot[Any], timeout: float = 0.0) -> bool:
        del timeout
        await until_drawn(pilot.app)
        return True

    with pytest.MonkeyPatch.context() as patch:
        for module in (textual.app, textual.pilot):
            patch.setattr(module, "wait_for_idle", wait)
        patch.setattr(Pilot, "_wait_for_screen", wait_for_screen)
        yield


@contextmanager
def recording_keys(pressed: Callable[[str, str], None]) -> Iterator[None]:
    """Report the id and the key of each binding that answered a key, in every app that runs meanwhile.

    Textual announces neither: a key is looked up in one private method and its action run in another.
    """
    current: ContextVar[str] = ContextVar("key", default="")
    check, run = App._check_bindings, App.run_action

    async def checking(app: App[Any], key: str, priority: bool = False) -> bool:
        before = current.set(key)
        try:
            return await check(app, key, priority)
        finally:
            current.reset(before)

    async def running(
        app: App[Any], action: Any, default_namespace: Any = None, *rest: Any, **named: Any
    ) -> bool:
        key = current.get()
        token = current.set("")  # what the action itself runs was not pressed
        bindings = getattr(default_namespace, "_bindings", None)
        try:
            was_run = await run(app, action, default_namespace, *rest, **named)
        finally:
            current.reset(token)
        if key and was_run and bindings is not None:
            for binding in bindings.key_to_bindings.get(key, ()):
                if binding.action == action and binding.id:
                    pressed(binding.id, key)
        return was_run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "_check_bindings", checking)
        patch.setattr(App, "run_action", running)
        yield


def was_handled(event: Any) -> bool:
    """Return whether a handler has prevented what Textual would do with an event."""
    return bool(event._no_default_action)
