"""The one decoder: upright, sRGB, opaque, as large as asked, whatever the file is."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from PIL import Image

from fluffy_tui.images import (
    PhotoUnreadable,
    Unreadable,
    decode,
    decode_part,
    decode_to_fit,
    decoder as decoder_module,
    limited_process,
)
from fluffy_tui.images.photo_header import OpenedPicture, open_to_decode
from media.media_pictures import wide_gamut_profile
from photos.photo_files import FORMATS, encoded, exif, huge_png, picture, write


def nearly(color: object, expected: tuple[int, int, int], tolerance: int = 24) -> bool:
    assert isinstance(color, tuple)
    return all(abs(a - b) <= tolerance for a, b in zip(color, expected, strict=True))


def saved(made: Image.Image, picture_format: str = "PNG", **options: Any) -> bytes:
    target = io.BytesIO()
    made.save(target, picture_format, **options)
    return target.getvalue()


@pytest.mark.parametrize("picture_format", FORMATS)
def test_every_format_fits_the_box(tmp_path: Path, picture_format: str) -> None:
    """RGB, in proportion, no larger than asked."""
    path = write(tmp_path / "a", picture_format=picture_format, width=400, height=300)
    small = decode_to_fit(path, 100, 100)
    assert (small.mode, small.size) == ("RGB", (100, 75))
    assert nearly(small.getpixel((10, 40)), (200, 0, 0))
    assert nearly(small.getpixel((90, 40)), (20, 90, 0))


@pytest.mark.parametrize("picture_format", FORMATS)
def test_bytes_decode_like_their_file(tmp_path: Path, picture_format: str) -> None:
    content = encoded(picture_format, width=400, height=300)
    from_file = decode_to_fit(write(tmp_path / "a", content), 100, 100)
    assert decode_to_fit(content, 100, 100).tobytes() == from_file.tobytes()


@pytest.mark.parametrize(("orientation", "turned"), [(1, 0), (6, 270), (3, 180)])
def test_a_part_is_the_same_pixels_at_full_size(orientation: int, turned: int) -> None:
    made = Image.merge("RGB", [Image.linear_gradient("L").rotate(turn) for turn in (0, 90, 180)]).resize(
        (160, 120)
    )
    content = saved(made, exif=exif(orientation=orientation))
    upright = made.rotate(turned, expand=True)
    box = (20, 30, 110, 90)
    part = decode_part(content, box, (90, 60))
    assert part.mode == "RGB"
    assert part.tobytes() == upright.crop(box).tobytes()
    half = decode_part(content, box, (45, 30))
    assert nearly(half.getpixel((20, 10)), upright.getpixel((60, 50)), tolerance=4)  # type: ignore[arg-type]


@pytest.mark.parametrize("damaged", [b"", b"no picture", encoded("JPEG", width=400, height=300)[:-2_000]])
def test_no_part_of_a_damaged_picture_is_returned(damaged: bytes) -> None:
    """Not even one that came before the damage: what is shown is what would be posted."""
    with pytest.raises(PhotoUnreadable):
        decode_part(damaged, (0, 0, 10, 10), (10, 10))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("picture_format", FORMATS)
def test_pictures_are_turned_upright(tmp_path: Path, picture_format: str, orientation: int) -> None:
    """However the camera was held, red is where it was seen: EXIF 2.32, figure 17."""
    path = write(
        tmp_path / "a",
        picture_format=picture_format,
        width=400,
        height=200,
        exif=exif(orientation=orientation),
    )
    small = decode_to_fit(path, 100, 100)
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
    assert decode(path, at_least=0.3).size == ((200, 400) if orientation >= 5 else (400, 200))


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    assert decode_to_fit(write(tmp_path / "a.jpg"), 1000, 1000).size == (48, 32)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
def test_no_side_shrinks_to_nothing(size: tuple[int, int]) -> None:
    small = decode_to_fit(saved(Image.new("RGB", size, "red")), 100, 100)
    assert small.size == (min(size[0], 100), min(size[1], 100))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    """Drawings, scans, print files, 16 bits."""
    made = Image.new("I;16", (80, 80), 0x8000) if mode == "I;16" else picture(80, 80, mode=mode)
    small = decode_to_fit(saved(made, "JPEG" if mode == "CMYK" else "PNG"), 40, 40)
    assert (small.mode, small.size) == ("RGB", (40, 40))
    if mode == "I;16":
        assert nearly(small.getpixel((5, 5)), (128, 128, 128), 2)
    if mode in ("P", "RGBA", "CMYK"):
        assert nearly(small.getpixel((5, 20)), (200, 0, 0))


@pytest.mark.parametrize(
    ("mode", "picture_format", "half"),
    [("RGBA", "PNG", (255, 127, 127)), ("RGBA", "WEBP", (255, 127, 127)), ("LA", "PNG", (165, 165, 165))],
)
def test_transparency_becomes_white(mode: str, picture_format: str, half: tuple[int, int, int]) -> None:
    """As on the white page of a network; a preview shows what is posted. There is no black fringe."""
    made = Image.new("RGBA", (90, 30), (0, 0, 0, 0))
    made.paste((255, 0, 0, 128), (30, 0, 60, 30))
    small = decode_to_fit(saved(made.convert(mode), picture_format, lossless=True), 90, 30)
    assert small.getpixel((10, 15)) == (255, 255, 255)
    assert nearly(small.getpixel((45, 15)), half, 4)


@pytest.mark.parametrize(("mode", "shade"), [("I;16", 0x8000), ("L", 128), ("RGB", (9, 8, 7)), ("P", 0)])
def test_a_transparent_shade_becomes_white(mode: str, shade: int | tuple[int, int, int]) -> None:
    """PNG may name one colour that is transparent instead of a channel for it."""
    made = Image.new(mode, (50, 50), shade)
    assert decode_to_fit(saved(made, transparency=shade), 20, 20).getpixel((5, 5)) == (255, 255, 255)


def test_large_pictures_are_converted_in_bands_that_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second copy of a large picture would take a gigabyte."""
    shades = Image.linear_gradient("L").resize((300, 700)).convert("RGBA")
    at_once = decode(saved(shades), at_least=0.1)
    monkeypatch.setattr(decoder_module, "_BAND", 300 * 40)
    in_bands = decode(saved(shades), at_least=0.1)
    assert in_bands.pixels.height < 700
    assert in_bands.pixels.tobytes() == at_once.pixels.tobytes()


