"""From a photo on disk to the JPEG that is uploaded. Pure computation: run it in a thread or a process."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

from fluffy_tui.images import DecodedPicture, decode, header_of, within_limits
from fluffy_tui.media.ai_mark import find_ai_mark, xmp_packet
from fluffy_tui.media.frame_geometry import LONGEST_SIDE, Frame, frame_of_part, turned
from fluffy_tui.media.framing import Fit, Framing
from fluffy_tui.media.rendition import Rendition
from fluffy_tui.networks import ImageRules, NetworkRules

QUALITIES = (92, 88, 84, 80, 75, 70, 64, 58, 50)
"""JPEG qualities tried from the best; below the last one the picture gets smaller instead."""
DECODED = 4 / 3
"""How many times as large as in the rendition a photo is decoded at least: enough for the resampling to work with.

At 3/2 the rendition of a photo of 12 megapixels takes a quarter more processor time: halves are decoded faster than
five eighths, and have fewer pixels. On average they differ by half a shade of 256, and JPEG itself by more than one.
"""
SHRINK = 0.8
"""Share of the longest side that is kept when no quality is small enough."""


def render(
    path: Path,
    rules: NetworkRules,
    framing: Framing = Framing(),
    *,
    ratio: float | None = None,
    accept_damaged: bool = False,
    is_known_whole: bool = False,
) -> Rendition:
    """Render the photo for a network; the file itself is only read, and equal input gives equal bytes.

    The result is upright, sRGB, a baseline JPEG of at most 1440 pixels a side and 1 MB (less where the
    network says so), and carries no metadata but a made-with-AI mark. A ratio that the network does not take
    is padded or cropped as the framing says. The parts of a panorama are cut from one picture, and have the same
    size and quality.

    Args:
        path: The photo.
        rules: The network's.
        framing: The shape wanted, the turn, the part, and what is done where the ratio has to change.
        ratio: Width ÷ height of the rendition, whatever the shape: the cover's `canvas_ratio` for the other
            pictures of its post, where the network shows all in one frame. None for the shape.
        accept_damaged: Whether to render what is left of a damaged photo.
        is_known_whole: Whether nobody has to look for damage in the photo, which some formats are decoded twice for.
            Not for what is posted.

    Raises:
        PhotoUnreadable: the file is gone, forbidden, damaged, too large or not a picture.
    """
    options = {"accept_damaged": accept_damaged, "is_known_whole": is_known_whole}
    return within_limits(_render, path, rules.image, framing, ratio, options)


def _render(
    path: Path, rules: ImageRules, framing: Framing, ratio: float | None, options: Mapping[str, bool]
) -> Rendition:
    header = header_of(path)
    part, size = framing.part, (header.width, header.height)
    target = frame_of_part(size, rules, framing, ratio)
    at_least = DECODED * target.picture[0] / (target.box[2] - target.box[0])
    picture = decode(path, at_least=at_least, **options).turned(framing.turn)
    mark = find_ai_mark(path)
    parts = _cut(_compose(picture, target, framing.fit), part.count)
    limit = min(rules.upload_bytes, rules.max_bytes)
    xmp = xmp_packet(mark) if mark else b""
    longest = float(LONGEST_SIDE)
    while (encoded := _encode(parts, limit, xmp)) is None:
        longest = min(longest, max(parts[0].size)) * SHRINK
        target = frame_of_part(size, rules, framing, ratio, longest_side=int(longest))
        parts = _cut(_compose(picture, target, framing.fit), part.count)
    data, quality = encoded[0][part.number - 1], encoded[1]
    source = turned(size, framing.turn)
    return Rendition(
        data=data,
        width=parts[0].width,
        height=parts[0].height,
        quality=quality,
        sha256=hashlib.sha256(data).hexdigest(),
        fit_applied=target.fit_applied,
        location_removed=picture.has_location,
        ai_mark=mark,
        is_first_of_several=picture.is_first_of_several,
        source_width=source[0],
        window=target.window(source, part),
    )


def smaller(rendition: Rendition, longest_side: int) -> Rendition:
    """Return the same picture with at most that many pixels a side, for others than its network: without a mark."""
    with Image.open(io.BytesIO(rendition.data)) as picture:
        picture.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
        data = _jpeg(picture, QUALITIES[2], b"")
    digest = hashlib.sha256(data).hexdigest()
    return replace(
        rendition, data=data, width=picture.width, height=picture.height, sha256=digest, ai_mark=None
    )


PLAIN = (255, 255, 255)
"""The colour around a photo that is padded plainly, that of Instagram's own white border."""


def frame_small(
    picture: Image.Image, size: tuple[int, int], rules: ImageRules, framing: Framing, side: int
) -> Image.Image:
    """Return a small picture of a photo in its frame, as `render` makes the large one; for screens.

    Args:
        picture: The photo, upright, in RGB, and at any size.
        size: Width and height of the upright photo itself.
        rules: What the network takes.
        framing: The photo's.
        side: Pixels of the longer side.
    """
    target = frame_of_part(size, rules, framing, longest_side=side)
    decoded = DecodedPicture(picture, size, None, has_location=False).turned(framing.turn)
    return _cut(_compose(decoded, target, framing.fit), framing.part.count)[framing.part.number - 1]


def _compose(decoded: DecodedPicture, target: Frame, fit: Fit) -> Image.Image:
    """Scale, crop or pad a photo."""
    picture = decoded.resized(target.picture, target.box)
    if target.picture == target.canvas:
        return picture
    plain = fit is Fit.PAD_PLAIN
    canvas = Image.new("RGB", target.canvas, PLAIN) if plain else _blurred(picture, target.canvas)
    canvas.paste(picture, target.offset)
    return canvas


def _blurred(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture enlarged over the whole canvas and blurred until only its colours are left."""
    small = ImageOps.fit(picture, (max(1, size[0] // 8), max(1, size[1] // 8)), Image.Resampling.BOX)
    return small.filter(ImageFilter.GaussianBlur(6)).resize(size, Image.Resampling.BICUBIC)


def _cut(canvas: Image.Image, count: int) -> list[Image.Image]:
    """Return the parts of a canvas from left to right, equally wide, with every pixel in one of them."""
    width = canvas.width // count
    return [canvas.crop((left, 0, left + width, canvas.height)) for left in range(0, canvas.width, width)]


def _encode(parts: list[Image.Image], limit: int, xmp: bytes) -> tuple[list[bytes], int] | None:
    """Return the JPEGs and their quality, the best at which each is within the limit, or None when none is."""
    for quality in QUALITIES:
        encoded = [_jpeg(part, quality, xmp) for part in parts]
        if max(map(len, encoded)) <= limit:
            return encoded, quality
    return None


def _jpeg(picture: Image.Image, quality: int, xmp: bytes) -> bytes:
    # Pillow writes some of these into the file by itself, a comment for one.
    picture.info.clear()
    extra = {"xmp": xmp} if xmp else {}
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=False, **extra)
    return buffer.getvalue()
