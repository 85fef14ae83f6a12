"""Chooses a persona's channels from those that Buffer lists now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.personas import Persona
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.channel_words import channel_name, users_of
from fluffy_tui.tui.text.words import SAVING, one_line
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fluffy_tui.buffer import Channel
    from fluffy_tui.tui.ports import PersonasPort

LOADING = "Loading your channels from Buffer…"
NO_CHANNELS = "Your Buffer account has no channels yet. Connect one in Buffer, then press {channels.reload}."
QUESTION = "Where should this persona post? The first channel is its main channel.\n"


class ChannelPickerScreen(ReportsErrors, DialogScreen[Persona | None]):
    """Lists the channels, those of the persona ticked and numbered; closes with the changed persona, or with None."""

    PLACE = Place.CHANNELS
    BINDINGS = bindings(Place.CHANNELS) + help_binding()
    DEFAULT_CSS = """
    ChannelPickerScreen {
        #channels { height: auto; max-height: 14; display: none; border: none; padding: 0; }
        &.-listed #channels { display: block; }
        #channels-words { height: auto; }
    }
    """

    def __init__(self, personas: PersonasPort, persona: Persona, own: Mapping[str, str]) -> None:
        super().__init__(classes="-broad")
        self._personas = personas
        self._persona = persona
        self._own = own
        self._known = {chosen.id: chosen.channel for chosen in persona.channels if chosen.channel}
        self._chosen = persona.board_by_channel
        """Board by channel, in the user's order."""
        self._lines: list[_Line] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(f"Channels for {one_line(self._persona.name)}").markup
            yield Static(LOADING, id="channels-words", markup=False)
            yield VimList(id="channels")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._load()

    @work(group="channels", exclusive=True, exit_on_error=False, description="loading channels")
    async def _load(self) -> None:
        self._say(LOADING)
        try:
            channels = await self._personas.available_channels()
            everyone = await self._personas.list()
        except FluffyError as error:
            hint = f"\n\n{error.hint}" if error.hint else ""
            self._say(Content.assemble(("! ", "$text-error"), error.message, (hint, "$foreground-muted")))
            return
        self._lines = self._offer(channels, [other for other in everyone if other.id != self._persona.id])
        if self._lines:
            self._list()
        else:
            self._say(with_keys(NO_CHANNELS, self._own))

    def _offer(self, channels: Sequence[Channel], others: Sequence[Persona]) -> list[_Line]:
        """Return a line for each channel and board; what is chosen and no longer in Buffer stays, and comes first."""
        lines = [
            _Line(channel.id, board_id, name, channel.problem)
            for channel in channels
            for board_id, name in _names(channel)
        ]
        for channel in channels:
            self._known[channel.id] = channel
            if channel.id in self._chosen and len(channel.pinterest_boards) < 2:
                self._chosen[channel.id] = None
        offered = {line.place for line in lines}
        listed = {channel.id for channel in channels}
        lost = [
            _Line(id_, board_id, self._name_of(id_), _why_lost(board_id, is_listed=id_ in listed))
            for id_, board_id in self._chosen.items()
            if (id_, board_id) not in offered
        ]
        return [replace(line, users=users_of(line.channel_id, others)) for line in (*lost, *lines)]

    def _name_of(self, channel_id: str) -> str:
        return channel_name(self._known[channel_id]) if channel_id in self._known else one_line(channel_id)

    def _say(self, words: str | Content) -> None:
        self._lines = []
        self.remove_class("-listed")
        self.query_one("#channels-words", Static).update(words)
        self.refresh_bindings()

    def _list(self) -> None:
        listing = self.query_one(VimList)
        listing.set_options([self._prompt(line) for line in self._lines])
        main = next(iter(self._chosen.items()), None)
        places = [line.place for line in self._lines]
        listing.highlighted = places.index(main) if main in places else 0
        self.add_class("-listed")
        self.query_one("#channels-words", Static).update(QUESTION)
        listing.focus()
        self.refresh_bindings()

    def _prompt(self, line: _Line) -> Content:
        number = self._number(line)
        box = Content.styled(f"[{number}] ", "bold $text-success") if number else Content("[ ] ")
        parts = [Content.styled(line.name, "bold")]
        if number == 1:
            parts.append(Content.styled("main", "$text-success"))
        if line.users:
            parts.append(Content.styled(f"also used by {line.users}", "dim"))
        if not line.problem:
            return Content.assemble(box, Content("   ").join(parts))
        problem = (f"\n{one_line(line.problem)}", "dim")
        return Content.assemble(box, ("! ", "$text-warning"), Content("   ").join(parts), problem)

    def _number(self, line: _Line) -> int | None:
        """Return a line's place in the persona's order, from 1; None if it is not chosen."""
        chosen = list(self._chosen.items())
        return chosen.index(line.place) + 1 if line.place in chosen else None

    def _highlighted(self) -> _Line | None:
        index = self.query_one(VimList).highlighted if self._lines else None
        return self._lines[index] if index is not None else None

    def _choose(self, chosen: dict[str, str | None]) -> None:
        self._chosen = chosen
        listing = self.query_one(VimList)
        for index, line in enumerate(self._lines):
            listing.replace_option_prompt_at_index(index, self._prompt(line))
        self.refresh_bindings()

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self.refresh_bindings()

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action not in ("save", "tick", "move_up"):
            return True
        line = self._highlighted()
        can_act = line is not None and (action != "move_up" or (self._number(line) or 0) > 1)
        return True if can_act else None

    @on(OptionList.OptionSelected)
    def action_tick(self) -> None:
        """Choose the channel under the cursor as the last one, or leave it out; it has one board at a time."""
        if line := self._highlighted():
            chosen = dict(self._chosen)
            if self._number(line):
                del chosen[line.channel_id]
            else:
                chosen[line.channel_id] = line.board_id
            self._choose(chosen)

    def action_move_up(self) -> None:
        line = self._highlighted()
        number = self._number(line) if line else None
        if number and number > 1:
            order = list(self._chosen.items())
            order.insert(number - 2, order.pop(number - 1))
            self._choose(dict(order))

    @work(group="set-channels", exclusive=True, exit_on_error=False, description="setting the channels")
    async def action_save(self) -> None:
        """Set the channels; the one under the cursor if the persona has none and none is ticked."""
        line = self._highlighted()
        if line is None:
            return
        chosen = dict(self._chosen)
        if not chosen and not self._persona.channels:
            chosen = dict([line.place])
        words = self.query_one("#channels-words", Static)
        words.update(f"{SAVING}\n")
        try:
            persona = await self._personas.set_channels(self._persona, chosen)
        except FluffyError as error:
            words.update(Content.assemble(("! ", "$text-error"), str(error), "\n"))
        else:
            self.dismiss(persona)

    def action_reload(self) -> None:
        self._load()


@dataclass(frozen=True, slots=True)
class _Line:
    """A channel to choose; on Pinterest, one of its boards if it has several."""

    channel_id: str
    board_id: str | None
    name: str
    problem: str
    users: str = ""
    """The names of other personas that have the channel."""

    @property
    def place(self) -> tuple[str, str | None]:
        return self.channel_id, self.board_id


def _names(channel: Channel) -> list[tuple[str | None, str]]:
    """Return the name of a channel, or one for each of its Pinterest boards if it has several."""
    name = channel_name(channel)
    if len(channel.pinterest_boards) < 2:
        return [(None, name)]
    return [(board.service_id, f"{name} · {one_line(board.name)}") for board in channel.pinterest_boards]


def _why_lost(board_id: str | None, *, is_listed: bool) -> str:
    if not is_listed:
        return "Buffer does not list this channel any more."
    return "No board is chosen." if board_id is None else "The chosen board no longer exists."
