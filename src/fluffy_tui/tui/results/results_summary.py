"""By what posts are compared, and which are left out, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.text.results_words import count_words, metric_name, refusal_words
from fluffy_tui.tui.text.times import own_moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from fluffy_tui.scheduling import Comparison, CountedPost


def summary(
    posts: Sequence[CountedPost], comparison: Comparison, now: datetime, zone: tzinfo, own_zone: tzinfo
) -> list[str]:
    """Return by what posts are compared and as of when; then why Buffer gave no new numbers, if it gave none."""
    names = list(dict.fromkeys(metric_name(one.metric) for one in comparison.channels))
    compared = f"Compared by {' or '.join(names)}: {count_words(len(comparison.posts))} of the last year"
    if comparison.as_of is not None:
        compared += f" · as of {own_moment(comparison.as_of, now, zone, own_zone)}"
    return [line for line in (compared, refusal_words(posts)) if line]


def left_out_words(posts: Sequence[CountedPost], comparison: Comparison) -> str:
    """Return which posts are not compared, and why; empty if all are."""
    few = comparison.counted - comparison.too_new - len(comparison.posts)
    reasons = {
        "counted on the first day, which is too early": comparison.too_new,
        "without numbers": len(posts) - comparison.counted,
        "without this number, or on a channel with too few": few,
    }
    found = [f"{count_words(count)} {reason}" for reason, count in reasons.items() if count]
    return "\n".join(["Not compared", *found]) if found else ""
