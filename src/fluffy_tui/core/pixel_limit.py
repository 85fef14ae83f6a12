"""How many pixels a picture may have: the one place where Pillow is told."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_PIXELS = 250_000_000
"""Phones take pictures of 200 million pixels; what claims more than this is taken for a decompression bomb."""

# Pillow warns over this value and raises over twice of it; `refuse_too_large` refuses from the value on. The
# filter is process-wide because Python 3.11 has none per thread.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
"""What Pillow raises, the warning where warnings are made errors."""


class TooManyPixels(Exception):
    """A picture has more than `MOST_PIXELS`."""


def refuse_too_large(picture: Picture) -> None:
    """Refuse a picture by what its header claims, before any pixel is decoded.

    Raises:
        TooManyPixels: it has more than `MOST_PIXELS`.
    """
    if picture.width * picture.height > MOST_PIXELS:
        raise TooManyPixels
