"""What a new post may be made of."""

from __future__ import annotations

import math

import pytest

from buffer.scripted_buffer import new_post
from fluffy_tui.buffer import PeopleTag


def test_a_post_needs_a_picture() -> None:
    with pytest.raises(ValueError, match="needs a picture"):
        new_post(pictures=())


@pytest.mark.parametrize("handle", ["", "@ann", "ann@example.org", "ann b", "ann\n"])
def test_a_tag_needs_a_bare_handle(handle: str) -> None:
    with pytest.raises(ValueError, match="handle"):
        PeopleTag(handle, 0.5, 0.5)


@pytest.mark.parametrize("place", [(-0.01, 0.5), (0.5, 1.01), (540, 675), (math.nan, 0.5), (0.5, math.inf)])
def test_a_tag_is_inside_its_picture(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        PeopleTag("ann", *place)


@pytest.mark.parametrize("place", [(0, 0), (1, 1), (0.25, 0.75)])
def test_a_tag_may_be_on_the_edge(place: tuple[float, float]) -> None:
    tag = PeopleTag("ann.lee_1", *place)
    assert (tag.x, tag.y) == place
