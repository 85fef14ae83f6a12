"""Everything that reaches into Textual's private parts, each with its reason.

Each fix has a test that fails once Textual no longer needs it. Private names are used nowhere else.
"""

from __future__ import annotations

import logging
import os
import re
import selectors
import signal
import time
from abc import abstractmethod
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary

from rich._wrap import divide_line, words  # has no public name
from rich.cells import cell_len, chop_cells
from textual import constants, content as content_module, events, messages
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.cache import LRUCache
from textual.content import Content
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.document import _wrapped_document
from textual.drivers.linux_driver import LinuxDriver
from textual.expand_tabs import get_tab_widths
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import AwaitMount, Widget
from textual.widgets import Static
from textual.widgets._toast import ToastRack  # has no public name

from fluffy_tui.tui.platform.grapheme_anchor import anchored
from fluffy_tui.tui.platform.terminal_input import InputSieve, TerminalAnswered
from fluffy_tui.tui.platform.terminal_query import take_typed
from fluffy_tui.tui.text.graphemes import graphemes, index_at_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from rich.segment import Segment
    from textual.color import Color
    from textual.geometry import Size
    from textual.message import Message
    from textual.notifications import Notify
    from textual.visual import VisualType

Method = TypeVar("Method")

log = logging.getLogger(__name__)

# To style a widget, Textual looks up each of several hundred rules in a set. It hashes a rule by its id, in Python.
setattr(RuleSet, "__hash__", object.__hash__)  # noqa: B010

ESCAPE_SECONDS = 0.05
"""How long an escape may be the beginning of another key, whose bytes a terminal sends together."""
IDLE_SECONDS = 0.1
"""Pause between two looks at what does not come from the terminal."""

# Textual waits twice as long before escape does anything. A terminal with kitty's keyboard protocol says it at once.
if "ESCDELAY" not in os.environ:
    setattr(constants, "ESCAPE_DELAY", ESCAPE_SECONDS)  # noqa: B010

_CHUNK = re.compile(r"\S+\s*|\s+")
_SLASHED = re.compile(r"[^/]*/+\s*|[^/]+")


def wrap_offsets(
    text: str,
    width: int,
    tab_size: int,
    fold: bool = True,
    precomputed_tab_sections: list[tuple[str, int]] | None = None,
) -> list[int]:
    """Return where a line of a text area is wrapped: between words, or else between graphemes.

    Textual measures code points where it folds a long word (its issue 4694): it cuts an emoji in two, and lets a row
    of ❤️ run out of the text area. The parameters are those of Textual.
    """
    tabs = iter([tab for _, tab in precomputed_tab_sections or get_tab_widths(text, tab_size)])
    offsets, used = [], 0
    for chunk in _CHUNK.finditer(text):
        word = chunk[0]
        parts = [
            (part, next(tabs) if part == "\t" else cell_len(part)) for part in re.split("(\t)", word) if part
        ]
        cells = sum(cells for _, cells in parts)
        if used + cells <= width:
            used += cells
            continue
        if used:
            offsets.append(chunk.start())
        used = cells
        if cells <= width or not fold:
            continue
        at, used = chunk.start(), 0
        for part, part_cells in parts:
            for index, grapheme in graphemes(part):
                wide = part_cells if part == "\t" else cell_len(grapheme)
                if used and used + wide > width:
                    offsets.append(at + index)
                    used = 0
                used += wide
            at += len(part)
    return offsets


def word_offsets(text: str, width: int, fold: bool = True) -> list[int]:
    """Return where a line of a widget is wrapped: between words, and paths and addresses without room behind a slash.

    Textual wraps with Rich, which cuts what is wider than a line anywhere. The parameters are those of Rich.
    """
    offsets = divide_line(text, width, fold)
    if not (fold and offsets and "/" in text):
        return offsets
    offsets, used = [], 0
    for start, _, word in words(text):
        at = start
        for part in [word] if cell_len(word.rstrip()) <= width else _SLASHED.findall(word):
            if used and used + cell_len(part.rstrip()) > width:
                offsets.append(at)
                used = 0
            first, *others = chop_cells(part, width) if cell_len(part.rstrip()) > width else [part]
            at, used = at + len(first), used + cell_len(first)
            for other in others:
                offsets.append(at)
                at, used = at + len(other), cell_len(other)
    return offsets


setattr(content_module, "divide_line", word_offsets)  # noqa: B010
setattr(_wrapped_document, "compute_wrap_offsets", wrap_offsets)  # noqa: B010
setattr(_wrapped_document, "cell_width_to_column_index", index_at_cell)  # noqa: B010


