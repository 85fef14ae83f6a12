"""Personas in memory."""

from __future__ import annotations

from dataclasses import replace

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.personas import Persona, PersonaNameTaken
from tui.fakes.sample_data import CHANNELS, MARKUP, Channels, make_persona


class FakePersonas:
    """Three personas: one on Instagram, one on Bluesky, and one without a channel whose name looks like markup."""

    def __init__(self) -> None:
        self.personas = {
            1: make_persona(1, "sarah", CHANNELS[0]),
            2: make_persona(2, "northern light", CHANNELS[1]),
            3: make_persona(3, MARKUP, None),
        }
        self.channels_error: FluffyError | None = None
        self.channels: Channels = [*CHANNELS]

    async def list(self) -> list[Persona]:
        """Return all personas by name."""
        return sorted(self.personas.values(), key=lambda persona: persona.name.casefold())

    async def create(self, name: str, description: str = "") -> Persona:
        """Create a persona."""
        self._refuse_taken(name)
        persona = replace(
            make_persona(max(self.personas, default=0) + 1, name, None), description=description
        )
        self.personas[persona.id] = persona
        return persona

    async def rename(self, persona: Persona, name: str) -> Persona:
        """Rename a persona."""
        self._refuse_taken(name, besides=persona.id)
        return self._store(replace(self.personas[persona.id], name=name))

    async def available_channels(self) -> Channels:
        """Return the channels, or raise `channels_error`."""
        if self.channels_error is not None:
            raise self.channels_error
        return [*self.channels]

    async def set_channel(self, persona: Persona, channel_id: str, board_id: str | None = None) -> Persona:
        """Choose the channel of a persona."""
        channel = next(channel for channel in self.channels if channel.id == channel_id)
        chosen = {"buffer_channel_id": channel_id, "channel": channel, "pinterest_board_id": board_id}
        return self._store(replace(self.personas[persona.id], **chosen))  # type: ignore[arg-type]

    def _store(self, persona: Persona) -> Persona:
        self.personas[persona.id] = persona
        return persona

    def _refuse_taken(self, name: str, besides: int = 0) -> None:
        for persona in self.personas.values():
            if persona.id != besides and persona.name.casefold() == name.casefold():
                raise PersonaNameTaken(f"There is already a persona named {persona.name}.", "Choose another.")
