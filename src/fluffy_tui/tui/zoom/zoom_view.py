"""Which part of a photo fills the screen, at which size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

Box = tuple[int, int, int, int]
"""Left, upper, right and lower edge, in pixels of the upright photo."""

LARGEST = 8
"""Pixels of the screen for a pixel of the photo, across and down."""
AROUND = 1_600
"""Pixels of the screen, across and down, that are decoded at least: enough to pan for a while in half cells."""


@dataclass(frozen=True, slots=True)
class ZoomView:
    """A part of a photo, kept inside of it."""

    photo: tuple[int, int]
    """Width and height of the photo."""
    screen: tuple[int, int]
    """Width and height of the screen, in pixels of the screen."""
    center: tuple[float, float]
    """The point of the photo in the middle of the screen."""
    scale: float = 1.0
    """Pixels of the screen for a pixel of the photo: a power of two once it was chosen."""

    @property
    def window(self) -> Box:
        """The part of the photo on the screen."""
        return self._part(self.screen)

    @property
    def surroundings(self) -> Box:
        """The part that is decoded: what is on the screen, and as much around it in every direction."""
        width, height = (max(3 * side, AROUND) for side in self.screen)
        return self._part((width, height))

    def _part(self, room: tuple[int, int]) -> Box:
        left, right = _span(self.photo[0], room[0] / self.scale, self.center[0])
        upper, lower = _span(self.photo[1], room[1] / self.scale, self.center[1])
        return left, upper, right, lower

    @property
    def shows_all(self) -> bool:
        """Whether the whole photo is on the screen."""
        return self.window == (0, 0, *self.photo)

    def moved(self, across: float, down: float) -> ZoomView:
        """Return the part so many screens to the right and below."""
        left, upper, right, lower = (
            self.window
        )  # the center may have been nearer to an edge than half a screen
        x = (left + right) / 2 + across * self.screen[0] / self.scale
        y = (upper + lower) / 2 + down * self.screen[1] / self.scale
        return replace(self, center=(min(max(0.0, x), self.photo[0]), min(max(0.0, y), self.photo[1])))

    def scaled(self, factor: float) -> ZoomView:
        """Return the part around the same center at another size; the same one if it cannot be larger or smaller."""
        is_at_end = self.shows_all if factor < 1 else self.scale >= LARGEST
        scale = 2.0 ** round(math.log2(self.scale * factor))
        return self if is_at_end else replace(self.moved(0, 0), scale=scale)

    def fitted(self) -> ZoomView:
        room = min(self.screen[side] / self.photo[side] for side in (0, 1))
        return replace(self, scale=min(1.0, room))

    def like(self, other: ZoomView) -> ZoomView:
        """Return the part of this photo that another view shows of its own, which may have more pixels or fewer."""
        across, down = (self.photo[side] / other.photo[side] for side in (0, 1))
        center = (other.center[0] * across, other.center[1] * down)
        return replace(self, center=center, scale=other.scale * max(other.photo) / max(self.photo))

    def on_screen(self, screen: tuple[int, int]) -> ZoomView:
        """Return the part on a screen of another size; a photo that was made small enough to be seen whole stays so."""
        other = replace(self, screen=screen)
        return other.fitted() if screen != self.screen and self.shows_all and self.scale < 1 else other

    @property
    def words(self) -> str:
        """The size and the place of the part, such as `100 % · x 1,930–2,069 · y 1,460–1,539 of 4,000×3,000`."""
        left, upper, right, lower = self.window
        place = f"x {left:,}–{right - 1:,} · y {upper:,}–{lower - 1:,}"
        percent = self.scale * 100
        return f"{percent:{'.0f' if percent >= 100 else '.3g'}} % · {place} of {self.photo[0]:,}×{self.photo[1]:,}"


def contains(box: Box, part: Box) -> bool:
    """Return whether a part is within a box."""
    return box[0] <= part[0] and box[1] <= part[1] and box[2] >= part[2] and box[3] >= part[3]


def scaled_size(box: Sequence[float], scale: float) -> tuple[int, int]:
    """Return the width and height of a box at a scale."""
    return max(1, round((box[2] - box[0]) * scale)), max(1, round((box[3] - box[1]) * scale))


def _span(whole: int, room: float, center: float) -> tuple[int, int]:
    """Return where a part of a length begins and ends in a whole, around a center where that is possible."""
    length = min(whole, max(1, round(room)))
    start = min(max(0, round(center - length / 2)), whole - length)
    return start, start + length
