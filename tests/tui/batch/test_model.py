"""A batch by itself: its slots, its current post, and what keeps it from being submitted."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.scheduling import Agenda, PostPhoto, Step, TaggedPerson
from fluffy_tui.tui.batch.model import Batch, BatchPost
from fluffy_tui.tui.rendition import RenderResult
from fluffy_tui.tui.session.drafts import Draft
from tui.fakes import CHANNELS, NOW, make_persona, make_photo, make_post


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """Return three posts with a slot each."""
    entries = [
        BatchPost(make_photo(tmp_path, number, 1), Draft(f"caption {number}")) for number in range(1, 4)
    ]
    batch = Batch(make_persona(1, "sarah", CHANNELS[0]), ZoneInfo("America/New_York"), entries)
    batch.plan(Agenda(CHANNELS[0], (), NOW))
    return batch


def submit(entry: BatchPost) -> None:
    """Give a post of the batch its post."""
    entry.post = make_post(entry.photo.id, entry.photo, entry.draft.caption, Step.QUEUED)


def test_the_posts_get_the_next_free_slots_in_their_order(batch: Batch) -> None:
    slots = [entry.slot for entry in batch.posts]
    assert slots == Agenda(CHANNELS[0], (), NOW).free_slots(3)


def test_those_after_one_that_is_left_out_move_up(batch: Batch) -> None:
    slots = [entry.slot for entry in batch.posts]
    batch.position = 1
    batch.leave_out()
    assert [entry.draft.caption for entry in batch.posts] == ["caption 1", "caption 3"]
    assert [entry.slot for entry in batch.posts] == slots[:2]
    assert batch.position == 1
    batch.leave_out()
    assert batch.position == 0
    batch.leave_out()
    assert (batch.posts, batch.position) == ([], 0)


def test_submitted_posts_are_passed_over(batch: Batch) -> None:
    submit(batch.posts[1])
    assert batch.following == 2
    batch.position = 2
    assert batch.following is None
    assert batch.preceding == 0
    assert [entry.photo.id for entry in batch.unsubmitted] == [1, 3]
    assert [entry.photo.id for entry in batch.submitted] == [2]


def test_the_first_problem_is_of_a_post_that_is_not_submitted(batch: Batch) -> None:
    assert batch.first_problem is None
    batch.posts[0].draft = Draft("")
    submit(batch.posts[0])
    batch.posts[1].picture = RenderResult(problem="The file is damaged.")
    batch.posts[2].draft = Draft("fog", "x" * 1_001)
    assert batch.first_problem == (1, "The file is damaged.")
    batch.posts[1].picture = None
    found = batch.first_problem
    assert found is not None
    assert found[0] == 2
    assert found[1].startswith("The alt text has 1,001 characters")


def test_marks_name_the_keys_of_this_screen_and_the_captions_of_the_others(batch: Batch) -> None:
    batch.posts[1].draft = Draft("a long enough caption")
    batch.posts[2].draft = Draft("a long enough caption!")
    batch.posts[2].picture = RenderResult(problem="The file is damaged.")
    lines = [mark.line for mark in batch.marks(2, NOW)]
    assert "✗ The file is damaged. (ctrl+o)" in lines
    assert "! similar to “a long enough caption” (f2)" in lines


def test_the_same_text_as_an_earlier_post_of_the_batch_is_warned_of(batch: Batch) -> None:
    batch.posts[0].draft, batch.posts[2].draft = Draft("pier"), Draft("pier ")
    warned = [any("same text" in mark.words for mark in batch.marks(number, NOW)) for number in range(3)]
    assert warned == [False, False, True]


def test_the_people_of_a_draft_are_named_in_its_marks(batch: Batch) -> None:
    entry = batch.posts[1]
    photo = PostPhoto(entry.photo.id, entry.photo.sha256, tags=(TaggedPerson("anna", 0.2, 0.8),))
    entry.draft = Draft("fog", photos=(photo,))
    assert "✓ 1 person tagged" in [mark.line for mark in batch.marks(1, NOW)]
    assert "tagged" not in " ".join(mark.line for mark in batch.marks(0, NOW))
