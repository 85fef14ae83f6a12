"""Scores in words."""

from __future__ import annotations

import pytest

from fluffy_tui.photos import PhotoScores
from fluffy_tui.tui.text.score_words import score_words


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        (PhotoScores(60, 0, 0), ["sharp"]),
        (PhotoScores(40, 0, 0.3), ["fairly sharp", "dark (30 % black)"]),
        (PhotoScores(20, 0.2, 0), ["soft", "bright (20 % white)"]),
        (PhotoScores(10, 0, 0, 0), ["blurred"]),
        (PhotoScores(60, 0, 0, 1), ["sharp", "1 face"]),
        (PhotoScores(60, 0, 0, 1, 0.3), ["sharp", "1 face, eyes open"]),
        (PhotoScores(60, 0, 0, 3, 0.1), ["sharp", "3 faces, eyes closed"]),
    ],
)
def test_scores_are_given_in_words(scores: PhotoScores, words: list[str]) -> None:
    """Of eyes that are too small to tell, nothing is said."""
    assert score_words(scores) == words
