"""Images: picture files read and decoded in one way, for previews, hashes, vectors and posts alike.

Pillow is imported when the first picture is opened, not before the first frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.images.errors import (
    DAMAGED as DAMAGED,
    PhotoUnreadable as PhotoUnreadable,
    Unreadable as Unreadable,
)

if TYPE_CHECKING:
    from fluffy_tui.images.decoder import (
        DecodedPicture as DecodedPicture,
        decode as decode,
        decode_part as decode_part,
        decode_to_fit as decode_to_fit,
    )
    from fluffy_tui.images.limited_process import (
        LimitedProcess as LimitedProcess,
        NeedsLimits as NeedsLimits,
        within_limits as within_limits,
    )
    from fluffy_tui.images.photo_header import (
        PictureHeader as PictureHeader,
        header_of as header_of,
        read_header as read_header,
    )
    from fluffy_tui.images.pixel_limit import TOO_LARGE as TOO_LARGE
    from fluffy_tui.images.png_chunks import png_xmp as png_xmp
    from fluffy_tui.images.regular_file import (
        open_descriptor as open_descriptor,
        open_regular as open_regular,
        readable_path as readable_path,
        reading as reading,
        unreadable as unreadable,
    )
    from fluffy_tui.images.xmp_packet import MOST_XMP as MOST_XMP


__getattr__ = lazy_exports(
    __name__,
    {
        "decoder": "DecodedPicture decode decode_part decode_to_fit",
        "limited_process": "LimitedProcess NeedsLimits within_limits",
        "photo_header": "PictureHeader header_of read_header",
        "pixel_limit": "TOO_LARGE",
        "png_chunks": "png_xmp",
        "regular_file": "open_descriptor open_regular readable_path reading unreadable",
        "xmp_packet": "MOST_XMP",
    },
)
