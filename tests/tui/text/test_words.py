"""Words and times as people read and type them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.media import Framing
from fluffy_tui.networks import rules_for
from fluffy_tui.scheduling import PostStatus, Problem, ProblemKind, Step
from fluffy_tui.tui.compose.time_parser import TimeNotUnderstood, read_time, written_time
from fluffy_tui.tui.photo.photo_details import needed_shape, photo_details
from fluffy_tui.tui.posts.problem_words import by_itself
from fluffy_tui.tui.session.draft_writer import DraftWriter
from fluffy_tui.tui.session.drafts import Draft, Drafts
from fluffy_tui.tui.text.words import (
    both_zones,
    bytes_words,
    moment_words,
    one_line,
    relative_time,
    shape_words,
    state_in_both_zones,
    state_sign,
    state_tone,
    state_words,
)
from tui.fakes import NOW, make_photo, make_post

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    """Return a photo of 4:5."""
    return make_photo(tmp_path, 5, 1)


@pytest.mark.parametrize("step", [*Step, None])
def test_every_step_has_words_a_sign_and_a_tone(photo: Photo, step: Step | None) -> None:
    for status in PostStatus:
        post = replace(
            make_post(1, photo, "x", step), status=status, posted_at=NOW, error_message="Because. More."
        )
        words = state_words(post, NOW, NEW_YORK, UTC)
        assert words
        assert "\n" not in words
        assert len(state_sign(post)) == 1
        assert state_tone(post) in ("primary", "success", "warning", "error", "foreground")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "09:30"),
        (NOW + timedelta(days=1), "Wed 09:30"),
        (NOW + timedelta(days=7), "19 Jan 09:30"),
        (NOW - timedelta(days=1), "11 Jan 09:30"),
        (NOW + timedelta(days=365), "12 Jan 2028 09:30"),
    ],
)
def test_moments_are_as_short_as_can_be(moment: datetime, words: str) -> None:
    assert moment_words(moment, NOW, NEW_YORK) == words


def test_both_zones_are_told_only_where_clocks_differ() -> None:
    assert both_zones(NOW, NEW_YORK, BERLIN) == "Tue 12 Jan 09:30 New York (your 15:30)"
    assert both_zones(NOW, BERLIN, ZoneInfo("Europe/Paris")) == "Tue 12 Jan 15:30 Berlin"
    assert both_zones(NOW, UTC, UTC) == "Tue 12 Jan 14:30 UTC"


def test_the_next_try_is_told_by_the_persons_own_clock(photo: Photo) -> None:
    later = NOW + timedelta(hours=4)
    held = replace(make_post(1, photo, "x", Step.HELD), next_try_at=later, error_message=None)
    assert state_words(held, NOW, NEW_YORK, BERLIN) == "held until your 19:30"
    assert state_words(held, NOW, BERLIN, BERLIN) == "held until 19:30"
    trouble = Problem(ProblemKind.HELD, what="It waits.", why="", then="", actions=(), when=later)
    assert by_itself(trouble, NOW, NEW_YORK, BERLIN) == "again your 19:30"
    hosting = replace(trouble, kind=ProblemKind.MEDIA_HOST)
    assert by_itself(hosting, NOW, NEW_YORK, BERLIN) == "due 13:30", "the channel's time, as in all plans"


def test_both_zones_tell_when_a_post_goes_out(photo: Photo) -> None:
    post = replace(make_post(1, photo, "x", Step.ACCEPTED), scheduled_at=NOW)
    assert state_words(post, NOW, NEW_YORK, BERLIN) == "in Buffer for 09:30"
    told = state_in_both_zones(post, NOW, NEW_YORK, BERLIN)
    assert told == "in Buffer for Tue 12 Jan 09:30 New York (your 15:30)"
    live = replace(post, step=Step.LIVE, posted_at=NOW + timedelta(seconds=15))
    assert state_words(live, NOW, NEW_YORK, BERLIN) == "live 09:30, 15 s late"
    told = state_in_both_zones(live, NOW, NEW_YORK, BERLIN)
    assert told == "live since Tue 12 Jan 09:30 New York (your 15:30), 15 s late"


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=14), "in 14 s"),
        (-timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=23, minutes=59), "in 23 h"),
        (-timedelta(days=12), "12 d ago"),
    ],
)
def test_distances(distance: timedelta, words: str) -> None:
    assert relative_time(NOW + distance, NOW) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((3024, 4032), "3:4"),
        ((1080, 1350), "4:5"),
        ((4032, 3024), "4:3"),
        ((1920, 1080), "16:9"),
        ((1000, 1000), "1:1"),
        ((1450, 1000), "1.45:1"),
        ((20000, 1000), "20:1"),
        ((1.91, 1), "1.91:1"),
    ],
)
def test_shapes(size: tuple[float, float], words: str) -> None:
    assert shape_words(*size) == words


def test_sizes() -> None:
    assert [bytes_words(size) for size in (12, 412_400, 2_100_000)] == ["12 B", "412 kB", "2.1 MB"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("[/b][red", "[/b][red"),
        ("two\nlines\tand", "two lines and"),
        ("bell\x07esc\x1b[31m", "bell�esc�[31m"),
        ("half \udcff of a pair", "half � of a pair"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("👩‍👩‍👧‍👦 שלום", "👩‍👩‍👧‍👦 שלום"),
    ],
)
def test_foreign_text_does_a_terminal_no_harm(text: str, shown: str) -> None:
    assert one_line(text) == shown


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2027-01-19 18:30", "2027-01-19 18:30:00-05:00"),
        (" 18:30 ", "2027-01-12 18:30:00-05:00"),
        ("09:00", "2027-01-13 09:00:00-05:00"),
    ],
)
def test_typed_times(typed: str, moment: str) -> None:
    found = read_time(typed, NOW, NEW_YORK)
    assert str(found) == moment
    assert read_time(written_time(found, NEW_YORK), NOW, NEW_YORK) == found


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Write the time like"),
        ("tomorrow", "At what time"),
        ("25:00", "no such day or time"),
        ("2027-02-30 10:00", "no such day or time"),
        ("2027-01-12 09:30", "has passed"),
        ("2026-12-31 10:00", "has passed"),
        ("2027-03-14 02:30", "does not exist on that day in New York"),
    ],
)
def test_times_that_cannot_be(typed: str, message: str) -> None:
    with pytest.raises(TimeNotUnderstood, match=message):
        read_time(typed, NOW, NEW_YORK)


def test_details_say_what_is_done_on_the_way_out(photo: Photo) -> None:
    rules = rules_for("instagram")
    tall = replace(photo, width=1080, height=1920, missing_since=NOW, path=Path.home() / "a\nb.jpg")
    assert needed_shape(photo, rules) == ""
    assert needed_shape(tall, rules) == "4:5"
    assert needed_shape(replace(photo, width=3000, height=1000), rules) == "1.91:1"
    facts, fate, path = photo_details(tall, rules, BERLIN).split("\n")
    assert facts.startswith("1080×1920 · ")
    assert facts.endswith("missing since 12 Jan 2027 15:30")
    assert fate == "will be fitted to 4:5 for Instagram · leaves without location or metadata"
    assert path == "~/a b.jpg"


@pytest.mark.parametrize(
    ("chosen", "size", "words"),
    [
        ("pad", (1080, 1920), "pad blurred to 4:5 · "),
        ("pad-plain 1:1", (1080, 1920), "pad white to 1:1 · "),
        ("crop-top", (1080, 1920), "crop top to 4:5 · "),
        ("pad", (1000, 1000), ""),
        ("crop 90", (1000, 1000), "turned by 90° · "),
        ("crop 90", (1080, 1920), "turned by 90° · "),
        ("crop 90", (1920, 1080), "crop to 4:5 · turned by 90° · "),
    ],
)
def test_details_say_how_it_is_fitted_once_that_is_chosen(
    photo: Photo, chosen: str, size: tuple[int, int], words: str
) -> None:
    framed = replace(photo, width=size[0], height=size[1])
    details = photo_details(framed, rules_for("instagram"), BERLIN, framing=Framing.parse(chosen))
    assert details.split("\n")[1] == f"{words}leaves without location or metadata"


async def test_an_older_text_never_overwrites_a_newer_one(tmp_path: Path, photo: Photo) -> None:
    drafts = Drafts(tmp_path / "kept")
    keeping = DraftWriter(drafts, photo)
    late = keeping.keep(Draft("old"))
    await late
    keeping.keep_now(Draft("new"))
    keeping._write(1, Draft("old"))
    assert drafts.load(photo) == Draft("new")
    keeping.forget()
    await keeping.keep(Draft("after the submission"))
    assert drafts.load(photo) is None