def test_a_jpeg_is_decoded_no_larger_than_needed() -> None:
    """That saves most of the time; the size that is reported is the picture's own."""
    content = encoded(width=1600, height=800)
    decoded = decode(content, at_least=0.2)
    assert decoded.size == (1600, 800)
    assert 320 <= decoded.pixels.width < 800
    assert decode(content).pixels.size == (1600, 800)


@pytest.mark.parametrize(("degrees", "red"), [(0, (5, 20)), (90, (20, 5)), (180, (75, 20)), (270, (20, 75))])
def test_a_picture_is_turned_clockwise(degrees: int, red: tuple[int, int]) -> None:
    turned = decode(saved(picture(80, 40))).turned(degrees)
    assert turned.size == ((80, 40) if degrees in (0, 180) else (40, 80))
    assert nearly(turned.resized(turned.size).getpixel(red), (200, 0, 0))


def test_a_part_is_resized_in_pixels_of_the_whole() -> None:
    """Also where a JPEG was decoded smaller."""
    decoded = decode(encoded(width=1600, height=800), at_least=0.2)
    assert nearly(decoded.resized((10, 10), (800, 0, 1600, 800)).getpixel((1, 5)), (20, 90, 0))
    assert nearly(decoded.resized((10, 10), (0, 0, 780, 800)).getpixel((8, 5)), (200, 0, 0))


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_colours_are_turned_into_srgb(picture_format: str) -> None:
    """A profile that swaps what red and green mean shows whether it was used."""
    red = Image.new("RGB", (40, 40), (250, 10, 10))
    content = saved(red, picture_format, icc_profile=wide_gamut_profile())
    assert nearly(decode_to_fit(content, 20, 20).getpixel((5, 5)), (10, 250, 10))


