"""The campaign's channels in Buffer, personas and photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fluffy_tui.demo import Channel, World, week
from scheduling.workplace import write_photo

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo

HOURS = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 20, 40))
EVERY_DAY = "mon tue wed thu fri sat sun"
PERSONAS = {
    "ada": ("ada.frames", "Cleo & Co", "ben.sky"),
    "ben": ("ben.sky",),
    "cleo": ("Cleo & Co", "ada.frames"),
    "dora": ("ben.sky",),
}
"""Each persona's channels, the main one first; every channel is shared."""

ROOM = 100_000
"""How many posts Buffer's queue takes while it is not full."""


def busy_world() -> World:
    """Return a world of three channels on three networks with plenty of slots.

    None of them is in the next hours by this computer's clock, or a test would see posts go out now and then.
    """
    world = World(scheduled_posts=ROOM)
    now = datetime.now(ZoneInfo("Europe/London"))
    soon = {(now.hour + hours) % 24 for hours in range(3)}
    times = [time for time in HOURS if int(time[:2]) not in soon]
    for name, service in (("ada.frames", "instagram"), ("ben.sky", "bluesky"), ("Cleo & Co", "facebook")):
        world.add_channel(Channel(name, service, "Europe/London", week(EVERY_DAY, *times)))
    return world


@dataclass(frozen=True, slots=True)
class Album:
    """A persona with the photos that are yet to be submitted."""

    persona: Persona
    photos: list[Photo]


async def albums(services: Services, folder: Path, sizes: list[int]) -> list[Album]:
    """Create the personas, and import the given number of photos for each."""
    channels = {channel.name: channel.id for channel in await services.personas.available_channels()}
    made = []
    for number, (name, own) in enumerate(PERSONAS.items()):
        persona = await services.personas.create(name)
        persona = await services.personas.set_channels(persona, {channels[channel]: None for channel in own})
        for index in range(sizes[number]):
            write_photo(folder / name / f"IMG_{index:04}.jpg", 10_000 * number + index)
        if sizes[number]:
            await services.photos.import_folders([folder / name], persona)
        made.append(Album(persona, await services.photos.unscheduled(persona)))
    return made
