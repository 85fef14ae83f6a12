"""What a photo's picture scores, and from where on that is a flaw. Scores propose; nothing is rejected by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SOFT_BELOW = 35.0
"""Sharpness below which a photo is soft: in most good photos, an edge as wide as one in 250 of the longer side."""
DARK_FROM = 0.25
"""Share of a picture that is black, from which it is dark: in a good photo at night it may be as much."""
BRIGHT_FROM = 0.1
"""Share of a picture that is white, from which it is bright."""


class Flaw(StrEnum):
    """What may be wrong with a picture; the values are typed in the filter."""

    SOFT = "soft"
    """Nothing in it is sharp."""
    DARK = "dark"
    """Much of it is black."""
    BRIGHT = "bright"
    """Much of it is white."""


@dataclass(frozen=True, slots=True)
class PhotoScores:
    """What was measured in one picture."""

    sharpness: float
    """Where it is sharpest: from 0, which is all blur, to less than 100; in good photos from 40 on."""
    clipped_light: float
    """Share that is white, from 0 to 1."""
    clipped_dark: float
    """Share that is black, from 0 to 1."""

    @property
    def flaws(self) -> frozenset[Flaw]:
        """What may be wrong with it."""
        found = {
            Flaw.SOFT: self.sharpness < SOFT_BELOW,
            Flaw.DARK: self.clipped_dark >= DARK_FROM,
            Flaw.BRIGHT: self.clipped_light >= BRIGHT_FROM,
        }
        return frozenset(flaw for flaw, is_so in found.items() if is_so)
