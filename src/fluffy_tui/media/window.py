"""What a rendition shows of its photo, so that a place in the one can be found in the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The edges of a rendition, in fractions of its photo after the turn.

    They lie outside of the photo where it is padded, and inside where it is cropped or cut into parts.
    """

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def place_in_picture(self, place: tuple[float, float], turn: int) -> tuple[float, float] | None:
        """Return where a place of the photo is in the rendition, or None if it is cut off.

        Args:
            place: From the left and the top of the upright photo before its turn, in fractions of it.
            turn: Degrees clockwise by which the photo is turned, one of `TURNS`.
        """
        found = self._unlimited(place, turn)
        return found if found == _limited(found) else None

    def nearest_in_picture(self, place: tuple[float, float], turn: int) -> tuple[float, float]:
        """Return the place of the rendition that is nearest to one of the photo; its edge for what is cut off."""
        return _limited(self._unlimited(place, turn))

    def place_in_photo(self, place: tuple[float, float], turn: int) -> tuple[float, float]:
        """Return the place of the upright photo before its turn that is nearest to a place of the rendition.

        Args:
            place: From the left and the top of the rendition, in fractions of it; may be outside of it.
            turn: Degrees clockwise by which the photo is turned, one of `TURNS`.
        """
        x, y = _limited(place)
        return _turned(_limited((self.left + x * self.width, self.top + y * self.height)), 360 - turn)

    def _unlimited(self, place: tuple[float, float], turn: int) -> tuple[float, float]:
        x, y = _turned(place, turn)
        return round((x - self.left) / self.width, 4), round((y - self.top) / self.height, 4)


def _limited(place: tuple[float, float]) -> tuple[float, float]:
    return min(1.0, max(0.0, place[0])), min(1.0, max(0.0, place[1]))


def _turned(place: tuple[float, float], turn: int) -> tuple[float, float]:
    """Return where a place is after a turn clockwise."""
    x, y = place
    match turn % 360:
        case 90:
            return 1 - y, x
        case 180:
            return 1 - x, 1 - y
        case 270:
            return y, 1 - x
        case _:
            return x, y
