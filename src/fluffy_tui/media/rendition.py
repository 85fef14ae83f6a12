"""The picture that is sent in place of the photo, as a value; light enough for the first frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluffy_tui.media.framing import Fit
    from fluffy_tui.media.window import Window


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
    """The hash of `data`, in hexadecimal."""
    fit_applied: Fit | None
    """None when the photo's ratio was fine as it is."""
    location_removed: bool
    """Whether the photo carries a GPS position, which the rendition does not."""
    ai_mark: str | None
    """IPTC digital source type that was kept, such as `trainedAlgorithmicMedia`."""
    is_first_of_several: bool
    """Whether the photo is an animation or has several pages, of which only the first one is posted."""
    source_width: int
    """Pixels of the photo as seen upright."""
    window: Window
    """What it shows of the photo."""

    @property
    def detail_width(self) -> int:
        """Pixels of the photo that are side by side in it: fewer than `width` where the photo is enlarged."""
        width = round(self.window.width * self.source_width)
        return width if width < self.width - 1 else self.width  # the last pixel is rounding
