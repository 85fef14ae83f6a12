"""Sharpness puts pictures that were blurred by known amounts in the right order, and counts no noise."""

from __future__ import annotations

from functools import cache
from importlib import resources
from io import BytesIO
from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from fluffy_tui.images import decode_to_fit
from fluffy_tui.photos import Flaw, PhotoScores
from fluffy_tui.similarity.scores.sharpness import SIDE, sharpness
from similarity.models.face_pictures import FACE, astronaut, out_of_focus

BLURS = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Standard deviations of the blur, in thousandths of the longer side."""
NOISES = (0, 8)
"""Standard deviations of the noise of each colour, in shades of 255."""
WIDTHS = (560, 1120)
NAMES = ("DSC04512", "DSC04533", "DSC04563", "IMG_2044", "IMG_2067", "IMG_2084", "IMG_2110", "IMG_2121")


def sample(name: str) -> Image.Image:
    with resources.files("fluffy_tui.demo.sample_photos").joinpath(f"{name}.jpg").open("rb") as file:
        return Image.open(file).convert("RGB")


def blurred(name: str, blur: float) -> Image.Image:
    picture = sample(name)
    return picture.filter(ImageFilter.GaussianBlur(blur * max(picture.size) / 1000)) if blur else picture


def resized(picture: Image.Image, width: int) -> Image.Image:
    scale = width / max(picture.size)
    return picture.resize((round(picture.width * scale), round(picture.height * scale)))


@cache
def grain() -> NDArray[np.float32]:
    return np.random.default_rng(1).standard_normal((max(WIDTHS), max(WIDTHS), 3), np.float32)


def taken(picture: Image.Image, noise: int, seed: int) -> Image.Image:
    """Return a picture as a worker sees it: with noise, and saved as a JPEG."""
    if noise:
        moved = np.roll(grain(), 97 * seed, axis=0)[: picture.height, : picture.width]  # no two have the same
        picture = Image.fromarray((np.asarray(picture) + noise * moved).clip(0, 255).astype(np.uint8))
    file = BytesIO()
    picture.save(file, "JPEG", quality=88)
    return decode_to_fit(file.getvalue(), SIDE, SIDE)


def in_order(pairs: list[tuple[tuple[float, float], tuple[float, float]]]) -> float:
    """Return the share of pairs of blur and sharpness in which less blur is sharper."""
    return sum((one[0] < other[0]) == (one[1] > other[1]) for one, other in pairs) / len(pairs)


@pytest.mark.slow
def test_of_two_versions_of_a_picture_the_less_blurred_one_is_sharper() -> None:
    """Whatever the size and the noise of either."""
    pairs = []
    for name in NAMES:
        measured = [
            (blur, sharpness(taken(picture, noise, seed)))
            for seed, (blur, width) in enumerate(product(BLURS, WIDTHS))
            for picture in [resized(blurred(name, blur), width)]
            for noise in NOISES
        ]
        pairs += [(one, other) for one, other in combinations(measured, 2) if one[0] != other[0]]
    assert len(pairs) == 8 * 10 * 16
    assert in_order(pairs) >= 0.95


@pytest.mark.slow
def test_of_two_pictures_the_clearly_blurred_one_is_less_sharp() -> None:
    """Though one shows a field of grass and the other one fog."""
    sharp, soft = (
        [(blur, sharpness(taken(resized(blurred(name, blur), 1120), 3, 1))) for name in NAMES]
        for blur in (0.0, 5.0)
    )
    assert in_order(list(product(sharp, soft))) >= 0.95
    assert not [value for _, value in sharp if Flaw.SOFT in PhotoScores(value, 0, 0).flaws]
    assert len([value for _, value in soft if Flaw.SOFT in PhotoScores(value, 0, 0).flaws]) >= 7


@pytest.mark.slow
@pytest.mark.parametrize("name", ["DSC04512", "IMG_2121"])
def test_detail_finer_than_the_pixels_that_are_measured_does_not_hide_a_slight_blur(name: str) -> None:
    """Of grass and foliage in a file of real size, less than a pixel of blur is left where it is measured."""
    detail = ImageOps.contain(sample(name), (1000, 1000))
    picture = Image.new("RGB", (4000, 3000))
    values = []
    for blur in (0.0, 1.0, 2.0, 3.0, 5.0):
        tile = detail.filter(ImageFilter.GaussianBlur(blur))
        for place in product(range(0, 4000, detail.width), range(0, 3000, detail.height)):
            picture.paste(tile, place)
        file = BytesIO()
        picture.save(file, "JPEG", quality=90)
        values.append(sharpness(decode_to_fit(file.getvalue(), SIDE, SIDE)))
    assert values == sorted(values, reverse=True)


@pytest.mark.slow
def test_of_two_versions_of_a_portrait_the_one_with_the_less_blurred_face_is_sharper() -> None:
    """Though what is behind it is as sharp as before, which would count otherwise."""
    portrait = astronaut().resize((1120, 1120), Image.Resampling.LANCZOS)
    measured: list[tuple[float, float]] = []
    whole: list[tuple[float, float]] = []
    for seed, (blur, width) in enumerate(product((0.0, 2.0, 3.0, 4.5, 7.0), WIDTHS)):
        small = resized(out_of_focus(portrait, blur * 1.12, face=True), width)
        for noise in NOISES:
            picture = taken(small, noise, seed)
            measured.append((blur, sharpness(picture, [FACE])))
            whole.append((blur, sharpness(picture)))
    pairs, others = (
        [(one, other) for one, other in combinations(values, 2) if one[0] != other[0]]
        for values in (measured, whole)
    )
    assert in_order(pairs) >= 0.95 > in_order(others)


def test_a_face_that_is_too_small_to_be_measured_does_not_count() -> None:
    picture = edges(20)
    assert sharpness(picture, [(0.5, 0.5, 0.51, 0.51)]) == sharpness(picture)


@pytest.mark.parametrize(("share", "is_soft"), [(0.06, False), (0.08, False), (0.15, True)])
def test_a_face_smaller_than_a_tenth_of_the_side_makes_no_photo_soft(*, share: float, is_soft: bool) -> None:
    side = round(share * SIDE / (FACE[3] - FACE[1]))
    portrait = astronaut().resize((side, side)).filter(ImageFilter.GaussianBlur(2))
    for left, upper in product((100, 108, 116), repeat=2):
        picture = sample("DSC04512").resize((SIDE, 384))
        picture.paste(portrait, (left, upper))
        x0, x1 = ((left + edge * side) / SIDE for edge in FACE[::2])
        y0, y1 = ((upper + edge * side) / 384 for edge in FACE[1::2])
        assert (Flaw.SOFT in PhotoScores(sharpness(picture, [(x0, y0, x1, y1)]), 0, 0).flaws) is is_soft


def test_noise_beside_what_has_none_is_not_sharp() -> None:
    """As beside bars, or a sky that the camera smoothed."""
    picture = Image.effect_noise((512, 384), 30).convert("RGB")
    picture.paste("grey", (0, 0, 512, 128))
    assert sharpness(picture) < 35


def edges(angle: int) -> Image.Image:
    """Return white shapes on black, whose sides are turned by some degrees."""
    picture = Image.new("L", (512, 512))
    for x, y in product(range(64, 448, 96), repeat=2):
        picture.paste(255, (x, y, x + 48, y + 48))
    return picture.rotate(angle, Image.Resampling.BICUBIC).convert("RGB")


@pytest.mark.parametrize("angle", [0, 20, 45])
def test_edges_count_whatever_their_direction(angle: int) -> None:
    values = [sharpness(edges(angle).filter(ImageFilter.GaussianBlur(blur))) for blur in (0, 1, 2, 4, 8)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 45 > 35 > values[3]


def test_a_shaken_camera_is_seen_though_edges_along_the_shake_are_sharp() -> None:
    still = edges(0)
    shaken = np.mean([np.roll(np.asarray(still, np.float32), shift, 1) for shift in range(16)], axis=0)
    assert sharpness(Image.fromarray(shaken.astype(np.uint8))) < sharpness(still) - 15


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (512, 1), (7, 512), (40, 2048)])
def test_pictures_of_every_shape_are_measured(size: tuple[int, int]) -> None:
    assert 0 <= sharpness(Image.effect_noise(size, 50).convert("RGB")) < 100


def test_a_picture_of_nothing_or_of_noise_alone_is_not_sharp() -> None:
    assert sharpness(Image.new("RGB", (512, 384), "grey")) == 0
    assert sharpness(Image.effect_noise((512, 384), 30).convert("RGB")) < 35