def test_what_is_clear_stays_clear_when_colours_are_converted() -> None:
    made = Image.new("RGBA", (40, 40), (250, 10, 10, 255))
    made.paste((0, 0, 0, 0), (0, 0, 20, 40))
    small = decode_to_fit(saved(made, icc_profile=wide_gamut_profile()), 40, 40)
    assert nearly(small.getpixel((30, 20)), (10, 250, 10))
    assert small.getpixel((5, 20)) == (255, 255, 255)


@pytest.mark.parametrize("profile", [b"", b"no profile at all", b"\0" * 200])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_damaged_profile_is_ignored(mode: str, profile: bytes) -> None:
    """The picture is worth more than the last shade of its colours."""
    made = picture(80, 40).convert(mode)
    without = decode_to_fit(saved(made, "JPEG"), 40, 20)
    assert decode_to_fit(saved(made, "JPEG", icc_profile=profile), 40, 20).tobytes() == without.tobytes()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Unreadable.EMPTY),
        (encoded()[:300], Unreadable.CUT_SHORT),
        (b"%PDF-1.7", Unreadable.UNSUPPORTED),
        (huge_png(), Unreadable.TOO_LARGE),
    ],
)
def test_what_cannot_be_decoded_has_a_reason(tmp_path: Path, content: bytes, reason: Unreadable) -> None:
    """The message begins with the file's name."""
    with pytest.raises(PhotoUnreadable, match=r"^holiday\.jpg cannot be read: ") as caught:
        decode_to_fit(write(tmp_path / "holiday.jpg", content), 10, 10)
    assert caught.value.reason is reason


@pytest.mark.parametrize("at", ["start", "middle"])
def test_damaged_pixels_are_never_decoded(at: str) -> None:
    """An error of the first attempt must not be swallowed: a second one would succeed on what is left."""
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    content = bytearray(saved(noise))
    position = content.index(b"IDAT") + 4 if at == "start" else len(content) // 2
    content[position : position + 60] = bytes(60)
    for damaged in (bytes(content), bytes(content)):
        with pytest.raises(PhotoUnreadable) as caught:
            decode(damaged)
        assert caught.value.reason is Unreadable.DAMAGED


def test_a_missing_file_has_a_hint(tmp_path: Path) -> None:
    with pytest.raises(PhotoUnreadable, match=r"gone\.jpg cannot be read: the file is missing\. Put it back"):
        decode_to_fit(tmp_path / "gone.jpg", 10, 10)


def test_exif_with_wrongly_typed_tags_is_no_obstacle(tmp_path: Path) -> None:
    """The picture is turned by the orientation that was read; EXIF is never written back, which would fail."""
    data = exif(orientation=6)
    data[0x0131] = "typed below"
    raw = data.tobytes()
    entry = raw.index(b"\x01\x31\x00\x02") if b"MM" in raw[:10] else raw.index(b"\x31\x01\x02\x00")
    order: Literal["big", "little"] = "big" if b"MM" in raw[:10] else "little"
    rational = (5).to_bytes(2, order) + (1).to_bytes(4, order)  # instead of an ASCII text
    broken = raw[: entry + 2] + rational + raw[entry + 8 :]
    content = saved(picture(80, 40), "JPEG", exif=broken)
    small = decode_to_fit(content, 100, 100)
    assert small.size == (40, 80)
    assert nearly(small.getpixel((20, 5)), (200, 0, 0))


