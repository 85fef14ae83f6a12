"""The help: all keys that work on the current screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.tui.keymap.bindings import Action, Place, actions_of, bindings, with_keys, written_key
from fluffy_tui.tui.text.filter_words import FILTER_WORDS
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.hanging_indent import hanging

KEYS_WIDTH = 20
"""Width of the column of keys."""


class HelpScreen(DialogScreen[None]):
    """The keys of a place and then those of every place, including the user's own.

    Args:
        place: The current place; only the global keys are shown if not given.
        keymap: The user's own keys by action id.
    """

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.HELP)
    DEFAULT_CSS = """
    HelpScreen {
        #places, .places { height: auto; }
        &.-wide #places { layout: horizontal; }
        &.-wide .places { width: 1fr; padding-right: 2; }
    }
    """

    def __init__(self, place: Place | None, keymap: dict[str, str]) -> None:
        super().__init__(classes="-broad -two-columns")
        self._place = place
        self._keymap = keymap
        self._sections: dict[Static, Place] = {}
        self._filters = Static(_filter_words(None), markup=False)

    def compose(self) -> ComposeResult:
        """List the keys by place."""
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
                        for place in column:
                            section = Static(self._section(place, None), markup=False)
                            self._sections[section] = place
                            yield section
                        if has_filter and column is here:
                            yield self._filters

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#dialog").focus()

    def on_resize(self) -> None:
        """Wrap the lines to the new width."""
        self.call_after_refresh(self._wrap)

    def _wrap(self) -> None:
        for section, place in self._sections.items():
            section.update(self._section(place, section.content_size.width or None))
        if self._filters.is_mounted:
            self._filters.update(_filter_words(self._filters.content_size.width or None))

    def _section(self, place: Place, room: int | None) -> Content:
        lines = [Content.styled(place.heading, "bold $primary")]
        lines += [self._line(action, room) for action in actions_of(place)]
        return Content("\n").join([*lines, Content("")])

    def _line(self, action: Action, width: int | None) -> Content:
        written = "  ".join(map(written_key, self._keymap.get(action.id, action.keys).split(",")))
        keys = Content.styled(f"  {written:<{KEYS_WIDTH}}", "bold")
        return hanging(keys, Content(action.tooltip), width)

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


def _filter_words(width: int | None) -> Content:
    """Return what a filter understands."""
    lines = [Content.styled("words in a filter", "bold $primary")]
    for one in FILTER_WORDS:
        written = Content.styled(f"  {', '.join(one.written)}", "bold")
        finds = Content(one.finds.replace("`", ""))
        room = KEYS_WIDTH + 2
        if written.cell_length < room:
            lines.append(hanging(written.pad_right(room - written.cell_length), finds, width))
        else:
            lines += [written, hanging(Content(" " * room), finds, width)]
    return Content("\n").join([*lines, Content("")])


_WITH_CAPTIONS = (Place.COMPOSE, Place.FILL, Place.EDIT)
_WITHOUT_LISTS = (Place.COMPOSE, Place.PICKER, Place.SNIPPET, Place.DIALOG, Place.STARTUP, None)
