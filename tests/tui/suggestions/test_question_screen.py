"""While the model is asked: who, for how long, with what; a key stops it."""

from __future__ import annotations

from datetime import timedelta

from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.suggestions.question_screen import AskModelScreen
from tui.conftest import Running
from tui.fakes import NOW, FakeCaptionModel, FakeServices


async def test_a_question_says_who_is_asked_with_what_and_for_how_long(
    running: Running, services: FakeServices
) -> None:
    services.caption_model = model = FakeCaptionModel()
    model.gate.clear()
    now = [NOW]
    async with running(persona="sarah") as driver:
        driver.app.context.clock = lambda: now[0]
        await driver.press("enter")
        await driver.pilot.press("f7")
        await model.asked.wait()
        await driver.pilot.pause()
        assert isinstance(driver.screen, AskModelScreen)
        assert driver.text("#progress") == "Asking llava at 192.168.1.5:11434… 0 s"
        now[0] += timedelta(seconds=3)
        assert driver.text("#progress") == "Asking llava at 192.168.1.5:11434… 3 s"
        sent = driver.text("#sent")
        assert sent.startswith("Sent to llava at 192.168.1.5:11434: a picture of ")
        assert "without metadata or location" in sent
        model.gate.set()
        await driver.settle()


async def test_escape_stops_the_model_and_nothing_arrives_later(
    running: Running, services: FakeServices
) -> None:
    services.caption_model = model = FakeCaptionModel()
    model.gate.clear()
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        await driver.pilot.press("f7")
        await model.asked.wait()
        await driver.pilot.press("escape")
        await model.left.wait()
        model.gate.set()
        await driver.settle()
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.screen.form.caption.text == ""
        assert driver.screen.form.caption.has_focus


async def test_keys_typed_while_the_model_is_asked_pick_nothing(
    running: Running, services: FakeServices
) -> None:
    services.caption_model = model = FakeCaptionModel()
    model.gate.clear()
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        await driver.pilot.press("f7")
        await model.asked.wait()
        await driver.pilot.press("enter", "r", "ctrl+s")
        assert isinstance(driver.screen, AskModelScreen)
        assert len(model.requests) == 1
        model.gate.set()
        await driver.settle()
        assert not services.scheduling.submitted


async def test_a_photo_that_cannot_be_read_is_not_sent(running: Running, services: FakeServices) -> None:
    services.caption_model = model = FakeCaptionModel()
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        services.planning.unreadable = "The file is gone."
        await driver.press("f7")
        assert "The file is gone." in driver.text("#failure")
        assert driver.text("#sent") == "Nothing was sent."
        assert not model.requests
        await driver.press("escape")
        assert isinstance(driver.screen, ComposeScreen)
