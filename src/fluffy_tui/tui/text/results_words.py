"""What networks count of live posts, and why there may be nothing to compare, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fluffy_tui.tui.text.words import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.buffer import Metric
    from fluffy_tui.scheduling import Comparison, CountedPost, Results

NO_POSTS = "No live posts in the last year.\n\nResults come a day after a post went live."
TOO_FEW = (
    "Too few results to compare.\n\n"
    "A channel needs three posts with numbers, each live for a day when it was counted."
)

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


def nothing_words(posts: Sequence[CountedPost], comparison: Comparison) -> str:
    """Return what is said where no post can be compared."""
    if not posts:
        return NO_POSTS
    if not comparison.counted:
        reason = missing_metrics_words(posts[0].results)
        return f"No results for {count_words(len(posts))}.\n\n{reason[0].upper()}{reason[1:]}"
    return "\n\n".join(filter(None, [TOO_FEW, refusal_words(posts)]))


def refusal_words(posts: Sequence[CountedPost]) -> str:
    """Return why Buffer gave no new numbers of posts; empty if it gave some."""
    refusals = {post.results.refusal for post in posts if post.results.refusal}
    return one_line(f"no new numbers: {' · '.join(sorted(refusals))}") if refusals else ""
