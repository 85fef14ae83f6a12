"""Renditions: what is sent in place of a photo."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from fluffy_tui.media import Fit, Framing, Part, Rendition, Shape, canvas_ratio, render, smaller
from fluffy_tui.networks import NetworkRules, all_rules, rules_for
from media.media_pictures import (
    exif_with_position,
    near,
    noise,
    opened,
    quadrants,
    saved,
    wide_gamut_profile,
    xmp,
)

INSTAGRAM, X, BLUESKY = rules_for("instagram"), rules_for("twitter"), rules_for("bluesky")
RED, LIME, BLUE, YELLOW = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)


def corners(image: Image.Image) -> list[object]:
    """Return the pixel in the middle of each quarter, in reading order."""
    width, height = image.size
    return [image.getpixel((width * x // 4, height * y // 4)) for y in (1, 3) for x in (1, 3)]


def is_quadrants(image: Image.Image, tolerance: int = 12) -> bool:
    """Whether the four quarters are where `quadrants` put them."""
    return all(
        near(found, wanted, tolerance)
        for found, wanted in zip(corners(image), (RED, LIME, BLUE, YELLOW), strict=True)
    )


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".png", ".webp", ".avif"])
def test_every_format_becomes_a_baseline_jpeg(tmp_path: Path, suffix: str) -> None:
    """The bytes are a JPEG of one scan, whatever went in."""
    path = saved(quadrants(), tmp_path / f"photo{suffix}", quality=95)
    rendition = render(path, X)
    image = opened(rendition.data)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (80, 40))
    assert "progressive" not in image.info
    assert b"\xff\xc0" in rendition.data
    assert b"\xff\xc2" not in rendition.data
    assert is_quadrants(image, tolerance=40)
    assert rendition.sha256 == hashlib.sha256(rendition.data).hexdigest()
    assert (rendition.width, rendition.height) == image.size
    assert rendition.source_width == 80
    assert rendition.fit_applied is None


def test_a_file_with_several_pictures_shows_its_first(tmp_path: Path) -> None:
    """Telephones and 3D cameras write MPO files with the ending of a JPEG; WEBP and PNG may move."""
    other = Image.new("RGB", (80, 40), "black")
    for name, kind in (("photo.jpg", "MPO"), ("photo.webp", "WEBP"), ("photo.png", "PNG")):
        path = saved(quadrants(), tmp_path / name, format=kind, save_all=True, append_images=[other])
        assert is_quadrants(opened(render(path, X).data), tolerance=40)


def test_threads_render_the_same_bytes(tmp_path: Path) -> None:
    """Renditions are made in threads beside each other."""
    paths = [saved(quadrants(1500, 900 + 100 * n), tmp_path / f"{n}.jpg") for n in range(4)]
    alone = [render(path, INSTAGRAM).sha256 for path in paths]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda path: render(path, INSTAGRAM).sha256, paths * 3))
    assert together == alone * 3


def test_heic_is_read(tmp_path: Path) -> None:
    """The format of most telephones."""
    path = tmp_path / "IMG_0001.HEIC"
    pillow_heif.from_pillow(quadrants(128, 64)).save(path, quality=90)
    image = opened(render(path, X).data)
    assert image.size == (128, 64)
    assert is_quadrants(image, tolerance=40)


def test_a_large_turned_jpeg_is_upright_and_small(tmp_path: Path) -> None:
    """Decoding at reduced size and turning go together."""
    stored = quadrants(3000, 2000).transpose(Image.Transpose.ROTATE_90)
    path = saved(stored, tmp_path / "photo.jpg", exif=exif_with_position(6))
    rendition = render(path, X)
    assert (rendition.width, rendition.height) == (1440, 960)
    assert rendition.source_width == 3000
    assert is_quadrants(opened(rendition.data))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif"])
def test_all_metadata_is_gone(tmp_path: Path, suffix: str) -> None:
    """No EXIF, no position, no XMP, no comment, no camera and no name is left in the bytes."""
    options: dict[str, object] = {"exif": exif_with_position(), "xmp": xmp(position=True)}
    options["icc_profile"] = wide_gamut_profile()
    if suffix == ".jpg":
        options["comment"] = b"SecretComment"
    path = saved(quadrants(), tmp_path / f"photo{suffix}", **options)
    assert b"SecretCamera" in path.read_bytes()
    rendition = render(path, X)
    assert rendition.location_removed
    assert rendition.ai_mark is None
    for trace in (b"Exif", b"GPS", b"xmp", b"xap", b"Secret", b"Photoshop", b"ICC_PROFILE", b"48,51"):
        assert trace not in rendition.data
    assert len(opened(rendition.data).getexif()) == 0


def test_a_smaller_copy_shows_the_same_and_has_no_mark(tmp_path: Path) -> None:
    mark = "trainedAlgorithmicMedia"
    options = {"exif": exif_with_position(), "xmp": xmp(mark=mark, position=True)}
    path = saved(quadrants().resize((1600, 800)), tmp_path / "photo.jpg", **options)
    rendition = render(path, X)
    small = smaller(rendition, 768)
    image = opened(small.data)
    assert image.size == (small.width, small.height) == (768, 384)
    assert is_quadrants(image)
    assert rendition.ai_mark == mark
    assert small.ai_mark is None
    for trace in (b"Exif", b"GPS", b"xmp", b"xap", b"Secret", mark.encode()):
        assert trace not in small.data
    assert opened(smaller(rendition, 5_000).data).size == (rendition.width, rendition.height)


def test_a_position_in_xmp_alone_is_noticed(tmp_path: Path) -> None:
    """Some editors write the position only there."""
    path = saved(quadrants(), tmp_path / "photo.jpg", xmp=xmp(position=True))
    assert render(path, X).location_removed
    assert not render(saved(quadrants(), tmp_path / "plain.jpg"), X).location_removed


@pytest.mark.parametrize("mark", ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif"])
def test_a_made_with_ai_mark_is_kept_and_nothing_beside_it(tmp_path: Path, mark: str, suffix: str) -> None:
    """Networks ask for the mark; the rest of the packet stays behind."""
    path = saved(
        quadrants(), tmp_path / f"photo{suffix}", exif=exif_with_position(), xmp=xmp(mark=mark, position=True)
    )
    rendition = render(path, X)
    assert rendition.ai_mark == mark
    assert f"digitalsourcetype/{mark}".encode() in opened(rendition.data).info["xmp"]
    for trace in (b"Exif\0", b"GPS", b"Secret"):
        assert trace not in rendition.data


def test_a_mark_after_the_pixels_of_a_png_is_found(tmp_path: Path) -> None:
    """PNG allows texts at its end, and allows them to be compressed."""
    plain = saved(quadrants(), tmp_path / "plain.png", exif=exif_with_position()).read_bytes()
    text = b"iTXt" + b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp(mark="trainedAlgorithmicMedia"))
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    path = tmp_path / "photo.png"
    path.write_bytes(plain[:-12] + chunk + plain[-12:])
    assert render(path, X).ai_mark == "trainedAlgorithmicMedia"


def test_the_mark_of_heic_is_kept(tmp_path: Path) -> None:
    """As telephones write it."""
    path = tmp_path / "photo.heic"
    file = pillow_heif.from_pillow(quadrants(128, 64))
    file.info["xmp"] = xmp(mark="trainedAlgorithmicMedia")
    file.save(path)
    assert render(path, X).ai_mark == "trainedAlgorithmicMedia"


def test_a_mark_inside_a_c2pa_manifest_is_found(tmp_path: Path) -> None:
    """The manifest stands in a JPEG's APP11 segment, as CBOR with the address as plain text."""
    plain = saved(quadrants(), tmp_path / "plain.jpg").read_bytes()
    claim = b"qdigitalSourceTypexFhttp://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    payload = b"JP\0\1\0\0\0\1" + claim
    segment = b"\xff\xeb" + (len(payload) + 2).to_bytes(2, "big") + payload
    path = tmp_path / "photo.jpg"
    path.write_bytes(plain[:2] + segment + plain[2:])
    assert render(path, X).ai_mark == "trainedAlgorithmicMedia"


