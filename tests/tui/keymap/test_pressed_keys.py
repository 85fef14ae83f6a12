"""The record of pressed keys: only actions run by a key count."""

from __future__ import annotations

import pressed_keys
from fluffy_tui.tui.keymap.action import Action
from tui.conftest import Running


async def test_only_actions_run_by_a_key_count(running: Running) -> None:
    async with running(persona="sarah") as driver:
        before = set(pressed_keys._pressed)
        try:
            pressed_keys._pressed.clear()
            await driver.app.run_action("app.tab('plan')")
            assert pressed_keys._pressed == set()
            await driver.press("2", "f6")
            assert ("app.posts", "2") in pressed_keys._pressed
            assert len(pressed_keys._pressed) == 1
        finally:
            pressed_keys._pressed.update(before)


def test_every_key_of_an_action_has_to_be_pressed() -> None:
    down = Action("list.down", "j, down", "Down", "Next row")
    assert pressed_keys.unpressed([down], {("list.down", "j"), ("list.up", "down")}) == ["list.down (down)"]
    assert pressed_keys.unpressed([down], {("list.down", "j"), ("list.down", "down")}) == []
