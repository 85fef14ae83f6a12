"""Chooses a persona's channel from those that Buffer lists now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.personas import Persona
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding, with_keys
from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.text.channel_words import channel_name
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fluffy_tui.buffer import Channel, PinterestBoard
    from fluffy_tui.tui.ports import PersonasPort

LOADING = "Loading your channels from Buffer…"
NO_CHANNELS = "Your Buffer account has no channels yet. Connect one in Buffer, then press {channels.reload}."


class ChannelPickerScreen(ReportsErrors, DialogScreen[Persona | None]):
    """Lists the channels; closes with the changed persona, or with None if the channel stays.

    Args:
        personas: The service that lists and sets channels.
        persona: Whose channel to choose.
        own: The user's own keys, by action id.
    """

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
        self._channels: list[Channel] = []
        self._choices: list[tuple[Channel, PinterestBoard | None]] = []

    def compose(self) -> ComposeResult:
        """Lay out the line above and the list."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(f"Channel for {one_line(self._persona.name)}").markup
            yield Static(LOADING, id="channels-words", markup=False)
            yield VimList(id="channels")
        yield KeysFooter()

    def on_mount(self) -> None:
        """Load the channels."""
        self._load()

    @work(group="channels", exclusive=True, exit_on_error=False, description="loading channels")
    async def _load(self) -> None:
        self._say(LOADING)
        try:
            self._channels = [*await self._personas.available_channels()]
        except FluffyError as error:
            hint = f"\n\n{error.hint}" if error.hint else ""
            self._say(Content.assemble(("! ", "$text-error"), error.message, (hint, "$foreground-muted")))
            return
        if self._channels:
            self._list()
        else:
            self._say(with_keys(NO_CHANNELS, self._own))

    def _say(self, words: str | Content) -> None:
        self._channels, self._choices = [], []
        self.remove_class("-listed")
        self.query_one("#channels-words", Static).update(words)
        self.refresh_bindings()

    def _list(self) -> None:
        listing = self.query_one(VimList)
        listing.clear_options()
        self._choices = [choice for channel in self._channels for choice in _choices(channel)]
        listing.add_options([Option(_prompt(channel, board)) for channel, board in self._choices])
        chosen = (self._persona.buffer_channel_id, self._persona.pinterest_board_id)
        ids = [(channel.id, board.service_id if board else None) for channel, board in self._choices]
        listing.highlighted = ids.index(chosen) if chosen in ids else 0
        self.add_class("-listed")
        self.query_one("#channels-words", Static).update("Where should this persona post?\n")
        listing.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim the selection while there is nothing to select."""
        return None if action == "select" and not self._channels else True

    @on(OptionList.OptionSelected)
    @work(group="set-channel", exclusive=True, exit_on_error=False, description="setting the channel")
    async def action_select(self) -> None:
        """Set the channel under the cursor."""
        index = self.query_one(VimList).highlighted
        if index is None or index >= len(self._choices):
            return
        channel, board = self._choices[index]
        try:
            persona = await self._personas.set_channel(
                self._persona, channel.id, board.service_id if board else None
            )
        except FluffyError as error:
            self._say(Content.assemble(("! ", "$text-error"), str(error)))
        else:
            self.dismiss(persona)

    def action_reload(self) -> None:
        """Load the channels again."""
        self._load()

    def action_back(self) -> None:
        """Keep the current channel."""
        self.dismiss(None)


def _choices(channel: Channel) -> list[tuple[Channel, PinterestBoard | None]]:
    """Return a channel once for each of its Pinterest boards, if it has several."""
    if len(channel.pinterest_boards) < 2:
        return [(channel, None)]
    return [(channel, board) for board in channel.pinterest_boards]


def _prompt(channel: Channel, board: PinterestBoard | None) -> Content:
    where = f"{channel_name(channel)} · {one_line(board.name)}" if board else channel_name(channel)
    name = Content.styled(where, "bold")
    if not channel.problem:
        return Content.assemble(("✓ ", "$text-success"), name)
    return Content.assemble(("! ", "$text-warning"), name, (f"\n{one_line(channel.problem)}", "dim"))
