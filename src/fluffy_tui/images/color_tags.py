"""What a picture's file says about the colours of its numbers: an embedded profile, or names and measures."""

from __future__ import annotations

from typing import BinaryIO

from PIL import ExifTags, Image

from fluffy_tui.images.errors import DAMAGED
from fluffy_tui.images.icc_profile import (
    ADOBE_COLORS,
    SRGB_COLORS,
    profile_by_measures,
    profile_by_numbers,
)
from fluffy_tui.images.iso_boxes import read_items
from fluffy_tui.images.png_chunks import png_chunk

_ADOBE_GAMMA = 563 / 256
_SRGB_GAMMA = 1 / 0.45455
_NEARLY = 0.05
"""Share by which a gamma may differ from that of sRGB and still mean sRGB; libpng has the same."""
_NEARLY_COLORS = 0.01
_GAMMAS = (0.5, 5.0)


def color_profile(picture: Image.Image, exif: Image.Exif, file: BinaryIO, size: int) -> bytes | None:
    """Return the ICC profile that describes a picture's pixels; None for sRGB.

    In this order: cICP of PNG, as its specification has it; the embedded profile; what else the format says; EXIF.
    The position in the file of `size` bytes is moved.
    """
    if (
        picture.format == "PNG"
        and (code := png_chunk(file, size, b"cICP"))
        and len(code) == 4
        and code[2] == 0
    ):
        return profile_by_numbers(code[0], code[1])
    embedded = picture.info.get("icc_profile")
    if embedded:
        return bytes(embedded)
    if picture.format == "PNG" and "srgb" not in picture.info and "gamma" in picture.info:
        return _measured(picture)
    if picture.format in ("HEIF", "AVIF"):
        try:
            named = read_items(file, size).nclx
        except DAMAGED:
            named = None
        if named is not None:
            return profile_by_numbers(*named)
    return profile_by_measures(ADOBE_COLORS, _ADOBE_GAMMA) if _is_adobe_rgb(exif) else None


def _measured(picture: Image.Image) -> bytes | None:
    """Return the profile of a PNG that gives its gamma, and may give its chromaticities."""
    stored = float(picture.info["gamma"])
    if not _GAMMAS[0] <= 1 / max(stored, 1e-9) <= _GAMMAS[1]:
        return None
    gamma, colors = 1 / stored, SRGB_COLORS
    white_first = picture.info.get("chromaticity")
    if white_first and len(white_first) == 8 and min(white_first) > 0:
        white_x, white_y, *primaries = (float(value) for value in white_first)
        measured = (*primaries, white_x, white_y)
        if any(abs(one - other) > _NEARLY_COLORS for one, other in zip(measured, SRGB_COLORS, strict=True)):
            colors = measured  # type: ignore[assignment]
    if colors is SRGB_COLORS and abs(gamma / _SRGB_GAMMA - 1) < _NEARLY:
        return None
    return profile_by_measures(colors, gamma)


def _is_adobe_rgb(exif: Image.Exif) -> bool:
    """Return whether EXIF says Adobe RGB: by the interoperability of DCF 2.0, or as some cameras do."""
    try:
        fields = exif.get_ifd(ExifTags.IFD.Exif)
        if fields.get(ExifTags.Base.ColorSpace) == 2:
            return True
        index = exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex)
    except DAMAGED:
        return False
    return str(index).startswith("R03")
