"""Makes the small picture that a screen shows: upright, RGB, in sRGB colours."""

from __future__ import annotations

import functools
import io
import os
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

from PIL import Image, ImageCms

from fluffy_tui.photos.ingest.file_format import HEAD_BYTES, identify, what_it_is
from fluffy_tui.photos.ingest.file_reader import modified_time, open_regular, why_unreadable
from fluffy_tui.photos.ingest.folder_walk import readable_path
from fluffy_tui.photos.ingest.picture_file import DAMAGED, SIDEWAYS, open_picture, orientation, read_exif
from fluffy_tui.photos.model import PhotoUnreadable
from fluffy_tui.photos.thumbnail_cache import SIDE, ThumbnailCache

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

    from fluffy_tui.photos.model import Photo

_BEHIND_TRANSPARENCY = (238, 238, 238)
"""Light grey: both dark and light drawings stay visible on it, and it is no white page in a dark terminal."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to turn a picture upright, by EXIF's orientation."""

_REDUCING_GAP = 1.5
"""How much larger than asked the cheap first reduction stays, for the last one to be sharp.

At 2 a 12-megapixel JPEG is decoded whole for a box of 1,200 pixels: measured 193 ms, against 128 ms at 1.5.
"""


_LARGE = 50_000_000
"""Pixels from which pictures are decoded one at a time: 250 million take 750 MB where the format has no draft."""
_one_large = threading.Lock()


def thumbnail(path: Path, width: int, height: int) -> Image.Image:
    """Return an upright RGB picture that fits `width` × `height` pixels, never larger than the original.

    Blocks for as long as decoding takes; may be called in several threads at once.

    Raises:
        PhotoUnreadable: the file is gone, may not be read, or is no sound picture.
    """
    name = readable_path(str(path)).name
    try:
        with open_regular(str(path)) as file:
            return _shrink(file, max(1, width), max(1, height))
    except FileNotFoundError:
        raise PhotoUnreadable(
            f"{name} is no longer there.", "Put it back, or import its new folder."
        ) from None
    except PhotoUnreadable as error:
        raise PhotoUnreadable(f"{name} cannot be shown. {error.message}") from None
    except OSError as error:
        raise PhotoUnreadable(f"{name} cannot be shown. {why_unreadable(error)}") from None


class SmallPictures:
    """Small pictures of photos, each made from the whole file only once.

    Args:
        cache: Where they are kept; None keeps none.
    """

    def __init__(self, cache: ThumbnailCache | None) -> None:
        self._cache = cache

    def make(self, photo: Photo, width: int, height: int) -> Image.Image:
        """Return an upright RGB picture that fits `width` × `height` pixels, as `thumbnail` does.

        What is kept stands for the content that was imported, so it is used only while the file looks untouched.

        Raises:
            PhotoUnreadable: the file is gone, may not be read, or is no sound picture.
        """
        cache = self._cache
        if cache is None or max(width, height) > SIDE or not _is_as_imported(photo):
            return thumbnail(photo.path, width, height)
        kept = cache.get(photo.sha256, width, height)
        if kept is not None:
            return kept
        whole = thumbnail(photo.path, SIDE, SIDE)
        cache.put(photo.sha256, whole)
        whole.thumbnail((max(1, width), max(1, height)), Image.Resampling.LANCZOS, reducing_gap=2)
        return whole


def _is_as_imported(photo: Photo) -> bool:
    try:
        status = photo.path.stat()
    except OSError:
        return False
    return status.st_size == photo.byte_size and modified_time(status) == photo.modified_at


def _shrink(file: BufferedReader, width: int, height: int) -> Image.Image:
    head = file.read(HEAD_BYTES)
    picture_format = identify(head)
    if picture_format is None:
        raise PhotoUnreadable(f"It is {what_it_is(head)}, not a picture that fluffy-tui reads.")
    size = os.fstat(file.fileno()).st_size
    with open_picture(file, picture_format, size) as picture:
        turned = orientation(read_exif(picture, file, size))
        box = (height, width) if turned in SIDEWAYS else (width, height)
        try:
            with _one_large if picture.width * picture.height > _LARGE else nullcontext():
                small = _with_smooth_colours(picture)
                small.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)
            small = _to_srgb(_without_transparency(small), picture.info.get("icc_profile"))
        except DAMAGED:
            raise PhotoUnreadable("The picture is broken.") from None
        return small.transpose(_TURNS[turned]) if turned in _TURNS else small


def _with_smooth_colours(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be shrunk smoothly; most are already and stay undecoded as yet."""
    if picture.mode.startswith("I"):  # 16 bits a pixel; Pillow's own conversion would clip instead of scaling
        return picture.point(lambda value: value / 256, "L")
    if picture.mode in ("P", "PA") or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("L") if picture.mode == "1" else picture


def _without_transparency(picture: Image.Image) -> Image.Image:
    if picture.mode not in ("RGBA", "LA", "RGBa", "La"):
        return picture
    colours = picture.convert("RGBA")
    ground = Image.new("RGB", colours.size, _BEHIND_TRANSPARENCY)
    ground.paste(colours, mask=colours.getchannel("A"))
    return ground


def _to_srgb(picture: Image.Image, icc_profile: bytes | None) -> Image.Image:
    if icc_profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
            converted = ImageCms.profileToProfile(picture, source, _srgb(), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None  # a damaged profile, or one for other colours than the picture's
        if converted is not None:
            return converted
    return picture.convert("RGB")


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
