"""The footer: whole keys only, none that a field takes for a letter, and at every width the one that lists all."""

from __future__ import annotations

import re

from textual import events

from fluffy_tui.tui.ui.keys_footer import KeysFooter
from tui.conftest import Running

WAYS = {
    "PersonasScreen": (),
    "AskTextScreen": ("n",),
    "ChannelPickerScreen": ("escape", "G", "c"),
    "SnippetsScreen": ("escape", "s"),
    "SnippetEditorScreen": ("n",),
    "LibraryScreen": ("escape", "escape", "enter"),
    "ComposeScreen": ("enter",),
    "PickTextScreen": ("ctrl+g",),
    "FitScreen": ("escape", "ctrl+f"),
    "ImportScreen": ("escape", "escape", "i"),
    "PostsScreen": ("escape", "2"),
    "PostDetailScreen": ("enter",),
    "EditPostScreen": ("e",),
    "PlanScreen": ("escape", "escape", "3"),
    "BatchScreen": ("f",),
    "ProblemsScreen": ("escape", "4"),
    "SettingsScreen": ("comma",),
    "SetupWizard": ("b",),
    "DoctorScreen": ("escape", "escape", "!"),
}
"""Every screen with a footer, and the keys that open it from the previous one."""
WITHOUT = {"AskTextScreen"}
"""Dialogs that name their two keys themselves."""
WIDTHS = (60, 64, 70, 79, 80, 140)


async def test_every_footer_has_the_key_that_lists_all_keys_at_every_width(running: Running) -> None:
    async with running(size=(80, 24)) as driver:
        for name, keys in WAYS.items():
            await driver.press(*keys)
            assert type(driver.screen).__name__ == name
            if name in WITHOUT:
                continue
            for width in WIDTHS:
                await driver.pilot.resize_terminal(width, 24)
                await driver.settle()
                words = driver.footer()
                assert re.search(r"(\?|f1) Keys *$", words), f"{name} at {width}: {words!r}"
                labels = [key.text for key in driver.screen.query_one(KeysFooter).keys]
                assert words.strip() == "  ".join(labels), f"{name} at {width}"
            await driver.pilot.resize_terminal(80, 24)
            await driver.settle()


async def test_a_key_that_types_a_letter_is_not_shown(running: Running) -> None:
    async with running(persona="sarah") as driver:
        assert driver.footer().rstrip().endswith("? Keys")
        await driver.press("slash")
        assert driver.footer().split("  ")[0].strip() == "↓ Apply", "neither p nor / does what it did"
        assert driver.footer().rstrip().endswith("f1 Keys")
        await driver.press("escape", "enter")
        assert "ctrl+s Submit" in driver.footer()
        await driver.press("f1")
        assert type(driver.screen).__name__ == "HelpScreen"
        await driver.press("escape", "tab", "tab")
        assert driver.footer().rstrip().endswith("? Keys"), "a line of choices takes no letters"


async def test_the_footer_shows_the_users_own_keys(running: Running) -> None:
    async with running(persona="sarah", keymap={"app.help": "f9", "library.pick": "ctrl+y"}) as driver:
        assert driver.footer().rstrip().endswith("f9 Keys")
        assert "ctrl+y Pick" in driver.footer()


async def test_a_key_under_the_mouse_says_more(running: Running) -> None:
    async with running(persona="sarah") as driver:
        keys = driver.screen.query_one(KeysFooter)
        first, second = keys.keys[:2]
        await driver.pilot.hover(KeysFooter, offset=(first.width - 1, 0))
        assert keys.tooltip == first.tooltip
        await driver.pilot.hover(KeysFooter, offset=(first.width, 0))
        assert keys.tooltip == second.tooltip
        await driver.pilot.hover(KeysFooter, offset=(139, 0))
        assert keys.tooltip is None


async def test_the_keys_stay_while_the_terminal_has_lost_the_focus(running: Running) -> None:
    async with running(persona="sarah") as driver:
        words = driver.footer()
        await driver.press("slash")
        assert driver.footer() != words
        words = driver.footer()
        driver.app.post_message(events.AppBlur())
        await driver.pilot.resize_terminal(140, 40)
        await driver.settle()
        assert driver.footer() == words
        driver.app.post_message(events.AppFocus())
        await driver.settle()
        assert driver.footer() == words


async def test_a_click_on_a_dimmed_key_does_nothing(running: Running) -> None:
    async with running(persona="northern light") as driver:
        await driver.press("2")
        keys = driver.screen.query_one(KeysFooter)
        first, *_ = keys.keys
        assert not first.enabled
        screen, text = driver.screen, driver.screen_text()
        await driver.pilot.click(KeysFooter, offset=(1, 0))
        await driver.settle()
        assert driver.screen is screen
        assert driver.screen_text() == text
