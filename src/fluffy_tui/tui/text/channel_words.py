"""Channels in words: their names, what keeps them from publishing, and their time zone."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fluffy_tui.tui.text.post_state import state_of
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.scheduling import Post

    KnownChannel = Callable[[str | None], Channel | None]


def channel_name(channel: Channel) -> str:
    """Return a channel's handle and network: `@sarah.ig Instagram`."""
    at = "" if channel.name.startswith("@") or " " in channel.name else "@"
    return one_line(f"{at}{channel.name} {channel.network}")


def channel_of_each(posts: Sequence[Post], known: KnownChannel) -> dict[int, str]:
    """Return the network of each post of a submission by the post's id; with the handle where it has several there.

    `known` returns a channel by its id; None for one that no persona has any more.
    """
    channels = {post.id: known(post.channel_id) for post in posts}
    networks = [channel.network for channel in channels.values() if channel]
    return {
        post.id: post.channel_id or "no channel"
        if (channel := channels[post.id]) is None
        else channel.network
        if networks.count(channel.network) == 1
        else channel_name(channel)
        for post in posts
    }


def network_of(channel_id: str | None, persona: Persona) -> str:
    """Return the network of a persona's channel, with the handle where it has several there; the id of another."""
    channels = [chosen.channel for chosen in persona.channels if chosen.channel]
    for channel in channels:
        if channel.id == channel_id:
            others = [other.network for other in channels if other is not channel]
            return channel_name(channel) if channel.network in others else channel.network
    return channel_id or ""


def also_on(post: Post, group: Sequence[Post], known: KnownChannel) -> str:
    """Return where else a submission has posts, with their states: `X · live, Bluesky · held`; empty if nowhere."""
    names = channel_of_each(group, known)
    return ", ".join(f"{names[other.id]} · {state_of(other).name}" for other in group if other.id != post.id)


def channel_names(persona: Persona) -> str:
    """Return all channels of a persona, the main one first: `@sarah.ig Instagram, @northlight Bluesky`."""
    return ", ".join(channel_name(chosen.channel) for chosen in persona.channels if chosen.channel)


def users_of(channel_id: str, personas: Iterable[Persona]) -> str:
    """Return the names of those personas that have a channel; empty if none has."""
    return one_line(", ".join(persona.name for persona in personas if channel_id in persona.board_by_channel))


def channel_health(persona: Persona) -> str:
    """Return what keeps the first of a persona's channels that cannot publish from it; empty if all can.

    A few words; the network is named if it is not the main channel.
    """
    if not persona.channels:
        return "no channel"
    for chosen in persona.channels:
        if problem := _health(chosen.channel):
            is_main = chosen is persona.main_channel
            if is_main or chosen.channel is None:
                return problem
            return one_line(f"{chosen.channel.network}: {problem}")
    return ""


def _health(channel: Channel | None) -> str:
    if channel is None:
        return "channel not loaded yet"
    if channel.is_disconnected:
        return "channel disconnected"
    if channel.is_locked:
        return "channel locked"
    return "queue paused" if channel.is_queue_paused else ""


def zone_of(persona: Persona | None, own: tzinfo) -> tzinfo:
    """Return the time zone of a persona's posts: the main channel's, or the user's own if that is not known."""
    return own if persona is None or persona.channel is None else zone_of_channel(persona.channel, own)


def zone_of_channel(channel: Channel, own: tzinfo) -> tzinfo:
    """Return a channel's time zone, or the user's own if that is not known."""
    try:
        return ZoneInfo(channel.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, or a long name
        return own
