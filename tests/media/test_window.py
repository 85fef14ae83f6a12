"""Places of a photo are found in its rendition, whatever is done to it."""

from __future__ import annotations

from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PIL import Image, ImageDraw

from fluffy_tui.media import TURNS, Fit, Framing, Part, Rendition, Shape, Window, render, window_for
from fluffy_tui.networks import all_rules, rules_for
from media.media_pictures import noise, opened

RADIUS = 14
"""Pixels of the dot in the photo."""
PARTS = [Part(number, count) for count in (1, 2, 3) for number in range(1, count + 1)]

sizes = st.tuples(st.integers(150, 700), st.integers(150, 700))
fractions = st.floats(0, 1)
places = st.tuples(fractions, fractions)
framings = st.builds(
    Framing, st.sampled_from(Fit), st.sampled_from(Shape), st.sampled_from(TURNS), st.sampled_from(PARTS)
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the photo is."""
    return tmp_path_factory.mktemp("dotted") / "photo.png"


def dotted(path: Path, size: tuple[int, int], place: tuple[float, float]) -> Path:
    """Save a grey photo with a red dot in it."""
    photo = Image.new("RGB", size, (90, 110, 110))
    x, y = place[0] * size[0], place[1] * size[1]
    ImageDraw.Draw(photo).ellipse((x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS), fill=(255, 0, 0))
    photo.save(path)
    return path


def red(made: Rendition) -> np.ndarray:
    """Return which pixels have the dot's colour."""
    pixels = np.asarray(opened(made.data).convert("RGB"), np.int16)
    return (pixels[..., 0] > 180) & (pixels[..., 1] < 75) & (pixels[..., 2] < 75)


@given(
    sizes,
    places,
    framings,
    st.sampled_from(["instagram", "bluesky", "threads"]),
    st.none() | st.floats(0.3, 3),
)
def test_a_dot_is_where_its_place_says(
    path: Path,
    size: tuple[int, int],
    place: tuple[float, float],
    framing: Framing,
    service: str,
    ratio: float | None,
) -> None:
    """For every fit, shape, turn and part, alone or in the ratio of a cover."""
    made = render(dotted(path, size, place), rules_for(service), framing, ratio=ratio)
    found = made.window.place_in_picture(place, framing.turn)
    dot = red(made)
    window, turned = made.window, Window().place_in_picture(place, framing.turn)
    assert turned is not None
    there = ((turned[0] - window.left) / window.width, (turned[1] - window.top) / window.height)
    radii = [RADIUS / side for side in (size if framing.turn % 180 == 0 else size[::-1])]
    reach = (radii[0] / window.width, radii[1] / window.height)
    margins = [min(fraction, 1 - fraction) for fraction in there]
    is_alone = framing.fit is not Fit.PAD  # whose padding is a blurred copy of the photo, with the dot
    if found is None:
        assert min(margins) < 0.001
        if is_alone and any(margin < -1.3 * radius for margin, radius in zip(margins, reach, strict=True)):
            assert not dot.any()
        return
    assert found == pytest.approx(there, abs=0.001)
    x, y = (min(int(f * side), side - 1) for f, side in zip(found, (made.width, made.height), strict=True))
    if min(margins) > 0.01:  # at the very edge the dot may be in the part beside this one
        assert dot[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].any()
    in_photo = [min(fraction, 1 - fraction) for fraction in turned]
    is_whole = is_alone and all(
        margin > radius for margin, radius in zip((*margins, *in_photo), (*reach, *radii), strict=True)
    )
    if is_whole:
        rows, columns = np.nonzero(dot)
        middle = ((columns.mean() + 0.5) / made.width, (rows.mean() + 0.5) / made.height)
        for seen, fraction, radius in zip(middle, found, reach, strict=True):
            assert abs(seen - fraction) < radius / 4


@given(
    st.tuples(st.integers(1, 9000), st.integers(1, 9000)),
    framings,
    st.sampled_from(sorted(all_rules())),
    places,
    st.none() | st.floats(0.2, 5),
)
def test_a_place_of_the_picture_is_a_place_of_the_photo_and_back(
    size: tuple[int, int], framing: Framing, service: str, place: tuple[float, float], ratio: float | None
) -> None:
    window = window_for(size, rules_for(service).image, framing, ratio)
    inside = window.place_in_photo(place, framing.turn)
    assert all(0 <= fraction <= 1 for fraction in inside)
    found = window.place_in_picture(inside, framing.turn)
    if found is None:  # a part of the padding without a pixel of the photo
        assert framing.fit.pads
    elif not framing.fit.pads:
        assert found == pytest.approx(place, abs=0.0002)


def test_a_part_of_a_panorama_shows_its_share() -> None:
    image = rules_for("instagram").image
    windows = [window_for((3000, 1000), image, Framing(part=Part(number, 3))) for number in (1, 2, 3)]
    assert [window.left for window in windows] == pytest.approx([0, 1 / 3, 2 / 3])
    assert [window.width for window in windows] == pytest.approx([1 / 3] * 3)
    assert {(window.top, window.height) for window in windows} == {(0, 1)}


def test_a_cropped_edge_is_outside_and_padding_is_around() -> None:
    image = rules_for("instagram").image
    cropped = window_for((1000, 1000), image, Framing(Fit.CROP, Shape.PORTRAIT))
    assert astuple(cropped) == pytest.approx((0.1, 0, 0.8, 1))
    assert cropped.place_in_picture((0.05, 0.5), 0) is None
    assert cropped.place_in_picture((0.1, 0.5), 0) == (0, 0.5)
    padded = window_for((1000, 1000), image, Framing(Fit.PAD, Shape.PORTRAIT))
    assert astuple(padded) == pytest.approx((0, -0.125, 1, 1.25))
    assert padded.place_in_photo((0.5, 0.0), 0) == (0.5, 0.0)


def test_a_picture_that_got_smaller_for_its_bytes_shows_the_same(tmp_path: Path) -> None:
    rules = rules_for("instagram")
    small = replace(rules, image=replace(rules.image, max_bytes=30_000))
    noise(900, 1100).save(tmp_path / "photo.png")
    made = render(tmp_path / "photo.png", small, Framing(Fit.CROP, Shape.SQUARE))
    assert made.width < 900
    wanted = window_for((900, 1100), rules.image, Framing(Fit.CROP, Shape.SQUARE))
    assert (made.window.top, made.window.height) == pytest.approx((wanted.top, wanted.height), abs=0.005)
