"""Sizes: how large a rendition is, and which part of the photo lands where in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fluffy_tui.media.framing import MOST_PARTS, WHOLE, Fit, Framing, Part, Shape
from fluffy_tui.media.window import Window
from fluffy_tui.networks import ImageRules

LONGEST_SIDE = 1440
"""Pixels. No network that Buffer serves shows more, and Buffer scales down to it (its help article 617)."""
_LEAST_PART_WIDTH = 320
"""Pixels of the photo in each part; what most networks want a picture to have."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a photo goes: `box` of the photo is scaled to `picture` and put in the middle of `canvas`."""

    canvas: tuple[int, int]
    """Width and height; of all parts side by side, where the photo is cut."""
    picture: tuple[int, int]
    """Equal to `canvas` unless the photo is padded."""
    box: tuple[float, float, float, float]
    """Left, upper, right, lower, in pixels of the upright photo."""
    fit_applied: Fit | None

    @property
    def offset(self) -> tuple[int, int]:
        """Where the picture is put, in pixels from the left and the top of the canvas."""
        return (self.canvas[0] - self.picture[0]) // 2, (self.canvas[1] - self.picture[1]) // 2

    def window(self, size: tuple[int, int], part: Part) -> Window:
        """Return what a part of the canvas shows of the photo, whose size after its turn is given."""
        left, upper, right, lower = self.box
        across = (right - left) / self.picture[0] / size[0]  # of the photo, for each pixel of the canvas
        down = (lower - upper) / self.picture[1] / size[1]
        width = self.canvas[0] / part.count
        return Window(
            left / size[0] + ((part.number - 1) * width - self.offset[0]) * across,
            upper / size[1] - self.offset[1] * down,
            width * across,
            self.canvas[1] * down,
        )


def frame(
    size: tuple[int, int],
    rules: ImageRules,
    framing: Framing,
    ratio: float | None = None,
    longest_side: int = LONGEST_SIDE,
) -> Frame:
    """Work out the frame of a photo.

    The photo is never scaled up, except to reach the network's least width, and then not beyond the longest
    side: networks scale a narrow picture up themselves, but a huge one is slow everywhere. A photo that is cut
    is framed as one, so equal arguments but for the part's number give equal frames; the last pixels of a row that
    cannot be shared out are left off.

    Args:
        size: Width and height of the upright photo, after its turn.
        rules: What the network takes.
        framing: Its shape is kept even where it is outside the network's range.
        ratio: Width ÷ height in place of the shape's; a photo that has it already, to the pixel, stays whole.
        longest_side: Most pixels that the longer side of the canvas, or of each part of it, may have.
    """
    fit, count = framing.fit, framing.part.count
    size = (size[0] - size[0] % count or size[0], size[1])
    width, height = size[0] / count, float(size[1])
    own = width / height
    wanted = ratio or framing.shape.ratio or min(max(own, rules.min_ratio or own), rules.max_ratio or own)
    if not is_allowed(wanted, rules):
        rules = replace(rules, min_ratio=None, max_ratio=None)
    if wanted == own:
        base = (width, height)
    elif fit.pads:
        base = (max(width, height * wanted), max(height, width / wanted))
    else:
        base = (min(width, height * wanted), min(height, width / wanted))
    scale = _scale(base, rules, longest_side)
    one = _whole_pixels((base[0] * scale, base[1] * scale), rules)
    canvas = (one[0] * count, one[1])
    is_rounded = ratio is not None and abs(own - wanted) * min(one) <= max(own, wanted)
    if wanted == own or is_rounded:
        return Frame(canvas, canvas, (0, 0, *size), None)
    if fit.pads:
        picture = (
            min(canvas[0], max(1, round(size[0] * scale))),
            min(canvas[1], max(1, round(height * scale))),
        )
        return Frame(canvas, picture, (0, 0, *size), fit)
    across, down = base[0] * count, base[1]
    left, upper = (size[0] - across) * _CUT_BEFORE[fit], (height - down) * _CUT_BEFORE[fit]
    return Frame(canvas, canvas, (left, upper, left + across, upper + down), fit)


_CUT_BEFORE = {Fit.CROP: 0.5, Fit.CROP_TOP: 0.0, Fit.CROP_BOTTOM: 1.0}
"""Which share of what is cut off goes from the top or the left."""


