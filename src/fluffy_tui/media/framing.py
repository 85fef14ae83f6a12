"""How a photo is put into the frame of its rendition: fit, shape, turn and part, as one value."""

from __future__ import annotations

from dataclasses import dataclass, replace
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


MOST_PARTS = 3
"""Pictures into which a panorama may be cut."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which of the pictures into which a panorama is cut; the whole photo by default.

    Args:
        number: Counted from the left, from 1.
        count: How many pictures of equal size show the photo, side by side and without a seam.

    Raises:
        ValueError: there is no such part.
    """

    number: int = 1
    count: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count <= MOST_PARTS:
            raise ValueError(f"no part {self}")

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


WHOLE = Part()
_PARTS = [Part(number, count) for count in range(2, MOST_PARTS + 1) for number in range(1, count + 1)]


@dataclass(frozen=True, slots=True)
class Framing:
    """Fit, shape, turn and part of one picture; written as `crop-top 4:5 90 part 2/3`, and as `pad` by default."""

    fit: Fit = Fit.PAD
    shape: Shape = Shape.AUTO
    """The shape of each part, where the photo is cut."""
    turn: int = 0
    """Degrees clockwise by which the upright photo is turned, one of `TURNS`."""
    part: Part = WHOLE
    """The part of the turned photo."""

    def __str__(self) -> str:
        turn = str(self.turn) if self.turn else ""
        part = "" if self.part == WHOLE else f"part {self.part}"
        return " ".join(word for word in (self.fit, self.shape, turn, part) if word)

    def fitted_as(self, other: Framing) -> Framing:
        """Return this framing with the fit and the shape of another."""
        return replace(self, fit=other.fit, shape=other.shape)

    @classmethod
    def parse(cls, written: str) -> Framing:
        """Return the framing that `str` wrote; unknown words are ignored."""
        words = written.split()
        return cls(
            next((fit for fit in Fit if fit in words), Fit.PAD),
            next((shape for shape in Shape if shape in words), Shape.AUTO),
            next((turn for turn in TURNS if str(turn) in words), 0),
            next((part for part in _PARTS if str(part) in words), WHOLE),
        )
