"""The channels of a persona: ticked in an order, with boards, and shared knowingly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import OptionList

from fluffy_tui.buffer import Channel, PinterestBoard, Service
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.personas import PersonaChannel
from fluffy_tui.tui.personas import PersonasScreen
from fluffy_tui.tui.personas.channel_picker import ChannelPickerScreen
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, MARKUP, FakeServices, with_channels

SEA, QUIET = PinterestBoard("1", "Sea and sky"), PinterestBoard("2", f"Quiet {MARKUP} places")
PINS = replace(CHANNELS[0], id="pins", name="pins", service=Service.PINTEREST, pinterest_boards=(SEA, QUIET))


def lines(driver: Driver) -> list[str]:
    """Return the first line of each row."""
    return [line.splitlines()[0] for line in driver.lines()]


def chosen(services: FakeServices, persona_id: int = 1) -> list[tuple[str, str | None]]:
    """Return the stored channels and boards of a persona, sarah by default."""
    return [*services.personas.personas[persona_id].board_by_channel.items()]


def give_sarah(services: FakeServices, *channels: Channel) -> None:
    services.personas.personas[1] = with_channels(services.personas.personas[1], *channels)


async def test_only_the_personas_own_channels_are_ticked(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("at", "c")
        assert isinstance(driver.screen, ChannelPickerScreen)
        assert lines(driver) == [
            "[1] @sarah.ig Instagram   main",
            "[ ] @northlight Bluesky   also used by northern light",
            "[ ] ! @oldpage Facebook",
            "[ ] ! @quiet Mastodon",
        ]
        assert "Buffer has lost the connection to Facebook oldpage." in driver.screen_text()


async def test_channels_are_ticked_in_order_and_moved_up(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("at", "c", "G", "space", "k", "k", "space")
        assert lines(driver) == [
            "[1] @sarah.ig Instagram   main",
            "[3] @northlight Bluesky   also used by northern light",
            "[ ] ! @oldpage Facebook",
            "[2] ! @quiet Mastodon",
        ]
        await driver.press("K")
        assert [line[:3] for line in lines(driver)] == ["[1]", "[2]", "[ ]", "[3]"]
        await driver.press("K")
        assert lines(driver)[:2] == [
            "[2] @sarah.ig Instagram",
            "[1] @northlight Bluesky   main   also used by northern light",
        ]
        await driver.press("K", "g", "space", "space", "enter")
        assert isinstance(driver.screen, PersonasScreen)
        assert [id_ for id_, _ in chosen(services)] == ["channel-2", "channel-4", "channel-1"]
        assert driver.text("#frame-header").startswith("sarah ▸ @northlight Bluesky +2")
        assert "@northlight Bluesky, @quiet Mastodon, @sarah.ig Instagram" in driver.screen_text()


async def test_a_click_ticks_a_channel(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("at", "c")
        await driver.pilot.click(OptionList, offset=(6, 1))
        await driver.settle()
        assert lines(driver)[1].startswith("[2] @northlight")
        await driver.press("enter")
        assert chosen(services) == [("channel-1", None), ("channel-2", None)]


async def test_a_persona_without_channels_gets_the_one_under_the_cursor(
    running: Running, services: FakeServices
) -> None:
    async with running() as driver:
        await driver.press("c")
        assert [line[:3] for line in lines(driver)] == ["[ ]"] * 4
        await driver.press("j", "j", "j", "enter")
        assert isinstance(driver.screen, PersonasScreen)
        assert chosen(services, 3) == [("channel-4", None)]
        assert f"{MARKUP}   @quiet Mastodon   ! queue paused" in driver.screen_text()


async def test_a_persona_may_lose_its_last_channel(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("at", "c", "space", "enter")
        assert chosen(services) == []
        assert "sarah   ! no channel" in driver.screen_text()


async def test_cancel_keeps_the_channels(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("at", "c", "j", "space", "escape")
        assert isinstance(driver.screen, PersonasScreen)
        assert chosen(services) == [("channel-1", None)]


async def test_a_pinterest_channel_is_listed_once_for_each_of_its_boards_and_has_one(
    running: Running, services: FakeServices
) -> None:
    services.personas.channels = [CHANNELS[0], PINS]
    async with running(persona="sarah") as driver:
        await driver.press("at", "c", "G", "space")
        assert lines(driver) == [
            "[1] @sarah.ig Instagram   main",
            "[ ] @pins Pinterest · Sea and sky",
            f"[2] @pins Pinterest · Quiet {MARKUP} places",
        ]
        await driver.press("k", "space")
        assert [line[:3] for line in lines(driver)] == ["[1]", "[2]", "[ ]"]
        await driver.press("enter")
        assert chosen(services) == [("channel-1", None), ("pins", "1")]
        await driver.press("c")
        assert [line[:3] for line in lines(driver)] == ["[1]", "[2]", "[ ]"]


@pytest.mark.parametrize(
    ("board", "why"), [(None, "No board is chosen."), ("9", "The chosen board no longer exists.")]
)
async def test_a_missing_board_is_said_and_another_one_takes_its_place(
    running: Running, services: FakeServices, board: str | None, why: str
) -> None:
    services.personas.channels = [PINS, CHANNELS[0]]
    give_sarah(services, PINS, CHANNELS[0])
    sarah = services.personas.personas[1]
    lost = PersonaChannel("pins", PINS, board)
    services.personas.personas[1] = replace(sarah, channels=(lost, *sarah.channels[1:]))
    async with running(persona="sarah") as driver:
        await driver.press("at", "c")
        assert lines(driver)[0] == "[1] ! @pins Pinterest   main"
        assert why in driver.screen_text()
        await driver.press("j", "space", "enter")
        assert chosen(services) == [("pins", "1"), ("channel-1", None)]


async def test_a_channel_that_buffer_no_longer_lists_stays_until_it_is_unticked(
    running: Running, services: FakeServices
) -> None:
    services.personas.channels = [*CHANNELS[1:]]
    sarah = services.personas.personas[1]
    unknown = PersonaChannel("never-listed", None)
    services.personas.personas[1] = replace(sarah, channels=(unknown, *sarah.channels))
    async with running(persona="sarah") as driver:
        await driver.press("at", "c")
        assert lines(driver)[:2] == ["[1] ! never-listed   main", "[2] ! @sarah.ig Instagram"]
        assert driver.screen_text().count("Buffer does not list this channel any more.") == 2
        await driver.press("j", "j", "space", "enter")
        assert [id_ for id_, _ in chosen(services)] == ["never-listed", "channel-1", "channel-2"]
        await driver.press("c", "space", "j", "space", "enter")
        assert chosen(services) == [("channel-2", None)]


async def test_buffers_errors_are_shown_and_channels_can_be_reloaded(
    running: Running, services: FakeServices
) -> None:
    services.personas.channels_error = FluffyError(f"Buffer {MARKUP} refuses.", "Make a key.")
    async with running(persona="sarah") as driver:
        await driver.press("at", "c")
        assert driver.text("#channels-words") == f"! Buffer {MARKUP} refuses.\n\nMake a key."
        await driver.press("enter", "space", "K")
        assert isinstance(driver.screen, ChannelPickerScreen)
        services.personas.channels_error = None
        await driver.press("r", "j", "space")
        services.personas.channels.insert(0, replace(CHANNELS[0], id="channel-5", name="new"))
        await driver.press("r")
        assert [line[:3] for line in lines(driver)] == ["[ ]", "[1]", "[2]", "[ ]", "[ ]"], "ticks are kept"


async def test_a_channel_that_vanished_meanwhile_is_refused_and_the_ticks_stay(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("at", "c", "j", "space")
        del services.personas.channels[1]
        await driver.press("enter")
        assert driver.text("#channels-words").startswith("! There is no channel-2")
        assert lines(driver)[1].startswith("[2] @northlight")
        assert chosen(services) == [("channel-1", None)]


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
async def test_the_footer_names_every_key_and_dims_what_cannot_be_done(
    running: Running, services: FakeServices, size: tuple[int, int]
) -> None:
    give_sarah(services, CHANNELS[0], CHANNELS[1])
    async with running(persona="sarah", size=size) as driver:
        await driver.press("at", "c")
        footer = driver.screen_text().splitlines()[-1]
        assert all(words in footer for words in ("enter Save", "space Toggle", "K Move up", "? Keys"))
        enabled = {b.id: state for _, b, state, _ in driver.screen.active_bindings.values()}
        assert (enabled["channels.save"], enabled["channels.move_up"]) == (True, False)
        await driver.press("j")
        enabled = {b.id: state for _, b, state, _ in driver.screen.active_bindings.values()}
        assert enabled["channels.move_up"]
