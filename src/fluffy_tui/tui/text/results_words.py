"""What a network counts of a live post, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fluffy_tui.tui.text.words import one_line, plural

if TYPE_CHECKING:
    from fluffy_tui.buffer import Metric
    from fluffy_tui.scheduling import Results

_COUNTABLE = (
    "reaction",
    "comment",
    "share",
    "repost",
    "save",
    "impression",
    "view",
    "click",
    "like",
    "favorite",
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def metrics_words(results: Results) -> str:
    """Return the numbers in one line: `120 reactions · 1 comment · reach 1,480`; empty if there are none."""
    return " · ".join(metric_words(metric) for metric in results.metrics)


def missing_metrics_words(results: Results) -> str:
    """Return why a live post has no numbers."""
    if results.refusal:
        return one_line(f"none: {results.refusal}")
    return "none yet: Buffer gets them from the network once a day, where the network and the plan have them"


def metric_name(metric: Metric) -> str:
    """Return what a number counts: `reactions`, `engagement rate`."""
    return one_line(" ".join(_CAMEL.split(metric.type)).lower())


def metric_words(metric: Metric) -> str:
    """Return a number with what it counts: `1 comment`, `reach 1,480`, `engagement rate 2.4 %`."""
    name = metric_name(metric)
    if metric.is_percentage:
        return f"{name} {metric.value:.1f} %"
    number = f"{metric.value:,.0f}"
    singular = name.removesuffix("s")
    if singular in _COUNTABLE:
        return f"{number} {plural(round(metric.value), singular)}"
    return f"{name} {number}"


def ratio_words(ratio: float) -> str:
    """Return how many times the median something is: `1.4 ×`, `12 ×`."""
    return f"{ratio:.1f} ×" if ratio < 9.95 else f"{ratio:,.0f} ×"


def count_words(count: int) -> str:
    """Return of how many posts something is known: `1 post`, `12 posts`."""
    return f"{count:,} {plural(count, 'post')}"
