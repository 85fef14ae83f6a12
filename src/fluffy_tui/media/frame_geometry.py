"""Sizes: how large a rendition is, and which part of the photo lands where in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fluffy_tui.media.framing import Fit, Framing, Shape
from fluffy_tui.networks import ImageRules

LONGEST_SIDE = 1440
"""Pixels. No network that Buffer serves shows more, and Buffer scales down to it (its help article 617)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a photo goes: `box` of the photo is scaled to `picture` and put in the middle of `canvas`."""

    canvas: tuple[int, int]
    picture: tuple[int, int]
    """Equal to `canvas` unless the photo is padded."""
    box: tuple[float, float, float, float]
    """Left, upper, right, lower, in pixels of the upright photo."""
    fit_applied: Fit | None


def frame(
    size: tuple[int, int],
    rules: ImageRules,
    framing: Framing,
    longest_side: int = LONGEST_SIDE,
) -> Frame:
    """Work out the frame of a photo.

    The photo is never scaled up, except to reach the network's least width, and then not beyond the longest
    side: networks scale a narrow picture up themselves, but a huge one is slow everywhere.

    Args:
        size: Width and height of the upright photo, after its turn.
        rules: What the network takes.
        framing: Its shape is kept even where it is outside the network's range.
        longest_side: Most pixels that the longer side of the canvas may have.
    """
    width, height = size
    fit = framing.fit
    ratio = width / height
    wanted = framing.shape.ratio or min(max(ratio, rules.min_ratio or ratio), rules.max_ratio or ratio)
    if not is_allowed(wanted, rules):
        rules = replace(rules, min_ratio=None, max_ratio=None)
    outside = wanted != ratio
    if not outside:
        base = (float(width), float(height))
    elif fit.pads:
        base = (max(width, height * wanted), max(height, width / wanted))
    else:
        base = (min(width, height * wanted), min(height, width / wanted))
    scale = _scale(base, rules, longest_side)
    canvas = _whole_pixels((base[0] * scale, base[1] * scale), rules)
    if outside and fit.pads:
        picture = (
            min(canvas[0], max(1, round(width * scale))),
            min(canvas[1], max(1, round(height * scale))),
        )
        return Frame(canvas, picture, (0, 0, width, height), fit)
    share = _CUT_BEFORE[fit] if outside else 0.5
    left, upper = (width - base[0]) * share, (height - base[1]) * share
    box = (left, upper, left + base[0], upper + base[1])
    return Frame(canvas, canvas, box, fit if outside else None)


_CUT_BEFORE = {Fit.CROP: 0.5, Fit.CROP_TOP: 0.0, Fit.CROP_BOTTOM: 1.0}
"""Which share of what is cut off goes from the top or the left."""


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
