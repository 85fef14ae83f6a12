"""The numbers of a live post in words."""

from __future__ import annotations

import pytest

from fluffy_tui.buffer import Metric
from fluffy_tui.scheduling import Results
from fluffy_tui.tui.text.results_words import metrics_words, missing_metrics_words


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        (Metric("reactions", 1234), "1,234 reactions"),
        (Metric("comments", 1), "1 comment"),
        (Metric("saves", 0), "0 saves"),
        (Metric("reach", 1480), "reach 1,480"),
        (Metric("engagementRate", 7.25, is_percentage=True), "engagement rate 7.2 %"),
        (Metric("link_clicks", 3), "link clicks 3"),
    ],
)
def test_a_metric_is_named_as_networks_do(metric: Metric, words: str) -> None:
    assert metrics_words(Results((metric,))) == words


def test_why_there_are_none_is_said() -> None:
    assert missing_metrics_words(Results(refusal="Buffer said no.")) == "none: Buffer said no."
    assert missing_metrics_words(Results()).startswith("none yet: ")
