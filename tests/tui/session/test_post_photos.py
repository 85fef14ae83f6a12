"""The order of a post's photos, and what was chosen for each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fluffy_tui.media import Fit, Framing, Part, Window
from fluffy_tui.photos import Photo
from fluffy_tui.scheduling import PostPhoto, TaggedPerson
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.post_photos import PostPhotos, chosen_photos, draft_of_one
from tui.fakes import make_photo

HABIT = Framing(Fit.CROP)


@pytest.fixture
def files(tmp_path: Path) -> list[Photo]:
    return [make_photo(tmp_path, number, 1) for number in (1, 2, 3)]


def photos(count: int, index: int = 0) -> PostPhotos:
    return PostPhotos(tuple(PostPhoto(number, str(number)) for number in range(1, count + 1)), index)


def ids(found: PostPhotos) -> list[int]:
    return [photo.photo_id for photo in found.photos]


@pytest.mark.parametrize(
    ("index", "by", "order"),
    [
        (0, 1, [2, 1, 3, 4]),
        (3, -3, [4, 1, 2, 3]),
        (1, 2, [1, 3, 4, 2]),
        (0, -1, [1, 2, 3, 4]),
        (3, 1, [1, 2, 3, 4]),
    ],
)
def test_the_current_photo_is_moved_and_stays_the_current_one(index: int, by: int, order: list[int]) -> None:
    before = photos(4, index)
    after = before.moved(by)
    assert ids(after) == order
    assert after.current == before.current
    assert ids(before) == [1, 2, 3, 4]


def test_the_first_photo_is_the_cover() -> None:
    assert photos(3).moved(+1).cover.photo_id == 2
    assert [photos(3).at(index).place for index in range(3)] == ["1 of 3 · cover", "2 of 3", "3 of 3"]
    assert photos(1).place == ""


def test_going_beyond_the_ends_stays_there() -> None:
    assert (photos(3).at(-1).index, photos(3).at(7).index) == (0, 2)


@pytest.mark.parametrize(("index", "left", "current"), [(0, [2, 3], 2), (1, [1, 3], 3), (2, [1, 2], 2)])
def test_a_photo_is_taken_out_and_the_one_behind_it_follows(
    index: int, left: list[int], current: int
) -> None:
    after = photos(3, index).without_current()
    assert (ids(after), after.current.photo_id) == (left, current)


def test_the_last_one_cannot_be_taken_out() -> None:
    assert photos(1).without_current() == photos(1)


def test_a_change_is_the_current_photos() -> None:
    changed = photos(3, 1).with_current("a pier", HABIT)
    assert [photo.alt_text for photo in changed.photos] == ["", "a pier", ""]
    assert [photo.framing for photo in changed.photos] == [Framing(), HABIT, Framing()]


def test_the_parts_of_a_panorama_are_framed_alike() -> None:
    parts = [PostPhoto(1, "", framing=Framing(part=Part(number, 2))) for number in (1, 2)]
    changed = PostPhotos((*parts, PostPhoto(2, ""))).with_current("", replace(HABIT, part=Part(1, 2)))
    assert [photo.framing for photo in changed.photos] == [
        replace(HABIT, part=Part(1, 2)),
        replace(HABIT, part=Part(2, 2)),
        Framing(),
    ]


PEOPLE = tuple(TaggedPerson(name, x, 0.5) for name, x in (("a", 0.1), ("b", 0.5), ("c", 0.9)))
HALVES = [Window(0.0, 0.1, 0.5, 0.8), Window(0.5, 0.1, 0.5, 0.8)]


def test_a_photo_is_cut_in_its_place_and_its_people_go_with_it() -> None:
    before = photos(3, 1).with_current("sea", Framing()).with_tags(PEOPLE)
    after = before.cut(Framing(Fit.CROP), HALVES)
    assert (ids(after), after.index) == ([1, 2, 2, 3], 1)
    assert [(photo.alt_text, str(photo.framing)) for photo in after.photos[1:3]] == [
        ("sea", "crop part 1/2"),
        ("sea", "crop part 2/2"),
    ]
    assert [[tag.handle for tag in photo.tags] for photo in after.photos] == [[], ["a", "b"], ["c"], []]


def test_parts_are_put_together_where_the_first_was_with_all_texts_and_people() -> None:
    cut = photos(3, 1).with_tags(PEOPLE).cut(Framing(), HALVES)
    moved = (
        cut.at(2)
        .with_current("left", Framing(part=Part(2, 2)))
        .at(1)
        .with_current("right", Framing(part=Part(1, 2)))
    )
    whole = moved.moved(-1).at(2).cut(Framing(), [Window()])
    assert (ids(whole), whole.index) == ([2, 1, 3], 0)
    assert (whole.cover.alt_text, whole.cover.framing, whole.cover.tags) == ("right left", Framing(), PEOPLE)


def test_who_is_in_no_part_stays_with_the_first() -> None:
    outside = TaggedPerson("outside", 0.5, 0.0)
    after = photos(1).with_tags((outside,)).cut(Framing(), HALVES)
    assert [photo.tags for photo in after.photos] == [(outside,), ()]


def test_what_was_chosen_for_a_photo_alone_goes_into_a_post_of_several(files: list[Photo]) -> None:
    parts = tuple(
        PostPhoto(2, "old", framing=Framing(part=Part(number, 2)), tags=PEOPLE) for number in (1, 2)
    )
    tagged = Draft(photos=(PostPhoto(1, "old", "one", tags=PEOPLE),))
    found = chosen_photos(files, tagged, lambda file: Draft(photos=parts) if file.id == 2 else None, HABIT)
    assert ids(found) == [1, 2, 2, 3]
    assert [len(photo.tags) for photo in found.photos] == [3, 3, 3, 0]
    assert found.photos[1].sha256 == files[1].sha256


def test_the_draft_of_one_photo_names_it_only_for_its_people() -> None:
    draft = Draft("fog", "a pier", framing=HABIT)
    assert draft_of_one(draft, PostPhoto(1, "")) == draft
    [named] = draft_of_one(draft, PostPhoto(1, "", tags=PEOPLE)).photos
    assert named == PostPhoto(1, "", "a pier", HABIT, PEOPLE)


def test_a_selection_gets_the_texts_and_framings_of_the_photos_own_drafts(files: list[Photo]) -> None:
    own = {2: Draft(alt_text="second", framing=Framing(Fit.PAD_PLAIN)), 3: Draft("a caption")}
    found = chosen_photos(files, Draft("fog", "first"), lambda file: own.get(file.id), HABIT)
    assert ids(found) == [1, 2, 3]
    assert [photo.alt_text for photo in found.photos] == ["first", "second", ""]
    assert [photo.framing for photo in found.photos] == [HABIT, Framing(Fit.PAD_PLAIN), HABIT]
    assert [photo.sha256 for photo in found.photos] == [file.sha256 for file in files]


def test_a_draft_of_the_same_photos_keeps_its_order_and_another_one_only_its_texts(
    files: list[Photo],
) -> None:
    of_draft = tuple(PostPhoto(number, "old", f"text {number}") for number in (3, 1, 2))
    same = chosen_photos(files, Draft(photos=of_draft), lambda _: None, HABIT)
    assert ids(same) == [3, 1, 2]
    assert same.cover.sha256 == files[2].sha256
    fewer = chosen_photos(files[:2], Draft(photos=of_draft), lambda _: None, HABIT)
    assert ids(fewer) == [1, 2]
    assert [photo.alt_text for photo in fewer.photos] == ["text 1", "text 2"]


def test_the_parts_of_a_panorama_stay_apart(files: list[Photo]) -> None:
    parts = (PostPhoto(1, "old", "left"), PostPhoto(1, "old", "right"))
    found = chosen_photos(files[:1], Draft(photos=parts), lambda _: None, HABIT)
    assert [photo.alt_text for photo in found.photos] == ["left", "right"]
