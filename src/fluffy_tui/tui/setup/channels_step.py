"""The step of the setup wizard that offers channels, and the personas that are made for those that are chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from fluffy_tui.name_key import name_key
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.setup.form_field import OPTION_KEYS
from fluffy_tui.tui.text.channel_words import channel_name, users_of
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.choice import Choice
from fluffy_tui.tui.ui.vim_list import TickList

if TYPE_CHECKING:
    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.settings import Settings
    from fluffy_tui.tui.ports import OfferedChannels, PersonasPort

NO_CHANNELS = (
    "This organization has no channels yet. Connect one in Buffer, "
    "then assign it to a persona with {personas.channel}."
)


class ChannelsStep(Vertical):
    """Offers an organization's channels; each one selected gets a persona, or joins the one of its name."""

    TITLE = "Channels"
    DEFAULT_CSS = """
    ChannelsStep {
        #organization-place { height: auto; }
        TickList, TickList:focus { height: auto; max-height: 10; border: none; padding: 0; }
    }
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="step-channels")
        self._own = settings.keys
        self._offered: Sequence[OfferedChannels] = ()
        self._personas: Sequence[Persona] = ()
        self._channels: list[Channel] = []
        self._list = TickList(id="channels")

    def compose(self) -> ComposeResult:
        words = (
            "Where do you post? Each channel selected with {setup.toggle} gets a persona; "
            "channels with the same name share one."
        )
        yield Static(with_keys(words, self._own), markup=False, classes="muted")
        yield Vertical(id="organization-place")
        yield self._list
        yield Static(id="no-channels", markup=False, classes="muted")

    async def offer(self, offered: Sequence[OfferedChannels], personas: Sequence[Persona]) -> None:
        """Show what the key gives access to, and which channels have a persona already."""
        self._offered, self._personas = offered, personas
        place = self.query_one("#organization-place")
        await place.remove_children()
        if len(offered) > 1:
            names = [(organization.id, one_line(organization.name)) for organization, _ in offered]
            await place.mount(
                Static(with_keys(f"Organization  ({OPTION_KEYS})", self._own), classes="muted"),
                Choice(names, id="organization"),
            )
        elif offered:
            await place.mount(Static(f"Organization: {one_line(offered[0][0].name)}", markup=False))
        self._show_channels(0)

    @on(Choice.Changed, "#organization")
    def _organization_changed(self, event: Choice.Changed) -> None:
        event.stop()
        ids = [organization.id for organization, _ in self._offered]
        self._show_channels(ids.index(event.value))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._list.action_take()

    def _show_channels(self, number: int) -> None:
        self._channels = [*self._offered[number][1]] if self._offered else []
        only = {0} if len(self._channels) == 1 else set()
        self._list.offer([_channel_line(channel, self._personas) for channel in self._channels], only)
        self.query_one("#no-channels", Static).update(
            "" if self._channels else with_keys(NO_CHANNELS, self._own)
        )

    def take_focus(self) -> None:
        self.screen.set_focus(self._list)

    @property
    def chosen(self) -> list[Channel]:
        """The selected channels, or the one under the cursor."""
        cursor = self._list.highlighted
        numbers = self._list.ticked or ({cursor} if cursor is not None else set())
        return [self._channels[number] for number in sorted(numbers)]


def _channel_line(channel: Channel, personas: Sequence[Persona]) -> Content:
    line = Content.styled(channel_name(channel), "bold")
    if users := users_of(channel.id, personas):
        line = Content.assemble(line, (f"  used by {users}", "dim"))
    if channel.problem:
        return Content.assemble(line, (f"  ! {one_line(channel.problem)}", "$text-warning"))
    return line


async def personas_for(
    channels: Sequence[Channel], personas: PersonasPort, report: Callable[[str], None]
) -> list[Persona]:
    """Return the personas of the channels, creating those that are missing.

    A persona with the channel's name gets it as a further channel, unless it has one on that network.

    Raises:
        FluffyError: A persona cannot be saved, or Buffer refuses a request.
    """
    known = await personas.list()
    result: dict[int, Persona] = {}
    for channel in channels:
        persona = next((one for one in known if channel.id in one.board_by_channel), None)
        if persona is None:
            report(f"adding {one_line(channel.name)}")
            persona = await _named_like(channel, known, personas)
            persona = await personas.set_channels(persona, {**persona.board_by_channel, channel.id: None})
            known = await personas.list()
        result[persona.id] = persona
    return [*result.values()]


async def _named_like(channel: Channel, known: Sequence[Persona], personas: PersonasPort) -> Persona:
    names = {name_key(persona.name): persona for persona in known}
    own = names.get(name_key(channel.name))
    if own is not None and all(str(channel.service) != chosen.service for chosen in own.channels):
        return own
    name = channel.name if own is None else f"{channel.name} {channel.network}"
    number = 1
    while name_key(name) in names:
        number += 1
        name = f"{channel.name} {channel.network} {number}"
    return await personas.create(name)
