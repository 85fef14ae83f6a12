"""A client of the user's own vision model, which proposes captions; it knows neither database nor screen.

Values and errors are imported at once and cost nothing. `CaptionModel` is imported at its first use, because httpx
takes about 150 ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.caption_model.errors import ModelError as ModelError, ModelFault as ModelFault
from fluffy_tui.caption_model.model import (
    LONGEST_VOICE as LONGEST_VOICE,
    PICTURE_SIDE as PICTURE_SIDE,
    CaptionRequest as CaptionRequest,
    SmallPicture as SmallPicture,
    Suggestions as Suggestions,
)
from fluffy_tui.core.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from fluffy_tui.caption_model.caption_client import CaptionModel as CaptionModel


__getattr__ = lazy_exports(__name__, {"caption_client": "CaptionModel"})