@pytest.mark.parametrize("picture_format", ["BMP", "TIFF", "JPEG", "PNG", "GIF"])
def test_a_file_that_is_cut_while_it_is_decoded_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture_format: str
) -> None:
    """Nothing maps it into memory: the system would end the process that looks for what is gone."""
    path = tmp_path / "picture"
    Image.effect_noise((1_500, 1_500), 90).convert("RGB").save(path, picture_format)

    def cut_behind_header(file: Any) -> OpenedPicture:
        opened = open_to_decode(file)
        os.truncate(path, path.stat().st_size // 3)
        return opened

    monkeypatch.setattr(decoder_module, "open_to_decode", cut_behind_header)
    monkeypatch.setattr(limited_process, "_here", SimpleNamespace(is_nested=True, is_limited=True))
    with pytest.raises(PhotoUnreadable) as caught:
        decode_to_fit(path, 300, 300)
    assert caught.value.reason is Unreadable.DAMAGED


def test_several_threads_at_once(tmp_path: Path) -> None:
    """Prefetching neighbours gives every caller its own picture."""
    paths = [
        write(tmp_path / f"{number}.{suffix}", picture_format=kind, width=300, height=200 + 2 * number)
        for number, (kind, suffix) in enumerate(list(FORMATS.items()) * 4)
    ]
    with ThreadPoolExecutor(8) as pool:
        small = list(pool.map(lambda path: decode_to_fit(path, 150, 150), paths))
    assert [one.height for one in small] == [100 + number for number in range(20)]


@pytest.mark.parametrize("picture_format", ["PNG", "WEBP", "AVIF", "GIF", "TIFF"])
@pytest.mark.parametrize("count", [1, 3])
def test_an_animation_is_distinguished_from_a_picture(picture_format: str, count: int) -> None:
    """Only its first picture is shown and posted."""
    first, *others = [picture(64, 48, seed) for seed in range(count)]
    decoded = decode(saved(first, picture_format, save_all=True, append_images=others))
    assert decoded.is_first_of_several is (count > 1)
    assert nearly(decoded.resized((64, 48)).getpixel((8, 24)), (200, 0, 0))


@pytest.mark.parametrize("picture_format", ["GIF", "TIFF", "BMP"])
def test_further_formats_are_decoded(picture_format: str) -> None:
    small = decode_to_fit(saved(picture(400, 300), picture_format), 100, 100)
    assert small.size == (100, 75)
    assert nearly(small.getpixel((10, 40)), (200, 0, 0))


def test_a_jpeg_xl_crosses_whole_from_the_process_that_decodes_it() -> None:
    pytest.importorskip("pillow_jxl")
    decoded = decode(saved(picture(400, 300), "JXL"))
    assert decoded.size == decoded.pixels.size == (400, 300)
    assert nearly(decoded.resized((40, 30)).getpixel((5, 15)), (200, 0, 0))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_is_turned_once(orientation: int) -> None:
    """Pillow turns it by itself."""
    content = saved(picture(400, 200), "TIFF", tiffinfo={274: orientation})
    assert decode(content).size == ((200, 400) if orientation >= 5 else (400, 200))
    assert decode(content).pixels.size == decode(content).size


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_of_a_tiff_becomes_rgb(mode: str) -> None:
    made = Image.new("I;16", (80, 80), 0x8000) if mode == "I;16" else picture(80, 80, mode=mode)
    assert decode_to_fit(saved(made, "TIFF"), 40, 40).mode == "RGB"


@pytest.mark.parametrize(
    ("mode", "tag"), [("F", None), ("I", None), ("RGB", (254, 1)), ("RGB", (50706, b"\1\4\0\0"))]
)
def test_a_tiff_that_is_no_picture_to_look_at_is_refused(mode: str, tag: tuple[int, Any] | None) -> None:
    """Measurements, the small picture of a raw file, and raw data."""
    content = saved(Image.new(mode, (80, 80)), "TIFF", tiffinfo=dict([tag] if tag else []))
    with pytest.raises(PhotoUnreadable) as caught:
        decode(content)
    assert caught.value.reason in (Unreadable.UNSUPPORTED, Unreadable.UNUSUAL)


WITH_LITTLE_MEMORY = """
import re, resource, sys
from pathlib import Path
from fluffy_tui.images import PhotoUnreadable, decode_to_fit
decode_to_fit(Path(sys.argv[1]), 9, 9)
used = int(re.search(r"VmSize:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (used + 50_000_000, -1))
try:
    decode_to_fit(Path(sys.argv[2]), 9, 9)
except PhotoUnreadable as error:
    print(error.reason, error.reason.is_final)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit memory like this")
def test_a_picture_for_which_there_is_no_memory_is_not_damaged(tmp_path: Path) -> None:
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    small.write_bytes(saved(Image.new("RGB", (9, 9))))
    large.write_bytes(saved(Image.new("RGB", (6000, 4000)), compress_level=1))
    command = [sys.executable, "-c", WITH_LITTLE_MEMORY, str(small), str(large)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "no memory False\n"
