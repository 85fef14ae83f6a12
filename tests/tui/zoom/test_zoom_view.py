"""Which part of a photo is on the screen."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.tui.zoom.zoom_view import ZoomView, contains

SIZES = st.tuples(st.integers(1, 20_000), st.integers(1, 20_000))


def middle(photo: tuple[int, int], screen: tuple[int, int]) -> ZoomView:
    return ZoomView(photo, screen, (photo[0] / 2, photo[1] / 2))


def test_at_first_the_middle_is_shown_one_to_one() -> None:
    view = middle((4000, 3000), (140, 80))
    assert view.window == (1930, 1460, 2070, 1540)
    assert view.words == "100 % · x 1,930–2,069 · y 1,460–1,539 of 4,000×3,000"


def test_a_part_moves_by_screens_and_stops_at_the_edge() -> None:
    view = middle((4000, 3000), (140, 80))
    assert view.moved(0.5, -0.5).window == (2000, 1420, 2140, 1500)
    edge = view.moved(100, 100)
    assert edge.window == (3860, 2920, 4000, 3000)
    assert edge.moved(-0.5, 0).window == (3790, 2920, 3930, 3000), (
        "not a step of its own to come away from the edge"
    )


def test_it_is_enlarged_and_shrunk_around_its_middle() -> None:
    view = middle((4000, 3000), (140, 80)).moved(2, 0)
    assert view.scaled(2).window == (2245, 1480, 2315, 1520)
    assert view.scaled(2).words.startswith("200 % ")
    assert view.scaled(0.5).window == (2140, 1420, 2420, 1580)
    whole = view
    for _ in range(9):
        whole = whole.scaled(0.5)
    assert whole.window == (0, 0, 4000, 3000)
    assert whole.scaled(0.5) is whole
    assert whole.words.startswith("1.56 % ")
    assert whole.on_screen(whole.screen) == whole
    assert all(whole.on_screen(screen).shows_all for screen in ((60, 30), (400, 200)))
    assert view.on_screen((60, 30)).scale == 1
    largest = view
    for _ in range(9):
        largest = largest.scaled(2)
    assert largest.words.startswith("800 % ")


@pytest.mark.parametrize("photo", [(50, 40), (1, 1), (5000, 10)])
def test_a_small_photo_is_whole(photo: tuple[int, int]) -> None:
    view = middle(photo, (140, 80))
    assert view.window[1::2] == (0, photo[1])
    assert view.shows_all == (photo[0] <= 140)


@given(
    SIZES,
    SIZES,
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.sampled_from([0.5, 1, 2])), max_size=9),
)
def test_the_part_is_never_outside_of_the_photo(
    photo: tuple[int, int], screen: tuple[int, int], steps: list[tuple[float, float, float]]
) -> None:
    view = middle(photo, screen)
    for across, down, factor in steps:
        view = view.moved(across, down).scaled(factor)
        left, upper, right, lower = view.window
        assert 0 <= left < right <= photo[0]
        assert 0 <= upper < lower <= photo[1]
        assert contains(view.surroundings, view.window)


def test_a_photo_that_fits_is_whole_and_grows_to_a_power_of_two() -> None:
    view = ZoomView((4000, 3000), (300, 300), (2000, 1500)).fitted()
    assert view.shows_all
    assert view.scale == 300 / 4000
    assert view.scaled(2).scale == 1 / 8
    assert ZoomView((100, 100), (300, 300), (50, 50)).fitted().scale == 1


def test_a_photo_with_more_pixels_shows_the_same_part_smaller() -> None:
    lead = ZoomView((1000, 750), (200, 200), (250, 500), 0.5)
    other = ZoomView((2000, 1500), (200, 200), (0, 0)).like(lead)
    assert other.scale == 0.25
    assert other.window == tuple(2 * edge for edge in lead.window)
