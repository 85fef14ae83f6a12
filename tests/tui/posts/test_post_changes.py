"""What an edit sends: only what is different."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Fit, Framing, Part
from fluffy_tui.networks import rules_for
from fluffy_tui.scheduling import Agenda, PostPhoto, Step, TaggedPerson
from fluffy_tui.tui.posts.post_changes import (
    EditedPosts,
    change_problem,
    changes,
    draft_of,
    photos_to_edit,
    shared_changes,
    without,
)
from fluffy_tui.tui.session.drafts import Draft
from tui.fakes import CHANNELS, NOW, make_photo, make_post

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post


INSTAGRAM = rules_for("instagram")


@pytest.fixture
def post(tmp_path: Path) -> Post:
    """Return a post that is in Buffer."""
    return make_post(2, make_photo(tmp_path, 2, 1), "fog", Step.ACCEPTED, alt_text="a pier")


def test_an_unchanged_draft_changes_nothing(post: Post) -> None:
    assert changes(post, draft_of(post)) == {}


def test_only_what_is_different_is_sent(post: Post) -> None:
    draft = replace(draft_of(post), alt_text="", framing=Framing(Fit.CROP))
    assert changes(post, draft) == {"alt_text": "", "framing": Framing(Fit.CROP)}
    assert changes(post, draft, only_time=True) == {}


def test_tags_are_sent_with_the_photo_that_has_them(post: Post) -> None:
    anna = (TaggedPerson("anna", 0.5, 0.5),)
    tagged = replace(post.cover, alt_text="a bridge", tags=anna)
    added = changes(post, replace(draft_of(post), alt_text="a bridge", photos=(tagged,)))
    assert added == {"photos": [tagged]}
    known = replace(post, photos=(tagged,))
    assert draft_of(known).photos == (tagged,)
    assert changes(known, draft_of(known)) == {}
    assert changes(known, replace(draft_of(known), alt_text="fog")) == {"alt_text": "fog"}
    untagged = changes(known, replace(draft_of(known), photos=()))
    assert untagged == {"photos": [replace(tagged, tags=())]}


def test_a_photo_that_is_cut_is_sent_as_its_parts(post: Post) -> None:
    parts = tuple(replace(post.cover, framing=Framing(part=Part(number, 2))) for number in (1, 2))
    found = changes(post, Draft(post.caption, share_mode=post.share_mode, photos=parts))
    assert found == {"photos": list(parts)}
    in_parts = replace(post, photos=parts)
    assert changes(in_parts, draft_of(in_parts)) == {}
    again = Draft(post.caption, share_mode=post.share_mode, photos=(post.cover,))
    assert changes(in_parts, again) == {"photos": [post.cover]}


def test_the_time_is_sent_only_where_it_is_another_one(post: Post) -> None:
    later = NOW + timedelta(days=3)
    draft = replace(draft_of(post), share_mode=ShareMode.CUSTOM_SCHEDULED, at=later)
    assert changes(post, draft) == {"share_mode": ShareMode.CUSTOM_SCHEDULED, "at": later}
    assert changes(post, replace(draft_of(post), at=None)) == {}, "the same slot would be another one by now"


def test_an_agenda_without_a_post_leaves_the_others_where_they_are(tmp_path: Path) -> None:
    posts = tuple(make_post(n, make_photo(tmp_path, n, 1), f"{n}", Step.QUEUED) for n in (1, 2, 3))
    agenda = Agenda(CHANNELS[0], posts, NOW)
    times = {planned.post.id: planned.at for planned in agenda.planned}
    left = {planned.post.id: planned.at for planned in without(agenda, {1}).planned}
    assert left == {2: times[2], 3: times[3]}


def test_what_is_changed_for_several_posts_is_only_what_the_user_changed(post: Post) -> None:
    before = replace(draft_of(post), caption="of another channel", photos=post.photos)
    described = replace(post.cover, alt_text="a pier in fog")
    after = replace(before, photos=(described,))
    assert shared_changes(post, INSTAGRAM, before, after) == {"photos": [described]}
    assert shared_changes(post, INSTAGRAM, before, before) == {}
    same = replace(before, caption="fog")
    assert shared_changes(post, INSTAGRAM, before, same) == {}, "it has that caption already"
    at = NOW + timedelta(days=3)
    moved = replace(before, share_mode=ShareMode.CUSTOM_SCHEDULED, at=at)
    assert shared_changes(post, INSTAGRAM, before, moved) == {
        "share_mode": ShareMode.CUSTOM_SCHEDULED,
        "at": at,
    }


def test_a_shared_change_leaves_out_what_the_network_does_not_have(post: Post) -> None:
    before = replace(draft_of(post), photos=post.photos)
    tagged = replace(post.cover, tags=(TaggedPerson("anna", 0.5, 0.5),))
    after = replace(before, caption="fog again", first_comment="first!", ai_label=True, photos=(tagged,))
    assert shared_changes(post, rules_for("bluesky"), before, after) == {"caption": "fog again"}
    extras = {"first_comment": "first!", "ai_generated": True, "photos": [tagged]}
    assert shared_changes(post, INSTAGRAM, before, after) == {"caption": "fog again"} | extras


def test_hashtags_that_move_to_the_first_comment_stay_where_there_is_none(post: Post) -> None:
    post = replace(post, caption="fog\n\n#fog #sea")
    before = replace(draft_of(post), photos=post.photos)
    moved = replace(before, caption="fog", first_comment="#fog #sea")
    assert shared_changes(post, rules_for("bluesky"), before, moved) == {}
    assert shared_changes(post, INSTAGRAM, before, moved) == {"caption": "fog", "first_comment": "#fog #sea"}
    further = replace(moved, caption="fog again")
    assert shared_changes(post, rules_for("bluesky"), before, further) == {
        "caption": "fog again\n\n#fog #sea"
    }
    removed = replace(before, caption="fog")
    assert shared_changes(post, rules_for("bluesky"), before, removed) == {"caption": "fog"}


def test_hashtags_of_a_first_comment_stay_in_captions_that_have_them(post: Post) -> None:
    before = replace(draft_of(post), caption="fog", first_comment="#sea", photos=post.photos)
    after = replace(before, caption="fog again", first_comment="#sea #pier")
    bluesky = rules_for("bluesky")
    with_them = replace(post, caption="fog\n\n#sea")
    assert shared_changes(with_them, bluesky, before, before) == {}
    assert shared_changes(with_them, bluesky, before, after) == {"caption": "fog again\n\n#sea #pier"}
    lead, other = replace(post, id=1, caption="fog", first_comment="#sea"), replace(with_them, id=2)
    networks = {1: INSTAGRAM, 2: bluesky}
    posts = EditedPosts([lead, other], lambda post: networks[post.id], only_time=False)
    assert posts.differences == ""
    posts.update(replace(other, caption="fog here"))
    assert posts.differences == "captions"
    without = replace(post, caption="fog")
    assert shared_changes(without, bluesky, before, after) == {"caption": "fog again"}


def test_photos_of_several_posts_are_reordered_added_and_removed_and_keep_what_is_their_own(
    post: Post,
) -> None:
    cover = post.cover
    second, third, added = (PostPhoto(n, f"{n}" * 64, f"alt {n}") for n in (7, 8, 9))
    before = replace(draft_of(post), photos=(cover, second))
    own_fit = Framing(Fit.CROP)
    mine = (
        replace(cover, framing=own_fit, media_url="https://m.example/2"),
        replace(second, alt_text="mine"),
    )
    here = replace(post, photos=mine)

    def changed(*photos: PostPhoto) -> object:
        return shared_changes(here, INSTAGRAM, before, replace(before, photos=photos)).get("photos")

    assert changed(cover, second) is None
    assert changed(second, cover) == [mine[1], mine[0]]
    assert changed(second) == [mine[1]]
    assert changed(cover, second, added) == [*mine, replace(added, framing=own_fit)]
    assert changed(cover, replace(second, alt_text="both")) == [mine[0], replace(second, alt_text="both")]
    assert changed(replace(cover, framing=Framing(turn=90)), second) == [
        replace(mine[0], framing=Framing(turn=90)),
        mine[1],
    ]
    here = replace(post, photos=(*mine, third))
    assert changed(replace(cover, alt_text="x"), second) == [replace(mine[0], alt_text="x"), mine[1], third]
    assert changed(second, cover) == [mine[1], mine[0]], "the same photos on all channels"


def test_a_network_refuses_only_what_is_changed(post: Post) -> None:
    bluesky = rules_for("bluesky")
    photos = [PostPhoto(n, f"{n}" * 64) for n in range(5)]
    problem = change_problem(bluesky, {"photos": photos})
    assert problem is not None and problem.message == "The post has 5 photos, and Bluesky allows 4."
    assert change_problem(bluesky, {"photos": photos[:4]}) is None
    assert change_problem(bluesky, {}) is None
    for found in (
        {"caption": "x" * 301},
        {"caption": ""},
        {"alt_text": "x" * 2_001},
        {"first_comment": "#x"},
    ):
        assert change_problem(bluesky, found) is not None
    tagged = replace(photos[0], tags=(TaggedPerson("anna", 0.5, 0.5),), alt_text="x" * 2_001)
    assert change_problem(bluesky, {"photos": [tagged]}) is not None
    assert change_problem(bluesky, {"photos": [replace(tagged, alt_text="")]}) is not None


def test_another_photo_in_place_of_the_only_one_is_sent(post: Post) -> None:
    other = PostPhoto(9, "0" * 64, "a bridge")
    assert changes(post, replace(draft_of(post), photos=(other,))) == {"photos": [other]}


def test_the_help_of_a_model_is_told_once_and_with_a_text(post: Post) -> None:
    before = replace(draft_of(post), photos=post.photos)
    helped = replace(before, ai_assisted=True)
    assert changes(post, helped) == {}, "what it wrote was removed again"
    assert changes(post, replace(helped, caption="sea")) == {"caption": "sea", "ai_assisted": True}
    described = replace(post.cover, alt_text="sea")
    assert shared_changes(post, INSTAGRAM, before, replace(helped, photos=(described,))) == {
        "photos": [described],
        "ai_assisted": True,
    }
    told = replace(post, ai_assisted=True)
    assert draft_of(told).ai_assisted
    assert changes(told, replace(draft_of(told), caption="sea")) == {"caption": "sea"}


def test_a_draft_may_have_photos_that_the_post_has_not_yet(post: Post) -> None:
    added = PostPhoto(9, "0" * 64)
    draft = replace(draft_of(post), photos=(post.cover, added))
    assert photos_to_edit(post, draft) == (post.cover, added)
    assert changes(post, draft) == {"photos": [post.cover, added]}
    assert photos_to_edit(post, replace(draft, photos=(added,))) == (post.cover,), "it is of other photos"
    framed = replace(draft_of(post), alt_text="new", framing=Framing(Fit.CROP))
    assert photos_to_edit(post, framed) == (replace(post.cover, alt_text="new", framing=Framing(Fit.CROP)),)
