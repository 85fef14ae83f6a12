"""Fit, shape and rotation in words."""

from __future__ import annotations

from collections.abc import Mapping

from fluffy_tui.media import WHOLE, Fit, Framing

FIT_WORDS: Mapping[Fit, str] = {
    Fit.PAD: "pad blurred",
    Fit.PAD_PLAIN: "pad white",
    Fit.CROP: "crop",
    Fit.CROP_TOP: "crop top",
    Fit.CROP_BOTTOM: "crop bottom",
}
"""What each fit does; top and bottom are the parts that are kept."""


def framing_words(framing: Framing) -> str:
    """Return a framing in words, such as `crop top to 4:5, rotated 90°`."""
    shape = f" to {framing.shape}" if framing.shape else ""
    turn = f", rotated {framing.turn}°" if framing.turn else ""
    part = f", part {framing.part.number} of {framing.part.count}" if framing.part != WHOLE else ""
    return f"{FIT_WORDS[framing.fit]}{shape}{turn}{part}"
