"""Every key of the place one is in, then those of everywhere."""

from __future__ import annotations

from textwrap import wrap

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.tui.keys import Action, Place, actions_of, bindings, written_key
from fluffy_tui.tui.screens.dialog import DialogScreen

TOOLTIP_WIDTH = 44
"""Columns for the sentence beside the keys, in the narrowest terminal."""


class HelpScreen(DialogScreen[None]):
    """The keys, with the person's own in place of the usual ones.

    Args:
        place: Where the person is; only the keys of everywhere when not given.
        keymap: The person's own keys by action id.
    """

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.HELP)
    DEFAULT_CSS = """
    HelpScreen {
        #help-scroll { height: auto; max-height: 100%; }
    }
    """

    def __init__(self, place: Place | None, keymap: dict[str, str]) -> None:
        super().__init__(classes="-broad")
        self._place = place
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """List the keys, place by place."""
        places = [self._place] if self._place in _WITHOUT_LISTS else [self._place, Place.LIST]
        places += [Place.COMPLETING] if self._place in _WITH_CAPTIONS else []
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "keys"
            dialog.border_subtitle = "esc close"
            for place in [*places, Place.EVERYWHERE]:
                if place is not None:
                    yield Static(self._section(place))

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#dialog").focus()

    def _section(self, place: Place) -> Content:
        lines = [Content.styled(place.value, "bold $primary")]
        lines += [self._line(action) for action in actions_of(place)]
        return Content("\n").join([*lines, Content("")])

    def _line(self, action: Action) -> Content:
        keys = self._keymap.get(action.id, action.keys).split(",")
        written = "  ".join(written_key(key) for key in keys)
        first, *rest = wrap(action.tooltip, TOOLTIP_WIDTH)
        lines = [Content.assemble(Content.styled(f"  {written:<20}", "bold"), first)]
        return Content("\n").join([*lines, *(Content(" " * 22 + words) for words in rest)])

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


_WITH_CAPTIONS = (Place.COMPOSE, Place.FILL, Place.EDITING)
_WITHOUT_LISTS = (Place.COMPOSE, Place.PICKING, Place.SNIPPET, Place.DIALOG, Place.STARTUP, None)
