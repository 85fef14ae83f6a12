"""Decodes a picture file, upright and in sRGB: the one way from a file to pixels.

Previews, hashes, vectors and posts all use it, so what is previewed is what is posted. Everything here is a pure
function of a file.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import ExifTags, Image

from fluffy_tui.images.color_tags import color_profile
from fluffy_tui.images.damage.coded_data import is_whole, still_webp
from fluffy_tui.images.errors import DAMAGED, PhotoUnreadable, Unreadable
from fluffy_tui.images.jpeg_pixels import TooManyScans, has_many_scans, jpeg_pixels
from fluffy_tui.images.limited_process import NeedsLimits, are_set, within_limits
from fluffy_tui.images.photo_header import OpenedPicture, open_to_decode
from fluffy_tui.images.pixel_limit import TOO_LARGE, too_large
from fluffy_tui.images.regular_file import reading
from fluffy_tui.images.srgb_conversion import to_srgb

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by EXIF's orientation."""

_QUARTER_TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns counterclockwise
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}

_JPEG = ("JPEG", "MPO")
_ANIMATED = frozenset({"PNG", "WEBP", "AVIF", "GIF", "TIFF"})
"""The formats in which further pictures are real ones, not depth maps or other sizes of the first."""

_READ_WHOLE = ("HEIF", "AVIF")
"""The formats whose files are read when they are opened, so that their data can be looked at while they are decoded."""

_PREVIEW_GAP = 1.5
"""How much larger than asked the cheap first reduction leaves a preview, for the last one to be sharp.

At 2 a 12-megapixel JPEG is decoded whole for a box of 1,200 pixels: measured 193 ms, against 128 ms at 1.5.
"""
_FAST_SCALES = (1, 2, 4, 8)
"""Eighths of its size in which a JPEG is decoded fastest. Hashes and scores are comparable only in the same ones."""
_ALL_SCALES = range(1, 9)
"""Where it is scaled finely afterwards: of 24 megapixels for a post, 3/8 save a sixth of the time, and memory."""
_FINE_GAP = 3.0
_CONVERSION_GAP = 2.0

_LARGE = 50_000_000
"""Pixels from which pictures are decoded one at a time: 250 million take a gigabyte where the format has no draft."""

_BYTES_A_PIXEL = 8
"""Most bytes that decoding takes for a pixel, in planes and as pixels."""

_BAND = 16_000_000
"""Pixels that are converted at once, so that no second copy of a large picture is made."""


@dataclass(frozen=True, slots=True)
class DecodedPicture:
    """A picture in memory, upright, in its own colours; `resized` brings it into sRGB."""

    pixels: Image.Image
    """In mode L, LA, RGB, RGBA or CMYK; may have been decoded smaller than the picture is."""
    size: tuple[int, int]
    """Width and height of the whole picture."""
    profile: bytes | None
    has_location: bool
    """Whether the file says where the picture was taken, in EXIF or XMP."""
    is_first_of_several: bool = False
    """Whether the file is an animation, or has several pages."""

    def turned(self, degrees: int) -> DecodedPicture:
        """Return the picture turned clockwise by 0, 90, 180 or 270 degrees."""
        if degrees == 0:
            return self
        size = self.size if degrees == 180 else (self.size[1], self.size[0])
        pixels = self.pixels.transpose(_QUARTER_TURNS[degrees])
        return replace(self, pixels=pixels, size=size)

    def resized(
        self,
        size: tuple[int, int],
        box: tuple[float, float, float, float] | None = None,
        *,
        gap: float = _FINE_GAP,
    ) -> Image.Image:
        """Return a part of the picture at another size, as opaque sRGB.

        Args:
            size: Of what is returned.
            box: The part: left, upper, right, lower, in pixels of the whole picture; None for all of it.
            gap: How much larger a cheap first reduction leaves it; more is finer and slower.
        """
        across, down = self.pixels.width / self.size[0], self.pixels.height / self.size[1]
        left, upper, right, lower = box or (0, 0, *self.size)
        scaled = (left * across, upper * down, right * across, lower * down)
        small = self.pixels.resize(size, Image.Resampling.LANCZOS, box=scaled, reducing_gap=gap)
        return to_srgb(small, self.profile)


