"""Borders can be seen in every theme."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from fluffy_tui.tui.ui.theme import FLUFFY, with_quiet_borders


@pytest.mark.parametrize("name", [*BUILTIN_THEMES, FLUFFY.name])
def test_the_borders_of_unfocused_boxes_can_be_seen_in_every_theme(name: str) -> None:
    theme = {**BUILTIN_THEMES, FLUFFY.name: FLUFFY}[name]
    given = theme.to_color_system().generate() | theme.variables
    shown = with_quiet_borders(given)
    if name.startswith("ansi"):
        assert shown == given, "the terminal's own colours are not known"
        return
    background, border = Color.parse(shown["background"]), Color.parse(shown["border-blurred"])
    assert abs(border.brightness - background.brightness) >= 0.1
    assert {key: value for key, value in shown.items() if key != "border-blurred"} == {
        key: value for key, value in given.items() if key != "border-blurred"
    }
