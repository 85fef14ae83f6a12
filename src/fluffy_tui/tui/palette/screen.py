"""The command palette: everything that can be done now, by where it is done, and found by a few letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from fluffy_tui.tui.keymap.action import Trait
from fluffy_tui.tui.keymap.bindings import ACTIONS, Place, bindings, written_key
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.vim_list import FilteredList, cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from textual.app import ComposeResult
    from textual.screen import Screen

ABOUT_WEIGHT = 0.3
"""How much a match in the phrase counts compared with one in the label."""
TITLE_WIDTH, KEYS_WIDTH = 18, 14
FURTHER = "terminal and colours"
"""The heading of what has no key."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something that the palette offers."""

    group: str
    """Where it is done."""
    title: str
    keys: str
    about: str
    """A phrase."""
    run: Callable[[], Any]

    def row(self) -> Content:
        """Return its line: label, keys, phrase."""
        about = self.about if self.about != self.title else ""
        return Content.assemble(
            cell(Content(self.title), TITLE_WIDTH),
            " ",
            cell(Content.styled(self.keys, "bold"), KEYS_WIDTH),
            " ",
            Content.styled(about, "dim"),
        )


def commands(screen: Screen[Any]) -> list[Command]:
    """Return what can be done on a screen now, its own actions first and those of every screen last."""
    app, table = screen.app, {action.id: action for action in ACTIONS}
    keys: dict[str, list[str]] = {}
    runs: dict[str, Callable[[], Any]] = {}
    for key, (node, binding, enabled, _) in screen.active_bindings.items():
        action = table.get(binding.id or "")
        if enabled and action is not None and Trait.NOT_IN_PALETTE not in action.traits:
            keys.setdefault(action.id, []).append(written_key(key))
            runs.setdefault(action.id, partial(app.run_action, binding.action, node))
    own, ids = getattr(screen, "PLACE", None), [*table]

    def order(id_: str) -> tuple[bool, bool, int]:
        place = table[id_].place
        return place is not own, place is Place.EVERYWHERE, ids.index(id_)

    found = []
    for id_ in sorted(runs, key=order):
        action, written = table[id_], " ".join(sorted(keys[id_], key=len))
        found.append(Command(action.place.heading, action.label, written, action.tooltip, runs[id_]))
    further = app.get_system_commands(screen)
    return found + [Command(FURTHER, one.title, "", one.help, one.callback) for one in further]


class PaletteScreen(DialogScreen[None]):
    """Lists what can be done on the screen below, and does what is chosen."""

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.PICKER, only=("picker.next", "picker.previous", "picker.back"))
    CSS: ClassVar[str] = """
    PaletteScreen {
        &.dialog #dialog { width: 116; height: 80%; padding: 0 1; }
        #commands { margin-top: 1; }
        #no-command { display: none; height: 1fr; padding: 1 0; }
        &.-empty #commands { display: none; }
        &.-empty #no-command { display: block; }
    }
    PaletteScreen.-narrow, PaletteScreen.-normal {
        &.dialog #dialog { height: 94%; }
    }
    """

    def __init__(self, below: Screen[Any], own: Mapping[str, str]) -> None:
        super().__init__()
        self._commands, self._own = commands(below), own
        self._shown: list[Command | None] = []
        """The command of each line; None for a heading."""
        self._listing = FilteredList(id="commands")
        self._nothing = Static(id="no-command", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out the field above the list."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Palette"
            dialog.border_subtitle = Content(with_keys("enter run   {picker.back} close", self._own))
            yield Input(placeholder="Type a few letters to search", compact=True, max_length=200)
            yield self._listing
            yield self._nothing

    def on_mount(self) -> None:
        """List everything."""
        self._show(self._commands, with_headings=True)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        query = event.value.strip()
        if not query:
            self._show(self._commands, with_headings=True)
            return
        matcher = Matcher(query)
        scores = {
            number: max(matcher.match(one.title), matcher.match(one.about) * ABOUT_WEIGHT)
            for number, one in enumerate(self._commands)
        }
        best = sorted((number for number in scores if scores[number] > 0), key=lambda n: -scores[n])
        self._show([self._commands[number] for number in best], with_headings=False)
        self._nothing.update(f"Nothing matches “{one_line(query)}”.")

    def _show(self, found: Iterable[Command], *, with_headings: bool) -> None:
        rows: list[Content | Option] = []
        self._shown = []
        for group, of_group in groupby(found, key=lambda one: one.group if with_headings else ""):
            if with_headings:
                rows.append(Option(Content.styled(group, "bold $primary"), disabled=True))
                self._shown.append(None)
            for one in of_group:
                rows.append(one.row())
                self._shown.append(one)
        self._listing.fill(rows)
        self.set_class(not rows, "-empty")

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def _run(self) -> None:
        """Close, and do what is under the cursor on the screen below."""
        line = self._listing.highlighted
        command = self._shown[line] if line is not None else None
        if command is not None:
            self.dismiss(None)
            self.app.call_later(command.run)

    def action_next(self) -> None:
        """Go to the next line."""
        self._listing.action_cursor_down()

    def action_previous(self) -> None:
        """Go to the previous line."""
        self._listing.action_cursor_up()
