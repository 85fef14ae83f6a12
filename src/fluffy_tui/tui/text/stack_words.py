"""Why a photo is the best of its stack, in words."""

from __future__ import annotations

from fluffy_tui.photos import BestBy, BestReason

_BEST = {
    BestBy.PICKED: "picked one",
    BestBy.EDITED: "edited one",
    BestBy.LARGEST: "largest",
    BestBy.OPEN_EYES: "only one without closed eyes",
    BestBy.SHARPEST: "sharpest",
    BestBy.OLDEST: "oldest",
    BestBy.FIRST: "first imported",
}
_AMONG = {
    BestBy.PICKED: "picked",
    BestBy.EDITED: "edited",
    BestBy.LARGEST: "largest",
    BestBy.SHARPEST: "sharpest",
    BestBy.OLDEST: "oldest",
}


def best_words(reason: BestReason, count: int) -> str:
    """Return why a photo is the best of so many, such as `sharpest of 7` or `oldest of the picked ones, 7 in all`."""
    if not reason.among:
        return f"{_BEST[reason.by]} of {count:,}"
    words = ", ".join(_AMONG[one] for one in reason.among if one in _AMONG)
    ones = f"the {words} ones" if words else "those"
    eyes = " without closed eyes" if BestBy.OPEN_EYES in reason.among else ""
    return f"{_BEST[reason.by]} of {ones}{eyes}, {count:,} in all"
