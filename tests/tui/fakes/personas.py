"""Personas in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fluffy_tui.buffer import Channel
from fluffy_tui.caption_model import LONGEST_VOICE
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.personas import ChannelNotFound, Persona, PersonaChannel, PersonaNameTaken
from tui.fakes.sample_data import CHANNELS, MARKUP, Channels, make_persona


class FakePersonas:
    """Three personas: one on Instagram, one on Bluesky, and one without a channel whose name looks like markup."""

    def __init__(self) -> None:
        self.personas = {
            1: make_persona(1, "sarah", CHANNELS[0]),
            2: make_persona(2, "northern light", CHANNELS[1]),
            3: make_persona(3, MARKUP),
        }
        self.channels_error: FluffyError | None = None
        self.channels: Channels = [*CHANNELS]

    async def list(self) -> list[Persona]:
        """Return all personas by name."""
        return sorted(self.personas.values(), key=lambda persona: persona.name.casefold())

    async def create(self, name: str, description: str = "") -> Persona:
        """Create a persona."""
        name = self._free(name)
        made = make_persona(max(self.personas, default=0) + 1, name)
        return self._store(replace(made, description=description))

    async def rename(self, persona: Persona, name: str) -> Persona:
        """Rename a persona."""
        name = self._free(name, besides=persona.id)
        return self._store(replace(self.personas[persona.id], name=name))

    async def set_ai_label(self, persona: Persona, ai_label: bool) -> Persona:
        """Say whether a persona's pictures are made with AI."""
        return self._store(replace(self.personas[persona.id], ai_label=ai_label))

    async def set_voice(self, persona: Persona, voice: str) -> Persona:
        """Say how a persona writes."""
        if len(voice) > LONGEST_VOICE:
            raise FluffyError("The voice is too long.")
        return self._store(replace(self.personas[persona.id], voice=voice.strip()))

    async def available_channels(self) -> Channels:
        """Return the channels, or raise `channels_error`."""
        if self.channels_error is not None:
            raise self.channels_error
        return [*self.channels]

    async def known_channels(self) -> dict[str, Channel]:
        """Return the channels, and those that were listed before."""
        return {channel.id: channel for channel in [*CHANNELS, *self.channels]}

    async def set_channels(self, persona: Persona, channels: Mapping[str, str | None]) -> Persona:
        """Choose the channels of a persona."""
        before = {chosen.id: chosen for chosen in self.personas[persona.id].channels}
        known = {id_: chosen.channel for id_, chosen in before.items()}
        known |= {channel.id: channel for channel in self.channels}
        made = [PersonaChannel(id_, known.get(id_), board_id) for id_, board_id in channels.items()]
        for chosen in made:
            if chosen != before.get(chosen.id) and not _exists(chosen):
                raise ChannelNotFound(f"There is no {chosen.id} with {chosen.board_id}.", "Choose another.")
        return self._store(replace(self.personas[persona.id], channels=tuple(made)))

    def _store(self, persona: Persona) -> Persona:
        self.personas[persona.id] = persona
        return persona

    def _free(self, name: str, besides: int = 0) -> str:
        if not (name := name.strip()):
            raise FluffyError("A persona needs a name.")
        for persona in self.personas.values():
            if persona.id != besides and persona.name.casefold() == name.casefold():
                raise PersonaNameTaken(f"There is already a persona named {persona.name}.", "Choose another.")
        return name


def _exists(chosen: PersonaChannel) -> bool:
    if chosen.channel is None or chosen.board_id is None:
        return chosen.channel is not None
    return chosen.board_id in {board.service_id for board in chosen.channel.pinterest_boards}