class CrashLog:
    """Ends the app at an unexpected error without printing it on the screen: it is logged, and kept for a sentence.

    Textual prints a traceback with the values of local variables, keys and passwords among them.
    """

    def __init__(self, app: App[Any]) -> None:
        self.error: BaseException | None = None
        """The error that has ended the app."""
        self._handle = app._handle_exception  # noqa: SLF001
        setattr(app, "_handle_exception", self._keep)  # noqa: B010
        setattr(app, "_fatal_error", app._close_messages_no_wait)  # noqa: B010, SLF001
        setattr(app, "panic", lambda *_: app._close_messages_no_wait())  # noqa: B010, SLF001

    def _keep(self, error: Exception) -> None:
        cause = getattr(error, "error", None)  # a worker's error comes wrapped in another one
        self.error = cause if isinstance(cause, BaseException) else error
        log.error("the app has crashed", exc_info=self.error)
        self._handle(error)


class _Parser(XTermParser):
    """Parses what is typed; the terminal's answers to our questions become messages instead of keys."""

    def __init__(self, sieve: InputSieve) -> None:
        super().__init__()
        self._sieve = sieve

    def feed(self, data: str) -> Iterable[Message]:
        if typed := self._sieve.feed(data, time.monotonic()):  # nothing would mean the end of the input
            yield from super().feed(typed)
        for answers in self._sieve.take_answers():
            yield TerminalAnswered(answers)

    def tick(self) -> Iterable[Message]:
        if typed := self._sieve.expired(time.monotonic()):
            yield from super().feed(typed)
        yield from super().tick()


def _without_letter(message: Message) -> Message:
    """Return a key with alt without its letter, which text fields would write instead of leaving the key to others."""
    if isinstance(message, events.Key) and message.key.startswith("alt+"):
        return events.Key(message.key, None)
    return message


class TerminalInput(LinuxDriver):
    """Reads the terminal through a sieve, and survives what is not UTF-8 and a terminal that is gone.

    Textual makes its parser inside the method that reads. There, a byte that is not UTF-8 ends the app, and the end of
    the input is read again and again, with a processor fully used. An escape is only noticed a tenth of a second later.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.sieve = InputSieve()

    def run_input_thread(self) -> None:
        """Read what was typed ahead, then until the app ends or the terminal is gone."""
        parser = _Parser(self.sieve)
        decode = getincrementaldecoder("utf-8")("replace").decode
        self._process(parser.feed(take_typed()))
        pause = IDLE_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                is_typed = bool(selector.select(pause))
                pause = constants.ESCAPE_DELAY if is_typed else IDLE_SECONDS  # then a lone escape is a key
                if is_typed:
                    data = self._read()
                    if not data:
                        os.kill(os.getpid(), signal.SIGHUP)
                        return
                    self._process(parser.feed(decode(data)))
                self._process(parser.tick())

    def write(self, data: str) -> None:
        """Write what the app draws so that columns stay right whatever the terminal thinks of emoji."""
        super().write(anchored(data))

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(_without_letter(message))


def ask_in_app(app: App[Any], question: str) -> None:
    """Ask the terminal something; its answers arrive as `TerminalAnswered`."""
    driver = app._driver  # noqa: SLF001
    if isinstance(driver, TerminalInput) and not app.is_headless:
        driver.sieve.expect(time.monotonic())
        driver.write(question)


def all_screens(app: App[Any]) -> list[Screen[Any]]:
    """Return the open screens of all modes; the public stack is only that of the current mode."""
    return [screen for stack in app._screen_stacks.values() for screen in stack]  # noqa: SLF001


class CachedStylesheet(Stylesheet):
    """Parses each style sheet once, and again only when the theme's variables change.

    When a screen is first shown, Textual parses all style sheets up to three times in the event loop: it treats
    the screen as one that missed a change of theme (asked about in the review of Textual's pull request 2744,
    never reported). Its cache of 64 sheets is also smaller than the number of widgets that have styles.
    """

    _SHEETS = 1_024

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache: LRUCache[tuple[object, ...], list[RuleSet]] = LRUCache(self._SHEETS)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Drop what was parsed only if a variable has changed."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is not in the cache."""
        self.parse()


ORIGINALS: dict[tuple[type, str], Any] = {}
"""The methods that are replaced below, for tests of whether that is still needed."""


def _replaces(owner: type, name: str) -> Callable[[Method], Method]:
    def replace(method: Method) -> Method:
        ORIGINALS[owner, name] = getattr(owner, name)
        setattr(owner, name, method)
        return method

    return replace


