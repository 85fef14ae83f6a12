"""When a post will go out: the channel's agenda, and what it means for the time that is chosen."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.tui.text.times import both_zones, duration_left, moment_words, zone_name
from fluffy_tui.tui.text.words import ordinal, plural, quoted

if TYPE_CHECKING:
    from fluffy_tui.personas import Persona
    from fluffy_tui.scheduling import Agenda, Planned
    from fluffy_tui.tui.session.context import Context

RECENT = timedelta(days=3)
"""How far back live posts are shown beside those to come."""
_WITHOUT_AGENDA = {
    ShareMode.ADD_TO_QUEUE: "the next free slot in the queue",
    ShareMode.SHARE_NEXT: "the very next slot; queued posts move back by one",
    ShareMode.SHARE_NOW: "posted as soon as it is in Buffer",
}


async def load_agenda(context: Context, persona: Persona) -> Agenda:
    """Return what is planned on a persona's channel, and what went live recently."""
    now = context.clock()
    return await context.services.planning.agenda(persona, now, now - RECENT)


def forecast_moment(share_mode: ShareMode, at: datetime | None, agenda: Agenda | None) -> datetime | None:
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
    """Say when a post will go out, such as `next slot · Tue 24 Nov 09:00 New York · 8th of 10`."""
    if agenda is None or agenda.channel is None or share_mode is ShareMode.SHARE_NOW:
        return _WITHOUT_AGENDA.get(share_mode, "")
    moment = forecast_moment(share_mode, None, agenda)
    if moment is None:
        return "this channel has no posting slots in Buffer: choose a time, or post now"
    when = both_zones(moment, agenda.now, zone, own_zone)
    if share_mode is ShareMode.SHARE_NEXT:
        return f"very next slot · {when} · queued posts move back by one"
    return f"next slot · {when} · {_place(agenda)}"


def warning_words(
    at: datetime | None, agenda: Agenda | None, zone: tzinfo, share_mode: ShareMode | None = None
) -> str:
    """Name another post that is too close to a moment; empty when there is none."""
    near = agenda.near(at, share_mode) if agenda and at else []
    if not near or at is None:
        return ""
    apart = abs(near[0].at - at)
    post = _named(near[0], zone)
    return (
        f"only {duration_left(apart.total_seconds())} from {post}" if apart else f"at the same time as {post}"
    )


def day_words(at: datetime | None, agenda: Agenda | None, zone: tzinfo) -> str:
    """Name the other posts on the day of a moment; empty when there are none."""
    others = agenda.on_day_of(at) if agenda and at else []
    return f"same day: {' · '.join(_named(planned, zone) for planned in others)}" if others else ""


def runway_words(
    agenda: Agenda, zone: tzinfo, own_zone: tzinfo, *, needing: int = 0, undecided: int | None = None
) -> str:
    """Say how long the planned posts last, how many problems there are, and how many photos are undecided.

    Such as `9 days left · next Tue 09:00 New York (your 15:00) · 2 problems · 214 undecided · queue 7/10`.
    """
    upcoming = [planned for planned in agenda.to_come if planned.at > agenda.now]
    parts = [_left(agenda.runway.days), _next(upcoming[0].at, agenda, zone, own_zone)] if upcoming else []
    parts = parts or ["nothing planned"]
    if needing:
        parts.append(f"{needing} {plural(needing, 'problem')}")
    if undecided is not None:
        parts.append(f"{undecided:,} undecided")
    if agenda.channel is not None and not agenda.channel.has_slots:
        parts.append("no posting slots in Buffer")
    if agenda.room is not None and agenda.channel is not None:
        parts.append(f"queue {agenda.waiting}/{agenda.channel.scheduled_posts_limit}")
    return " · ".join(parts)


def _left(days: int) -> str:
    return f"{days} {plural(days, 'day')} left" if days else "less than a day left"


def _next(at: datetime, agenda: Agenda, zone: tzinfo, own_zone: tzinfo) -> str:
    there, here = at.astimezone(zone), at.astimezone(own_zone)
    words = f"next {moment_words(at, agenda.now, zone)} {zone_name(zone, at)}"
    if there.utcoffset() == here.utcoffset():
        return words
    own = f"{here:%H:%M}" if here.date() == there.date() else moment_words(at, agenda.now, own_zone)
    return f"{words} (your {own})"


def _place(agenda: Agenda) -> str:
    limit = agenda.channel.scheduled_posts_limit if agenda.channel else None
    place = agenda.waiting + 1
    if limit is None:
        return f"{ordinal(place)} in the queue"
    return f"{ordinal(place)} of {limit}" if place <= limit else f"queue full, {ordinal(place)} to go"


def _named(planned: Planned, zone: tzinfo) -> str:
    return f"{planned.at.astimezone(zone):%H:%M} {quoted(planned.post.caption, 18)}"
