"""Dates, times and durations as text, in the channel's time zone and in the user's own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo


def moment_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return a time in its shortest unambiguous form: `09:00`, `Tue 09:00`, `24 Nov 09:00`, `24 Nov 2027 09:00`."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    if days == 0:
        return f"{local:%H:%M}"
    if 0 < days < 7:
        return f"{local:%a %H:%M}"
    return f"{local.day} {local:%b %H:%M}" if local.year == today.year else f"{local.day} {local:%b %Y %H:%M}"


def day_start(day: date, zone: tzinfo) -> datetime:
    """Return when a day begins in a time zone."""
    return datetime.combine(day, time(), zone)


def day_words(day: date, today: date) -> str:
    """Return a day as a heading: `Today`, `Tomorrow`, `Yesterday`, `Mon 30 Nov`, `Mon 30 Nov 2026`."""
    near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((day - today).days)
    year = "" if day.year == today.year else f" {day.year}"
    return near or f"{day:%a} {day.day} {day:%b}{year}"


def own_moment(moment: datetime, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return a time in the user's zone, marked `your` where the channel's clock shows a different one."""
    differs = moment.astimezone(zone).utcoffset() != moment.astimezone(own_zone).utcoffset()
    return f"{'your ' * differs}{moment_words(moment, now, own_zone)}"


def both_zones(moment: datetime, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return date and time in the channel's zone and, where the clocks differ, in the user's as well.

    The year is part of the date unless it is the present one.
    """
    local = moment.astimezone(zone)
    which = f" ({turn})" if (turn := occurrence(moment, zone)) else ""
    year = "" if local.year == now.astimezone(zone).year else f"{local:%Y} "
    words = f"{local:%a} {local.day} {local:%b} {year}{local:%H:%M}{which} {zone_name(zone, moment)}"
    own = own_time(moment, zone, own_zone)
    return f"{words} ({own})" if own else words


def own_time(moment: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return `your 15:00`, with the day where it is another one there; empty where both clocks show the same."""
    local, own = moment.astimezone(zone), moment.astimezone(own_zone)
    if local.utcoffset() == own.utcoffset():
        return ""
    return f"your {own:%H:%M}" if own.date() == local.date() else f"your {own:%a %H:%M}"


def occurrence(moment: datetime, zone: tzinfo) -> str:
    """Return `first` or `second` for a time that the zone's clocks show twice, in autumn; otherwise nothing."""
    local = moment.astimezone(zone)
    is_doubled = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return ("first", "second")[local.fold] if is_doubled else ""


def zone_name(zone: tzinfo, moment: datetime) -> str:
    """Return the city of a time zone (`New York`), or its abbreviation if it is not named after a city."""
    if isinstance(zone, ZoneInfo) and "/" in zone.key:
        return zone.key.rpartition("/")[2].replace("_", " ")
    return moment.astimezone(zone).tzname() or "UTC"


def relative_time(moment: datetime, now: datetime) -> str:
    """Return a time relative to now: `in 3 h`, `2 d ago`, `now`."""
    distance = moment - now
    if abs(distance) < timedelta(seconds=1):
        return "now"
    return f"in {duration_words(distance)}" if distance > timedelta() else f"{duration_words(-distance)} ago"


def days_ago(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return how many midnights ago it was: `today`, `yesterday`, `12 days ago`."""
    days = (now.astimezone(zone).date() - moment.astimezone(zone).date()).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")


def duration_words(duration: timedelta) -> str:
    """Return a duration, rounded to the unit that suits it: `14 s`, `75 min`, `31 h`, `12 d`."""
    count = int(duration.total_seconds() + 0.5)
    for unit, below, length in (("s", 90, 60), ("min", 90, 60), ("h", 48, 24)):
        if count < below:
            return f"{count} {unit}"
        count = int(count / length + 0.5)
    return f"{count} d"


def duration_left(seconds: float) -> str:
    """Return a duration as precisely as an estimate deserves: `5 s`, `2 min`, `1 h 10 min`."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