def test_a_mark_in_utf_16_is_found(tmp_path: Path) -> None:
    """XMP allows it outside JPEG."""
    path = tmp_path / "photo.webp"
    Image.new("RGB", (64, 64)).save(path, xmp=xmp(mark="trainedAlgorithmicMedia").decode().encode("utf-16"))
    assert render(path, X).ai_mark == "trainedAlgorithmicMedia"


def test_other_source_types_are_no_ai_mark(tmp_path: Path) -> None:
    """A camera's own picture has a source type too."""
    path = saved(quadrants(), tmp_path / "photo.jpg", xmp=xmp(mark="digitalCapture"))
    rendition = render(path, X)
    assert rendition.ai_mark is None
    assert b"xmp" not in rendition.data


@pytest.fixture(
    scope="module",
    params=[(1500, 1500), (1740, 290), (232, 1740), (1, 1), (1913, 1001), (799, 1001)],
    ids=str,
)
def shape(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, tuple[int, int]]:
    """Return a photo and its size; it is written once, since to encode it takes longer than to render it."""
    size: tuple[int, int] = request.param
    return saved(quadrants(*size), tmp_path_factory.mktemp("shape") / "photo.png"), size


ONE_OF_EACH = {
    replace(rules.image, max_bytes=0, formats=(), shown_width=None): name
    for name, rules in all_rules().items()
}.values()
"""A network for each ratio and width that any of them asks for."""


