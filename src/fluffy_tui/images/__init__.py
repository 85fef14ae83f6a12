"""Images: picture files read and decoded in one way, for previews, hashes, vectors and posts alike.

Pillow is imported when the first picture is opened, not before the first frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.images.errors import DAMAGED, PhotoUnreadable, Unreadable

if TYPE_CHECKING:
    from fluffy_tui.images.decoder import DecodedPicture, decode, decode_part, decode_to_fit
    from fluffy_tui.images.limited_process import LimitedProcess, NeedsLimits, within_limits
    from fluffy_tui.images.photo_header import PictureHeader, header_of, read_header
    from fluffy_tui.images.png_chunks import png_xmp
    from fluffy_tui.images.regular_file import (
        open_descriptor,
        open_regular,
        readable_path,
        reading,
        unreadable,
    )
    from fluffy_tui.images.xmp_packet import MOST_XMP

__all__ = [
    "DAMAGED",
    "MOST_XMP",
    "DecodedPicture",
    "LimitedProcess",
    "NeedsLimits",
    "PhotoUnreadable",
    "PictureHeader",
    "Unreadable",
    "decode",
    "decode_part",
    "decode_to_fit",
    "header_of",
    "open_descriptor",
    "open_regular",
    "png_xmp",
    "read_header",
    "readable_path",
    "reading",
    "unreadable",
    "within_limits",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "MOST_XMP": "xmp_packet",
        "DecodedPicture": "decoder",
        "LimitedProcess": "limited_process",
        "NeedsLimits": "limited_process",
        "PictureHeader": "photo_header",
        "decode": "decoder",
        "decode_part": "decoder",
        "decode_to_fit": "decoder",
        "header_of": "photo_header",
        "open_descriptor": "regular_file",
        "open_regular": "regular_file",
        "png_xmp": "png_chunks",
        "read_header": "photo_header",
        "readable_path": "regular_file",
        "reading": "regular_file",
        "unreadable": "regular_file",
        "within_limits": "limited_process",
    },
)
