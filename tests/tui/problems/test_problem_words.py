"""Problems in words: what happens next, and the keys that help."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from fluffy_tui.scheduling import Problem, ProblemKind, Remedy
from fluffy_tui.tui.problems.problem_words import cause, outlook, problem_facts, remedy_keys
from tui.fakes import NOW
from tui.problems.test_screen import CHANNEL, WORKER

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
LATER = NOW + timedelta(hours=4)
HELD = Problem(ProblemKind.HELD, what="It waits.", why="", then="", actions=(), when=LATER)


def test_the_outlook_uses_the_users_clock_and_the_channels_for_due_times() -> None:
    assert outlook(HELD, NOW, NEW_YORK, BERLIN) == "retries your 19:30"
    uploading = replace(HELD, kind=ProblemKind.MEDIA_HOST)
    assert outlook(uploading, NOW, NEW_YORK, BERLIN) == "due 13:30", "the channel's time, as in all plans"
    spent = replace(HELD, kind=ProblemKind.BUDGET_SPENT)
    assert outlook(spent, NOW, BERLIN, BERLIN) == "resumes 19:30"
    assert outlook(HELD, LATER, BERLIN, BERLIN) == "retrying now"


def test_the_outlook_without_a_time_says_whether_the_user_is_needed() -> None:
    assert outlook(WORKER, NOW, BERLIN, BERLIN) == "waits for you"
    assert outlook(replace(HELD, when=None), NOW, BERLIN, BERLIN) == "passes by itself"


def test_the_cause_is_the_first_sentence_of_the_reason() -> None:
    assert cause(replace(HELD, why="The queue is full. It has room for 10.")) == "held: The queue is full"
    assert cause(HELD) == "held: It waits"


def test_unknown_facts_are_left_out() -> None:
    facts = problem_facts(replace(HELD, when=None), NOW, BERLIN, BERLIN, ())
    assert facts == {"What": "It waits."}


def test_a_draft_that_cannot_be_sent_names_the_key_of_the_settings() -> None:
    draft = Problem(
        ProblemKind.DRAFT_KEPT,
        "Kept as a draft.",
        "No Buffer key is set.",
        "",
        None,
        (Remedy.SETTINGS, Remedy.EDIT, Remedy.CANCEL),
    )
    assert remedy_keys(draft, {}) == (", Settings", "e Edit", "x Cancel")
    assert remedy_keys(replace(draft, actions=(Remedy.RETRY, Remedy.EDIT)), {}) == ("r Retry", "e Edit")


def test_the_keys_that_help_are_the_users_own() -> None:
    own = {"app.doctor": "f9", "problems.open_in_buffer": "ctrl+y,B"}
    assert remedy_keys(WORKER, own) == ("f9 Health checks",)
    assert remedy_keys(CHANNEL, own) == ("ctrl+y Open in Buffer",)