_composed_for: WeakKeyDictionary[Screen[Any], Size] = WeakKeyDictionary()
"""The terminal's size for which a screen is composed, until Textual tells it a size."""
_first_drawn: WeakKeyDictionary[Screen[Any], float] = WeakKeyDictionary()
"""When a screen was laid out and drawn for the first time, by the clock of messages."""


@_replaces(Screen, "_compose")
async def _compose(screen: Screen[Any]) -> None:
    """Compose a screen with the classes that the terminal's size gives it.

    Textual does so after all its widgets were styled, and then styles every one again. It does that once more, whatever
    has changed, when it shows the screen; and when it then tells the screen its size, it lays it out a second time, and
    the screens behind it as well. None of that is done here.
    """
    app = screen.app
    width = screen._get_breakpoint_classes(app.size.width, app.HORIZONTAL_BREAKPOINTS or [])  # noqa: SLF001
    height = screen._get_breakpoint_classes(app.size.height, app.VERTICAL_BREAKPOINTS or [])  # noqa: SLF001
    screen.add_class(*width, *height)
    _composed_for[screen] = app.size
    await ORIGINALS[Screen, "_compose"](screen)


@_replaces(Screen, "_on_screen_resume")
def _on_screen_resume(screen: Screen[Any], event: events.ScreenResume) -> None:
    """Lay a screen out and draw it; what was asked for while a new one was composed is met by that.

    Textual then lays it out again.
    """
    is_composed_for_size = screen in _composed_for
    # one that took long to be shown may be laid out already, and is not again: what it has asked for since is not met
    is_new = screen not in _first_drawn and screen._size != screen.app.size  # noqa: SLF001
    event.refresh_styles &= not is_composed_for_size
    if is_new:
        for rack in screen.query(ToastRack):  # else it is hidden after the layout, which changes with that
            rack.display = bool(screen.app._notifications)  # noqa: SLF001
        _first_drawn[screen] = time.monotonic()
        for widget in screen.walk_children(Widget, with_self=True):
            widget._layout_required = widget._repaint_required = False  # noqa: SLF001
    if not is_new:
        _first_drawn.setdefault(screen, 0.0)
        ORIGINALS[Screen, "_on_screen_resume"](screen, event)
        return
    setattr(screen, "refresh", lambda *_, **__: screen)  # noqa: B010 - Textual would have it drawn once more
    with screen.app.batch_update():
        ORIGINALS[Screen, "_on_screen_resume"](screen, event)
    delattr(screen, "refresh")
    _draw_first(screen)


def _draw_first(screen: Screen[Any]) -> None:
    """Draw a new screen that is laid out, with the scrollbars that it has turned out to need."""
    widgets = list(screen.walk_children(Widget, with_self=True))
    is_changed = any(widget._layout_required for widget in widgets)  # noqa: SLF001
    bars = [bar for widget in widgets for bar in (widget._vertical_scrollbar, widget._horizontal_scrollbar)]  # noqa: SLF001
    for widget in (*widgets, *filter(None, bars)):
        widget._layout_required = widget._repaint_required = False  # noqa: SLF001
    if is_changed:
        screen._refresh_layout(screen.app.size)  # noqa: SLF001
    else:
        screen._compositor_refresh()  # noqa: SLF001


@_replaces(Screen, "_on_resize")
async def _on_resize(screen: Screen[Any], event: events.Resize) -> None:
    event.stop()
    if _composed_for.pop(screen, None) != event.size:
        await ORIGINALS[Screen, "_on_resize"](screen, event)


@_replaces(Screen, "_on_layout")
async def _on_layout(screen: Screen[Any], message: messages.Layout) -> None:
    if not _is_met(screen, message):
        await ORIGINALS[Screen, "_on_layout"](screen, message)


@_replaces(Screen, "_on_update")
async def _on_update(screen: Screen[Any], message: messages.Update) -> None:
    if not _is_met(screen, message):
        await ORIGINALS[Screen, "_on_update"](screen, message)


def _is_met(screen: Screen[Any], message: Message) -> bool:
    """Stop a request from before the screen was first drawn."""
    if is_met := message.time < _first_drawn.get(screen, 0.0):
        message.stop()
        message.prevent_default()
    return is_met


@_replaces(App, "_on_notify")
def _on_notify(app: App[Any], event: Notify) -> None:
    """Show a notice once: the same words again replace those before, which would pile up."""
    new = event.notification
    for shown in list(app._notifications):  # noqa: SLF001
        if (shown.message, shown.title, shown.severity) == (new.message, new.title, new.severity):
            del app._notifications[shown]  # noqa: SLF001
    ORIGINALS[App, "_on_notify"](app, event)


