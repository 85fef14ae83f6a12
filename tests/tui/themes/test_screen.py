"""The screen of themes, and their editor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.personas import PersonasScreen
from fluffy_tui.tui.themes import ThemesScreen
from fluffy_tui.tui.themes.theme_editor import ThemeEditorScreen
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from fluffy_tui.tui.ui.vim_list import VimList
from tui.fakes import MARKUP, NOW, make_post

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


@pytest.fixture
async def themes(services: FakeServices) -> None:
    """Give sarah two themes: harbour with one photo left, fog with many."""
    await services.keywords.add([40], ["harbour"])
    await services.keywords.add(range(12, 39), ["Fog"])
    await services.themes.create(1, "harbour", 25, 3)
    await services.themes.create(1, "fog", 50, 0)


def lines(driver: Driver) -> list[str]:
    """Return the first line of each theme in the list."""
    return [line.splitlines()[0] for line in driver.lines()]


async def test_from_the_personas_and_back(running: Running, services: FakeServices) -> None:
    async with running() as driver:
        await driver.press("G", "t")
        assert isinstance(driver.screen, ThemesScreen)
        assert "No themes yet" in driver.text("#no-themes")
        assert "Press n to create one." in driver.text("#no-themes")
        for key in ("e", "x", "z"):
            await driver.press(key)
            assert isinstance(driver.screen, ThemesScreen)
        await driver.press("escape")
        assert isinstance(driver.screen, PersonasScreen)
    assert services.themes.kept == {}


async def test_the_list_says_what_is_left_and_how_posts_compare_with_the_share(
    running: Running, services: FakeServices, themes: None
) -> None:
    posts = services.scheduling.all_posts
    posts.clear()
    for number, days in enumerate((-30, -20, -10, -5, -2, 3, 40), 1):
        photo = services.photos.photos[number]
        at = NOW + timedelta(days=days)
        live = {"posted_at": at, "scheduled_at": at}
        posts[number] = make_post(
            number,
            photo,
            "x",
            Step.LIVE if days < 0 else Step.ACCEPTED,
            **(live if days < 0 else {"scheduled_at": at}),
        )
    await services.keywords.add([2, 6], ["harbour"])
    async with running() as driver:
        await driver.press("G", "t")
        assert lines(driver) == [
            "fog   50 %   no rest   27 left",
            "harbour   25 %   rest 3 days (allows 23 %)   ! 1 left, for 2 days",
        ]
        fog, harbour = (
            str(option.prompt).splitlines()[1] for option in driver.screen.query_one(VimList).options
        )
        assert (
            fog
            == "no recent post · none planned · last 28 days 0 of 4 (2 short) · next 28 days 0 of 1 (on share)"
        )
        assert harbour == (
            "last 23 Dec · next 15 Jan · last 28 days 1 of 4 (on share) · next 28 days 1 of 1 (on share)"
        )
        assert driver.screen.query_one(VimList).border_subtitle == "75 % in themes · 25 % without"


async def test_create_and_edit(running: Running, services: FakeServices) -> None:
    await services.keywords.add([40], ["Harbour"])
    async with running() as driver:
        await driver.press("G", "t", "n")
        assert isinstance(driver.screen, ThemeEditorScreen)
        await driver.press(*"harb", "right", "enter", *"25 %", "enter", "backspace", "3", "enter")
        assert isinstance(driver.screen, ThemesScreen)
        assert lines(driver) == ["harbour   25 %   rest 3 days (allows 23 %)   ! 1 left, for 2 days"]
        for key, share in (("enter", "30"), ("e", "40")):
            await driver.press(key, "ctrl+u", *share, "ctrl+s")
            assert f"{share} %" in lines(driver)[0]
        await driver.press("n", *"fog", "tab", *"60", "ctrl+j")
        assert lines(driver)[0] == "fog   60 %   no rest   ! none left", "the new one is in its place"
        assert driver.screen.query_one(VimList).highlighted == 0
        kept = [(theme.keyword, theme.share, theme.rest_days) for theme in await services.themes.list(1)]
        assert kept == [("fog", 60, 0), ("harbour", 40, 3)]


async def test_what_is_wrong_is_said_and_unsaved_changes_are_asked_about(running: Running) -> None:
    async with running() as driver:
        await driver.press("G", "t", "n", *"fog", "enter", *"many", "ctrl+s")
        assert driver.text("#editor-message") == "! The share is not a whole number. Enter one such as 25."
        await driver.press("ctrl+u", *"120", "ctrl+s")
        assert driver.text("#editor-message").startswith("! A share is from 1 to 100 %.")
        await driver.press("escape")
        assert isinstance(driver.screen, ConfirmScreen)
        await driver.press("n")
        assert driver.screen.query_one("#theme-keyword", Input).value == "fog"
        await driver.press("escape", "y")
        assert isinstance(driver.screen, ThemesScreen)
        await driver.press("n", "escape")
        assert isinstance(driver.screen, ThemesScreen), "nothing was typed, so there is no question"


@pytest.mark.parametrize("key", ["x", "delete"])
async def test_delete_and_undo(running: Running, services: FakeServices, themes: None, key: str) -> None:
    async with running() as driver:
        await driver.press("G", "t", "G", key)
        assert len(lines(driver)) == 1
        assert any("Press z to undo" in notice for notice in driver.notices())
        services.themes.error = FluffyError("The database is away.")
        await driver.press("z")
        assert any("The database is away." in notice for notice in driver.notices())
        await driver.press("z", "z")
        assert [theme.keyword for theme in await services.themes.list(1)] == ["fog", "harbour"]
        await driver.press(key, key)
        assert "No themes yet" in driver.text("#no-themes")


async def test_a_change_elsewhere_is_shown_and_the_cursor_stays(
    running: Running, services: FakeServices, themes: None
) -> None:
    async with running() as driver:
        await driver.press("G", "t", "G")
        await services.keywords.add([39], ["harbour"])
        await services.themes.create(1, f"a{MARKUP}", 5, 0)
        await driver.heard()
        assert len(lines(driver)) == 3
        assert lines(driver)[0].startswith(f"a{MARKUP}")
        assert lines(driver)[2].startswith("harbour   25 %   rest 3 days (allows 23 %)   ! 2 left")
        assert driver.screen.query_one(VimList).highlighted == 2


async def test_keywords_are_not_completed_while_the_database_is_away(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(persona_id: int, beginning: str) -> list[str]:
        raise FluffyError("The database does not answer.")

    monkeypatch.setattr(services.keywords, "complete", away)
    async with running() as driver:
        await driver.press("G", "t", "n", *"fog", "right", "enter", *"5", "ctrl+s")
        assert lines(driver) == ["fog   5 %   no rest   ! none left"]


async def test_the_header_names_what_runs_out_where_there_is_room(
    running: Running, services: FakeServices, themes: None
) -> None:
    async with running(persona="sarah") as driver:
        assert "   harbour: 1 left   30 unscheduled" in driver.text("#frame-header")
        await services.themes.create(1, "pier", 25, 0)
        await driver.heard()
        assert "   pier: none left +1   30 unscheduled" in driver.text("#frame-header")
        await driver.pilot.resize_terminal(80, 24)
        await driver.settle()
        assert "pier" in driver.text("#frame-header")
        assert "unscheduled" not in driver.text("#frame-header")
        for theme in await services.themes.list(1):
            await services.themes.delete(theme)
        await driver.heard()
        assert "left" not in driver.text("#frame-header")
