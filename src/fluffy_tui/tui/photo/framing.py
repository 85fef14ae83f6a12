"""The words for how a photo is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.media import Fit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fluffy_tui.media import Framing

FIT_WORDS: Mapping[Fit, str] = {
    Fit.PAD: "pad blurred",
    Fit.PAD_PLAIN: "pad white",
    Fit.CROP: "crop",
    Fit.CROP_TOP: "crop top",
    Fit.CROP_BOTTOM: "crop bottom",
}
"""Every fit in a few words; top and bottom are what stays."""


def framing_words(framing: Framing) -> str:
    """Return a framing in words, such as `crop top to 4:5, turned by 90°`."""
    shape = f" to {framing.shape}" if framing.shape else ""
    turn = f", turned by {framing.turn}°" if framing.turn else ""
    return f"{FIT_WORDS[framing.fit]}{shape}{turn}"
