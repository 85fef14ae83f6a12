"""How a photo is put into the frame of its rendition: fit, shape and turn, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fit(StrEnum):
    """What is done with a photo whose ratio is not the rendition's."""

    PAD = "pad"
    """The whole photo stays; a blurred copy of it fills the rest of the canvas."""
    PAD_PLAIN = "pad-plain"
    """The whole photo stays; white fills the rest of the canvas."""
    CROP = "crop"
    """The photo fills the canvas; the excess is cut off equally at two opposite sides."""
    CROP_TOP = "crop-top"
    """The photo fills the canvas; the top of a tall photo stays, or the left of a wide one."""
    CROP_BOTTOM = "crop-bottom"
    """The photo fills the canvas; the bottom of a tall photo stays, or the right of a wide one."""

    @property
    def pads(self) -> bool:
        """Whether the whole photo stays."""
        return self in (Fit.PAD, Fit.PAD_PLAIN)


class Shape(StrEnum):
    """The ratio of a rendition, if not the photo's own or the nearest that the network takes."""

    AUTO = ""
    PORTRAIT = "4:5"
    SQUARE = "1:1"
    LANDSCAPE = "1.91:1"
    TALL = "3:4"

    @property
    def ratio(self) -> float | None:
        """Width ÷ height; None for AUTO."""
        if self is Shape.AUTO:
            return None
        width, height = self.split(":")
        return float(width) / float(height)


TURNS = (0, 90, 180, 270)
"""Degrees clockwise by which a photo may be turned."""


@dataclass(frozen=True, slots=True)
class Framing:
    """Fit, shape and turn of one picture; written as `crop-top 4:5 90`, and as `pad` by default."""

    fit: Fit = Fit.PAD
    shape: Shape = Shape.AUTO
    turn: int = 0
    """Degrees clockwise by which the upright photo is turned, one of `TURNS`."""

    def __str__(self) -> str:
        parts = (self.fit, self.shape, str(self.turn) if self.turn else "")
        return " ".join(part for part in parts if part)

    @classmethod
    def parse(cls, written: str) -> Framing:
        """Return the framing that `str` wrote; unknown words are ignored."""
        words = written.split()
        return cls(
            next((fit for fit in Fit if fit in words), Fit.PAD),
            next((shape for shape in Shape if shape in words), Shape.AUTO),
            next((turn for turn in TURNS if str(turn) in words), 0),
        )