@_replaces(AwaitMount, "__await__")
def _await_mount(mounting: AwaitMount) -> Generator[None, None, None]:
    """Wait until widgets are mounted.

    Textual then has their parent laid out. For a screen it is the screen itself, which is drawn by now.
    """
    parent = mounting._parent  # noqa: SLF001
    if parent in mounting._widgets:  # noqa: SLF001
        return cast("Generator[None, None, None]", parent._mounted_event.wait().__await__())  # noqa: SLF001
    return cast("Generator[None, None, None]", ORIGINALS[AwaitMount, "__await__"](mounting))


@_replaces(Widget, "_size_updated")
def _size_updated(
    widget: Widget, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
) -> bool:
    """Take the size that a layout has given.

    Textual asks for another layout because of it, so each new screen and each change of a size is laid out twice.
    Scrollbars that appear ask themselves.
    """
    taken: bool = ORIGINALS[Widget, "_size_updated"](widget, size, virtual_size, container_size, layout=False)
    return taken


@_replaces(Content, "_wrap_and_format")
def _wrap_and_format(content: Content, width: int, *arguments: Any, **options: Any) -> Any:
    """Wrap a text; where a terminal leaves no room for it, Textual would step by a width of 0, which ends the app."""
    return ORIGINALS[Content, "_wrap_and_format"](content, max(1, width), *arguments, **options)


@_replaces(Static, "update")
def _update_static(static: Static, content: VisualType = "", *, layout: bool = True) -> None:
    """Show other content, and lay the screen out again where the content takes more or less room than before.

    Textual does that at every change.
    """
    ORIGINALS[Static, "update"](static, content, layout=False)
    if layout and not _keeps_room(static):
        static.refresh(layout=True)


def _keeps_room(static: Static) -> bool:
    """Return whether a widget's content takes the room that it has."""
    size, styles = static.content_size, static.styles
    if not size or styles.is_auto_width:
        return False
    return (
        not styles.is_auto_height or static.visual.get_height(styles.get_rules(), size.width) == size.height
    )


def release_closed_widgets(app: App[Any]) -> None:
    """Let the garbage collector free closed screens; a screen calls this when it is unmounted.

    Textual keeps them in two places: among the watchers of the app's theme until the theme changes
    (Textual issue 6666, text areas watch it), and in the cache of a method (Textual issue 6665). After ten
    captions the collector stopped the app for a seventh of a second at a time.
    """
    watched: dict[str, list[tuple[Any, Any]]] = getattr(app, "__watchers", {})
    for watchers in watched.values():
        watchers[:] = [(node, callback) for node, callback in watchers if not node._closing]  # noqa: SLF001
    StylesCache.get_inner_outer.cache_clear()


def screen_strips(screen: Screen[Any]) -> Sequence[Iterable[Strip]]:
    """Return what a screen shows as strips, line by line.

    Textual's own backdrop of a dialog (its pull request 2139) dims the screen below segment by segment in the
    event loop, which takes a tenth of a second with a large picture in it. The strips of a picture can be dimmed
    at once, but no public method returns them.
    """
    return screen._compositor.render_full_update().strips  # noqa: SLF001


def write_to_terminal(app: App[Any], sequence: str) -> None:
    """Write an escape sequence between two frames; there is no public way to the driver's queue."""
    if app._driver is not None:  # noqa: SLF001
        app._driver.write(sequence)  # noqa: SLF001


class LazyStrip(Strip):
    """A strip whose segments are made on first use, such as an export or a change of style.

    Textual's strips are made from a finished list of segments, kept in the private `_segments`. Joining and comparing
    strips read that list directly, so no public method can be overridden to fill it late.
    """

    __slots__ = ("_made",)

    def __init__(self, cell_length: int) -> None:
        super().__init__((), cell_length)
        self._made: list[Segment] | None = None

    @abstractmethod
    def make_segments(self) -> list[Segment]:
        """Return the segments."""

    @abstractmethod
    def dimmed(self, colour: Color) -> Strip:
        """Return the strip as it looks under a translucent colour."""

    @property
    def _segments(self) -> list[Segment]:
        if self._made is None:
            self._made = self.make_segments()
        return self._made

    @_segments.setter
    def _segments(self, segments: Iterable[Segment]) -> None:
        self._made = list(segments)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Cut at columns without making segments."""
        ends = [cut for cut in cuts if cut <= self.cell_length]
        return [self.crop(start, end) for start, end in zip([0, *ends], ends, strict=False)]
