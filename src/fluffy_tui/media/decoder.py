"""Opening a photo of any kind and bringing its pixels into plain sRGB."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from fluffy_tui.core.pixel_limit import MOST_PIXELS, TOO_LARGE, TooManyPixels, refuse_too_large
from fluffy_tui.media.errors import PhotoUnreadable

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
"""What is opened, by Pillow's names, beside HEIF. Others stay closed: some of their readers start programs."""

_ROTATED = (5, 6, 7, 8)
"""EXIF orientations that swap width and height (EXIF 2.32, tag 274)."""

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error, zlib.error)
"""What Pillow's and libheif's readers raise for damaged files."""


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """Open a photo; all that reading it raises inside the block becomes `PhotoUnreadable`."""
    try:
        with path.open("rb") as file:
            formats = (*FORMATS, _heif()) if file.read(12)[4:8] == b"ftyp" else FORMATS
            file.seek(0)
            with Image.open(file, formats=formats) as image:
                refuse_too_large(image)
                yield image
    except (FileNotFoundError, NotADirectoryError):
        raise PhotoUnreadable(f"The photo {path} is no longer there.", "Import its folder again.") from None
    except (PermissionError, IsADirectoryError) as error:
        raise PhotoUnreadable(
            f"The photo {path} may not be read ({error.strerror}).", "Change its permissions."
        ) from error
    except (TooManyPixels, *TOO_LARGE) as error:
        raise PhotoUnreadable(
            f"The photo {path} claims more than {MOST_PIXELS // 1_000_000} megapixels.",
            "Export it in a smaller size.",
        ) from error
    except UnidentifiedImageError as error:
        raise PhotoUnreadable(
            f"The file {path} is not a JPEG, PNG, WEBP, HEIC or AVIF picture.", "Export it as a JPEG."
        ) from error
    except _BROKEN as error:
        raise PhotoUnreadable(
            f"The photo {path} is damaged and cannot be read.", "Copy it again from its source."
        ) from error


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; damaged EXIF counts as upright."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _BROKEN:
        return 1
    return value if value in range(1, 9) else 1


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return width and height as a person sees the photo."""
    width, height = image.size
    return (height, width) if orientation(image) in _ROTATED else (width, height)


def has_location(image: Image.Image) -> bool:
    """Whether the photo says where it was taken, in EXIF or XMP."""
    if b"GPSLatitude" in xmp_of(image):
        return True
    try:
        return bool(image.getexif().get_ifd(ExifTags.IFD.GPSInfo))
    except _BROKEN:
        return False


def xmp_of(image: Image.Image) -> bytes:
    """Return the photo's XMP packet, empty when it has none."""
    if image.format == "PNG":
        image.load()  # PNG may have it after the pixels.
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return xmp.encode() if isinstance(xmp, str) else bytes(xmp)


def decode(image: Image.Image, at_least: float) -> Image.Image:
    """Decode the pixels, upright, in mode L, RGB, RGBA or CMYK.

    Args:
        image: As `opened` gave it.
        at_least: A JPEG may be decoded smaller, which saves most of the time, but not below this
            share of its width and height (1.0 is full size).
    """
    turned = orientation(image)
    if at_least < 1:
        image.draft(image.mode, (int(image.width * at_least) + 1, int(image.height * at_least) + 1))
    image.load()
    pixels = _plain_mode(image)
    if turned != 1:
        pixels = ImageOps.exif_transpose(pixels)
    return pixels


def to_srgb(pixels: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the pixels as opaque sRGB: through the photo's own colour profile, transparency over white."""
    alpha = pixels.getchannel("A") if pixels.mode == "RGBA" else None
    colour = pixels.convert("RGB") if alpha else pixels
    colour = _through_profile(colour, profile) if profile else colour.convert("RGB")
    if alpha is None:
        return colour
    opaque = Image.new("RGB", pixels.size, "white")
    opaque.paste(colour, mask=alpha)
    return opaque


def _plain_mode(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16 bits a channel: the upper 8 are kept.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode in ("1", "F") else "RGB")


def _through_profile(pixels: Image.Image, profile: bytes) -> Image.Image:
    """Convert to sRGB; a profile that is damaged or meant for other channels is passed over."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        wanted = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}.get(source.profile.xcolor_space)
        if wanted is None or (wanted != pixels.mode and "CMYK" in (wanted, pixels.mode)):
            return pixels.convert("RGB")
        converted = ImageCms.profileToProfile(
            pixels.convert(wanted),
            source,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError):
        return pixels.convert("RGB")
    return converted if converted is not None else pixels.convert("RGB")


def _heif() -> str:
    """Teach Pillow HEIC, which it cannot read by itself, and return its name for it; twice is harmless."""
    from pillow_heif import register_heif_opener

    register_heif_opener()
    return "HEIF"