def decode(
    source: Path | bytes,
    *,
    at_least: float = 1.0,
    accept_damaged: bool = False,
    is_known_whole: bool = False,
) -> DecodedPicture:
    """Decode a picture; blocks for as long as that takes, and may be called in several threads at once.

    Args:
        source: The file, or its content.
        at_least: The share of its width and height that is needed. Decoding a JPEG smaller saves most of the time.
        accept_damaged: Whether to return what the decoder can make of a damaged picture, if it can make anything of it.
        is_known_whole: Whether these bytes were decoded before, so that nobody has to look for damage that decoders
            pass over: for that, some formats are decoded twice.

    Raises:
        PhotoUnreadable: the file cannot be read, or is no sound picture.
    """
    return within_limits(_decoded, source, min(1.0, at_least), accept_damaged, is_known_whole)


def decode_to_fit(
    source: Path | bytes, width: int, height: int, *, is_known_whole: bool = False
) -> Image.Image:
    """Return an upright sRGB picture that fits `width` × `height` pixels, never larger than the original.

    Raises:
        PhotoUnreadable: the file cannot be read, or is no sound picture.
    """
    return within_limits(_fitted, source, width, height, is_known_whole)


def decode_part(
    source: Path | bytes,
    box: tuple[float, float, float, float],
    size: tuple[int, int],
    *,
    is_known_whole: bool = False,
) -> Image.Image:
    """Return a part of a picture at another size, as opaque sRGB; what is decoded is the picture.

    The box is left, upper, right and lower edge, in pixels of the upright picture.

    Raises:
        PhotoUnreadable: the file cannot be read, or is no sound picture.
    """
    return within_limits(_part, source, box, size, is_known_whole)


def _decoded(
    source: Path | bytes, at_least: float, accept_damaged: bool, is_known_whole: bool
) -> DecodedPicture:
    with reading(source) as file:
        opened = open_to_decode(file)
        with opened.picture:
            options = {"accept_damaged": accept_damaged, "is_known_whole": is_known_whole}
            return _decode(opened, at_least, _ALL_SCALES, **options)


def _fitted(source: Path | bytes, width: int, height: int, is_known_whole: bool) -> Image.Image:
    with reading(source) as file:
        opened = open_to_decode(file)
        size = opened.upright_size
        scale = min(1.0, max(1, width) / size[0], max(1, height) / size[1])
        with opened.picture:
            decoded = _decode(opened, min(1.0, scale * _PREVIEW_GAP), is_known_whole=is_known_whole)
    fitted = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    return decoded.resized(fitted, gap=_PREVIEW_GAP)


def _part(
    source: Path | bytes, box: tuple[float, float, float, float], size: tuple[int, int], is_known_whole: bool
) -> Image.Image:
    scale = max(size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1]))
    at_least = min(1.0, scale * _PREVIEW_GAP if scale < 1 else 1.0)
    with reading(source) as file:
        opened = open_to_decode(file)
        with opened.picture:
            decoded = _decode(opened, at_least, is_known_whole=is_known_whole)
    return decoded.resized(size, box)


def _decode(
    opened: OpenedPicture,
    at_least: float,
    scales: Sequence[int] = _FAST_SCALES,
    *,
    accept_damaged: bool = False,
    is_known_whole: bool = False,
) -> DecodedPicture:
    """Decode a picture, in one attempt: after an error Pillow would return what it has got so far."""
    picture = opened.picture
    is_large = picture.width * picture.height > _LARGE
    if not are_set() and (is_large or (picture.format in _JPEG and has_many_scans(opened.file))):
        raise NeedsLimits(large=is_large)
    try:
        profile = color_profile(picture, opened.exif, opened.file, opened.byte_size)
        several = picture.format in _ANIMATED and bool(getattr(picture, "is_animated", False))
        options = {"accept_damaged": accept_damaged, "is_known_whole": is_known_whole}
        pixels = _pixels(opened, at_least, scales, **options)
        if opened.orientation in _TRANSPOSITIONS:
            pixels = pixels.transpose(_TRANSPOSITIONS[opened.orientation])
    except TOO_LARGE:
        raise too_large() from None
    except TooManyScans:
        raise PhotoUnreadable(Unreadable.TOO_COSTLY) from None
    except DAMAGED:
        if not _has_memory_for(picture.size):
            raise PhotoUnreadable(Unreadable.NO_MEMORY) from None
        reason = Unreadable.DAMAGED if opened.is_complete else Unreadable.CUT_SHORT
        raise PhotoUnreadable(reason) from None
    return DecodedPicture(
        pixels,
        opened.upright_size,
        profile,
        has_location=b"GPSLatitude" in _xmp(picture) or _has_position(opened.exif),
        is_first_of_several=several,
    )


