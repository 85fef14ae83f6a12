"""The help: all keys that work on the current screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from fluffy_tui.tui.keymap.bindings import Action, Place, actions_of, bindings, written_key
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.text.filter_words import FILTER_WORDS
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.hanging_indent import hanging

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from textual.app import ComposeResult
    from textual.geometry import Size

FIRST_COLUMN = 20
"""Cells for what is written or pressed."""


class HelpSection(Widget):
    """What is written or pressed beside what that does, wrapped to the layout's width; what is idle is dimmed."""

    DEFAULT_CSS = """
    HelpSection { height: auto; }
    """

    def __init__(self, heading: str, rows: Iterable[tuple[str, str]], idle: Collection[str] = ()) -> None:
        super().__init__()
        self._heading, self._rows, self._idle = heading, tuple(rows), idle
        self._laid_out: tuple[int, Content] = (0, Content(""))
        """For which width, and how."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport
        return self._lines(width).get_height({}, width)

    def render(self) -> Content:
        return self._lines(self.content_size.width)

    def _lines(self, width: int) -> Content:
        if self._laid_out[0] != width:
            lines = [Content.styled(self._heading, "bold $primary")]
            for written, meaning in self._rows:
                row = _row(written, meaning, width)
                lines += [line.stylize("dim") for line in row] if written in self._idle else row
            self._laid_out = width, Content("\n").join([*lines, Content("")])
        return self._laid_out[1]


def _row(written: str, meaning: str, width: int) -> list[Content]:
    first, blank = Content.styled(f"  {written}", "bold"), Content(" " * (FIRST_COLUMN + 2))
    if first.cell_length < blank.cell_length:
        return [hanging(first.pad_right(blank.cell_length - first.cell_length), Content(meaning), width)]
    return [first, hanging(blank, Content(meaning), width)]


class HelpScreen(DialogScreen[None]):
    """The keys of a place, if any, and then those of every place, including the user's own; idle ones are dimmed."""

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.HELP)
    DEFAULT_CSS = """
    HelpScreen {
        #places, .places { height: auto; }
        &.-wide #places { layout: horizontal; }
        &.-wide .places { width: 1fr; padding-right: 2; }
    }
    """

    def __init__(self, place: Place | None, keymap: dict[str, str], idle: Collection[str] = ()) -> None:
        super().__init__(classes="-broad -two-columns")
        self._place = place
        self._keymap = keymap
        self._idle = idle

    def compose(self) -> ComposeResult:
        here = [self._place] if self._place is not None else []
        here += [Place.AUTOCOMPLETE] if self._place in _WITH_CAPTIONS else []
        here += [Place.MOVE] if self._place is Place.PLAN else []
        anywhere = [Place.EVERYWHERE] if self._place in _WITHOUT_LISTS else [Place.LIST, Place.EVERYWHERE]
        has_filter = self._place is Place.LIBRARY
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = Content(with_keys("{help.close} close", self._keymap))
            with Vertical(id="places"):
                for column in (here, anywhere) if here else (anywhere,):
                    with Vertical(classes="places"):
                        yield from map(self._keys_of, column)
                        if has_filter and column is here:
                            yield HelpSection("words in a filter", _FILTERS)

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#dialog").focus()

    def _keys_of(self, place: Place) -> HelpSection:
        actions = actions_of(place)
        idle = [self._written(action) for action in actions if action.id in self._idle]
        return HelpSection(
            place.heading, ((self._written(action), action.tooltip) for action in actions), idle
        )

    def _written(self, action: Action) -> str:
        return "  ".join(map(written_key, self._keymap.get(action.id, action.keys).split(",")))


_WITH_CAPTIONS = (Place.COMPOSE, Place.FILL, Place.EDIT)
_WITHOUT_LISTS = (Place.COMPOSE, Place.PICKER, Place.SNIPPET, Place.DIALOG, Place.STARTUP, None)
_FILTERS = [(", ".join(one.written), one.finds.replace("`", "")) for one in FILTER_WORDS]
