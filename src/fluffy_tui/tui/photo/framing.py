"""How a person wants a photo fitted, as it is kept and told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.media import TURNS, Fit, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

FIT_WORDS: Mapping[Fit, str] = {
    Fit.PAD: "pad blurred",
    Fit.PAD_PLAIN: "pad white",
    Fit.CROP: "crop",
    Fit.CROP_TOP: "crop top",
    Fit.CROP_BOTTOM: "crop bottom",
}
"""Every way to fit in a few words; top and bottom are what stays."""


@dataclass(frozen=True, slots=True)
class Framing:
    """Fit, shape and turn of one picture."""

    fit: Fit = Fit.PAD
    shape: Shape = Shape.AUTO
    turn: int = 0
    """Degrees clockwise."""

    @property
    def written(self) -> str:
        """The framing as `read` reads it, such as `crop-top 4:5 90`; `pad` for the usual one."""
        parts = [str(self.fit), str(self.shape), str(self.turn) if self.turn else ""]
        return " ".join(part for part in parts if part)

    @property
    def words(self) -> str:
        """The framing as people say it, such as `crop top to 4:5, turned by 90°`."""
        shape = f" to {self.shape}" if self.shape else ""
        return f"{FIT_WORDS[self.fit]}{shape}{f', turned by {self.turn}°' if self.turn else ''}"

    @classmethod
    def read(cls, written: str) -> Framing:
        """Return the framing that was written; what is not known in it is the usual."""
        words = written.split()
        fits = {str(fit): fit for fit in Fit}
        shapes = {str(shape): shape for shape in Shape if shape}
        turns = {str(turn): turn for turn in TURNS}
        return cls(
            next((fits[word] for word in words if word in fits), Fit.PAD),
            next((shapes[word] for word in words if word in shapes), Shape.AUTO),
            next((turns[word] for word in words if word in turns), 0),
        )
