"""Brings decoded pixels into opaque sRGB."""

from __future__ import annotations

import functools
import io

from PIL import Image, ImageCms

_MODES = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}
"""The modes of pixels that a profile of each colour space describes."""


def to_srgb(pixels: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the pixels as opaque sRGB: through the picture's own colour profile, transparency over white.

    Args:
        pixels: In mode L, LA, RGB, RGBA or CMYK.
        profile: The picture's ICC profile, if it has one.
    """
    alpha = pixels.getchannel("A") if pixels.mode in ("LA", "RGBA") else None
    color = pixels.convert(pixels.mode.removesuffix("A"))
    color = (_through_profile(color, profile) if profile else None) or color.convert("RGB")
    if alpha is None:
        return color
    opaque = Image.new("RGB", pixels.size, "white")
    opaque.paste(color, mask=alpha)
    return opaque


def _through_profile(pixels: Image.Image, profile: bytes) -> Image.Image | None:
    """Convert to sRGB; None where the profile is damaged or meant for other channels.

    A profile for RGB is right for the grey axis, too, and editors embed it in grey pictures.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _MODES.get(source.profile.xcolor_space)
        if mode is None or (mode != pixels.mode and (pixels.mode, mode) != ("L", "RGB")):
            return None
        return ImageCms.profileToProfile(
            pixels.convert(mode),
            source,
            _srgb(),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
