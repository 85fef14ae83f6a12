"""The help: all keys that work on the current screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from fluffy_tui.tui.keymap.bindings import Action, Place, actions_of, bindings, written_key
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.text.filter_words import FILTER_WORDS
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.hanging_indent import HangingText

FIRST_COLUMN = 20
"""Cells for what is written or pressed."""


def help_section(heading: str, rows: Iterable[tuple[str, str]], idle: Collection[str] = ()) -> HangingText:
    """Return what is written or pressed beside what that does; what is `idle` does nothing now, and is dimmed."""
    lines = [(Content.styled(heading, "bold $primary"), Content(""))]
    for written, meaning in rows:
        lines += _rows(written, meaning, "dim" if written in idle else "")
    return HangingText([*lines, (Content(""), Content(""))])


def _rows(written: str, meaning: str, style: str) -> list[tuple[Content, Content]]:
    first, blank = Content.styled(f"  {written}", f"bold {style}".rstrip()), Content(" " * (FIRST_COLUMN + 2))
    words, missing = Content.styled(meaning, style), blank.cell_length - first.cell_length
    return [(first.pad_right(missing), words)] if missing > 0 else [(first, Content("")), (blank, words)]


class HelpScreen(DialogScreen[None]):
    """The keys of a place, if any, and then those of every place, including the user's own; idle ones are dimmed."""

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.HELP)
    DEFAULT_CSS = """
    HelpScreen {
        #dialog { scrollbar-gutter: stable; }
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
                            yield help_section("words in a filter", _FILTERS)

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#dialog").focus()

    def _keys_of(self, place: Place) -> HangingText:
        actions = actions_of(place)
        idle = [self._written(action) for action in actions if action.id in self._idle]
        return help_section(
            place.heading, ((self._written(action), action.tooltip) for action in actions), idle
        )

    def _written(self, action: Action) -> str:
        return "  ".join(map(written_key, self._keymap.get(action.id, action.keys).split(",")))


_WITH_CAPTIONS = (Place.COMPOSE, Place.FILL, Place.EDIT)
_WITHOUT_LISTS = (Place.COMPOSE, Place.PICKER, Place.SNIPPET, Place.DIALOG, Place.STARTUP, None)
_FILTERS = [(", ".join(one.written), one.finds.replace("`", "")) for one in FILTER_WORDS]
