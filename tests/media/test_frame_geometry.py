"""The ways to fit a photo: which part stays, what fills the rest, and that quarter turns come first."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fluffy_tui.media import TURNS, Fit, Framing, Shape, render, shapes_for
from fluffy_tui.networks import all_rules, rules_for

INSTAGRAM = rules_for("instagram")
BANDS = ((200, 20, 20), (20, 200, 20), (20, 20, 200))


def banded(path: Path, size: tuple[int, int]) -> Path:
    """Draw red, green and blue bands from top to bottom, or from left to right on a wide picture."""
    picture = Image.new("RGB", size)
    for number, colour in enumerate(BANDS):
        if size[0] > size[1]:
            picture.paste(colour, (size[0] * number // 3, 0, size[0] * (number + 1) // 3, size[1]))
        else:
            picture.paste(colour, (0, size[1] * number // 3, size[0], size[1] * (number + 1) // 3))
    picture.save(path, "PNG")
    return path


def looks_like(pixel: object, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel has nearly that colour."""
    assert isinstance(pixel, tuple)
    return all(abs(mine - wanted) < 30 for mine, wanted in zip(pixel, colour, strict=True))


def opened(data: bytes) -> Image.Image:
    """Return the picture of a rendition."""
    from io import BytesIO

    return Image.open(BytesIO(data)).convert("RGB")


@pytest.mark.parametrize(
    ("fit", "first", "last"),
    [(Fit.CROP_TOP, 0, 1), (Fit.CROP_BOTTOM, 1, 2), (Fit.CROP, 0, 2)],
)
@pytest.mark.parametrize("wide", [False, True])
def test_a_crop_keeps_the_side_that_was_chosen(
    tmp_path: Path, fit: Fit, first: int, last: int, wide: bool
) -> None:
    size = (1200, 600) if wide else (600, 1200)
    made = render(banded(tmp_path / "a.png", size), INSTAGRAM, Framing(fit, Shape.SQUARE))
    assert made.fit_applied is fit
    assert (made.width, made.height) == (600, 600)
    picture = opened(made.data)
    ends = ((3, 300), (596, 300)) if wide else ((300, 3), (300, 596))
    assert looks_like(picture.getpixel(ends[0]), BANDS[first])
    assert looks_like(picture.getpixel(ends[1]), BANDS[last])


def test_a_plain_pad_is_white_and_the_whole_photo_stays(tmp_path: Path) -> None:
    made = render(banded(tmp_path / "a.png", (400, 1200)), INSTAGRAM, Framing(Fit.PAD_PLAIN))
    picture = opened(made.data)
    assert made.width / made.height == pytest.approx(0.8, abs=0.001)
    assert looks_like(picture.getpixel((3, made.height // 2)), (255, 255, 255))
    for height, colour in zip((5, made.height // 2, made.height - 5), BANDS, strict=True):
        assert looks_like(picture.getpixel((made.width // 2, height)), colour)


@pytest.mark.parametrize(("turn", "corner"), [(0, 0), (90, 0), (180, 2), (270, 2)])
def test_turns_are_clockwise(tmp_path: Path, turn: int, corner: int) -> None:
    path = banded(tmp_path / "a.png", (900, 1000))
    made = render(path, INSTAGRAM, Framing(turn=turn))
    assert (made.width, made.height) == ((900, 1000) if turn in (0, 180) else (1000, 900))
    right_or_top = (made.width // 2, 5) if turn in (0, 180) else (made.width - 5, made.height // 2)
    assert looks_like(opened(made.data).getpixel(right_or_top), BANDS[corner])


def test_the_file_is_only_read(tmp_path: Path) -> None:
    path = banded(tmp_path / "a.png", (300, 900))
    before = path.read_bytes()
    render(path, INSTAGRAM, Framing(Fit.CROP_TOP, Shape.PORTRAIT, 90))
    assert path.read_bytes() == before


sides = st.integers(60, 1600)


@given(
    sides,
    sides,
    st.sampled_from(list(Fit)),
    st.sampled_from(list(Shape)),
    st.sampled_from(sorted(all_rules())),
)
def test_every_frame_has_the_shape_that_was_chosen_and_is_within_the_network(
    width: int, height: int, fit: Fit, shape: Shape, service: str
) -> None:
    from fluffy_tui.media.frame_geometry import frame

    rules = rules_for(service).image
    made = frame((width, height), rules, Framing(fit, shape))
    ratio = made.canvas[0] / made.canvas[1]
    if shape is Shape.AUTO or (shape in shapes_for(rules) and shape is not Shape.TALL):
        assert (rules.min_ratio or 0) <= ratio <= (rules.max_ratio or 999)
    if shape.ratio is not None:
        assert abs(ratio / shape.ratio - 1) <= 2 / min(made.canvas)
    left, upper, right, lower = made.box
    assert -1e-6 <= left < right <= width + 1e-6
    assert -1e-6 <= upper < lower <= height + 1e-6


def test_shapes_are_those_of_the_network_and_the_phones() -> None:
    assert shapes_for(INSTAGRAM.image) == tuple(Shape)
    assert set(TURNS) == {0, 90, 180, 270}
