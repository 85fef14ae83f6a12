"""Personas for the channels chosen in the setup wizard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fluffy_tui.name_key import name_key
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.ports import PersonasPort


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
