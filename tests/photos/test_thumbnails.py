"""The small picture that a screen shows."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageCms

from fluffy_tui.photos import PhotoUnreadable, thumbnail
from photos.photo_files import FORMATS, encoded, exif, huge_png, picture, write

if TYPE_CHECKING:
    from pathlib import Path


def nearly(colour: object, expected: tuple[int, int, int], tolerance: int = 24) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(a - b) <= tolerance for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize("picture_format", FORMATS)
def test_every_format_fits_the_box(tmp_path: Path, picture_format: str) -> None:
    """RGB, in proportion, no larger than asked."""
    path = write(tmp_path / "a", picture_format=picture_format, width=400, height=300)
    small = thumbnail(path, 100, 100)
    assert (small.mode, small.size) == ("RGB", (100, 75))
    assert nearly(small.getpixel((10, 40)), (200, 0, 0))
    assert nearly(small.getpixel((90, 40)), (20, 90, 0))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("picture_format", FORMATS)
def test_upright(tmp_path: Path, picture_format: str, orientation: int) -> None:
    """However the camera was held, red is where it was seen: EXIF 2.32, figure 17."""
    path = write(
        tmp_path / "a",
        picture_format=picture_format,
        width=400,
        height=200,
        exif=exif(orientation=orientation),
    )
    small = thumbnail(path, 100, 100)
    red = {
        1: (10, 25),
        2: (90, 25),
        3: (90, 25),
        4: (10, 25),
        5: (25, 10),
        6: (25, 10),
        7: (25, 90),
        8: (25, 90),
    }
    assert small.size == ((50, 100) if orientation >= 5 else (100, 50))
    assert nearly(small.getpixel(red[orientation]), (200, 0, 0))


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    """The screen decides that."""
    assert thumbnail(write(tmp_path / "a.jpg"), 1000, 1000).size == (48, 32)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    """Drawings, scans, print files, 16 bits."""
    made = Image.new("I;16", (80, 80), 0x8000) if mode == "I;16" else picture(80, 80, mode=mode)
    target = io.BytesIO()
    made.save(target, "JPEG" if mode == "CMYK" else "PNG")
    small = thumbnail(write(tmp_path / "a", target.getvalue()), 40, 40)
    assert (small.mode, small.size) == ("RGB", (40, 40))
    if mode == "I;16":
        assert nearly(small.getpixel((5, 5)), (128, 128, 128), 2)
    if mode == "CMYK":
        assert nearly(small.getpixel((5, 20)), (200, 0, 0))


def test_transparency_shows_light_grey(tmp_path: Path) -> None:
    """Neither black, which hides dark drawings, nor white, which blinds."""
    target = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(target, "PNG")
    assert thumbnail(write(tmp_path / "a.png", target.getvalue()), 20, 20).getpixel((5, 5)) == (238, 238, 238)


def test_colours_are_turned_into_srgb(tmp_path: Path) -> None:
    """A profile that swaps what red and green mean shows whether it was obeyed."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    target = io.BytesIO()
    Image.new("RGB", (40, 40), (250, 10, 10)).save(target, "PNG", icc_profile=swapped)
    small = thumbnail(write(tmp_path / "a.png", target.getvalue()), 20, 20)
    assert nearly(small.getpixel((5, 5)), (10, 250, 10))


def test_a_damaged_profile_is_left_alone(tmp_path: Path) -> None:
    """The picture is worth more than its colours' last shade."""
    target = io.BytesIO()
    Image.new("RGB", (40, 40), (120, 60, 30)).save(target, "PNG", icc_profile=b"no profile at all")
    small = thumbnail(write(tmp_path / "a.png", target.getvalue()), 20, 20)
    assert small.getpixel((5, 5)) == (120, 60, 30)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "something else"), (encoded()[:300], "broken"), (b"GIF89a", "a GIF"), (huge_png(), "too large")],
)
def test_what_cannot_be_shown_is_said(tmp_path: Path, content: bytes, words: str) -> None:
    """The file's name and the reason."""
    path = write(tmp_path / "holiday.jpg", content)
    with pytest.raises(PhotoUnreadable, match=rf"holiday\.jpg cannot be shown\. .*{words}"):
        thumbnail(path, 10, 10)


def test_damaged_pixels_are_said(tmp_path: Path) -> None:
    """The header is sound; only decoding tells."""
    made = encoded("PNG", width=400, height=300)
    start = made.index(b"IDAT") + 4
    path = write(tmp_path / "a.png", made[:start] + b"\xee" * 60 + made[start + 60 :])
    with pytest.raises(PhotoUnreadable, match="broken"):
        thumbnail(path, 10, 10)


def test_a_vanished_file_is_said(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(PhotoUnreadable, match=r"gone\.jpg is no longer there\. Put it back"):
        thumbnail(tmp_path / "gone.jpg", 10, 10)


def test_several_threads_at_once(tmp_path: Path) -> None:
    """Prefetching neighbours gives every caller its own picture."""
    paths = [
        write(tmp_path / f"{number}.{suffix}", picture_format=kind, width=300, height=200 + 2 * number)
        for number, (kind, suffix) in enumerate(list(FORMATS.items()) * 4)
    ]
    with ThreadPoolExecutor(8) as pool:
        small = list(pool.map(lambda path: thumbnail(path, 150, 150), paths))
    assert [one.height for one in small] == [100 + number for number in range(20)]