def _has_memory_for(size: tuple[int, int]) -> bool:
    """Return whether there is memory for a picture: without it, a sound one fails like a damaged one."""
    try:
        mmap.mmap(-1, size[0] * size[1] * _BYTES_A_PIXEL).close()
    except OSError:
        return False
    return True


def _pixels(
    opened: OpenedPicture,
    at_least: float,
    scales: Sequence[int],
    *,
    accept_damaged: bool,
    is_known_whole: bool,
) -> Image.Image:
    """Return the pixels as stored, in a simple mode; they may be smaller than the picture is."""
    picture = opened.picture
    if picture.format in _JPEG:
        eighths = next(eighths for eighths in scales if eighths == 8 or eighths >= 8 * at_least)
        ends = {"has_end": opened.is_complete, "strict": not accept_damaged}
        return jpeg_pixels(opened.file, picture.mode, picture.size, eighths, **ends)
    still = None
    if picture.format == "WEBP" and not accept_damaged:
        still = still_webp(picture, opened.file, opened.byte_size, is_known_whole=is_known_whole)
    if still is not None:
        picture = still
    elif accept_damaged or is_known_whole:
        picture.load()
    elif picture.format in _READ_WHOLE:
        with ThreadPoolExecutor(1) as beside:
            sound = beside.submit(is_whole, picture, opened.file, opened.byte_size)
            picture.load()
            _refuse_unless(sound.result())
    else:
        _refuse_unless(is_whole(picture, opened.file, opened.byte_size))
        picture.load()
    if picture.format == "JXL":
        picture = picture.copy()  # the plugin's own picture would not cross from one process to another
    return _in_simple_mode(picture, max(1, int(1 / at_least / _CONVERSION_GAP)))


def _refuse_unless(is_sound: bool) -> None:
    if not is_sound:
        raise ValueError("the coded data are damaged")


def _in_simple_mode(picture: Image.Image, factor: int) -> Image.Image:
    """Return the pixels in mode L, LA, RGB, RGBA or CMYK; what has to be converted may be reduced by a whole factor.

    That goes in bands, so that no second copy of a large picture is made.
    """
    if picture.mode in ("L", "RGB", "CMYK") and not picture.has_transparency_data:
        return picture
    rows = max(1, _BAND // picture.width // factor) * factor
    bands = [
        _converted(picture.crop((0, top, picture.width, min(top + rows, picture.height)))).reduce(factor)
        for top in range(0, picture.height, rows)
    ]
    if len(bands) == 1:
        return bands[0]
    whole = Image.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    top = 0
    for band in bands:
        whole.paste(band, (0, top))
        top += band.height
    return whole


def _converted(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        return _from_16_bits(picture)
    if picture.has_transparency_data:
        return picture.convert("LA" if picture.mode in ("1", "L", "LA") else "RGBA")
    return picture.convert("L" if picture.mode in ("1", "F") else "RGB")


def _from_16_bits(picture: Image.Image) -> Image.Image:
    """Keep the upper 8 of 16 bits; Pillow's own conversion would clip them, and forget the transparent shade."""
    import numpy as np

    values = np.asarray(picture)
    grey = Image.fromarray((values >> 8).clip(0, 255).astype(np.uint8))
    clear = picture.info.get("transparency")
    if not isinstance(clear, int):
        return grey
    return Image.merge("LA", (grey, Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))))


def _xmp(picture: Image.Image) -> bytes:
    xmp = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    return xmp.encode() if isinstance(xmp, str) else bytes(xmp)


def _has_position(exif: Image.Exif) -> bool:
    try:
        return bool(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except DAMAGED:
        return False
