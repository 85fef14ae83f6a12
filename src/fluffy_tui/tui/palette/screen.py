"""The command palette: everything that can be done now, by where it is done, and found by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, ClassVar

from textual.content import Content
from textual.fuzzy import Matcher
from textual.screen import Screen
from textual.widgets import Input
from textual.widgets.option_list import Option

from fluffy_tui.tui.keymap.action import Trait
from fluffy_tui.tui.keymap.bindings import ACTIONS, Place, bindings, written_key
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import SearchScreen
from fluffy_tui.tui.ui.vim_list import cell

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
        # the letters that some keyboards write with alt come last: few can tell their keys
        action, written = (
            table[id_],
            " ".join(sorted(keys[id_], key=lambda key: (not key.isascii(), len(key)))),
        )
        found.append(Command(action.place.heading, action.label, written, action.tooltip, runs[id_]))
    further = app.get_system_commands(screen)
    return found + [Command(FURTHER, one.title, "", one.help, one.callback) for one in further]


class PaletteScreen(SearchScreen[None]):
    """Lists what can be done on the screen below, and does what is chosen."""

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.PICKER, only=("picker.next", "picker.previous", "picker.back"))
    CSS: ClassVar[str] = """
    PaletteScreen.-narrow, PaletteScreen.-normal {
        &.dialog #dialog { height: 94%; }
    }
    """

    def __init__(self, below: Screen[Any], own: Mapping[str, str]) -> None:
        field = Input(placeholder="Type a few letters to search", compact=True, max_length=200)
        super().__init__("Palette", field)
        self._commands, self._own = commands(below), own
        self._shown: list[Command | None] = []
        """The command of each line; None for a heading."""

    def on_mount(self) -> None:
        hint = with_keys("enter run   {picker.back} close", self._own)
        self.query_one("#dialog").border_subtitle = Content(hint)

    def search(self, text: str) -> None:
        """List what matches; everything below headings where nothing is typed."""
        query = text.strip()
        if not query:
            self._show(self._commands, with_headings=True)
            return
        matcher = Matcher(query)
        scores = {
            number: max(matcher.match(one.title), matcher.match(one.about) * ABOUT_WEIGHT)
            for number, one in enumerate(self._commands)
        }
        best = sorted((number for number in scores if scores[number] > 0), key=lambda n: -scores[n])
        nothing = f"Nothing matches “{one_line(query)}”."
        self._show([self._commands[number] for number in best], with_headings=False, nothing=nothing)

    def _show(self, found: Iterable[Command], *, with_headings: bool, nothing: str = "") -> None:
        rows: list[Content | Option] = []
        self._shown = []
        for group, of_group in groupby(found, key=lambda one: one.group if with_headings else ""):
            if with_headings:
                rows.append(Option(Content.styled(group, "bold $primary"), disabled=True))
                self._shown.append(None)
            for one in of_group:
                rows.append(one.row())
                self._shown.append(one)
        self.show_found(rows, nothing)

    def take(self, line: int | None) -> None:
        """Close, and do what is under the cursor on the screen below."""
        command = self._shown[line] if line is not None else None
        if command is not None:
            self.dismiss(None)
            self.app.call_later(command.run)
