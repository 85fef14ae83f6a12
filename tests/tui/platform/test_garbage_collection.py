"""Garbage is collected in a pause after screens were opened or closed, and not while somebody types."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App
from textual.screen import Screen

from fluffy_tui.tui.platform import garbage_collection
from fluffy_tui.tui.platform.garbage_collection import GarbageCollection, collect_seldom

if TYPE_CHECKING:
    from collections.abc import Iterator


class Timer:
    """Notes whether it was started again."""

    def __init__(self, run: Any) -> None:
        self.run = run
        self.times_reset = 0

    def reset(self) -> None:
        """Note."""
        self.times_reset += 1


class Terminal(App[None]):
    """An app that takes its terminal for a real one, and has timers that a test ends."""

    is_headless = False

    def __init__(self) -> None:
        super().__init__()
        self.started: list[Timer] = []

    def set_timer(self, delay: float, callback: Any = None, **options: Any) -> Any:
        """Note those of the collection."""
        if delay != garbage_collection.PAUSE:
            return super().set_timer(delay, callback, **options)
        self.started.append(Timer(callback))
        return self.started[-1]


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list with an item for each collection."""
    collections: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda: collections.append(1))
    return collections


async def test_it_collects_in_the_pause_after_a_screen_was_opened(collected: list[int]) -> None:
    app = Terminal()
    collection = GarbageCollection(app)
    async with app.run_test() as pilot:
        collection.put_off()
        assert not app.started
        await app.push_screen(Screen())
        await pilot.pause()
        (timer,) = app.started
        before = timer.times_reset
        collection.put_off()
        assert timer.times_reset == before + 1, "the user is typing"
        await app.push_screen(Screen())
        await pilot.pause()
        assert len(app.started) == 1
        timer.run()
        assert collected == [1]
        await app.pop_screen()
        await pilot.pause()
        assert len(app.started) == 2


async def test_an_app_without_a_terminal_leaves_it_to_python(collected: list[int]) -> None:
    app = Terminal()
    app.is_headless = True
    collection = GarbageCollection(app)
    async with app.run_test() as pilot:
        collection.put_off()
        await app.push_screen(Screen())
        await pilot.pause()
    assert not app.started
    assert not collected


@pytest.fixture
def own_thresholds() -> Iterator[None]:
    """Give the collector its thresholds back."""
    before, was_on = gc.get_threshold(), gc.isenabled()
    yield
    gc.set_threshold(*before)
    (gc.enable if was_on else gc.disable)()


@pytest.mark.usefixtures("own_thresholds")
def test_it_is_turned_on_for_young_objects() -> None:
    gc.disable()
    collect_seldom()
    assert gc.isenabled()
    assert gc.get_threshold() == garbage_collection.THRESHOLDS
