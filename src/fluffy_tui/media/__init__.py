"""Renditions and media hosts: from a photo on disk to a picture at a public address.

Pillow, httpx and obstore are imported when they are first needed: what reads pictures through `__getattr__`, the
others inside the functions that speak to the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.media.directory_host import DirectoryHost
from fluffy_tui.media.errors import MediaHostError, PhotoUnreadable, Unreadable
from fluffy_tui.media.foreign_picture import PictureNotFetched, fetch_foreign_picture
from fluffy_tui.media.frame_geometry import canvas_ratio, cuts_for, shapes_for, window_for
from fluffy_tui.media.framing import MOST_PARTS, TURNS, WHOLE, Fit, Framing, Part, Shape
from fluffy_tui.media.host_factory import open_media_host, probe
from fluffy_tui.media.media_host import POSTS, PUT_SECONDS, VERIFY_SECONDS, MediaHost, media_key
from fluffy_tui.media.public_fetch import public_digest, public_listing
from fluffy_tui.media.rendition import Rendition
from fluffy_tui.media.s3_host import S3Host
from fluffy_tui.media.window import Window

if TYPE_CHECKING:
    from fluffy_tui.media.ai_mark import find_ai_mark
    from fluffy_tui.media.renderer import frame_small, render, smaller

__all__ = [
    "MOST_PARTS",
    "POSTS",
    "PUT_SECONDS",
    "TURNS",
    "VERIFY_SECONDS",
    "WHOLE",
    "DirectoryHost",
    "Fit",
    "Framing",
    "MediaHost",
    "MediaHostError",
    "Part",
    "PhotoUnreadable",
    "PictureNotFetched",
    "Rendition",
    "S3Host",
    "Shape",
    "Unreadable",
    "Window",
    "canvas_ratio",
    "cuts_for",
    "fetch_foreign_picture",
    "find_ai_mark",
    "frame_small",
    "media_key",
    "open_media_host",
    "probe",
    "public_digest",
    "public_listing",
    "render",
    "shapes_for",
    "smaller",
    "window_for",
]

__getattr__ = lazy_exports(
    __name__,
    {"find_ai_mark": "ai_mark", "frame_small": "renderer", "render": "renderer", "smaller": "renderer"},
)
