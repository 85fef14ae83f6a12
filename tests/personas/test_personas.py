"""Personas and their channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.buffer import BufferClient, BufferError
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.demo import Kind, StandIn
from fluffy_tui.personas import (
    BufferNotConfigured,
    ChannelNotFound,
    PersonaNameTaken,
    PersonaNotFound,
    Personas,
)
from fluffy_tui.settings import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fluffy_tui.core.database import Database


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with StandIn() as running:
        yield running


@pytest.fixture
async def personas(database: Database, stand_in: StandIn) -> AsyncIterator[Personas]:
    async with BufferClient(stand_in.url, Secret(stand_in.key)) as buffer:
        yield Personas(database, buffer)


async def test_personas_are_sorted_by_name_ignoring_case(personas: Personas) -> None:
    for name in ("leo", "Atlas", "sarah", "[/b][red"):
        await personas.create(name)
    assert [persona.name for persona in await personas.list()] == ["[/b][red", "Atlas", "leo", "sarah"]


async def test_names_are_unique_ignoring_case(personas: Personas) -> None:
    await personas.create("Sarah")
    with pytest.raises(PersonaNameTaken, match="already a persona"):
        await personas.create("sARAH ")
    assert (await personas.get("SARAH")).name == "Sarah"


@pytest.mark.parametrize("name", ["", "  ", "\0"])
async def test_a_name_needs_a_letter(personas: Personas, name: str) -> None:
    with pytest.raises(FluffyError, match="needs a name"):
        await personas.create(name)


async def test_renaming(personas: Personas) -> None:
    sarah = await personas.create("sarah")
    await personas.create("leo")
    assert (await personas.rename(sarah, "Sarah")).name == "Sarah"
    with pytest.raises(PersonaNameTaken):
        await personas.rename(sarah, "LEO")
    assert (await personas.by_id(sarah.id)).name == "Sarah"


async def test_an_unknown_name_is_reported(personas: Personas) -> None:
    with pytest.raises(PersonaNotFound, match="no persona named nobody"):
        await personas.get("nobody")


async def test_a_chosen_channel_is_stored_completely(personas: Personas) -> None:
    sarah = await personas.create("sarah")
    channel = next(c for c in await personas.available_channels() if c.name == "sarah.frames")
    assert (await personas.set_channel(sarah, channel.id)).channel == channel
    assert (await personas.get("sarah")).channel == channel
    assert await personas.known_channel(channel.id, within=60) == channel
    assert await personas.known_channel(channel.id, within=0) is None


async def test_every_field_of_every_channel_is_stored(personas: Personas) -> None:
    sarah = await personas.create("sarah")
    for channel in await personas.available_channels():
        assert (await personas.set_channel(sarah, channel.id)).channel == channel


async def test_a_channel_that_is_not_in_buffer_is_rejected(personas: Personas) -> None:
    sarah = await personas.create("sarah")
    with pytest.raises(ChannelNotFound):
        await personas.set_channel(sarah, "0" * 24)
    assert (await personas.get("sarah")).buffer_channel_id is None


async def test_without_a_key_there_are_no_channels_to_choose(database: Database) -> None:
    with pytest.raises(BufferNotConfigured, match="No Buffer key"):
        await Personas(database, None).available_channels()


async def test_buffers_error_reaches_the_caller(personas: Personas, stand_in: StandIn) -> None:
    stand_in.faults.add(Kind.BAD_KEY)
    with pytest.raises(BufferError, match="Buffer rejected the key"):
        await personas.available_channels()


async def test_a_pinterest_channel_is_chosen_with_its_board(personas: Personas) -> None:
    pins = next(c for c in await personas.available_channels() if c.pinterest_boards)
    sarah = await personas.set_channel(await personas.create("sarah"), pins.id)
    assert sarah.needs_board, "several boards: the user has to choose"
    board = pins.pinterest_boards[1].service_id
    sarah = await personas.set_channel(sarah, pins.id, board)
    assert (sarah.pinterest_board_id, sarah.needs_board) == (board, False)
    with pytest.raises(ChannelNotFound, match="no board"):
        await personas.set_channel(sarah, pins.id, "another one's")
    assert (await personas.get("sarah")).pinterest_board_id == board
    frames = next(c for c in await personas.available_channels() if not c.pinterest_boards)
    sarah = await personas.set_channel(sarah, frames.id)
    assert (sarah.pinterest_board_id, sarah.needs_board) == (None, False)


async def test_a_name_is_the_same_in_one_character_or_in_two(personas: Personas) -> None:
    created = await personas.create("Jose\u0301")
    assert created.name == "José"
    assert await personas.get("JOSÉ") == await personas.get("jose\u0301") == created
    with pytest.raises(PersonaNameTaken):
        await personas.create("José")
    with pytest.raises(PersonaNotFound):
        await personas.get("jos\udce9")
