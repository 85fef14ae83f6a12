"""Why a photo is the best of its stack, in words."""

from __future__ import annotations

import pytest

from fluffy_tui.photos import BestBy, BestReason
from fluffy_tui.tui.text.stack_words import best_words


@pytest.mark.parametrize("by", BestBy)
def test_every_reason_has_words(by: BestBy) -> None:
    assert best_words(BestReason(by), 1_200).endswith(" of 1,200")


@pytest.mark.parametrize(
    ("among", "words"),
    [
        ((BestBy.PICKED,), "sharpest of the picked ones, 7 in all"),
        ((BestBy.PICKED, BestBy.LARGEST), "sharpest of the picked, largest ones, 7 in all"),
        ((BestBy.OPEN_EYES,), "sharpest of those without closed eyes, 7 in all"),
        ((BestBy.LARGEST, BestBy.OPEN_EYES), "sharpest of the largest ones without closed eyes, 7 in all"),
    ],
)
def test_the_best_of_some_is_not_called_the_best_of_all(among: tuple[BestBy, ...], words: str) -> None:
    assert best_words(BestReason(BestBy.SHARPEST, among), 7) == words
