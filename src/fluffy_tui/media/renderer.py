"""From a photo on disk to the JPEG that is uploaded. Pure computation: run it in a thread or a process."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageFilter, ImageOps

from fluffy_tui.images import decode, header_of, within_limits
from fluffy_tui.media.ai_mark import find_ai_mark, xmp_packet
from fluffy_tui.media.frame_geometry import LONGEST_SIDE, Frame, frame
from fluffy_tui.media.framing import Fit, Framing
from fluffy_tui.media.rendition import Rendition
from fluffy_tui.networks import ImageRules, NetworkRules

if TYPE_CHECKING:
    from fluffy_tui.images import DecodedPicture

TARGET_BYTES = 1_000_000
"""What a rendition stays below even where a network takes more: Bluesky's old limit, and quick to fetch."""
QUALITIES = (92, 88, 84, 80, 75, 70, 64, 58, 50)
"""JPEG qualities tried from the best; below the last one the picture gets smaller instead."""
SHRINK = 0.8
"""Share of the longest side that is kept when no quality is small enough."""


def render(
    path: Path, rules: NetworkRules, framing: Framing = Framing(), *, accept_damaged: bool = False
) -> Rendition:
    """Render the photo for a network; the file itself is only read, and equal input gives equal bytes.

    The result is upright, sRGB, a baseline JPEG of at most 1440 pixels a side and 1 MB (less where the
    network says so), and carries no metadata but a made-with-AI mark. A ratio that the network does not take
    is padded or cropped as the framing says.

    Args:
        path: The photo.
        rules: The network's.
        framing: The shape wanted, the turn, and what is done where the ratio has to change.
        accept_damaged: Whether to render what is left of a damaged photo.

    Raises:
        PhotoUnreadable: the file is gone, forbidden, damaged, too large or not a picture.
    """
    return within_limits(_render, path, rules.image, framing, accept_damaged)


def _render(path: Path, rules: ImageRules, framing: Framing, accept_damaged: bool) -> Rendition:
    header = header_of(path)
    size = _turned((header.width, header.height), framing.turn)
    target = frame(size, rules, framing)
    # Half as much again as is needed leaves the resampling enough to work with.
    at_least = 1.5 * target.picture[0] / (target.box[2] - target.box[0])
    picture = decode(path, at_least=at_least, accept_damaged=accept_damaged).turned(framing.turn)
    mark = find_ai_mark(path, picture.xmp)
    canvas = _compose(picture, target, framing.fit)
    limit = min(TARGET_BYTES, rules.max_bytes)
    xmp = xmp_packet(mark) if mark else b""
    longest = float(LONGEST_SIDE)
    while (encoded := _encode(canvas, limit, xmp)) is None:
        longest = min(longest, max(canvas.size)) * SHRINK
        target = frame(size, rules, framing, longest_side=int(longest))
        canvas = _compose(picture, target, framing.fit)
    data, quality = encoded
    return Rendition(
        data=data,
        width=canvas.width,
        height=canvas.height,
        quality=quality,
        sha256=hashlib.sha256(data).hexdigest(),
        fit_applied=target.fit_applied,
        location_removed=picture.has_location,
        ai_mark=mark,
        is_first_of_several=picture.is_first_of_several,
        source_width=size[0],
        source_height=size[1],
    )


PLAIN = (255, 255, 255)
"""The colour around a photo that is padded plainly: what Instagram's own white border is."""


def _turned(size: tuple[int, int], turn: int) -> tuple[int, int]:
    return size if turn in (0, 180) else (size[1], size[0])


def _compose(decoded: DecodedPicture, target: Frame, fit: Fit) -> Image.Image:
    """Scale, crop or pad a photo."""
    picture = decoded.resized(target.picture, target.box)
    if target.picture == target.canvas:
        return picture
    plain = fit is Fit.PAD_PLAIN
    canvas = Image.new("RGB", target.canvas, PLAIN) if plain else _blurred(picture, target.canvas)
    free = (target.canvas[0] - picture.width, target.canvas[1] - picture.height)
    canvas.paste(picture, (free[0] // 2, free[1] // 2))
    return canvas


def _blurred(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture enlarged over the whole canvas and blurred until only its colours are left."""
    small = ImageOps.fit(picture, (max(1, size[0] // 8), max(1, size[1] // 8)), Image.Resampling.BOX)
    return small.filter(ImageFilter.GaussianBlur(6)).resize(size, Image.Resampling.BICUBIC)


def _encode(canvas: Image.Image, limit: int, xmp: bytes) -> tuple[bytes, int] | None:
    """Return the JPEG and its quality, the best that is within the limit, or None when none is."""
    # Pillow writes some of these into the file by itself, a comment for one.
    canvas.info.clear()
    extra = {"xmp": xmp} if xmp else {}
    for quality in QUALITIES:
        buffer = io.BytesIO()
        canvas.save(buffer, "JPEG", quality=quality, optimize=True, progressive=False, **extra)
        if buffer.tell() <= limit:
            return buffer.getvalue(), quality
    return None
