"""The ways to fit a photo: which part stays, what fills the rest, and that quarter turns come first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, strategies as st
from PIL import Image

from fluffy_tui.media import TURNS, Fit, Framing, Part, Shape, canvas_ratio, cuts_for, render, shapes_for
from fluffy_tui.media.frame_geometry import frame, frame_of_part
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


def is_rounded(size: tuple[int, int], ratio: float) -> bool:
    """Whether a size has a ratio, but for what rounding both sides to pixels does."""
    return abs(size[0] - size[1] * ratio) <= 1 + ratio


sizes = st.tuples(st.integers(1, 9000), st.integers(1, 9000))
framings = st.builds(Framing, st.sampled_from(Fit), st.sampled_from(Shape), st.sampled_from(TURNS))
services = st.sampled_from(sorted(all_rules()))


@given(sizes, sizes, framings, framings, services)
def test_all_pictures_of_a_post_have_the_ratio_of_its_cover(
    cover: tuple[int, int], other: tuple[int, int], first: Framing, second: Framing, service: str
) -> None:
    """Whatever their own shapes are, and whatever shape was chosen for them."""
    rules = rules_for(service).image
    ratio = canvas_ratio(cover, rules, first)
    made = frame(other, rules, second, ratio)
    assume(min(made.canvas) > 1)
    assert is_rounded(made.canvas, ratio)
    assert max(made.canvas) <= 1440
    if first.shape is not Shape.TALL:
        assert (rules.min_ratio or 0) <= made.canvas[0] / made.canvas[1]
        assert made.canvas[0] / made.canvas[1] <= (rules.max_ratio or 9999)


large = st.tuples(st.integers(1440, 9000), st.integers(1440, 9000))


@given(large, large, framings, framings, services)
def test_all_pictures_of_a_post_have_the_same_size_if_the_photos_are_large_enough(
    cover: tuple[int, int], other: tuple[int, int], first: Framing, second: Framing, service: str
) -> None:
    rules = rules_for(service).image
    canvas = frame(_turned(cover, first.turn), rules, first).canvas
    assume(max(canvas) == 1440)
    ratio = canvas_ratio(cover, rules, first)
    assert frame(other, rules, second, ratio).canvas == canvas


def _turned(size: tuple[int, int], turn: int) -> tuple[int, int]:
    return size if turn in (0, 180) else (size[1], size[0])


@given(sizes, framings, services)
def test_photos_of_one_camera_are_neither_cropped_nor_padded_to_each_other(
    size: tuple[int, int], framing: Framing, service: str
) -> None:
    """The ratio of a cover in whole pixels is not quite its photo's; a pixel is no reason to pad."""
    rules = rules_for(service).image
    upright = _turned(size, framing.turn)
    cover = frame(upright, rules, framing)
    same = frame(upright, rules, framing, canvas_ratio(size, rules, framing))
    if cover.fit_applied is None:
        assert (same.canvas, same.fit_applied, same.box) == (cover.canvas, None, cover.box)


@pytest.mark.parametrize("fit", Fit)
def test_the_fit_decides_how_a_photo_gets_the_ratio_of_the_cover(tmp_path: Path, fit: Fit) -> None:
    """The shape that it would have alone does not matter."""
    ratio = canvas_ratio((6016, 4016), INSTAGRAM.image, Framing())
    made = render(banded(tmp_path / "a.png", (700, 1100)), INSTAGRAM, Framing(fit, Shape.SQUARE), ratio=ratio)
    assert (made.fit_applied, made.source_width) == (fit, 700)
    assert is_rounded((made.width, made.height), ratio)
    picture = opened(made.data)
    middle = (picture.width // 2, picture.height // 2)
    kept = {Fit.CROP_TOP: (0, 1), Fit.CROP_BOTTOM: (1, 2)}.get(fit, (0, 2))
    assert looks_like(picture.getpixel((middle[0], 3)), BANDS[kept[0]])
    assert looks_like(picture.getpixel((middle[0], picture.height - 4)), BANDS[kept[1]])
    is_white = looks_like(picture.getpixel((3, middle[1])), (255, 255, 255))
    assert is_white == (fit is Fit.PAD_PLAIN)


@given(sizes, framings, services, st.sampled_from((2, 3)), st.none() | st.floats(0.2, 5))
def test_parts_are_cut_from_one_frame_and_are_within_the_network(
    size: tuple[int, int], framing: Framing, service: str, count: int, ratio: float | None
) -> None:
    rules = rules_for(service).image
    frames = [
        frame(size, rules, replace(framing, part=Part(number, count)), ratio)
        for number in range(1, count + 1)
    ]
    assert frames == frames[:1] * count
    made = frames[0]
    assert made.canvas[0] % count == 0
    width, height = made.canvas[0] // count, made.canvas[1]
    assert max(width, height) <= 1440
    assert width <= (rules.max_width or 1440)
    if ratio is None and framing.shape is not Shape.TALL and framing.shape in ("", *shapes_for(rules)):
        assert (rules.min_ratio or 0) <= width / height <= (rules.max_ratio or 9999)
    wanted = ratio or framing.shape.ratio
    if wanted is not None and min(width, height) > 1:
        assert is_rounded((width, height), wanted)
    left, upper, right, lower = made.box
    assert -1e-6 <= left < right <= size[0] + 1e-6
    assert -1e-6 <= upper < lower <= size[1] + 1e-6


@pytest.mark.parametrize(("size", "count"), [((1655, 847), 2), ((1654, 847), 2), ((1403, 400), 3)])
def test_a_photo_that_is_small_enough_is_cut_between_its_pixels(size: tuple[int, int], count: int) -> None:
    """Columns that are over would make it a little wider, and blur all of it."""
    rules = rules_for("bluesky").image
    made = frame_of_part(size, rules, Framing(part=Part(1, count)))
    kept = size[0] - size[0] % count
    assert made.canvas == made.picture == (kept, size[1])
    assert made.box == (0, 0, kept, size[1])


@pytest.mark.parametrize(
    ("size", "turn", "cuts"),
    [
        ((4000, 3000), 0, ()),
        ((3000, 2000), 0, ()),
        ((1600, 1000), 0, (2,)),
        ((1920, 1080), 0, (2,)),
        ((2399, 1000), 0, (2,)),
        ((2400, 1000), 0, (2, 3)),
        ((12000, 2000), 0, (2, 3)),
        ((2000, 12000), 0, ()),
        ((2000, 12000), 90, (2, 3)),
        ((12000, 2000), 270, ()),
        ((639, 200), 0, ()),
        ((640, 200), 0, (2,)),
        ((960, 200), 0, (2, 3)),
    ],
)
def test_a_photo_can_be_cut_if_every_part_is_wide_enough(
    size: tuple[int, int], turn: int, cuts: tuple[int, ...]
) -> None:
    assert cuts_for(size, INSTAGRAM.image, turn) == cuts
    assert cuts_for(size, rules_for("bluesky").image, turn) == cuts


@given(sizes, services, st.sampled_from(TURNS))
def test_a_part_of_what_can_be_cut_is_hardly_cropped(size: tuple[int, int], service: str, turn: int) -> None:
    """Only where the photo is wider than the parts may be together."""
    rules = rules_for(service).image
    for count in cuts_for(size, rules, turn):
        made = frame(_turned(size, turn), rules, Framing(Fit.CROP, part=Part(1, count)))
        assert made.box[3] - made.box[1] == _turned(size, turn)[1]
        assert made.canvas[0] // count >= (rules.min_width or 1)
