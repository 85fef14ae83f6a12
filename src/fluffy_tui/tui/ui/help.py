"""The help: all keys that work on the current screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from fluffy_tui.tui.keymap.bindings import Action, Place, actions_of, bindings, with_keys, written_key
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.hanging_indent import hanging

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.geometry import Size

KEYS_WIDTH = 20
"""Width of the column of keys."""


class KeySection(Widget):
    """The keys of one place, a line each, wrapped to the width that the layout gives it.

    Args:
        place: The place.
        keymap: The user's own keys by action id.
    """

    DEFAULT_CSS = """
    KeySection { height: auto; }
    """

    def __init__(self, place: Place, keymap: dict[str, str]) -> None:
        super().__init__()
        self._place, self._keymap = place, keymap
        self._laid_out: tuple[int, Content] = (0, Content(""))
        """For which width, and how."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines the keys take."""
        del container, viewport
        return self._lines(width).get_height({}, width)

    def render(self) -> Content:
        """Draw the keys."""
        return self._lines(self.content_size.width)

    def _lines(self, room: int) -> Content:
        if self._laid_out[0] != room:
            lines = [Content.styled(self._place.heading, "bold $primary")]
            lines += [self._line(action, room) for action in actions_of(self._place)]
            self._laid_out = room, Content("\n").join([*lines, Content("")])
        return self._laid_out[1]

    def _line(self, action: Action, room: int) -> Content:
        written = "  ".join(map(written_key, self._keymap.get(action.id, action.keys).split(",")))
        keys = Content.styled(f"  {written:<{KEYS_WIDTH}}", "bold")
        return hanging(keys, Content(action.tooltip), room)


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

    def compose(self) -> ComposeResult:
        """List the keys by place."""
        here = [self._place] if self._place is not None else []
        here += [Place.AUTOCOMPLETE] if self._place in _WITH_CAPTIONS else []
        here += [Place.MOVE] if self._place is Place.PLAN else []
        anywhere = [Place.EVERYWHERE] if self._place in _WITHOUT_LISTS else [Place.LIST, Place.EVERYWHERE]
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = Content(with_keys("{help.close} close", self._keymap))
            with Vertical(id="places"):
                for column in (here, anywhere) if here else (anywhere,):
                    with Vertical(classes="places"):
                        yield from (KeySection(place, self._keymap) for place in column)

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#dialog").focus()

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


_WITH_CAPTIONS = (Place.COMPOSE, Place.FILL, Place.EDIT)
_WITHOUT_LISTS = (Place.COMPOSE, Place.PICKER, Place.SNIPPET, Place.DIALOG, Place.STARTUP, None)