@pytest.mark.slow
@pytest.mark.parametrize("service", ONE_OF_EACH)
@pytest.mark.parametrize("fit", Fit)
def test_every_shape_fits_every_network(shape: tuple[Path, tuple[int, int]], service: str, fit: Fit) -> None:
    """Ratio, sides and bytes are within the network's rules, and our own limit of 1440 pixels and 1 MB."""
    photo, size = shape
    rules = rules_for(service)
    rendition = render(photo, rules, Framing(fit))
    ratio = rendition.width / rendition.height
    assert (rules.image.min_ratio or 0) <= ratio <= (rules.image.max_ratio or 9999)
    assert max(rendition.width, rendition.height) <= 1440
    assert rendition.width >= (rules.image.min_width or 1) or rendition.height == 1440
    assert len(rendition.data) <= min(1_000_000, rules.image.max_bytes)
    outside = not (rules.image.min_ratio or 0) <= size[0] / size[1] <= (rules.image.max_ratio or 9999)
    assert rendition.fit_applied == (fit if outside else None)


def test_a_wide_photo_is_padded_for_instagram(tmp_path: Path) -> None:
    """The whole photo is seen, in the middle, on its own blurred colours."""
    rendition = render(saved(quadrants(3000, 1000), tmp_path / "photo.png"), INSTAGRAM)
    assert (rendition.width, rendition.height) == (1440, 754)
    assert rendition.fit_applied is Fit.PAD
    image = opened(rendition.data)
    above = (754 - 480) // 2
    assert is_quadrants(image.crop((0, above, 1440, above + 480)))
    assert not near(image.getpixel((720, 5)), (0, 0, 0), tolerance=60)


def test_a_tall_photo_is_cropped_for_instagram(tmp_path: Path) -> None:
    """Equal parts above and below are cut off."""
    rendition = render(saved(quadrants(1000, 2000), tmp_path / "photo.png"), INSTAGRAM, Framing(Fit.CROP))
    assert (rendition.width, rendition.height) == (1000, 1250)
    assert rendition.fit_applied is Fit.CROP
    assert is_quadrants(opened(rendition.data))


def test_a_small_photo_is_not_scaled_up_except_to_the_least_width(tmp_path: Path) -> None:
    """X takes 200 pixels as they are; Instagram wants 320."""
    path = saved(quadrants(200, 200), tmp_path / "photo.png")
    assert (render(path, X).width, render(path, INSTAGRAM).width) == (200, 320)
    assert (render(path, X).detail_width, render(path, INSTAGRAM).detail_width) == (200, 200)


def test_a_noisy_photo_is_kept_below_the_limit(tmp_path: Path) -> None:
    """Quality goes down first, and when that is not enough the size."""
    path = saved(noise(1440, 1440), tmp_path / "photo.png")
    rendition = render(path, BLUESKY)
    assert len(rendition.data) <= 1_000_000
    assert rendition.quality < 92
    assert opened(rendition.data).size == (rendition.width, rendition.height)


def test_the_original_is_never_touched_and_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    """Hosting a rendition again must give the same address the same bytes."""
    path = saved(quadrants(2000, 900), tmp_path / "photo.jpg", exif=exif_with_position())
    os.utime(path, ns=(1_600_000_000_000_000_000, 1_600_000_000_123_456_789))
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode, sorted(tmp_path.iterdir()))
    first, second = render(path, INSTAGRAM), render(path, INSTAGRAM)
    after = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode, sorted(tmp_path.iterdir()))
    assert first == second
    assert before == after


