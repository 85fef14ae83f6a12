"""A persona for each channel that was chosen while setting up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.ports import PersonasPort


async def personas_for(
    channels: Sequence[Channel], personas: PersonasPort, report: Callable[[str], None]
) -> list[Persona]:
    """Return a persona that speaks through each channel; those that are not there yet are made.

    One of the channel's name that has no channel yet is taken before a new one is made.

    Raises:
        FluffyError: a persona cannot be written, or Buffer was asked and refused.
    """
    known = await personas.list()
    result = []
    for channel in channels:
        persona = next((known_one for known_one in known if known_one.buffer_channel_id == channel.id), None)
        if persona is None:
            report(f"introducing {one_line(channel.name)}")
            persona = await personas.set_channel(await _for(channel, known, personas), channel.id)
            known = await personas.list()
        result.append(persona)
    return result


async def _for(channel: Channel, known: Sequence[Persona], personas: PersonasPort) -> Persona:
    names = {persona.name.casefold(): persona for persona in known}
    own = names.get(channel.name.casefold())
    if own is not None and own.buffer_channel_id is None:
        return own
    name = channel.name if own is None else f"{channel.name} {channel.network}"
    number = 1
    while name.casefold() in names:
        number += 1
        name = f"{channel.name} {channel.network} {number}"
    return await personas.create(name)
