"""Framings as they are written in settings, drafts and posts."""

from __future__ import annotations

import pytest

from fluffy_tui.media import TURNS, WHOLE, Fit, Framing, Part, Shape

PARTS = [WHOLE, *(Part(number, count) for count in (2, 3) for number in range(1, count + 1))]


@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("part", PARTS, ids=str)
def test_a_framing_is_parsed_as_it_was_written(fit: Fit, shape: Shape, turn: int, part: Part) -> None:
    framing = Framing(fit, shape, turn, part)
    assert Framing.parse(str(framing)) == framing


def test_a_part_is_written_for_people() -> None:
    """What was written before there were parts is written and read as it was."""
    assert str(Framing(Fit.CROP_TOP, Shape.PORTRAIT, 90, Part(2, 3))) == "crop-top 4:5 90 part 2/3"
    assert str(Framing(Fit.CROP_TOP, Shape.PORTRAIT, 90)) == "crop-top 4:5 90"
    assert (str(Framing()), Framing().part) == ("pad", WHOLE)
    assert Framing.parse("crop-top 4:5 90") == Framing(Fit.CROP_TOP, Shape.PORTRAIT, 90)


@pytest.mark.parametrize("written", ["", "nonsense", "[/b][red", "91 5:4", "part", "part 3/2", "part 1/4"])
def test_an_unknown_framing_is_the_default(written: str) -> None:
    assert Framing.parse(written) == Framing()


@pytest.mark.parametrize(("number", "count"), [(0, 2), (3, 2), (1, 0), (1, 4), (-1, 3)])
def test_there_is_no_part_outside_the_photo(number: int, count: int) -> None:
    with pytest.raises(ValueError, match="no part"):
        Part(number, count)
