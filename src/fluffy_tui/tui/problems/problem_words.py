"""Problems in words: briefly for a row of the list, in full for the panel beside or below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.scheduling import ProblemKind, Remedy, Step
from fluffy_tui.tui.keymap.bindings import Place, actions_of
from fluffy_tui.tui.keymap.key_hints import key_of
from fluffy_tui.tui.text.post_state import photo_count_words
from fluffy_tui.tui.text.times import both_zones, moment_words, own_moment, relative_time
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, tzinfo

    from fluffy_tui.personas import Persona
    from fluffy_tui.scheduling import Problem
    from fluffy_tui.tui.session.overview import Overview

_NAMES = {
    ProblemKind.FAILED: "failed",
    ProblemKind.REMOVED_IN_BUFFER: "not in Buffer",
    ProblemKind.WORKER_SILENT: "no worker",
    ProblemKind.PHOTO_MISSING: "photo missing",
    ProblemKind.CHANNEL: "channel",
    ProblemKind.POSTED_TWICE: "posted twice",
    ProblemKind.POSTED_AFTER_CANCEL: "not cancelled",
    ProblemKind.UNKNOWN_IN_BUFFER: "not known",
    ProblemKind.AMBIGUOUS: "unconfirmed",
    ProblemKind.CLOCK: "clock",
    ProblemKind.HIDDEN: "not shown",
    ProblemKind.NOT_PLANNED: "not scheduled",
    ProblemKind.UNCONFIRMED: "unconfirmed",
    ProblemKind.MEDIA_HOST: "picture",
    ProblemKind.HELD: "held",
    ProblemKind.BUDGET_SPENT: "rate limit",
    ProblemKind.DRAFT_KEPT: "draft",
}
_RESUMES = {ProblemKind.BUDGET_SPENT: "resumes", ProblemKind.UNCONFIRMED: "checks"}
"""What happens at the time of a problem that passes by itself, if it is not a retry."""
_LABELS = {action.id: action.label for action in actions_of(Place.PROBLEMS, Place.EVERYWHERE)}


def problem_id(problem: Problem) -> str:
    """Return what identifies a problem while its details change."""
    whose = f"post-{problem.post.id}" if problem.post else f"persona-{problem.persona_id or 'all'}"
    return f"{problem.kind}-{whose}"


def problem_sign(problem: Problem) -> str:
    """Return one character for the severity, so that colour is never the only difference."""
    if problem.kind in (ProblemKind.FAILED, ProblemKind.REMOVED_IN_BUFFER):
        return "✗"
    if problem.kind is ProblemKind.UNCONFIRMED:
        return "?"
    return "!" if problem.needs_user else "●"


def problem_tone(problem: Problem) -> str:
    """Return the theme's colour for the severity."""
    if problem.kind in (ProblemKind.FAILED, ProblemKind.REMOVED_IN_BUFFER, ProblemKind.WORKER_SILENT):
        return "error"
    return "warning" if problem.needs_user else "primary"


def subject(problem: Problem, overview: Overview) -> str:
    """Return what has the problem: a caption, with its persona if that is not the current one."""
    persona = overview.personas.get(problem.persona_id or 0)
    name = one_line(persona.name) if persona else ""
    if problem.post is None:
        return name or "all posts"
    notes = [photo_count_words(problem.post), _network(problem, persona)]
    caption = "".join(f"{note} · " for note in notes if note) + f"“{one_line(problem.post.caption[:200])}”"
    is_other = overview.persona is None or problem.persona_id != overview.persona.id
    return f"{name}: {caption}" if name and is_other else caption


def _network(problem: Problem, persona: Persona | None) -> str:
    """Return where a post of a persona with several channels goes."""
    if persona is None or len(persona.channels) < 2:
        return ""
    channels = [chosen.channel for chosen in persona.channels if chosen.id == problem.channel_id]
    return next((channel.network for channel in channels if channel), "")


def cause(problem: Problem) -> str:
    """Return kind and reason, with only the first sentence of the reason."""
    why = one_line(problem.why or problem.what)
    first, stop, _ = why.partition(". ")
    return f"{_NAMES[problem.kind]}: {(first if stop else why).rstrip('.')}"


def outlook(problem: Problem, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return what happens without the user, and when: in the channel's zone if a post is due, else in the user's."""
    if problem.when is None:
        return "waits for you" if problem.needs_user else "passes by itself"
    if problem.when <= now:
        return "retrying now"
    if problem.kind is ProblemKind.MEDIA_HOST:
        return f"due {moment_words(problem.when, now, zone)}"
    return f"{_RESUMES.get(problem.kind, 'retries')} {own_moment(problem.when, now, zone, own_zone)}"


def remedy_keys(problem: Problem, own: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that help, with their labels, the most useful first: `r Retry`."""
    places = dict.fromkeys((Remedy.SETTINGS, Remedy.DOCTOR), Place.EVERYWHERE)
    helpful = [f"{places.get(remedy, Place.PROBLEMS)}.{remedy}" for remedy in problem.actions]
    return tuple(f"{key_of(id_, own)} {_LABELS[id_]}" for id_ in helpful)


def problem_facts(
    problem: Problem, now: datetime, zone: tzinfo, own_zone: tzinfo, keys: Sequence[str]
) -> dict[str, str]:
    """Return everything about a problem by label, with the keys of `remedy_keys`; unknown facts are left out."""
    post, then = problem.post, problem.then
    if problem.when is not None:
        then += f" {both_zones(problem.when, now, zone, own_zone)} · {relative_time(problem.when, now)}"
    attempts = post.attempts if post and post.step is Step.HELD else 0
    facts = {
        "What": problem.what,
        "Why": problem.why,
        "Next": then,
        "Tried": f"{attempts} times so far" if attempts > 1 else "",
        "Help": (post.support_url or "") if post else "",
        "Press": "".join(keys[:1]),
        "Or": " · ".join(keys[1:]),
    }
    return {label: one_line(words) for label, words in facts.items() if words}
