"""Personas and their channels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, event

from fluffy_tui.buffer import BufferClient, BufferError
from fluffy_tui.caption_model import LONGEST_VOICE
from fluffy_tui.core.database import Database
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.demo import Kind, StandIn
from fluffy_tui.networks import UNKNOWN_SERVICE
from fluffy_tui.personas import (
    LONGEST_NAME,
    BufferNotConfigured,
    ChannelNotFound,
    Persona,
    PersonaChannel,
    PersonaNameTaken,
    PersonaNotFound,
    Personas,
)
from fluffy_tui.personas.tables import ChannelRow
from fluffy_tui.settings import Secret


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


async def test_a_name_has_a_limit(personas: Personas) -> None:
    longest = await personas.create("a" * LONGEST_NAME)
    for attempt in (personas.create("a" * 5_000), personas.rename(longest, "a" * 5_000)):
        with pytest.raises(FluffyError, match=r"The name has 5,000 characters\. Use at most 200\."):
            await attempt
    assert await personas.list() == [longest]


async def test_renaming(personas: Personas) -> None:
    sarah = await personas.create("sarah")
    await personas.create("leo")
    assert (await personas.rename(sarah, "Sarah")).name == "Sarah"
    with pytest.raises(PersonaNameTaken):
        await personas.rename(sarah, "LEO")
    assert (await personas.by_id(sarah.id)).name == "Sarah"


async def test_the_ai_label_of_all_pictures(personas: Personas) -> None:
    sarah = await personas.create("sarah")
    assert not sarah.ai_label
    assert (await personas.set_ai_label(sarah, True)).ai_label
    assert [persona.ai_label for persona in await personas.list()] == [True]
    assert not (await personas.set_ai_label(sarah.id, False)).ai_label
    with pytest.raises(PersonaNotFound):
        await personas.set_ai_label(sarah.id + 1, True)


async def test_the_voice_of_a_persona(personas: Personas) -> None:
    sarah = await personas.create("sarah")
    assert sarah.voice == ""
    assert (await personas.set_voice(sarah, " Dry, \0short.\r\nNo emoji. ")).voice == "Dry, short.\nNo emoji."
    assert [persona.voice for persona in await personas.list()] == ["Dry, short.\nNo emoji."]
    with pytest.raises(FluffyError, match=r"Shorten it by 1\."):
        await personas.set_voice(sarah, "x" * (LONGEST_VOICE + 1))
    with pytest.raises(PersonaNotFound):
        await personas.set_voice(sarah.id + 1, "dry")
    assert (await personas.set_voice(sarah.id, "")).voice == ""


def test_a_persona_is_led_by_any_of_its_channels() -> None:
    created = datetime(2026, 11, 1, tzinfo=UTC)
    sarah = Persona(1, "sarah", "", created, tuple(PersonaChannel(id_, None) for id_ in "abc"))
    assert [chosen.id for chosen in sarah.led_by("b").channels] == ["b", "a", "c"]
    assert sarah.led_by("a") == sarah
    assert sarah.led_by("elsewhere") == sarah


async def test_a_name_has_nothing_that_would_act_on_a_terminal(personas: Personas) -> None:
    """It may be pasted, or come from a script."""
    persona = await personas.create("sarah\x1b]0;x\x07\n\u202eann")
    assert persona.name == "sarah]0;x ann"
    assert await personas.get("sarah\x1b]0;x\x07 ann") == persona


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


async def test_a_persona_has_several_channels_in_an_order(personas: Personas) -> None:
    sarah = await personas.create("sarah")
    assert (sarah.channels, sarah.main_channel, sarah.service) == ((), None, UNKNOWN_SERVICE)
    channels = [*await personas.available_channels()][:3]
    for order in (channels, channels[::-1], channels[1:], [*channels[1:], channels[0]]):
        sarah = await personas.set_channels(sarah, {channel.id: None for channel in order})
        assert [chosen.channel for chosen in sarah.channels] == order
        assert (sarah.buffer_channel_id, sarah.channel) == (order[0].id, order[0])
        assert sarah.service == order[0].service
        assert await personas.by_id(sarah.id) == await personas.get("sarah") == sarah
        assert await personas.list() == [sarah]
    assert (await personas.set_channels(sarah, {})).channels == ()


async def test_another_main_channel_leaves_the_others(personas: Personas) -> None:
    a, b, c, d = [channel.id for channel in await personas.available_channels()][:4]
    sarah = await personas.set_channels(await personas.create("sarah"), {a: None, b: None, c: None})
    for main, expected in ((d, [d, b, c]), (c, [c, b]), (c, [c, b]), (a, [a, b])):
        sarah = await personas.set_channel(sarah, main)
        assert [chosen.id for chosen in sarah.channels] == expected


async def test_personas_may_share_a_channel(personas: Personas) -> None:
    a, b = [channel.id for channel in await personas.available_channels()][:2]
    await personas.set_channels(await personas.create("sarah"), {a: None, b: None})
    await personas.set_channels(await personas.create("leo"), {b: None, a: None})
    await personas.create("nobody")
    found = {persona.name: [*persona.board_by_channel] for persona in await personas.list()}
    assert found == {"leo": [b, a], "nobody": [], "sarah": [a, b]}


async def test_all_personas_with_all_channels_are_read_in_one_query(
    personas: Personas, database: Database
) -> None:
    channels = {channel.id: None for channel in await personas.available_channels()}
    for name in ("sarah", "leo", "atlas"):
        await personas.set_channels(await personas.create(name), channels)
    statements: list[str] = []
    event.listen(
        database._engine.sync_engine,
        "before_cursor_execute",
        lambda *given: statements.append(given[2]),
    )
    assert [len(persona.channels) for persona in await personas.list()] == [len(channels)] * 3
    assert len([statement for statement in statements if "personas" in statement]) == 1


async def test_what_a_persona_has_may_stay_although_buffer_no_longer_lists_it(
    personas: Personas, stand_in: StandIn, database: Database
) -> None:
    gone, other, *_ = await personas.available_channels()
    sarah = await personas.set_channel(await personas.create("sarah"), gone.id)
    del stand_in.world.channels[gone.id]
    assert gone.id not in {channel.id for channel in await personas.available_channels()}
    sarah = await personas.set_channels(sarah, {other.id: None, gone.id: None})
    assert [chosen.channel for chosen in sarah.channels] == [other, gone]
    async with database.transaction() as session:
        await session.execute(delete(ChannelRow).where(ChannelRow.id == gone.id))
    sarah = await personas.set_channels(sarah, {gone.id: None, other.id: None})
    assert [(chosen.id, chosen.channel) for chosen in sarah.channels] == [(gone.id, None), (other.id, other)]
    assert (sarah.service, sarah.needs_board) == (UNKNOWN_SERVICE, False)


async def test_the_name_of_a_channel_that_nobody_has_any_more_is_kept(
    personas: Personas, stand_in: StandIn
) -> None:
    gone, other, *_ = await personas.available_channels()
    sarah = await personas.set_channels(await personas.create("sarah"), {gone.id: None, other.id: None})
    await personas.set_channels(sarah, {other.id: None})
    removed = stand_in.world.channels.pop(gone.id)
    await personas.available_channels()
    assert (await personas.known_channels())[gone.id] == gone
    with pytest.raises(ChannelNotFound):
        await personas.set_channels(sarah, {gone.id: None})
    stand_in.world.channels[gone.id] = removed
    sarah = await personas.set_channels(sarah, {gone.id: None})
    assert sarah.channel == gone, "Buffer lists it again"


async def test_a_refused_choice_changes_nothing(personas: Personas) -> None:
    channels = await personas.available_channels()
    pins = next(channel for channel in channels if channel.pinterest_boards)
    frames = next(channel for channel in channels if not channel.pinterest_boards)
    sarah = await personas.set_channels(await personas.create("sarah"), {frames.id: None, pins.id: None})
    assert [chosen.needs_board for chosen in sarah.channels] == [False, True]
    assert not sarah.needs_board, "that is about the main channel"
    for wrong in (
        {"0" * 24: None, frames.id: None},
        {pins.id: "another one's"},
        {frames.id: "no boards here"},
    ):
        with pytest.raises(ChannelNotFound):
            await personas.set_channels(sarah, wrong)
        assert await personas.by_id(sarah.id) == sarah
    with pytest.raises(PersonaNotFound):
        await personas.set_channels(sarah.id + 1, {frames.id: None})


async def test_of_two_choices_at_the_same_time_one_wins_as_a_whole(personas: Personas) -> None:
    a, b, c = [channel.id for channel in await personas.available_channels()][:3]
    sarah = await personas.create("sarah")
    orders = [[a, b, c], [c, b, a], [b], [c, a]] * 3
    await asyncio.gather(*(personas.set_channels(sarah, dict.fromkeys(order)) for order in orders))
    assert [*(await personas.get("sarah")).board_by_channel] in orders


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
    with pytest.raises(FluffyError, match="bytes that are not text"):
        await personas.create("jos\udce9")
