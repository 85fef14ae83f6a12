"""Tags while they are moved about in a picture that is cropped, padded or turned."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.media import TURNS, Fit, Framing, Shape, Window, window_for
from fluffy_tui.networks import rules_for
from fluffy_tui.scheduling import TaggedPerson
from fluffy_tui.tui.rendition.tag_editor import TagEditor

ANNA, BEN = TaggedPerson("anna", 0.25, 0.5), TaggedPerson("ben", 0.75, 0.5)


def test_a_new_tag_is_in_the_middle_of_the_picture_and_current() -> None:
    editor = TagEditor([ANNA], Window(left=0.5, width=0.5), 0)
    assert editor.places == [None]
    editor.add()
    assert (editor.index, editor.handles, editor.places) == (1, ["anna", ""], [None, (0.5, 0.5)])
    assert [tag.handle for tag in editor.people] == ["anna"]  # the new one has no name yet
    editor.name("carl")
    assert editor.people == (ANNA, TaggedPerson("carl", 0.75, 0.5))


def test_the_first_name_makes_a_tag() -> None:
    editor = TagEditor([], Window(), 0)
    editor.move(0.1, 0.1)
    editor.remove()
    editor.step(1)
    editor.name("")
    assert (len(editor), editor.current, editor.people) == (0, None, ())
    editor.name("anna")
    assert editor.people == (TaggedPerson("anna", 0.5, 0.5),)


def test_going_on_after_the_last_goes_to_the_first() -> None:
    editor = TagEditor([ANNA, BEN], Window(), 0)
    editor.step(-1)
    assert editor.current is not None
    assert editor.current.handle == "ben"
    editor.step(1)
    assert editor.index == 0


@pytest.mark.parametrize(("index", "left"), [(0, (BEN,)), (1, (ANNA,))])
def test_the_current_tag_is_removed(index: int, left: tuple[TaggedPerson, ...]) -> None:
    editor = TagEditor([ANNA, BEN], Window(), 0)
    editor.step(index)
    editor.remove()
    assert (editor.people, editor.index) == (left, 0)


def test_a_handle_that_is_tagged_twice_is_found_however_it_is_written() -> None:
    editor = TagEditor([ANNA, BEN], Window(), 0)
    assert editor.repeated == ""
    editor.name("Ben")
    assert editor.repeated == "ben"


@given(
    st.tuples(st.integers(100, 4000), st.integers(100, 4000)),
    st.builds(Framing, st.sampled_from(Fit), st.sampled_from(Shape), st.sampled_from(TURNS)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.sampled_from([(0.01, 0), (-0.01, 0), (0, 0.1), (0, -0.1)]),
)
def test_a_tag_moves_as_the_arrow_points_whatever_is_done_to_the_picture(
    size: tuple[int, int], framing: Framing, place: tuple[float, float], by: tuple[float, float]
) -> None:
    window = window_for(size, rules_for("instagram").image, framing)
    editor = TagEditor([TaggedPerson("anna", *place)], window, framing.turn)
    before = window.nearest_in_picture(place, framing.turn)
    editor.move(*by)
    [after] = editor.places
    assert after is not None  # who was cut off is in the picture now
    inside = window.place_in_photo((before[0] + by[0], before[1] + by[1]), framing.turn)
    assert after == pytest.approx(window.nearest_in_picture(inside, framing.turn), abs=0.001)
    for axis in (0, 1):
        moved = after[axis] - before[axis]
        assert moved * by[axis] >= 0 and abs(moved) <= abs(by[axis]) + 0.001
