"""A post's history: each event with its time in both zones, who caused it, and any error message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from textual.content import Content

from fluffy_tui.scheduling import PostEvent, Step
from fluffy_tui.tui.text.event_words import event_words
from fluffy_tui.tui.text.times import zone_name
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.hanging_indent import hanging


def uploaded_at(events: Sequence[PostEvent]) -> datetime | None:
    """Return when the picture was last known to be uploaded, which is checked right before sending."""
    return next((event.at for event in reversed(events) if event.step is Step.SENDING), None)


def timeline(events: Sequence[PostEvent], zone: tzinfo, own_zone: tzinfo, room: int | None = None) -> Content:
    """Return the history, oldest first: channel's time, user's time where it differs, event, worker.

    Lines are wrapped at `room` columns; None before the layout is known.
    """
    if not events:
        return Content("")
    first = events[0].at
    two = first.astimezone(zone).utcoffset() != first.astimezone(own_zone).utcoffset()
    head = f"{zone_name(zone, first)[:15].ljust(15)}{'  your time' if two else ''}"
    lines = [Content.styled(head, "$foreground-muted")]
    previous = ""
    for event in events:
        lines.append(_line(event, zone, own_zone, room, two=two))
        message = one_line(event.message or "")
        if message and message != previous:
            tone = "error" if event.step is Step.FAILED else "warning"
            lines.append(
                hanging(Content(" " * (17 + 11 * two)), Content.styled(message, f"$text-{tone}"), room)
            )
        previous = message
    return Content("\n").join(lines)


def _line(event: PostEvent, zone: tzinfo, own_zone: tzinfo, room: int | None, *, two: bool) -> Content:
    local, own = event.at.astimezone(zone), event.at.astimezone(own_zone)
    own_time = f"  {own:%H:%M:%S} " if two else ""
    worker = one_line(event.worker).removeprefix("fluffy-tui ")
    head = Content.styled(f"{local.day:>2} {local:%b %H:%M:%S}{own_time}  ", "$foreground-muted")
    what = Content.assemble(
        event_words(event, zone, own_zone),
        Content.styled(f"  {worker}" if worker else "", "$foreground-disabled"),
    )
    return hanging(head, what, room)
