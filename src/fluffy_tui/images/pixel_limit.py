"""How many pixels a picture may have: the one place where Pillow's limit is set."""

from __future__ import annotations

import warnings

from PIL import Image

from fluffy_tui.images.errors import PhotoUnreadable, Unreadable

MOST_PIXELS = 250_000_000
"""Phones take pictures of 200 million pixels; a file that claims more than this is taken for a decompression bomb."""

# Pillow warns above this value and raises above twice as much; `refuse_too_large` refuses from the value on. The
# filter is process-wide because Python 3.11 has none per thread.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
"""What Pillow raises; the warning where warnings are errors."""


def too_large() -> PhotoUnreadable:
    """Return the error for a picture with too many pixels."""
    return PhotoUnreadable(Unreadable.TOO_LARGE, str(MOST_PIXELS // 1_000_000))
