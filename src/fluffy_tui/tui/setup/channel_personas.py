"""A persona for each channel chosen in the setup wizard."""

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
    """Return a persona for each channel, creating those that are missing.

    A persona with the channel's name and no channel yet is used before a new one is created.

    Raises:
        FluffyError: A persona cannot be saved, or Buffer refuses a request.
    """
    known = await personas.list()
    result = []
    for channel in channels:
        persona = next((known_one for known_one in known if known_one.buffer_channel_id == channel.id), None)
        if persona is None:
            report(f"adding {one_line(channel.name)}")
            persona = await personas.set_channel(await _without_channel(channel, known, personas), channel.id)
            known = await personas.list()
        result.append(persona)
    return result


async def _without_channel(channel: Channel, known: Sequence[Persona], personas: PersonasPort) -> Persona:
    names = {name_key(persona.name): persona for persona in known}
    own = names.get(name_key(channel.name))
    if own is not None and own.buffer_channel_id is None:
        return own
    name = channel.name if own is None else f"{channel.name} {channel.network}"
    number = 1
    while name_key(name) in names:
        number += 1
        name = f"{channel.name} {channel.network} {number}"
    return await personas.create(name)
