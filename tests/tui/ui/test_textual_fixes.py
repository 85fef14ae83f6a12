"""Each fix does what it is for, and fails here once Textual no longer needs it."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import re
import selectors
import subprocess
import sys
import weakref
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.expand_tabs import get_tab_widths
from textual.message import Message
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import AwaitMount, Widget
from textual.widgets import Label, Static, TextArea

import textual_internals
from fluffy_tui.tui.text.graphemes import graphemes, index_at_cell
from fluffy_tui.tui.ui import textual_fixes
from fluffy_tui.tui.ui.textual_fixes import (
    ESCAPE_SECONDS,
    IDLE_SECONDS,
    ORIGINALS,
    CachedStylesheet,
    CrashLog,
    LazyStrip,
    TerminalInput,
    _without_letter,
    release_closed_widgets,
    word_offsets,
    wrap_offsets,
)
from tui.conftest import Driver, Running
from tui.pressing import pictured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.binding import BindingType
    from textual.color import Color
    from textual.pilot import Pilot


ROUNDS = 4
WIDTHS = [(0, "-narrow"), (80, "-wide")]


class Second(Screen[None]):
    """A screen with styles of its own."""

    CSS = "Second Label { width: 7; }"

    def compose(self) -> ComposeResult:
        """Yield one widget."""
        yield Label("second", id="second")


class TwoScreens(App[None]):
    """An app whose second screen is shown later."""

    CSS = "Label { background: $panel; }"
    HORIZONTAL_BREAKPOINTS = WIDTHS

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


class Styled(Label):
    """A widget that counts how often it is styled."""

    times = 0

    def notify_style_update(self) -> None:
        """Count."""
        self.times += 1
        super().notify_style_update()


class Sized(Screen[None]):
    """A screen with a class for its width."""

    def compose(self) -> ComposeResult:
        """Yield a widget in another one."""
        yield Vertical(Styled("styled"))


async def times_styled() -> int:
    """Return how often the widget of a new screen is styled."""
    app = TwoScreens(CachedStylesheet)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(Sized())
        await pilot.pause()
        assert app.screen.has_class("-wide")
        assert not app.screen.has_class("-narrow")
        return app.screen.query_one(Styled).times


async def test_a_new_screen_is_styled_once_less() -> None:
    times = await times_styled()
    with textual_internals.as_in_textual(Screen, "_compose"):
        assert times < await times_styled(), (
            "Textual gives a screen its size's classes before it styles the widgets: the patch of _compose can go"
        )


async def sizes_behind() -> list[tuple[int, int]]:
    """Return for which sizes a screen is laid out while another one opens over it."""
    app = TwoScreens(CachedStylesheet)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        sizes = textual_internals.record_sizes(app.screen)
        await app.push_screen(Sized())
        await pilot.pause()
        return sizes


async def test_what_is_behind_a_new_screen_is_left_alone() -> None:
    assert await sizes_behind() == []
    with textual_internals.as_in_textual(Screen, "_compose"):
        assert await sizes_behind(), (
            "Textual leaves the screens behind a new one alone: the patch of Screen._on_resize can go"
        )


async def layouts_of_new_screen() -> int:
    """Return how often a new screen is laid out."""
    app = TwoScreens(CachedStylesheet)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        with textual_internals.counting_layouts() as layouts:
            await app.push_screen(Sized())
            await pilot.pause()
        return layouts[app.screen]


async def test_a_new_screen_is_laid_out_once() -> None:
    assert await layouts_of_new_screen() == 1


@pytest.mark.parametrize(
    ("owner", "name"), [(Widget, "_size_updated"), (AwaitMount, "__await__"), (Screen, "_on_screen_resume")]
)
async def test_textual_lays_a_new_screen_out_again(owner: type, name: str) -> None:
    with textual_internals.as_in_textual(owner, name):
        assert await layouts_of_new_screen() > 1, f"the patch of {name} can go"


class Slow(Screen[None]):
    """A screen that is laid out, and shows something else by then, before Textual shows it."""

    CSS = "Static { height: auto; }"

    def compose(self) -> ComposeResult:
        """Yield a line above another one."""
        yield Static("a line", id="changing")
        yield Static("below", id="below")

    def on_screen_resume(self) -> None:
        """Change before the screen itself is told."""
        textual_internals.lay_out(self)
        self.query_one("#changing", Static).update("two\nlines")


async def test_what_a_new_screen_asks_for_before_it_is_shown_is_not_lost() -> None:
    app = TwoScreens(CachedStylesheet)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(Slow())
        await pilot.pause()
        assert app.screen.query_one("#below").region.y == 2


class Long(Screen[None]):
    """A screen that needs a scrollbar, over what is behind it."""

    def compose(self) -> ComposeResult:
        """Yield a widget that scrolls."""
        with VerticalScroll(id="long"):
            yield Static("a line\n" * 100)


async def draws_of_new_screen(screen: Screen[None]) -> int:
    """Return how often a new screen is drawn."""
    app = TwoScreens(CachedStylesheet)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        with textual_internals.counting_draws() as draws:
            await app.push_screen(screen)
            await pilot.pause()
            assert bool(screen.query("#long")) == any(bar.region for bar in scrollbars(screen))
        return draws[screen]


def scrollbars(screen: Screen[None]) -> list[Widget]:
    """Return the vertical scrollbars that are shown."""
    return [
        widget.vertical_scrollbar for widget in screen.walk_children(Widget) if widget.show_vertical_scrollbar
    ]


@pytest.mark.parametrize("screen", [Sized, Long])
async def test_a_new_screen_is_drawn_once(screen: type[Screen[None]]) -> None:
    assert await draws_of_new_screen(screen()) == 1
    with textual_internals.as_in_textual(Screen, "_on_screen_resume"):
        assert await draws_of_new_screen(screen()) > 1, "the patch of _on_screen_resume can go"


class Words(App[None]):
    """An app with a line of words above another line."""

    CSS = "Static { height: auto; }"

    def compose(self) -> ComposeResult:
        """Yield both."""
        yield Static("one line", id="words")
        yield Static("below")


async def layouts_for(*words: str) -> int:
    """Return how often a screen is laid out while one of its widgets shows one text after the other."""
    app = Words()
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.pause()
        with textual_internals.counting_layouts() as layouts:
            for text in words:
                app.query_one("#words", Static).update(text)
                await pilot.pause()
        assert textual_internals.screen_lines(app.screen)[0].strip() == words[-1].split("\n")[0]
        return layouts[app.screen]


async def test_other_words_are_laid_out_only_where_they_take_other_room() -> None:
    assert await layouts_for("another line") == 0
    assert await layouts_for("two\nlines", "one again") == 2
    assert await layouts_for("longer than the line is", "short") == 2
    with textual_internals.as_in_textual(Static, "update"):
        assert await layouts_for("another line") > 0, "the patch of Static.update can go"


def test_rules_are_hashed_quickly() -> None:
    rule = RuleSet()
    assert hash(rule) == object.__hash__(rule)
    assert "def __hash__" in inspect.getsource(RuleSet), "Textual hashes rules as Python does: the fix can go"


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


@pytest.mark.parametrize("is_fixed", [True, False])
async def test_textual_piles_the_same_notice_up(monkeypatch: pytest.MonkeyPatch, is_fixed: bool) -> None:
    if not is_fixed:
        monkeypatch.setattr(App, "_on_notify", textual_fixes.ORIGINALS[App, "_on_notify"])
    app: App[None] = App()
    async with app.run_test(notifications=True) as pilot:
        for words in ("kept as a draft", "sent", "kept as a draft"):
            app.notify(words)
            await pilot.pause()
        same = ["sent", "kept as a draft"]
        assert [words for words, _ in textual_internals.toasts(app)] == (
            same if is_fixed else ["kept as a draft", *same]
        )
        await pilot.pause()
        assert len(app.screen.query("Toast")) == (2 if is_fixed else 3)
        app.notify("sent", severity="warning")
        await pilot.pause()
        assert textual_internals.toasts(app)[-1] == ("sent", "warning")
        assert len(textual_internals.toasts(app)) == (3 if is_fixed else 4)


def test_what_the_fixes_reach_for_has_no_public_name() -> None:
    assert not [name for name in dir(App) if name.startswith("write") or name == "driver"]


@pytest.fixture
def only_new_objects() -> None:
    """Hide the hundreds of thousands of objects that there already are from the collector, for good."""
    gc.collect()
    gc.freeze()


def alive() -> Counter[str]:
    """Return how many new objects there are of each class."""
    gc.collect()
    return Counter(type(found).__name__ for found in gc.get_objects())


async def once_freed(driver: Driver, screen: str) -> Counter[str]:
    """Wait until no screen of a class is left, for ever if one is kept; return what is alive then.

    A timer that was cancelled refers to its screen until it would have run out.
    """
    while (found := alive())[screen]:
        await driver.pilot.pause(0.01)
    return found


async def after_captions(driver: Driver) -> Counter[str]:
    """Open the composer and leave it, again and again; return what is alive then."""
    for _ in range(ROUNDS):
        await driver.press("enter", "a")
        await pictured(driver.pilot)  # a thread that still paints keeps its screen
        await driver.press("escape")
    return await once_freed(driver, "ComposeScreen")


@pytest.mark.usefixtures("only_new_objects")
async def test_a_closed_composer_is_freed_with_everything_it_drew(running: Running) -> None:
    async with running(persona="sarah") as driver:
        first, then = await after_captions(driver), await after_captions(driver)
    for kind in ("Strip", "StylesCache", "Styles"):
        assert then[kind] <= first[kind], kind


@pytest.mark.usefixtures("only_new_objects")
async def test_a_closed_editor_of_a_post_is_freed(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2")
        for _ in range(ROUNDS):
            await driver.press("enter", "e", "escape", "escape")
        await once_freed(driver, "EditPostScreen")


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


class _Alt(App[None]):
    """A field, and a key with alt that belongs to the app."""

    BINDINGS: ClassVar[list[BindingType]] = [("alt+h", "help", "Help")]
    helped = 0

    def compose(self) -> ComposeResult:
        yield TextArea()

    def action_help(self) -> None:
        self.helped += 1


def test_a_text_without_any_room_has_a_height() -> None:
    """A window of a few cells, as tiling window managers make, must not end the app."""
    words = Content("some words")
    with pytest.raises(ValueError, match="must not be zero"):
        ORIGINALS[Content, "_wrap_and_format"](words, 0)
    assert words.get_height({}, 0) > 0
    assert Content("other words").get_height({}, -3) > 0


@pytest.mark.parametrize("read", [lambda key: key, _without_letter], ids=["Textual's own", "ours"])
async def test_a_key_with_alt_is_not_written_into_the_text(read: Callable[[events.Key], Message]) -> None:
    app = _Alt()
    async with app.run_test() as pilot:
        app.post_message(read(events.Key("alt+h", "h")))
        await pilot.pause()
        is_ours = read is _without_letter
        assert (app.query_one(TextArea).text, app.helped) == (("", 1) if is_ours else ("h", 0))


def test_textual_waits_longer_for_the_rest_of_an_escape_unless_the_user_says_how_long() -> None:
    def waits(module: str, **environment: str) -> float:
        command = f"import {module}; from textual import constants; print(constants.ESCAPE_DELAY)"
        clean = {name: value for name, value in os.environ.items() if name != "ESCDELAY"}
        ran = subprocess.run(
            [sys.executable, "-c", command], env=clean | environment, capture_output=True, check=True
        )
        return float(ran.stdout)

    assert waits("textual.app") > ESCAPE_SECONDS == waits("fluffy_tui.tui.ui.textual_fixes")
    assert waits("fluffy_tui.tui.ui.textual_fixes", ESCDELAY="400") == 0.4


async def test_a_lone_escape_is_looked_for_sooner_than_what_happens_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses, typed = list[float](), list[Message]()
    readable, writable = os.pipe()

    class Selector(selectors.SelectSelector):
        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            pauses.append(timeout or 0.0)
            return super().select(timeout)

    monkeypatch.setattr(selectors, "DefaultSelector", Selector)
    with os.fdopen(readable) as reader:
        monkeypatch.setattr(sys, "__stdin__", reader)
        driver = TerminalInput(App[None]())

        def process(message: Message) -> None:
            typed.append(message)
            driver.exit_event.set()

        monkeypatch.setattr(driver, "process_message", process)
        os.write(writable, b"\x1b")
        await asyncio.to_thread(driver.run_input_thread)
    os.close(writable)
    assert [message.key for message in typed if isinstance(message, events.Key)] == ["escape"]
    assert pauses[:2] == [IDLE_SECONDS, ESCAPE_SECONDS]


async def test_what_was_typed_ahead_of_the_app_is_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    readable, writable = os.pipe()
    typed = list[str]()
    monkeypatch.setattr(textual_fixes, "take_typed", lambda: "a\n")
    with os.fdopen(readable) as reader:
        monkeypatch.setattr(sys, "__stdin__", reader)
        driver = TerminalInput(App[None]())

        def process(message: Message) -> None:
            if isinstance(message, events.Key):
                typed.append(message.key)
            if len(typed) == 3:
                driver.exit_event.set()

        monkeypatch.setattr(driver, "process_message", process)
        os.write(writable, b"b")
        await asyncio.to_thread(driver.run_input_thread)
    os.close(writable)
    assert typed == ["a", "ctrl+j", "b"]


def sections(line: str, offsets: list[int]) -> list[str]:
    """Return the lines into which one is wrapped."""
    return [line[start:end] for start, end in zip([0, *offsets], [*offsets, len(line)], strict=True)]


@pytest.mark.parametrize("emoji", ["❤️", "👩‍👩‍👧‍👦"])
def test_textual_wraps_a_row_of_emoji_by_code_points(emoji: str) -> None:
    theirs = sections(emoji * 20, textual_internals.compute_wrap_offsets(emoji * 20, 10, 4))
    assert [cell_len(section) for section in theirs] != [10] * 4
    assert sections(emoji * 20, wrap_offsets(emoji * 20, 10, 4)) == [emoji * 5] * 4


def test_textual_finds_a_column_after_an_emoji_by_code_points() -> None:
    assert (textual_internals.cell_width_to_column_index("❤️b", 1, 4), index_at_cell("❤️b", 1, 4)) == (2, 0)


def test_textual_cuts_a_path_anywhere() -> None:
    text = "Cannot write to /home/sarah/.local/share/fluffy-tui/postgres: no space left."
    theirs = sections(text, textual_internals.divide_line(text, 30))
    assert theirs[1:3] == ["/home/sarah/.local/share/fluff", "y-tui/postgres: no space left."]
    lines = [
        "Cannot write to /home/sarah/",
        ".local/share/fluffy-tui/",
        "postgres: no space left.",
    ]
    assert [section.rstrip() for section in sections(text, word_offsets(text, 30))] == lines
    assert [line.plain for line in Content(text).wrap(30)] == lines
    assert textual_internals.divide_line(text, 30, fold=False) == word_offsets(text, 30, fold=False)


@given(st.text("ab ", max_size=80), st.integers(2, 20))
def test_words_without_a_slash_are_wrapped_as_textual_wraps_them(line: str, width: int) -> None:
    assert word_offsets(line, width) == textual_internals.divide_line(line, width)
    assert word_offsets(f"/ {line}", width) == textual_internals.divide_line(f"/ {line}", width)


@given(st.text("ab/日 ", max_size=80).map(str.lstrip), st.integers(2, 20))
def test_no_line_with_a_path_is_too_wide_and_parts_with_room_stay_whole(line: str, width: int) -> None:
    offsets = word_offsets(line, width)
    assert sorted(set(offsets)) == offsets
    for section in sections(line, offsets):
        assert cell_len(section.rstrip()) <= width
    for offset in offsets:
        part = re.split("[/ ]", line[:offset])[-1] + re.split("[/ ]", line[offset:])[0]
        assert line[offset - 1] in "/ " or cell_len(part) >= width


@given(st.text("ab c", max_size=80), st.integers(4, 20))
def test_plain_text_is_wrapped_as_textual_wraps_it(line: str, width: int) -> None:
    assert wrap_offsets(line, width, 4) == textual_internals.compute_wrap_offsets(line, width, 4)


@given(
    st.lists(st.sampled_from(["a", " ", "\t", "日", "❤️", "👍🏽", "🇩🇪"]), max_size=60).map("".join),
    st.integers(6, 20),
)
def test_no_wrapped_line_is_too_wide_and_no_emoji_is_cut(line: str, width: int) -> None:
    tabs = get_tab_widths(line, 4)
    offsets = wrap_offsets(line, width, 4, precomputed_tab_sections=tabs)
    borders = {index for index, _ in graphemes(line)}
    assert set(offsets) <= borders
    assert sorted(set(offsets)) == offsets
    if "\t" not in line:
        for section in sections(line, offsets):
            assert cell_len(section.rstrip(" ")) <= width


class PublicOnly(Strip):
    """Overrides what is public."""

    def __iter__(self) -> Iterator[Segment]:
        """Yield a segment that was not given to the strip."""
        return iter([Segment("late")])


class Late(LazyStrip):
    """Makes its segment on first use."""

    made = False

    def make_segments(self) -> list[Segment]:
        """Make it."""
        self.made = True
        return [Segment("late")]

    def dimmed(self, colour: Color) -> Strip:
        """Return it as it is."""
        return self


def test_strips_are_still_joined_by_their_private_segments() -> None:
    assert Strip.join([PublicOnly([Segment("here")])]).text == "here"


def test_a_lazy_strip_makes_its_segments_only_when_they_are_read() -> None:
    strip = Late(4)
    assert [part is strip for part in strip.divide([4])] == [True]
    assert not strip.made
    assert Strip.join([Strip([Segment("too ")]), strip]).text == "too late"
