"""Screenshots of one layout with other words are told apart, and copies of one are not."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from fluffy_tui.similarity import picture_bits
from fluffy_tui.similarity.index.strokes import SIDE, Strokes, strokes
from fluffy_tui.similarity.model import OTHER_STROKES, SAME_PICTURE_BITS
from similarity.screenshot_pictures import chat, saved

if TYPE_CHECKING:
    from collections.abc import Callable

    from fluffy_tui.similarity import PictureBits

EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "a JPEG": lambda picture: saved(picture, 80),
    "a coarse JPEG": lambda picture: saved(picture, 30),
    "a messenger's": lambda picture: saved(picture.resize((720, 1600), Image.Resampling.BICUBIC), 55),
    "half": lambda picture: picture.resize((540, 1200), Image.Resampling.LANCZOS),
    "a third": lambda picture: saved(picture.resize((360, 800), Image.Resampling.BILINEAR), 60),
    "an eighth": lambda picture: picture.resize((135, 300), Image.Resampling.LANCZOS),
    "by nearest pixels": lambda picture: picture.resize((756, 1680), Image.Resampling.NEAREST),
    "larger": lambda picture: picture.resize((1620, 3600), Image.Resampling.BICUBIC),
    "grey": lambda picture: picture.convert("L").convert("RGB"),
    "of few colours": lambda picture: picture.quantize(64).convert("RGB"),
    "dimmer": lambda picture: ImageEnhance.Brightness(picture).enhance(0.8),
    "without its edge": lambda picture: picture.crop((3, 6, picture.width - 3, picture.height - 6)),
}


def seen(picture: Image.Image) -> PictureBits:
    """Return the hashes of a picture as a worker sees it."""
    small = picture.copy()
    small.thumbnail((569, 569), Image.Resampling.LANCZOS)
    return picture_bits(small)


def contradictions(one: PictureBits, other: PictureBits) -> int:
    """Return in how many parts one has strokes and the other has none; nothing where text is too small to see."""
    if one.strokes is None or other.strokes is None:
        return 0
    a, b, c, d = (
        np.frombuffer(text.encode(), np.uint8) == ord("1")
        for text in (one.strokes.written, other.strokes.blank, other.strokes.written, one.strokes.blank)
    )
    return int((a & b).sum() + (c & d).sum())


def bits_apart(one: PictureBits, other: PictureBits) -> int:
    return sum(a != b for a, b in zip(one.pdq, other.pdq, strict=True))


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("edit", EDITS)
def test_a_copy_of_a_screenshot_never_contradicts_it(edit: str, dark: bool) -> None:
    original = chat(1, dark=dark)
    assert contradictions(seen(original), seen(EDITS[edit](original))) < OTHER_STROKES / 2


@pytest.mark.parametrize("changed_from", [0, 4])
def test_other_words_of_the_same_layout_contradict_though_their_hashes_are_near(changed_from: int) -> None:
    chats = [seen(chat(seed, changed_from=changed_from)) for seed in range(5)]
    assert all(one.strokes for one in chats)
    pairs = [(one, other) for number, one in enumerate(chats) for other in chats[:number]]
    assert sum(bits_apart(one, other) <= SAME_PICTURE_BITS for one, other in pairs) >= 5
    assert min(contradictions(one, other) for one, other in pairs) >= OTHER_STROKES


def test_a_clock_that_has_gone_on_makes_no_other_picture() -> None:
    shots = []
    for minute in (41, 42):
        picture = chat(1)
        ImageDraw.Draw(picture).text((900, 60), f"10:{minute}", fill="white", font_size=36)
        shots.append(seen(picture))
    assert contradictions(*shots) < OTHER_STROKES


def test_photographs_and_logos_have_no_strokes() -> None:
    """So what is painted over a photo leaves it the same picture."""
    logo = Image.new("RGB", (512, 512), "white")
    ImageDraw.Draw(logo).ellipse((200, 200, 300, 300), fill="black")
    assert strokes(logo) is None
    folder = resources.files("fluffy_tui.demo.sample_photos")
    for name in sorted(one.name for one in folder.iterdir() if one.name.endswith(".jpg")):
        with folder.joinpath(name).open("rb") as file:
            assert strokes(Image.open(file).convert("RGB")) is None, name


@pytest.mark.parametrize("size", [(5, 5), (1, 900), (2048, 256), (512, 512)])
def test_pictures_of_every_shape_are_looked_at(size: tuple[int, int]) -> None:
    found = strokes(Image.effect_noise(size, 200).point(lambda value: 255 * (value > 200)).convert("RGB"))
    assert found is None or {len(found.written), len(found.blank)} == {SIDE * SIDE}
    striped = Image.new("RGB", size, "white")
    for x in range(0, size[0], 9):
        ImageDraw.Draw(striped).line((x, 0, x, size[1]), fill="black")
    found = strokes(striped)
    assert found is None or isinstance(found, Strokes)