def frame_of_part(
    size: tuple[int, int],
    rules: ImageRules,
    framing: Framing,
    ratio: float | None = None,
    longest_side: int = LONGEST_SIDE,
) -> Frame:
    """Work out the frame of a photo or, which is the same for all of them, of its parts.

    Args:
        size: Width and height of the upright photo, before its turn.
        rules: What the network takes.
        framing: The photo's.
        ratio: As for `frame`. All parts get the very same frame, whether or not it was given for the first one.
        longest_side: As for `frame`.
    """
    if framing.part != WHOLE and ratio is None:
        ratio = canvas_ratio(size, rules, framing)
    return frame(turned(size, framing.turn), rules, framing, ratio, longest_side)


def window_for(
    size: tuple[int, int], rules: ImageRules, framing: Framing, ratio: float | None = None
) -> Window:
    """Return what a photo's rendition will show of it, to the pixel or two that a smaller file may make it differ.

    The size is the upright photo's before its turn, and the ratio as for `render`.
    """
    target = frame_of_part(size, rules, framing, ratio)
    return target.window(turned(size, framing.turn), framing.part)


def canvas_ratio(size: tuple[int, int], rules: ImageRules, framing: Framing) -> float:
    """Return the width ÷ height that a photo's rendition has; given to `render` for others, they get it too.

    The size is the upright photo's before its turn. All parts of a panorama have the same ratio.
    """
    canvas = frame(turned(size, framing.turn), rules, framing).canvas
    return canvas[0] / framing.part.count / canvas[1]


def cuts_for(size: tuple[int, int], rules: ImageRules, turn: int = 0) -> tuple[int, ...]:
    """Return into how many parts a photo can be cut for a network: `()`, `(2,)` or `(2, 3)`.

    Each part has to be as wide as the network's tallest shape, 4:5 at the narrowest, so that hardly anything has
    to be cropped or padded, and large enough not to be scaled up. That is so from 8:5 for two parts, and from
    12:5 for three. The size is the upright photo's before its turn, in degrees clockwise.
    """
    width, height = turned(size, turn)
    narrowest = max(rules.min_ratio or 0, 4 / 5)
    least_width = rules.min_width or _LEAST_PART_WIDTH
    return tuple(
        count for count in range(2, MOST_PARTS + 1) if width / count >= max(least_width, height * narrowest)
    )


def turned(size: tuple[int, int], turn: int) -> tuple[int, int]:
    """Return the size of a picture after a turn by 0, 90, 180 or 270 degrees."""
    return size if turn % 180 == 0 else (size[1], size[0])


def is_allowed(ratio: float, rules: ImageRules) -> bool:
    """Return whether a network takes a picture of that width ÷ height."""
    return (rules.min_ratio or ratio) <= ratio <= (rules.max_ratio or ratio)


def shapes_for(rules: ImageRules) -> tuple[Shape, ...]:
    """Return the shapes to choose from: those that the network takes, and 3:4 as well.

    Instagram shows 3:4 and phones take it, but Buffer's help (article 622) still names 4:5 as the tallest that
    it publishes by itself: whoever offers it should say that it may become a reminder.
    """
    return tuple(
        shape
        for shape in Shape
        if shape is Shape.TALL or shape.ratio is None or is_allowed(shape.ratio, rules)
    )


def _scale(base: tuple[float, float], rules: ImageRules, longest_side: int) -> float:
    most = min(longest_side, rules.max_side or longest_side) / max(base)
    scale = min(1.0, most, (rules.max_width or base[0]) / base[0])
    if rules.min_width is not None and base[0] * scale < rules.min_width:
        scale = min(rules.min_width / base[0], most)
    return scale


def _whole_pixels(size: tuple[float, float], rules: ImageRules) -> tuple[int, int]:
    """Round to pixels without leaving the range of ratios, not even by the last digit."""
    width, height = max(1, round(size[0])), max(1, round(size[1]))
    if rules.max_ratio is not None and width / height > rules.max_ratio:
        width = max(1, int(height * rules.max_ratio))
    if rules.min_ratio is not None and width / height < rules.min_ratio:
        height = max(1, int(width / rules.min_ratio))
    return width, height
