"""The picture that is sent in place of the photo, as a value; light enough for the first frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Fit(StrEnum):
    """What is done with a photo whose ratio a network does not take."""

    PAD = "pad"
    """The whole photo stays; the canvas is filled up with a blurred copy of it."""
    PAD_PLAIN = "pad-plain"
    """The whole photo stays; the canvas is filled up with white."""
    CROP = "crop"
    """The canvas is filled; what sticks out at two opposite sides is cut off equally."""
    CROP_TOP = "crop-top"
    """The canvas is filled; the top of a tall photo stays, or the left of a wide one."""
    CROP_BOTTOM = "crop-bottom"
    """The canvas is filled; the bottom of a tall photo stays, or the right of a wide one."""

    @property
    def pads(self) -> bool:
        """Whether the whole photo stays."""
        return self in (Fit.PAD, Fit.PAD_PLAIN)


class Shape(StrEnum):
    """Which ratio a rendition has, if not the photo's own as near as the network takes it."""

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
"""By how many degrees clockwise a photo may be turned."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A JPEG ready to be hosted: upright, sRGB, within the network's limits, without metadata."""

    data: bytes = field(repr=False)
    width: int
    height: int
    """Pixels, as `width`."""
    quality: int
    """JPEG quality that met the size limit."""
    sha256: str
    """Of `data`, in hexadecimal."""
    fit_applied: Fit | None
    """None when the photo's ratio was fine as it is."""
    location_removed: bool
    """Whether the photo carries a GPS position, which the rendition does not."""
    ai_mark: str | None
    """IPTC digital source type that was kept, such as `trainedAlgorithmicMedia`."""
    source_width: int
    """Pixels of the photo as seen upright, as `source_height`."""
    source_height: int
