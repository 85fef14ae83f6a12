"""Markers in a picture that is shown."""

from __future__ import annotations

from PIL import Image

from fluffy_tui.tui.rendition.tag_markers import CURRENT, OTHER, RADIUS, draw_markers

GREY = (90, 90, 90)


def test_each_person_is_marked_and_the_current_one_differs() -> None:
    image = Image.new("RGB", (300, 200), GREY)
    draw_markers(image, [(0.25, 0.5), None, (0.75, 0.5)], current=2)
    assert [image.getpixel((x, 100)) for x in (75, 150, 225)] == [OTHER, GREY, CURRENT]
    assert image.getpixel((225 + RADIUS + 1, 100)) != GREY  # it is larger
    assert image.getpixel((75 + RADIUS + 2, 100)) == GREY


def test_the_current_marker_is_above_the_others() -> None:
    image = Image.new("RGB", (300, 200), GREY)
    draw_markers(image, [(0.5, 0.5), (0.5, 0.5)], current=0)
    assert image.getpixel((150, 100)) == CURRENT


def test_a_marker_at_the_edge_is_drawn_as_far_as_it_is_inside() -> None:
    image = Image.new("RGB", (300, 200), GREY)
    draw_markers(image, [(1, 1)], current=0)
    assert image.getpixel((298, 198)) == CURRENT
