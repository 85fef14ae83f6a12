"""Which of the persona's channels the plan shows."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fluffy_tui.tui.plan.shown_channel import ShownChannel
from tui.fakes import CHANNELS, make_persona, with_channels

OWN = ZoneInfo("Asia/Tokyo")


def test_the_plan_goes_from_channel_to_channel_and_back_to_the_main_one_when_its_channel_is_lost() -> None:
    sarah = make_persona(1, "sarah", *CHANNELS[:3])
    shown = ShownChannel(lambda: sarah, OWN)
    assert (shown.id, shown.name, shown.is_main) == ("channel-1", "Instagram", True)
    assert (shown.beside("previous"), shown.beside("next")) == (None, "channel-2")
    shown.move("previous")
    shown.move("next")
    assert (shown.id, shown.name, shown.is_main) == ("channel-2", "Bluesky", False)
    assert shown.zone == ZoneInfo("Europe/Berlin")
    assert (shown.beside("previous"), shown.beside("next")) == ("channel-1", "channel-3")
    assert sarah.buffer_channel_id == "channel-1"
    sarah = with_channels(sarah, CHANNELS[0])
    assert (shown.id, shown.name, shown.is_main) == ("channel-1", "", True)
    sarah = with_channels(sarah)
    assert (shown.id, shown.name, shown.beside("next"), shown.zone) == (None, "", None, OWN)
