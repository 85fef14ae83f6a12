"""Counting passes the test cases that X and Unicode publish; the files in `data` name their sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.networks import hashtags, rules_for, text_length
from fluffy_tui.networks.link_finder import links

DATA = Path(__file__).with_name("data")
X, BLUESKY = rules_for("twitter"), rules_for("bluesky")


def published(name: str) -> list[dict[str, Any]]:
    """Return the cases of one of X's files."""
    content = json.loads((DATA / name).read_text(encoding="utf-8"))
    assert content["licence"] == "Apache-2.0"
    cases: list[dict[str, Any]] = content["cases"]
    return cases


def graphemes() -> list[tuple[str, int]]:
    """Return Unicode's cases: a text and how many characters a reader sees."""
    lines = (DATA / "graphemes.txt").read_text(encoding="utf-8").splitlines()
    cases = [line.split(";") for line in lines if not line.startswith("#")]
    return [("".join(chr(int(point, 16)) for point in points.split()), int(count)) for points, count in cases]


LENGTHS = [
    ("".join(part * times for part, times in case["text"]), case["length"])
    for case in published("x_lengths.json")
]
GRAPHEMES = graphemes()


def test_all_published_cases_are_there() -> None:
    """A truncated file would pass unnoticed."""
    counts = [len(published(name)) for name in ("x_lengths.json", "links.json", "hashtags.json")]
    assert [*counts, len(GRAPHEMES)] == [24, 98, 76, 766]


@pytest.mark.parametrize(("text", "length"), LENGTHS, ids=range(len(LENGTHS)))
def test_lengths_of_x(text: str, length: int) -> None:
    """Scripts, emoji, links and marks have the weights of twitter-text."""
    assert text_length(text, X) == length


@pytest.mark.parametrize("case", published("links.json"), ids=lambda case: ascii(case["text"])[:60])
def test_links(case: dict[str, Any]) -> None:
    """Exactly the links that X shortens are found."""
    assert [case["text"][start:end] for start, end in links(case["text"])] == case["links"]


@pytest.mark.parametrize("case", published("hashtags.json"), ids=lambda case: ascii(case["text"])[:60])
def test_hashtags(case: dict[str, Any]) -> None:
    """Hashtags are found in every script."""
    assert [hashtag[1:] for hashtag in hashtags(case["text"])] == case["hashtags"]


def test_graphemes_of_unicode() -> None:
    """All of GraphemeBreakTest.txt."""
    differing = [(ascii(text), count) for text, count in GRAPHEMES if text_length(text, BLUESKY) != count]
    assert differing == []


@given(st.lists(st.sampled_from(GRAPHEMES), max_size=6))
def test_separate_texts_count_as_the_sum_of_their_parts(cases: list[tuple[str, int]]) -> None:
    """A line end joins nothing, so each published case between line ends counts separately."""
    text = "\n".join(text for text, _ in cases)
    seen = sum(count for _, count in cases) + max(0, len(cases) - 1)
    joined = sum(
        text.endswith("\r") for text, _ in cases[:-1]
    )  # a carriage return and the line end count as one
    assert text_length(text, BLUESKY) == seen - joined


@given(st.lists(st.sampled_from([case for case in LENGTHS if case[1] < 400]), max_size=4))
def test_weights_add_up(cases: list[tuple[str, int]]) -> None:
    """Between line ends each published case has the same weight as alone."""
    text = "\n".join(text for text, _ in cases)
    assert text_length(text, X) == sum(length for _, length in cases) + max(0, len(cases) - 1)
