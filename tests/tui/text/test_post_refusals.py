"""Why something cannot be done with a post: a sentence for each state that forbids it, else none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fluffy_tui.scheduling import ON_THE_WAY, Post, PostError, Step
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.posts.post_actions import POST_ACTIONS
from fluffy_tui.tui.text.post_refusals import why_not
from tui.fakes import make_photo, make_post

STEPS = (None, *Step)
SENT = {Step.SENDING, Step.UNCONFIRMED, Step.PUBLISHING, Step.LIVE}
POSSIBLE = {
    "edit": set(STEPS) - SENT,
    "reschedule": set(STEPS) - SENT,
    "cancel": set(STEPS) - SENT,
    "retry": {None, Step.HELD, Step.FAILED},
    "upload_again": {None, Step.HELD, Step.FAILED, Step.QUEUED, Step.ACCEPTED},
    "move_up": set(ON_THE_WAY),
    "post_again": {Step.LIVE},
    "copy_link": set[Step | None](),
    "duplicate": set(STEPS),
    "open_in_buffer": set(STEPS),
}


def post_at(folder: Path, step: Step | None) -> Post:
    """Return a post at a step, without a link."""
    return make_post(1, make_photo(folder, 1, 1), "fog", step)


def test_every_key_for_posts_has_a_rule_here() -> None:
    assert POSSIBLE.keys() == set(POST_ACTIONS)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("verb", POST_ACTIONS)
def test_what_a_state_forbids_has_a_reason(tmp_path: Path, verb: str, step: Step | None) -> None:
    reason = why_not(verb, post_at(tmp_path, step))
    assert bool(reason) is (step not in POSSIBLE[verb])
    assert "{" not in with_keys(reason, {})


@pytest.mark.parametrize("verb", POST_ACTIONS)
def test_a_post_that_only_the_user_can_tell_is_sent_again_or_cancelled(tmp_path: Path, verb: str) -> None:
    ambiguous = replace(post_at(tmp_path, Step.UNCONFIRMED), error_code=PostError.AMBIGUOUS)
    is_possible = verb in ("retry", "cancel", "upload_again", "move_up", "duplicate", "open_in_buffer")
    assert bool(why_not(verb, ambiguous)) is not is_possible


def test_a_live_post_has_a_link_as_soon_as_buffer_reports_it(tmp_path: Path) -> None:
    post = post_at(tmp_path, Step.LIVE)
    assert why_not("copy_link", post) == "No link yet. Buffer has not reported it so far."
    assert why_not("copy_link", replace(post, external_link="https://example.org/p/1")) == ""