def test_another_process_renders_the_same_bytes(tmp_path: Path) -> None:
    """A worker started later gives the picture the same checksum."""
    path = saved(noise(300, 100), tmp_path / "photo.png")
    program = (
        "import sys, pathlib; from fluffy_tui.media import render; "
        "from fluffy_tui.networks import rules_for; "
        "print(render(pathlib.Path(sys.argv[1]), rules_for('instagram')).sha256)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == render(path, INSTAGRAM).sha256


def test_the_repr_does_not_hold_the_picture(tmp_path: Path) -> None:
    """A megabyte in a log helps nobody."""
    assert len(repr(render(saved(quadrants(), tmp_path / "photo.png"), X))) < 400


def textured(width: int, height: int) -> Image.Image:
    """Return a sepia picture with soft edges everywhere, none of them like another."""
    coarse = np.random.default_rng(7).integers(30, 225, (height // 12, width // 12, 1), np.uint8)
    return Image.fromarray((coarse * (1.0, 0.9, 0.8)).astype(np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )


@pytest.mark.parametrize("size", [(4000, 3000), (4032, 3024), (2592, 1944)])
def test_a_photo_that_is_decoded_smaller_looks_as_if_it_was_decoded_whole(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    path = saved(textured(*size), tmp_path / "photo.jpg", quality=95)
    whole = opened(path.read_bytes()).resize((1440, 1080), Image.Resampling.LANCZOS)
    rendition = render(path, INSTAGRAM)
    coded = saved(whole, tmp_path / "whole.jpg", quality=rendition.quality).read_bytes()
    assert difference(rendition.data, whole) < 1.1 * difference(coded, whole)


def difference(data: bytes, picture: Image.Image) -> float:
    """Return by how many shades of 256 a rendition differs from a picture on average."""
    return float(np.abs(pixels_of(opened(data)) - pixels_of(picture)).mean())


def parts_of(path: Path, rules: NetworkRules, framing: Framing, count: int) -> list[Rendition]:
    """Render all parts of a panorama."""
    return [render(path, rules, replace(framing, part=Part(number, count))) for number in range(1, count + 1)]


def pixels_of(image: Image.Image) -> np.ndarray[tuple[int, int, int], np.dtype[np.int16]]:
    """Return the pixels as numbers that can be subtracted."""
    return np.asarray(image.convert("RGB")).astype(np.int16)


def joined(parts: list[Rendition]) -> np.ndarray[tuple[int, int, int], np.dtype[np.int16]]:
    """Put pictures side by side."""
    return np.concatenate([pixels_of(opened(part.data)) for part in parts], axis=1)


ONE_PICTURE = {
    Fit.CROP: lambda photo, size: ImageOps.fit(photo, size, Image.Resampling.LANCZOS),
    Fit.CROP_TOP: lambda photo, size: ImageOps.fit(photo, size, Image.Resampling.LANCZOS, centering=(0, 0)),
    Fit.CROP_BOTTOM: lambda photo, size: ImageOps.fit(
        photo, size, Image.Resampling.LANCZOS, centering=(1, 1)
    ),
    Fit.PAD_PLAIN: lambda photo, size: ImageOps.pad(photo, size, Image.Resampling.LANCZOS, "white"),
}
"""Pillow's own ways to render a panorama as one picture."""


@pytest.mark.slow
@pytest.mark.parametrize("fit", ONE_PICTURE)
@pytest.mark.parametrize(
    ("size", "shape", "turn", "count", "wanted"),
    [
        ((1008, 420), Shape.AUTO, 0, 3, (336, 420)),
        ((720, 360), Shape.AUTO, 0, 2, (360, 360)),
        ((701, 353), Shape.AUTO, 0, 2, (350, 353)),
        ((815, 409), Shape.PORTRAIT, 0, 2, (327, 409)),
        ((1230, 410), Shape.PORTRAIT, 0, 3, (328, 410)),
        ((330, 1030), Shape.SQUARE, 90, 3, (330, 330)),
    ],
)
def test_the_parts_of_a_panorama_join_without_a_seam(
    tmp_path: Path,
    fit: Fit,
    size: tuple[int, int],
    shape: Shape,
    turn: int,
    count: int,
    wanted: tuple[int, int],
) -> None:
    """Side by side they are the picture that Pillow makes of the whole, no column lost, doubled or moved."""
    photo = textured(*size)
    parts = parts_of(saved(photo, tmp_path / "photo.png"), INSTAGRAM, Framing(fit, shape, turn), count)
    made = {(part.width, part.height, part.quality, part.fit_applied) for part in parts}
    assert len(made) == 1
    width, height = parts[0].width, parts[0].height
    if not fit.pads:
        assert max(abs(width - wanted[0]), abs(height - wanted[1])) <= 1
    upright = photo.rotate(-turn, expand=True)
    upright = upright.crop((0, 0, upright.width - upright.width % count, upright.height))  # each as wide
    whole = pixels_of(ONE_PICTURE[fit](upright, (width * count, height)))
    together = joined(parts)
    assert together.shape == whole.shape
    error = np.abs(together - whole).mean(axis=(0, 2))
    steps = np.abs(np.diff(together, axis=1)).mean(axis=(0, 2))
    true_steps = np.abs(np.diff(whole, axis=1)).mean(axis=(0, 2))
    for seam in range(width, width * count, width):
        assert error[seam - 1 : seam + 1].max() <= max(3, 1.5 * np.percentile(error, 99))
        # A lost column would double the step, a doubled one would leave none.
        assert abs(steps[seam - 1] - true_steps[seam - 1]) <= 1
    inside = np.delete(steps, range(width - 1, width * count - 1, width))
    assert steps[width - 1 :: width].max() <= inside.max() + 1


@pytest.mark.slow
def test_the_blurred_padding_of_a_panorama_has_no_seam_either(tmp_path: Path) -> None:
    """It is blurred before it is cut."""
    parts = parts_of(
        saved(textured(1500, 500), tmp_path / "a.png"), INSTAGRAM, Framing(shape=Shape.PORTRAIT), 3
    )
    assert {part.fit_applied for part in parts} == {Fit.PAD}
    above = joined(parts)[:80]
    steps = np.abs(np.diff(above, axis=1)).mean(axis=(0, 2))
    width = parts[0].width
    assert steps[width - 1 :: width].max() <= np.percentile(steps, 99) + 1


@pytest.mark.parametrize("max_bytes", [250_000, 15_000])
def test_the_parts_of_a_panorama_have_one_size_and_quality(tmp_path: Path, max_bytes: int) -> None:
    """Even where only one of them is too large for the network, by its quality or by its size."""
    photo = Image.new("RGB", (1600, 500), "white")
    photo.paste(noise(800, 500), (800, 0))
    path = saved(photo, tmp_path / "photo.png")
    rules = replace(INSTAGRAM, image=replace(INSTAGRAM.image, max_bytes=max_bytes))
    calm, noisy = parts_of(path, rules, Framing(), 2)
    assert (calm.width, calm.height, calm.quality) == (noisy.width, noisy.height, noisy.quality)
    assert len(calm.data) < len(noisy.data) <= max_bytes
    assert noisy.quality < 92
    assert (noisy.width < 800) == (max_bytes == 15_000)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1441, 721), (999, 501), (777, 333)])
@pytest.mark.parametrize("fit", Fit)
def test_a_panorama_as_cover_gives_its_ratio_to_its_own_parts(
    tmp_path: Path, size: tuple[int, int], fit: Fit
) -> None:
    """The first part is rendered by itself or by that ratio: it is the same picture."""
    path = saved(textured(*size), tmp_path / "photo.png")
    framing = Framing(fit, part=Part(1, 2))
    ratio = canvas_ratio(size, INSTAGRAM.image, framing)
    for part in (Part(1, 2), Part(2, 2)):
        alone = render(path, INSTAGRAM, replace(framing, part=part))
        assert render(path, INSTAGRAM, replace(framing, part=part), ratio=ratio).sha256 == alone.sha256


def test_a_photo_that_is_too_large_in_bytes_keeps_the_ratio_of_the_cover(tmp_path: Path) -> None:
    """It gets smaller, not narrower."""
    rules = replace(INSTAGRAM, image=replace(INSTAGRAM.image, max_bytes=30_000))
    ratio = canvas_ratio((1600, 1000), INSTAGRAM.image, Framing())
    rendition = render(saved(noise(900, 900), tmp_path / "photo.png"), rules, ratio=ratio)
    assert rendition.width < 900
    assert abs(rendition.width - rendition.height * ratio) <= 1 + ratio


def test_a_process_with_limits_gets_the_ratio_and_the_part(tmp_path: Path) -> None:
    """WEBP is decoded there."""
    path = saved(quadrants(800, 400), tmp_path / "photo.webp", quality=95)
    left, right = parts_of(path, INSTAGRAM, Framing(), 2)
    assert near(opened(left.data).getpixel((200, 100)), RED, tolerance=40)
    assert near(opened(right.data).getpixel((200, 100)), LIME, tolerance=40)
    square = render(path, INSTAGRAM, Framing(Fit.CROP), ratio=1.0)
    assert (square.width, square.height) == (400, 400)
