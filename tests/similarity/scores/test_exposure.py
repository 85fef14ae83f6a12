"""What is clipped: white is white in all colours, and black is black in all of them."""

from __future__ import annotations

import pytest
from PIL import Image

from fluffy_tui.photos import Flaw, PhotoScores
from fluffy_tui.similarity.scores.exposure import clipped


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((255, 255, 255), (0.25, 0)),
        ((252, 255, 253), (0.25, 0)),
        ((255, 255, 0), (0, 0)),
        ((0, 0, 0), (0, 0.25)),
        ((8, 3, 0), (0, 0.25)),
        ((0, 0, 90), (0, 0)),
    ],
)
def test_the_share_that_is_clipped(colour: tuple[int, int, int], expected: tuple[float, float]) -> None:
    picture = Image.new("RGB", (40, 40), "grey")
    picture.paste(colour, (0, 0, 20, 20))
    assert clipped(picture) == expected


def test_a_quarter_of_black_is_dark_and_a_tenth_of_white_is_bright() -> None:
    assert PhotoScores(60, 0.09, 0.24).flaws == set()
    assert PhotoScores(60, 0.10, 0.25).flaws == {Flaw.BRIGHT, Flaw.DARK}
    assert PhotoScores(34, 0, 0).flaws == {Flaw.SOFT}
