"""What happened to a post, in the words that users see, on screens and in `--doctor --post`."""

from __future__ import annotations

from datetime import datetime, tzinfo

from fluffy_tui.scheduling import PostEvent, Step
from fluffy_tui.tui.text.post_state import step_state
from fluffy_tui.tui.text.times import both_zones

_EVENTS = {
    "double_deleted": "was in Buffer twice; one was deleted there",
    "edited": "edited",
    "edit_sent": "edit sent to Buffer",
    "edit_refused": "edit rejected",
    "cancel_refused": "could not be cancelled in Buffer",
    "link": "link received",
    "line": "moved in the queue",
}


def event_words(event: PostEvent, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return what happened, in a few words."""
    if event.what in _EVENTS:
        return _EVENTS[event.what]
    state = step_state(event.step, event.status)
    match event.what, event.step:
        case "created", _:
            return "submitted" if event.step else "saved as a draft"
        case "due_moved", _:
            return f"rescheduled{_time(' to', event.scheduled_at, event, zone, own_zone)}"
        case "attempt", _:
            return f"attempt {event.attempt} started"
        case _, Step.HELD:
            return f"{state.name}{_time(' until', event.next_try_at, event, zone, own_zone)}"
        case _, Step.ACCEPTED:
            return f"{state.name}{_time(' for', event.scheduled_at, event, zone, own_zone)}"
    return state.words


def _time(preposition: str, moment: datetime | None, event: PostEvent, zone: tzinfo, own_zone: tzinfo) -> str:
    return f"{preposition} {both_zones(moment, event.at, zone, own_zone)}" if moment else ""
