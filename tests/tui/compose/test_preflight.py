"""The preflight marks, and the forecast of when a post will go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Framing, Shape, render
from fluffy_tui.networks import rules_for
from fluffy_tui.scheduling import Agenda, Missing, MissingCode, Post, Step
from fluffy_tui.similarity import EarlierPost, OutsideMatch, Relation
from fluffy_tui.tui.compose.preflight import PreflightInput, preflight_marks
from fluffy_tui.tui.compose.when.forecast import day_words, queue_words, runway_words, warning_words
from fluffy_tui.tui.rendition import RenderResult
from tui.fakes import CHANNELS, NOW, make_photo, make_post

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")


@pytest.fixture
def post(tmp_path: Path) -> PreflightInput:
    """Return a post that passes every check."""
    photo = make_photo(tmp_path, 1, 1)
    wide = replace(photo, width=1200, height=1500)
    Image.new("RGB", (1200, 1500), "grey").save(wide.path)
    channel = replace(CHANNELS[0], scheduled_posts_limit=10)
    return PreflightInput(
        caption="fog #sea",
        alt_text="a grey square",
        share_mode=ShareMode.ADD_TO_QUEUE,
        rules=rules_for("instagram"),
        now=NOW,
        zone=NEW_YORK,
        picture=RenderResult(render(wide.path, rules_for("instagram"))),
        agenda=Agenda(channel, (), NOW),
        has_searched=True,
    )


def lines_of(post: PreflightInput) -> list[str]:
    """Return the marks as lines."""
    return [mark.line for mark in preflight_marks(post)]


def posts(tmp_path: Path, count: int, **changes: Any) -> tuple[Post, ...]:
    """Return queued posts."""
    return tuple(
        make_post(number, make_photo(tmp_path, number, 1), f"post {number}", Step.QUEUED, **changes)
        for number in range(1, count + 1)
    )


def test_a_post_that_passes_every_check(post: PreflightInput) -> None:
    lines = lines_of(post)
    assert all(line.startswith("✓ ") for line in lines)
    assert [line[2:] for line in lines if "kB" not in line] == [
        "4:5",
        "JPEG",
        "8 of 2,200",
        "1 of 5 hashtags",
        "alt text",
        "channel",
        "room for 10",
        "upload",
        "not posted before",
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"caption": " "}, "✗ no caption (f2)"),
        ({"caption": "x" * 2_203}, "✗ 3 too long (f2)"),
        ({"caption": "#a #b #c #d #e #f"}, "! 6 of 5 hashtags (f2)"),
        ({"caption": "see https://example.org"}, "! 1 link, not clickable here (f2)"),
        ({"alt_text": ""}, "! no alt text (f3)"),
        ({"alt_text": "x" * 1_001}, "✗ alt text 1 too long (f3)"),
        ({"picture": None}, "… picture"),
        ({"picture": RenderResult(problem="The file is gone.")}, "✗ The file is gone. (esc)"),
        (
            {"picture": RenderResult(problem="It is on studio.", machine="studio")},
            "! waits for a worker on studio, which has the photo",
        ),
        ({"agenda": None}, "… channel"),
        ({"suggested": ("fog",)}, "! suggested caption not read yet (f2)"),
        ({"suggested": ("a grey square",)}, "! suggested alt text not read yet (f3)"),
        ({"share_mode": ShareMode.CUSTOM_SCHEDULED}, "✗ no time (ctrl+t)"),
        (
            {"earlier_post": EarlierPost(1, 2, Relation.SAME_FILE, 0, True, NOW - timedelta(days=12))},
            "! same picture posted 31 Dec 2026 09:30 (f8)",
        ),
        (
            {"earlier_post": EarlierPost(1, 2, Relation.SAME_PICTURE, 3, False, None)},
            "! same picture scheduled (f8)",
        ),
    ],
)
def test_every_problem_names_the_key_that_fixes_it(
    post: PreflightInput, changes: dict[str, Any], line: str
) -> None:
    assert line in lines_of(replace(post, **changes))


@pytest.mark.parametrize(
    ("size", "service", "line"),
    [
        ((400, 225), "instagram", "! only 400 pixels wide, Instagram shows 1,080 (ctrl+f)"),
        ((200, 200), "instagram", "! only 200 pixels wide, enlarged to 320 (ctrl+f)"),
        ((200, 200), "facebook", "! only 200 pixels wide, enlarged to 320 (ctrl+f)"),
        ((1080, 1080), "instagram", ""),
        ((400, 225), "twitter", ""),
        ((4000, 3000), "instagram", ""),
    ],
)
def test_what_becomes_of_a_small_picture_is_said(
    post: PreflightInput, tmp_path: Path, size: tuple[int, int], service: str, line: str
) -> None:
    path = tmp_path / "small.png"
    Image.new("RGB", size, "grey").save(path)
    picture = RenderResult(render(path, rules_for(service)))
    lines = lines_of(replace(post, picture=picture, rules=rules_for(service)))
    assert [found for found in lines if "wide" in found] == ([line] if line else [])


@pytest.mark.parametrize("suffix", ["webp", "png", "gif", "avif"])
def test_of_an_animation_it_is_said_that_one_picture_is_posted(
    post: PreflightInput, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"moving.{suffix}"
    frames = [Image.new("RGB", (600, 400), color) for color in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    picture = RenderResult(render(path, rules_for("instagram")))
    words = "! animation, only its first picture is posted (esc)"
    assert words in lines_of(replace(post, picture=picture))
    assert words not in lines_of(post)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"tagged": 1}, ["✓ 1 person tagged"]),
        ({"tagged": 20}, ["✓ 20 people tagged"]),
        ({"tagged": 21}, ["✗ 21 people tagged, limit 20 (f10)"]),
        ({"tagged": 2, "rules": rules_for("twitter")}, ["✗ 2 people tagged, not possible on X (f10)"]),
        (
            {"tagged": 2, "rules": rules_for("bluesky"), "can_tag_elsewhere": True, "cut_off": ["anna"]},
            ["! nobody tagged on Bluesky"],
        ),
        (
            {"tagged": 2, "cut_off": ["anna"]},
            ["✓ 2 people tagged", "! @anna cut off, so not tagged (ctrl+f)"],
        ),
        (
            {"tagged": 3, "cut_off": ["anna", "ben", "carl"]},
            ["✓ 3 people tagged", "! @anna and 2 more cut off, so not tagged (ctrl+f)"],
        ),
    ],
)
def test_people_who_are_tagged_have_marks(
    post: PreflightInput, changes: dict[str, Any], lines: list[str]
) -> None:
    assert [line for line in lines_of(replace(post, **changes)) if "tagged" in line] == lines


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"is_disconnected": True}, "! channel disconnected: reconnect it in Buffer (ctrl+r)"),
        ({"is_locked": True}, "! channel locked by your Buffer plan (ctrl+r)"),
        ({"is_queue_paused": True}, "! queue paused: resume it in Buffer (ctrl+r)"),
        ({"posting_schedule": ()}, "! the channel has no slots (ctrl+t)"),
        ({"scheduled_posts_limit": 0}, "! queue full, 0 of 0: will be held (ctrl+t)"),
    ],
)
def test_problems_of_the_channel_are_shown(post: PreflightInput, changes: dict[str, Any], line: str) -> None:
    assert line in lines_of(replace(post, agenda=Agenda(replace(CHANNELS[0], **changes), (), NOW)))


def test_what_delivery_lacks_is_named_by_its_code_not_its_sentence(post: PreflightInput) -> None:
    missing = tuple(Missing(code, "Whatever this sentence says about a media host.") for code in MissingCode)
    lines = lines_of(replace(post, agenda=Agenda(None, (), NOW, missing)))
    assert "✗ no channel (esc then @ then c)" in lines
    assert "✗ no Buffer key: saved as a draft (esc then ,)" in lines
    assert "✗ no picture upload: saved as a draft (esc then ,)" in lines
    assert "✗ picture upload settings are wrong: saved as a draft (esc then ,)" in lines


def test_there_is_no_mark_for_earlier_posts_until_they_were_searched(post: PreflightInput) -> None:
    assert not any("before" in line for line in lines_of(replace(post, has_searched=False)))


def test_links_count_where_the_network_counts_them(post: PreflightInput) -> None:
    lines = lines_of(replace(post, caption="https://example.org/long", rules=rules_for("mastodon")))
    assert "✓ 1 link, 23 each" in lines
    assert "✓ 23 of 500" in lines


def test_a_shape_that_buffer_may_not_publish_is_a_warning(post: PreflightInput, tmp_path: Path) -> None:
    made = render(make_photo(tmp_path, 3, 1).path, rules_for("instagram"), Framing(shape=Shape.TALL))
    assert "! 3:4 may become a reminder (ctrl+f)" in lines_of(replace(post, picture=RenderResult(made)))


def test_a_caption_similar_to_an_earlier_one_is_a_warning(post: PreflightInput) -> None:
    earlier = ("something else altogether", "fog over the old pier at six #fog #sea")
    similar = replace(post, caption="fog over the old pier at seven #quiet", earlier_captions=earlier)
    assert "! similar to “fog over the old pier a…” (f2)" in lines_of(similar)
    assert not any(
        "similar" in line for line in lines_of(replace(similar, caption="rain on the new bridge today"))
    )
    assert not any(
        "similar" in line for line in lines_of(replace(similar, caption="fog", earlier_captions=("fog",)))
    )


def test_comparing_very_long_captions_stays_quick(post: PreflightInput) -> None:
    import time

    before = time.process_time()
    lines_of(replace(post, caption="ab " * 40_000, earlier_captions=("ba " * 40_000,) * 30))
    assert time.process_time() - before < 5, "guards against quadratic time"


def test_the_next_slot_is_shown_in_both_zones_with_the_place_in_the_queue(tmp_path: Path) -> None:
    channel = replace(CHANNELS[0], scheduled_posts_limit=10)
    agenda = Agenda(channel, posts(tmp_path, 7), NOW)
    words = queue_words(ShareMode.ADD_TO_QUEUE, agenda, NEW_YORK, BERLIN)
    assert words == "next slot · Mon 18 Jan 09:00 New York (your 15:00) · 8th of 10"
    full = replace(agenda, channel=replace(channel, scheduled_posts_limit=7))
    assert queue_words(ShareMode.ADD_TO_QUEUE, full, NEW_YORK, BERLIN).endswith("queue full, 8th to go")
    unknown = replace(agenda, channel=CHANNELS[0])
    assert queue_words(ShareMode.ADD_TO_QUEUE, unknown, NEW_YORK, BERLIN).endswith("· 8th in the queue")
    first = queue_words(ShareMode.SHARE_NEXT, agenda, NEW_YORK, NEW_YORK)
    assert first == "very next slot · Tue 12 Jan 18:00 New York · queued posts move back by one"
    bare = Agenda(replace(channel, posting_schedule=()), (), NOW)
    assert "no posting slots" in queue_words(ShareMode.ADD_TO_QUEUE, bare, NEW_YORK, NEW_YORK)


def test_posts_too_close_and_posts_of_the_same_day_are_named(tmp_path: Path) -> None:
    at = NOW + timedelta(hours=5)
    asked = {"share_mode": ShareMode.CUSTOM_SCHEDULED, "requested_at_time": at}
    agenda = Agenda(CHANNELS[0], posts(tmp_path, 1, **asked), NOW)
    assert warning_words(at, agenda, NEW_YORK) == "at the same time as 14:30 “post 1”"
    later = at + timedelta(minutes=95)
    assert warning_words(later, agenda, NEW_YORK) == "only 1 h 35 min from 14:30 “post 1”"
    assert warning_words(at + timedelta(hours=2), agenda, NEW_YORK) == ""
    assert day_words(at + timedelta(hours=3), agenda, NEW_YORK) == "same day: 14:30 “post 1”"
    assert day_words(at + timedelta(days=1), agenda, NEW_YORK) == ""


def test_the_runway_is_how_long_the_planned_posts_last(tmp_path: Path) -> None:
    agenda = Agenda(CHANNELS[0], posts(tmp_path, 9), NOW)
    words = runway_words(agenda, NEW_YORK, BERLIN, needing=2, undecided=1214)
    assert words == "6 days left · next 18:00 New York (your Wed 00:00) · 2 problems · 1,214 undecided"
    assert runway_words(Agenda(CHANNELS[0], (), NOW), BERLIN, NEW_YORK) == "nothing planned"


def test_the_pictures_of_a_panorama_are_told_from_photos(post: PreflightInput) -> None:
    cut = replace(post, other_alt_texts=["", "grey"], photo_count=1)
    assert "✓ 1 photo in 3 pictures" in lines_of(cut)
    assert "! no alt text for 1 of 3 pictures (ctrl+n)" in lines_of(cut)
    assert "✓ 2 photos in 3 pictures" in lines_of(replace(cut, photo_count=2))
    assert "✓ 3 photos" in lines_of(replace(cut, photo_count=3))
    assert "✗ 1 photo in 5 pictures, limit 4 (ctrl+o)" in lines_of(
        replace(cut, rules=rules_for("bluesky"), other_alt_texts=["grey"] * 4)
    )


def test_a_picture_that_went_out_elsewhere_is_warned_of_with_its_date(post: PreflightInput) -> None:
    sent = OutsideMatch(datetime(2026, 5, 3, 12, tzinfo=UTC), 4)
    assert "! same picture posted elsewhere on 3 May 2026" in lines_of(replace(post, elsewhere=sent))
    both = lines_of(replace(post, elsewhere=sent, repeated=3))
    assert "! photo 3 was posted or scheduled before (ctrl+n)" in both, "one photo hides no other"
    assert [line for line in both if "elsewhere" in line]
    assert not [line for line in both if "not posted" in line]
    earlier = EarlierPost(1, 1, Relation.SAME_FILE, 0, posted=True, at=NOW)
    shown = lines_of(replace(post, elsewhere=sent, earlier_post=earlier))
    assert not [line for line in shown if "elsewhere" in line], "that of a post of ours counts more"


def test_the_same_text_as_a_waiting_or_written_post_is_warned_of(post: PreflightInput) -> None:
    assert post.agenda is not None
    again = replace(post, agenda=replace(post.agenda, written=[f"{post.caption} "]))
    assert "! same text as another post: Buffer may refuse it (f2)" in lines_of(again)
    assert not [line for line in lines_of(replace(again, caption="other")) if "same text" in line]
    assert not post.agenda.has_text(" "), "a post without a text is no duplicate"


def test_a_photo_that_is_posted_again_says_since_when_and_its_old_words_are_warned_of(
    post: PreflightInput,
) -> None:
    again = replace(post, used_at=datetime(2026, 5, 3, 12, tzinfo=UTC), posted_captions=["fog #sea "])
    assert "✓ used before on 3 May 2026" in lines_of(again)
    assert "! same text as before: Buffer may refuse it (f2)" in lines_of(again)
    assert not [line for line in lines_of(replace(again, caption="fog, once more")) if "same text" in line]
