"""When Python collects garbage: in a pause, and not while a key opens a screen."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from fluffy_tui.freed_memory import return_freed

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.timer import Timer

THRESHOLDS = (25_000, 3, 50)
"""How many new objects start a collection of the young ones, and how many of those one of older objects, too.

A screen leaves some 50,000 behind. With ten times as many, a key waited for 0.3 s where nobody had paused.
"""
PAUSE = 1.0
"""Seconds without a key and without another screen after which everything is looked at."""


def collect_seldom() -> None:
    """Turn the garbage collector on for an app that collects in pauses.

    Of what is imported nothing counts as old yet, so by itself Python looks at everything about whenever a screen is
    opened, and the key waits for that for up to a tenth of a second.
    """
    gc.set_threshold(*THRESHOLDS)
    gc.enable()


class GarbageCollection:
    """Looks at everything once screens were opened and closed: their widgets refer to each other."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._timer: Timer | None = None
        self._is_watching = False
        """Whether it learns of other screens."""

    def put_off(self) -> None:
        """Wait for another pause: the user is typing."""
        if not self._is_watching and not self._app.is_headless:  # without a terminal, nobody waits
            self._is_watching = True
            self._app.screen_change_signal.subscribe(self._app, self._screen_changed)
        if self._timer is not None:
            self._timer.reset()

    def _screen_changed(self, _screen: Screen[Any]) -> None:
        if self._timer is None:
            self._timer = self._app.set_timer(PAUSE, self._collect)
        self._timer.reset()

    def _collect(self) -> None:
        self._timer = None
        gc.collect()
        return_freed()
