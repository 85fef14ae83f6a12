"""A channel in words: its name, what keeps it from publishing, and its time zone."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona


def channel_name(channel: Channel) -> str:
    """Return a channel's handle and network: `@sarah.ig Instagram`."""
    at = "" if channel.name.startswith("@") or " " in channel.name else "@"
    return one_line(f"{at}{channel.name} {channel.network}")


def channel_health(persona: Persona) -> str:
    """Return what keeps a persona's channel from publishing, in a few words; empty if nothing does."""
    channel = persona.channel
    if channel is None:
        return "no channel" if persona.buffer_channel_id is None else "channel not loaded yet"
    if channel.is_disconnected:
        return "channel disconnected"
    if channel.is_locked:
        return "channel locked"
    return "queue paused" if channel.is_queue_paused else ""


def zone_of(persona: Persona | None, own: tzinfo) -> tzinfo:
    """Return the time zone of a persona's posts: the channel's, or the user's own if that is not known."""
    if persona is None or persona.channel is None:
        return own
    try:
        return ZoneInfo(persona.channel.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return own
