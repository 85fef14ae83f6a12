"""Every key of the fit screen, and pictures that cannot be rendered."""

from __future__ import annotations

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.tui.compose import CaptionForm, ComposeScreen
from fluffy_tui.tui.compose.preflight_line import PreflightLine
from fluffy_tui.tui.rendition import FitScreen
from tui.conftest import Driver, Running
from tui.fakes import FakeServices


def marks(driver: Driver) -> list[str]:
    """Return the preflight marks."""
    return [mark.line for mark in driver.screen.query_one(PreflightLine).marks]


async def test_every_key_changes_the_framing_and_its_picture(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "ctrl+f")
        screen = driver.screen
        assert isinstance(screen, FitScreen)
        assert screen.framing == Framing()
        await driver.press("right", "l", "l", "l")
        assert screen.framing == Framing(shape=Shape.TALL)
        assert "into a reminder" in screen.summary
        await driver.press("h", "left", "j", "space", "down", "k", "l", "tab", "l", "up", "shift+tab", "r")
        assert screen.framing == Framing(Fit.CROP, Shape.SQUARE, 180)
        assert screen.summary == "80% of the photo is visible · ! enlarged from 120 to 320 pixels"
        assert services.planning.rendered[-1][1] == Framing(Fit.CROP, Shape.SQUARE, 180)
        await driver.press("escape")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.screen.query_one(CaptionForm).framing == Framing()


async def test_the_composer_shows_the_chosen_fit_and_its_marks(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        assert "✓ 4:5" in marks(driver) and "✗ no caption (f2)" in marks(driver)
        await driver.press("ctrl+f", "l", "l", "ctrl+s")
        assert isinstance(driver.screen, ComposeScreen)
        assert "✓ 1:1" in marks(driver)
        await driver.press("f3", *"sea", "f2", *"fog")
        form = driver.screen.query_one(CaptionForm)
        assert (form.alt_text.text, form.caption.text) == ("sea", "fog")
        assert "✓ alt text" in marks(driver) and "✓ 3 of 2,200" in marks(driver)


async def test_a_picture_that_cannot_be_rendered_has_a_mark(running: Running, services: FakeServices) -> None:
    services.planning.unreadable = "The file is damaged."
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        assert "✗ The file is damaged. (esc)" in marks(driver)
        await driver.press("ctrl+f")
        assert driver.screen.summary == "✗ The file is damaged."


async def test_a_time_near_another_post_is_a_warning_while_it_is_typed(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "ctrl+t", "left", *"tomorrow 9")
        when = driver.screen.query_one(CaptionForm).when
        assert when.share_mode is ShareMode.CUSTOM_SCHEDULED
        assert when.meaning == "Wed 13 Jan 09:00 New York (your 15:00) · in 24 h"
        assert driver.text(".same-day") == "! at the same time as 09:00 “coffee first”"
        assert "! time is taken (ctrl+t)" in marks(driver)
