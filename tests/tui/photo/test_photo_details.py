"""Facts about a photo, and how it is fitted for a network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.media import Framing
from fluffy_tui.networks import rules_for
from fluffy_tui.photos import DateSource
from fluffy_tui.tui.photo.photo_details import DATE_SOURCES, needed_shape, photo_details
from tui.fakes import NOW, make_photo

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.photos import Photo

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    """Return a photo of 4:5."""
    return make_photo(tmp_path, 5, 1)


def test_a_screenshot_is_called_one(photo: Photo) -> None:
    rules = rules_for("instagram")
    assert " · screenshot" not in photo_details(photo, rules, BERLIN)
    assert " · screenshot" in photo_details(replace(photo, is_screenshot=True), rules, BERLIN).split("\n")[0]


def test_details_say_how_the_picture_will_be_posted(photo: Photo) -> None:
    rules = rules_for("instagram")
    tall = replace(photo, width=1080, height=1920, missing_since=NOW)
    assert needed_shape(photo, rules) == ""
    assert needed_shape(tall, rules) == "4:5"
    assert needed_shape(replace(photo, width=3000, height=1000), rules) == "1.91:1"
    facts, fate = photo_details(tall, rules, BERLIN).split("\n")
    assert facts.startswith("1080×1920 · ")
    assert facts.endswith("missing since 12 Jan 2027 15:30")
    assert fate == "fitted to 4:5 for Instagram · location and metadata removed"


def test_details_say_where_the_time_comes_from(photo: Photo) -> None:
    for source in DateSource:
        facts, *_ = photo_details(replace(photo, dated_by=source), rules_for("instagram"), BERLIN).split("\n")
        hour = "" if source is DateSource.NAME_OF_DAY else " 20:00"
        assert facts.endswith(f"taken 2 Nov 2026{hour} ({DATE_SOURCES[source]})")
    facts, *_ = photo_details(photo, rules_for("instagram"), BERLIN).split("\n")
    assert facts.endswith("taken 2 Nov 2026 20:00")


def test_details_say_on_which_machine_a_photo_is(photo: Photo) -> None:
    there = replace(photo, elsewhere="office or studio")
    facts, *_ = photo_details(there, rules_for("instagram"), BERLIN).split("\n")
    assert facts.endswith(" · on office or studio")


@pytest.mark.parametrize(
    ("chosen", "size", "words"),
    [
        ("pad", (1080, 1920), "pad blurred to 4:5 · "),
        ("pad-plain 1:1", (1080, 1920), "pad white to 1:1 · "),
        ("crop-top", (1080, 1920), "crop top to 4:5 · "),
        ("pad", (1000, 1000), ""),
        ("crop 90", (1000, 1000), "rotated 90° · "),
        ("crop 90", (1080, 1920), "rotated 90° · "),
        ("crop 90", (1920, 1080), "crop to 4:5 · rotated 90° · "),
        ("pad-plain 1:1", (1000, 1000), ""),
        ("pad part 1/3", (3000, 1200), ""),
        ("pad part 1/3", (9000, 1200), "pad blurred to 1.91:1 · "),
        ("pad", (1638, 2048), ""),
    ],
)
def test_details_describe_the_chosen_fit(
    photo: Photo, chosen: str, size: tuple[int, int], words: str
) -> None:
    framed = replace(photo, width=size[0], height=size[1])
    details = photo_details(framed, rules_for("instagram"), BERLIN, framing=Framing.parse(chosen))
    assert details.split("\n")[1] == f"{words}location and metadata removed"


def test_details_say_what_the_shape_of_the_cover_does_to_the_picture(photo: Photo) -> None:
    rules = rules_for("instagram")
    details = photo_details(photo, rules, BERLIN, framing=Framing(), ratio=1.0)
    assert "\npad blurred to 1:1 · " in details
    assert "to 4:5" not in photo_details(photo, rules, BERLIN, framing=Framing(), ratio=0.8)
