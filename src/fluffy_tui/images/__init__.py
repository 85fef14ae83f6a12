"""Images: picture files read and decoded in one way, for previews, hashes, vectors and posts alike.

Pillow is imported when the first picture is opened, not before the first frame.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fluffy_tui.images.errors import PhotoUnreadable, Unreadable

if TYPE_CHECKING:
    from fluffy_tui.images.decoder import DecodedPicture, decode, decode_to_fit
    from fluffy_tui.images.header import DAMAGED, PictureHeader, read_header
    from fluffy_tui.images.regular_file import open_regular, readable_path, reading, unreadable

_HOMES = {
    "DAMAGED": "header",
    "DecodedPicture": "decoder",
    "PictureHeader": "header",
    "decode": "decoder",
    "decode_to_fit": "decoder",
    "open_regular": "regular_file",
    "read_header": "header",
    "readable_path": "regular_file",
    "reading": "regular_file",
    "unreadable": "regular_file",
}

__all__ = [
    "DAMAGED",
    "DecodedPicture",
    "PhotoUnreadable",
    "PictureHeader",
    "Unreadable",
    "decode",
    "decode_to_fit",
    "open_regular",
    "read_header",
    "readable_path",
    "reading",
    "unreadable",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
