"""When a post will go out, in words, before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.tui.wording import both_zones, far_off, one_line

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from fluffy_tui.scheduling import Agenda, Planned

_PLAIN = {
    ShareMode.ADD_TO_QUEUE: "goes into the next free slot of the queue",
    ShareMode.SHARE_NEXT: "goes into the very next slot; those that wait move back by one",
    ShareMode.SHARE_NOW: "goes out as soon as it is in Buffer",
}


def moment_chosen(share_mode: ShareMode, at: datetime | None, agenda: Agenda | None) -> datetime | None:
    """Return when a post would go out, as far as that is known."""
    match share_mode:
        case ShareMode.CUSTOM_SCHEDULED:
            return at
        case ShareMode.ADD_TO_QUEUE:
            return agenda.next_free if agenda else None
        case ShareMode.SHARE_NEXT:
            return agenda.next_slot if agenda else None
        case ShareMode.SHARE_NOW:
            return None


def queue_words(share_mode: ShareMode, agenda: Agenda | None, zone: tzinfo, own_zone: tzinfo) -> str:
    """Say what a way into the queue means now, such as `next slot · Tue 24 Nov 09:00 New York · 8th of 10`."""
    if agenda is None or agenda.channel is None or share_mode not in _PLAIN:
        return _PLAIN.get(share_mode, "")
    moment = moment_chosen(share_mode, None, agenda)
    if share_mode is ShareMode.SHARE_NOW:
        return _PLAIN[share_mode]
    if moment is None:
        return "the channel has no posting slots in Buffer: choose a time, or now"
    when = both_zones(moment, zone, own_zone)
    if share_mode is ShareMode.SHARE_NEXT:
        return f"very next slot · {when} · those that wait move back by one"
    return f"next slot · {when} · {_place(agenda)}"


def warning_words(at: datetime | None, agenda: Agenda | None, zone: tzinfo) -> str:
    """Say what else goes out too near to a moment; empty when nothing does."""
    near = agenda.near(at) if agenda and at else []
    if not near or at is None:
        return ""
    apart = abs(near[0].at - at)
    what = _named(near[0], zone)
    if not apart:
        return f"at the same time as {what}"
    return f"only {_apart(apart.total_seconds())} from {what}"


def day_words(at: datetime | None, agenda: Agenda | None, zone: tzinfo) -> str:
    """Name what else goes out on the day of a moment; empty when nothing does."""
    others = agenda.on_day_of(at) if agenda and at else []
    return f"that day: {' · '.join(_named(planned, zone) for planned in others)}" if others else ""


def runway_words(agenda: Agenda, own_zone: tzinfo, zone: tzinfo) -> str:
    """Say how long the planned posts last: `9 days left · next Tue 24 Nov 09:00 New York (your 15:00)`."""
    coming = [planned for planned in agenda.to_come if planned.at > agenda.now]
    if not coming:
        return "nothing planned"
    days = agenda.runway.days
    left = "less than a day left" if not days else "1 day left" if days == 1 else f"{days} days left"
    return f"{left} · next {both_zones(coming[0].at, zone, own_zone)}, {far_off(coming[0].at, agenda.now)}"


def _place(agenda: Agenda) -> str:
    limit = agenda.channel.scheduled_posts_limit if agenda.channel else None
    place = agenda.waiting + 1
    if limit is None:
        return f"{_ordinal(place)} in line"
    return f"{_ordinal(place)} of {limit}" if place <= limit else f"queue full, {_ordinal(place)} in line"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _named(planned: Planned, zone: tzinfo) -> str:
    caption = one_line(planned.post.caption)
    short = caption if len(caption) <= 18 else f"{caption[:17].rstrip()}…"
    return f"{planned.at.astimezone(zone):%H:%M} “{short}”"


def _apart(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
