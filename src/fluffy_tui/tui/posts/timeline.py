"""A post's trail: every step with its time here and there, by whose hand, and with what message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from fluffy_tui.scheduling import PostStatus, Step
from fluffy_tui.tui.text.words import both_zones, one_line, zone_name
from fluffy_tui.tui.ui.hanging_indent import hanging

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from fluffy_tui.scheduling import PostEvent

_STEPS = {
    Step.QUEUED: "waits for a worker",
    Step.RENDERING: "rendering the picture",
    Step.HOSTING: "hosting the picture",
    Step.SENDING: "sending to Buffer",
    Step.UNCONFIRMED: "not confirmed: Buffer is looked at",
    Step.HELD: "held",
    Step.ACCEPTED: "in Buffer",
    Step.PUBLISHING: "Buffer is publishing it",
    Step.LIVE: "live",
    Step.FAILED: "failed",
}


def event_words(event: PostEvent, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return what happened, in a few words."""
    match event.what:
        case "created":
            return "submitted" if event.step else "kept as a draft"
        case "edited":
            return "it was changed"
        case "edit_sent":
            return "a change was sent to Buffer"
        case "edit_refused":
            return "the change was not taken"
        case "cancel_refused":
            return "it could not be taken back"
        case "due_moved":
            due = f" to {both_zones(event.scheduled_at, zone, own_zone)}" if event.scheduled_at else ""
            return f"its time moved{due}"
        case "attempt":
            return f"try {event.attempt} began"
        case "link":
            return "its link came"
        case "line":
            return "its place in the line changed"
    if event.step is None:
        return "kept as a draft" if event.status is PostStatus.DRAFT else str(event.status)
    words = _STEPS[event.step]
    if event.step is Step.HELD and event.next_try_at:
        words += f" until {both_zones(event.next_try_at, zone, own_zone)}"
    elif event.step is Step.ACCEPTED and event.scheduled_at:
        words += f" for {both_zones(event.scheduled_at, zone, own_zone)}"
    return words


def hosted_since(events: Sequence[PostEvent]) -> datetime | None:
    """Return since when the picture that Buffer fetches is hosted: it is checked there right before sending."""
    return next((event.at for event in reversed(events) if event.step is Step.SENDING), None)


def timeline(events: Sequence[PostEvent], zone: tzinfo, own_zone: tzinfo, room: int | None = None) -> Content:
    """Return the trail as lines, oldest first: time in the channel's zone, in the person's, what, by whom.

    Args:
        events: the trail.
        zone: the channel's.
        own_zone: the person's.
        room: columns of a line, into which longer ones are broken; unbroken where that is not known.
    """
    if not events:
        return Content("")
    first = events[0].at
    two = first.astimezone(zone).utcoffset() != first.astimezone(own_zone).utcoffset()
    head = f"{zone_name(zone, first)[:15].ljust(15)}{'  your time' if two else ''}"
    lines = [Content.styled(head, "$foreground-muted")]
    told = ""
    for event in events:
        lines.append(_line(event, zone, own_zone, room, two=two))
        message = one_line(event.message or "")
        if message and message != told:  # the same words again say nothing new
            tone = "error" if event.step is Step.FAILED else "warning"
            lines.append(
                hanging(Content(" " * (17 + 11 * two)), Content.styled(message, f"$text-{tone}"), room)
            )
        told = message
    return Content("\n").join(lines)


def _line(event: PostEvent, zone: tzinfo, own_zone: tzinfo, room: int | None, *, two: bool) -> Content:
    there, here = event.at.astimezone(zone), event.at.astimezone(own_zone)
    own = f"  {here:%H:%M:%S} " if two else ""
    who = one_line(event.worker).removeprefix("fluffy-tui ")
    head = Content.styled(f"{there.day:>2} {there:%b %H:%M:%S}{own}  ", "$foreground-muted")
    what = Content.assemble(
        event_words(event, zone, own_zone), Content.styled(f"  {who}" if who else "", "$foreground-disabled")
    )
    return hanging(head, what, room)
