"""Troubles in plain words, short for their line and whole for the panel below."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import ProblemKind, Remedy, Step
from fluffy_tui.tui.keymap.bindings import Place, actions_of, key_of
from fluffy_tui.tui.session.overview import needs_person
from fluffy_tui.tui.text.words import (
    both_zones,
    duration_words,
    moment_words,
    one_line,
    own_moment,
    relative_time,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, tzinfo

    from fluffy_tui.buffer import Budget
    from fluffy_tui.scheduling import Problem
    from fluffy_tui.tui.session.overview import Overview

_SHORT = {
    ProblemKind.FAILED: "failed",
    ProblemKind.REMOVED_IN_BUFFER: "removed in Buffer",
    ProblemKind.WORKER_SILENT: "no worker",
    ProblemKind.PHOTO_MISSING: "photo missing",
    ProblemKind.CHANNEL: "channel",
    ProblemKind.NOT_PLANNED: "not planned",
    ProblemKind.UNCONFIRMED: "not confirmed",
    ProblemKind.MEDIA_HOST: "picture",
    ProblemKind.HELD: "held",
    ProblemKind.BUDGET_SPENT: "requests used up",
    ProblemKind.DRAFT_KEPT: "draft, not sent",
}
_KEYS = {
    Remedy.RETRY: "problems.retry",
    Remedy.EDIT: "problems.edit",
    Remedy.CHANGE_TIME: "problems.reschedule",
    Remedy.REHOST: "problems.upload_again",
    Remedy.LET_GO: "problems.cancel",
    Remedy.CANCEL: "problems.cancel",
    Remedy.OPEN_IN_BUFFER: "problems.open_in_buffer",
    Remedy.MOVE_UP: "problems.move_up",
}
_TABLE = {action.id: action for action in actions_of(Place.PROBLEMS)}


def problem_id(item: Problem) -> str:
    """Return what tells one trouble from another, however its words change."""
    whose = f"post-{item.post.id}" if item.post else f"persona-{item.persona_id or 'all'}"
    return f"{item.kind}-{whose}"


def problem_sign(item: Problem) -> str:
    """Return one character for how bad it is, so that colour is never the only difference."""
    if item.kind in (ProblemKind.FAILED, ProblemKind.REMOVED_IN_BUFFER):
        return "✗"
    if item.kind is ProblemKind.UNCONFIRMED:
        return "?"
    return "!" if needs_person(item) else "●"


def problem_tone(item: Problem) -> str:
    """Return the theme's colour for it."""
    if item.kind in (ProblemKind.FAILED, ProblemKind.REMOVED_IN_BUFFER, ProblemKind.WORKER_SILENT):
        return "error"
    return "warning" if needs_person(item) else "primary"


def subject(item: Problem, overview: Overview) -> str:
    """Return whose trouble it is: a caption, with its persona where that is not the chosen one."""
    persona = overview.personas.get(item.persona_id or 0)
    name = one_line(persona.name) if persona else ""
    if item.post is None:
        return name or "every post"
    caption = f"“{one_line(item.post.caption[:200])}”"
    is_other = overview.persona is None or item.persona_id != overview.persona.id
    return f"{name}: {caption}" if name and is_other else caption


def cause(item: Problem) -> str:
    """Return what happened and why, as short as a line needs it."""
    why = one_line(item.why or item.what)
    first, stop, _ = why.partition(". ")
    return f"{_SHORT[item.kind]}: {(first if stop else why).rstrip('.')}"


def by_itself(item: Problem, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return what happens by itself and when, as short as a line needs it.

    Args:
        item: The trouble.
        now: The present moment.
        zone: The channel's time zone, in which posts fall due.
        own_zone: The person's, in which everything else happens.
    """
    if item.when is None:
        return "waits for you" if needs_person(item) else "goes on by itself"
    if item.when <= now:
        return "is being tried"
    if item.kind is ProblemKind.MEDIA_HOST:
        return f"due {moment_words(item.when, now, zone)}"
    return f"{_VERBS.get(item.kind, 'again')} {own_moment(item.when, now, zone, own_zone)}"


_VERBS = {
    ProblemKind.BUDGET_SPENT: "goes on",
    ProblemKind.UNCONFIRMED: "looks",
}


def mending(item: Problem, own: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that help, the most useful first, each with its word: `r try again`.

    Args:
        item: The trouble.
        own: The person's own keys, by action id.
    """
    found = []
    if item.kind is ProblemKind.DRAFT_KEPT and Remedy.RETRY not in item.actions:
        found.append(f"{key_of('app.settings', own)} set up")  # what delivery lacks is set there
    for action in item.actions:
        key = _TABLE[_KEYS[action]]
        found.append(f"{key_of(key.id, own)} {'let go' if action is Remedy.LET_GO else key.label}")
    if item.kind is ProblemKind.WORKER_SILENT:
        found.append(f"{key_of('app.doctor', own)} doctor")
    return tuple(dict.fromkeys(found))


def whole(
    item: Problem, now: datetime, zone: tzinfo, own_zone: tzinfo, keys: Sequence[str]
) -> list[tuple[str, str]]:
    """Return everything about a trouble as labels and sentences; labels are empty where a sentence goes on.

    Args:
        item: The trouble.
        now: The present moment.
        zone: The channel's time zone.
        own_zone: The person's time zone.
        keys: What mends it, as `mending` returns it.
    """
    then = item.then
    if item.when is not None:
        then += f" {both_zones(item.when, zone, own_zone)} · {relative_time(item.when, now)}"
    post = item.post
    tries = f"{post.attempts} times so far" if post and post.attempts > 1 and post.step is Step.HELD else ""
    facts = [
        ("what", item.what),
        ("why", item.why),
        ("then", then),
        ("tried", tries),
        ("help", (post.support_url or "") if post else ""),
        ("keys", " · ".join(keys)),
    ]
    return [(label, one_line(words)) for label, words in facts if words]


def budget_words(budget: Budget | None, now: datetime, zone: tzinfo) -> str:
    """Return how many requests Buffer still takes in the window that is nearest to its end; empty if unknown."""
    windows = [
        window
        for window in (budget.windows.values() if budget else ())
        if window.resets_at is None or window.resets_at > now
    ]
    if not windows:
        return ""
    tightest = min(windows, key=lambda window: window.remaining / (window.quota or 1_000_000))
    of = f" of {tightest.quota:,}" if tightest.quota is not None else ""
    until = f" until {moment_words(tightest.resets_at, now, zone)}" if tightest.resets_at else ""
    return f"{tightest.remaining:,}{of} requests left{until}"


def worker_words(overview: Overview) -> str:
    """Return when a worker was last heard of; empty before that was read."""
    if overview.worker_words or not overview.read or overview.worker_age is None:
        return overview.worker_words
    return f"worker heard {duration_words(timedelta(seconds=overview.worker_age))} ago"


def next_due(overview: Overview, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return when the chosen persona's next post goes out: `Next: Tue 24 Nov 09:00 UTC.`; empty when none waits."""
    due = overview.persona_counts.next_due_at
    return f"Next: {both_zones(due, zone, own_zone)}." if due else ""
