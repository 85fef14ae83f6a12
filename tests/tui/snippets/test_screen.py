"""The screen of hashtag sets and snippets, and their editor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.personas import SnippetKind
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.personas import PersonasScreen
from fluffy_tui.tui.snippets import SnippetsScreen
from fluffy_tui.tui.snippets.snippet_editor import SnippetEditorScreen
from fluffy_tui.tui.ui.dialogs import AskTextScreen, ConfirmScreen
from tui.fakes import MARKUP, NOW

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


def lines(driver: Driver) -> list[str]:
    """Return the names in the list, each with its sign."""
    return [line.partition("  ")[0] for line in driver.lines()]


async def test_from_the_personas_and_back(running: Running) -> None:
    async with running() as driver:
        await driver.press("G", "s")
        assert isinstance(driver.screen, SnippetsScreen)
        assert lines(driver) == ["# autumn", "# sea and fog", "; brackets", "; sig"]
        assert driver.text("#snippet-words") == "#leaves #november #goldenhour"
        await driver.press("j")
        assert driver.text("#snippet-words").startswith("#sea #fog #beach #waves #northsea #morning")
        assert "! 6 hashtags, 1 too many: Instagram allows 5 in a post" in driver.text("#snippet-words")
        await driver.press("G", "k")
        assert driver.text("#snippet-words") == f"a phrase with {MARKUP} in it"
        await driver.press("escape")
        assert isinstance(driver.screen, PersonasScreen)


async def test_create_edit_rename(running: Running, services: FakeServices) -> None:
    async with running() as driver:
        await driver.press("G", "s", "n")
        assert isinstance(driver.screen, SnippetEditorScreen)
        await driver.press(*"winter", "enter", *"#snow #ice")
        assert driver.text("#editor-message") == "2 hashtags (Instagram allows 5 in a post)"
        await driver.press(*" a #b c #d")
        assert driver.text("#editor-message") == "! 6 hashtags, 1 too many: Instagram allows 5 in a post"
        await driver.press("ctrl+s")
        assert lines(driver) == ["# autumn", "# sea and fog", "# winter", "; brackets", "; sig"]
        assert driver.text("#snippet-words").startswith("#snow #ice #a"), "the new one has the cursor"

        await driver.press("N", *"hi", "enter", *"hello", "enter", *"there", "ctrl+j")
        assert "; hi" in lines(driver)
        assert driver.text("#snippet-words") == "hello\nthere"
        for key in ("enter", "e"):
            await driver.press(key, "!", "ctrl+s")
        assert driver.text("#snippet-words") == "hello\nthere!!"

        await driver.press("R")
        assert isinstance(driver.screen, AskTextScreen)
        await driver.press(*"ya", "enter")
        assert "; ya" in lines(driver)
        kept = [(each.kind, each.name, each.text) for each in await services.snippets.list(1)]
        assert (SnippetKind.PHRASE, "ya", "hello\nthere!!") in kept


async def test_an_error_is_shown_and_unsaved_changes_are_asked_about(running: Running) -> None:
    async with running() as driver:
        await driver.press("G", "s", "n", *"autumn", "enter", *"#x", "ctrl+s")
        assert driver.text("#editor-message") == "! There is already one named autumn. Choose another name."
        await driver.press("escape")
        assert isinstance(driver.screen, ConfirmScreen)
        await driver.press("n")
        assert driver.screen.query_one(Input).value == "autumn"
        await driver.press("escape", "y")
        assert isinstance(driver.screen, SnippetsScreen)
        await driver.press("e", "escape")
        assert isinstance(driver.screen, SnippetsScreen), "nothing was changed, so there is no question"


@pytest.mark.parametrize("key", ["x", "delete"])
async def test_delete_and_undo(running: Running, services: FakeServices, key: str) -> None:
    async with running() as driver:
        await driver.press("G", "s", "z")
        assert len(services.snippets.kept) == 4
        await driver.press("G", key, key)
        assert lines(driver) == ["# autumn", "# sea and fog"]
        assert any("Press z to undo" in notice for notice in driver.notices())
        await driver.press("z")
        assert lines(driver) == ["# autumn", "# sea and fog", "; brackets"]
        assert driver.text("#snippet-words") == f"a phrase with {MARKUP} in it"
        services.snippets.error = FluffyError("The database is away.")
        await driver.press("z")
        assert any("The database is away." in notice for notice in driver.notices())
        await driver.press("z")
        assert lines(driver) == ["# autumn", "# sea and fog", "; brackets", "; sig"], (
            "a failed undo can be repeated"
        )
        await driver.press(*[key] * 4)
        assert "No hashtag sets or snippets yet" in driver.text("#no-snippets")


async def test_undo_with_nothing_deleted_leaves_the_last_submit_alone(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.move(11, Step.QUEUED, next_try_at=NOW + timedelta(seconds=8))
    async with running(persona="sarah") as driver:
        for keys in (("at", "s"), ("escape", "t")):
            await driver.press(*keys, "z")
            assert isinstance(driver.screen, SnippetsScreen) == ("s" in keys)
            assert driver.notices() == ["Nothing to undo here."]
            driver.app.clear_notifications()
        assert 11 in services.scheduling.all_posts


async def test_a_set_created_from_the_composer_is_suggested_at_once(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"text", "f4", "n", *"new", "enter", *"#zebra", "ctrl+s", "escape")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.screen.form.caption.text == "text"
        await driver.press(*" #z", "tab")
        assert driver.screen.form.caption.text == "text #zebra"
