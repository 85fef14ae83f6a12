"""What is measured in a picture, and when that is a flaw. Scores only suggest; nothing is rejected automatically."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SOFT_BELOW = 35.0
"""Sharpness below which a photo is soft: in most good photos, an edge as wide as one in 250 of the longer side."""
DARK_FROM = 0.25
"""Share of a picture that is black, from which it is dark: in a good photo at night it may be as much."""
CLOSED_BELOW = 0.2
"""How far lids are apart, as a share of the eye's width, below which eyes are closed; in a broad smile it is .23."""
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
    EYES_CLOSED = "eyes-closed"
    """Somebody in it has closed eyes."""


@dataclass(frozen=True, slots=True)
class PhotoScores:
    """What was measured in one picture."""

    sharpness: float
    """Where it is sharpest, on faces if there are any: from 0, which is all blur, to less than 100; in good photos
    from 40 on."""
    clipped_light: float
    """Share that is white, from 0 to 1."""
    clipped_dark: float
    """Share that is black, from 0 to 1."""
    faces: int | None = None
    """How many there are; None if nobody has looked."""
    eyes_open: float | None = None
    """How far the lids of those whose eyes are the least open are apart, as a share of an eye's width; None if there
    are no eyes large enough to tell."""

    @property
    def flaws(self) -> frozenset[Flaw]:
        """What may be wrong with it."""
        found = {
            Flaw.SOFT: self.sharpness < SOFT_BELOW,
            Flaw.DARK: self.clipped_dark >= DARK_FROM,
            Flaw.BRIGHT: self.clipped_light >= BRIGHT_FROM,
            Flaw.EYES_CLOSED: self.eyes_open is not None and self.eyes_open < CLOSED_BELOW,
        }
        return frozenset(flaw for flaw, is_so in found.items() if is_so)
