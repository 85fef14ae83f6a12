"""One line of the photo list."""

from __future__ import annotations

from fluffy_tui.tui.library.photo_line import PLAIN, line_parts
from tui.library.test_photo_list import NOW, photo


def test_a_photo_of_another_machine_is_shown_with_its_name() -> None:
    line = "".join(part for _, part in line_parts(photo(1, elsewhere="studio"), PLAIN, 60, NOW))
    assert " on studio " in line
    assert "12 Jan" not in line
    assert " on " not in "".join(part for _, part in line_parts(photo(1), PLAIN, 60, NOW))


def test_a_long_name_does_not_move_the_columns() -> None:
    parts = line_parts(photo(1, elsewhere="the-one-with-a-very-long-name"), PLAIN, 60, NOW)
    assert sum(len(part) for _, part in parts) == 60
