"""A client of the user's own vision model, which proposes captions; it knows neither database nor screen.

Values and errors are imported at once and cost nothing. `CaptionModel` is imported at its first use, because httpx
takes about 150 ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.caption_model.errors import ModelError, ModelFault
from fluffy_tui.caption_model.model import (
    LONGEST_VOICE,
    PICTURE_SIDE,
    CaptionRequest,
    SmallPicture,
    Suggestions,
)
from fluffy_tui.core.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from fluffy_tui.caption_model.caption_client import CaptionModel

__all__ = [
    "LONGEST_VOICE",
    "PICTURE_SIDE",
    "CaptionModel",
    "CaptionRequest",
    "ModelError",
    "ModelFault",
    "SmallPicture",
    "Suggestions",
]

__getattr__ = lazy_exports(__name__, {"CaptionModel": "caption_client"})
