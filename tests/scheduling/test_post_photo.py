"""People tags of a photo, on their way into its picture."""

from __future__ import annotations

import pytest

from fluffy_tui.buffer import PeopleTag
from fluffy_tui.media import Framing, Window
from fluffy_tui.scheduling import PostPhoto, TaggedPerson

PEOPLE = (TaggedPerson("anna", 0.25, 0.75), TaggedPerson("ben", 0.9, 0.5))


def uploaded(facts: dict[str, object], framing: Framing = Framing()) -> PostPhoto:
    """Return a photo with two people in it whose picture is uploaded."""
    return PostPhoto(
        7,
        "a" * 64,
        "two people",
        framing,
        PEOPLE,
        media_url="https://media.example.com/a.jpg",
        rendition=facts,
    )


def test_tags_follow_the_picture_and_who_is_cut_off_is_left_out() -> None:
    photo = uploaded({"window": [0.0, 0.5, 0.5, 0.5]})
    assert photo.new_picture().tags == (PeopleTag("anna", 0.5, 0.5),)
    turned = uploaded({"window": [0.0, 0.0, 1.0, 1.0]}, Framing(turn=90))
    assert turned.new_picture().tags == (PeopleTag("anna", 0.25, 0.25), PeopleTag("ben", 0.5, 0.9))


def test_a_picture_that_is_only_planned_can_be_asked_about() -> None:
    photo = PostPhoto(7, "", tags=PEOPLE)
    assert photo.tags_in_picture(Window(left=-0.5, width=2.0)) == (
        PeopleTag("anna", 0.375, 0.75),
        PeopleTag("ben", 0.7, 0.5),
    )


@pytest.mark.parametrize("facts", [{}, {"width": 1080}])
def test_tags_of_a_picture_of_which_no_window_is_known_stay_as_they_are(facts: dict[str, object]) -> None:
    assert uploaded(facts).new_picture().tags == tuple(PeopleTag(tag.handle, tag.x, tag.y) for tag in PEOPLE)


def test_tags_are_stored_with_the_photo() -> None:
    photo = uploaded({"window": [0.0, 0.0, 1.0, 1.0]})
    assert PostPhoto.from_json(photo.to_json()) == photo


@pytest.mark.parametrize(
    "wrong",
    [("", 0.5, 0.5), ("@anna", 0.5, 0.5), ("an na", 0.5, 0.5), ("anna", -0.1, 0.5), ("anna", 0.5, 1.1)],
)
def test_a_tag_needs_a_handle_and_a_place_in_the_photo(wrong: tuple[str, float, float]) -> None:
    with pytest.raises(ValueError, match="a tag"):
        TaggedPerson(*wrong)
