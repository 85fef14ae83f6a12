"""Renditions and media hosts: from a photo on disk to a picture at a public address.

Pillow, httpx and obstore are imported when they are first needed: what reads pictures through `__getattr__`, the
others inside the functions that speak to the network.
"""

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.media.directory_host import DirectoryHost as DirectoryHost
from fluffy_tui.media.errors import (
    MediaHostError as MediaHostError,
    PhotoUnreadable as PhotoUnreadable,
    Unreadable as Unreadable,
)
from fluffy_tui.media.foreign_picture import (
    PictureNotFetched as PictureNotFetched,
    fetch_foreign_picture as fetch_foreign_picture,
)
from fluffy_tui.media.frame_geometry import (
    canvas_ratio as canvas_ratio,
    cuts_for as cuts_for,
    frame_of_part as frame_of_part,
    shapes_for as shapes_for,
    window_for as window_for,
)
from fluffy_tui.media.framing import (
    MOST_PARTS as MOST_PARTS,
    TURNS as TURNS,
    WHOLE as WHOLE,
    Fit as Fit,
    Framing as Framing,
    Part as Part,
    Shape as Shape,
)
from fluffy_tui.media.host_factory import open_media_host as open_media_host, probe as probe
from fluffy_tui.media.media_host import (
    POSTS as POSTS,
    PUT_SECONDS as PUT_SECONDS,
    VERIFY_SECONDS as VERIFY_SECONDS,
    MediaHost as MediaHost,
    media_key as media_key,
)
from fluffy_tui.media.public_fetch import public_digest as public_digest, public_listing as public_listing
from fluffy_tui.media.rendition import Rendition as Rendition
from fluffy_tui.media.s3_host import S3Host as S3Host
from fluffy_tui.media.window import Window as Window

if TYPE_CHECKING:
    from fluffy_tui.media.ai_mark import find_ai_mark as find_ai_mark
    from fluffy_tui.media.renderer import frame_small as frame_small, render as render, smaller as smaller


__getattr__ = lazy_exports(__name__, {"ai_mark": "find_ai_mark", "renderer": "frame_small render smaller"})
