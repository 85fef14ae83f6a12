"""Keeps the way pictures are drawn in step with the terminal: after tmux was attached again, it may be another one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fluffy_tui.settings import Preview
from fluffy_tui.tui.photo.graphics_protocol import RendererChoice, choice_for
from fluffy_tui.tui.platform.terminal_query import questions, read_answers
from fluffy_tui.tui.ui.textual_fixes import ask_in_app

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer

SETTLED_SECONDS = 0.5
"""Pause after the last change of size before the terminal is asked."""


class GraphicsWatch:
    """Asks the terminal again when it may have changed; the first time when the app has started, if it was slow.

    Args:
        preview: The setting; only `auto` follows the terminal.
    """

    def __init__(
        self, app: App[Any], preview: Preview, name: str, switch: Callable[[RendererChoice], None]
    ) -> None:
        self._app = app
        self._preview = preview
        self._name = name
        self._switch = switch
        self._timer: Timer | None = None

    def look_again(self) -> None:
        """Ask after a change of size or focus, and draw everything again where the terminal may be another one."""
        is_multiplexed = any(name in os.environ for name in ("TMUX", "STY", "ZELLIJ"))
        if is_multiplexed and self._app.screen_stack:
            self._app.screen.refresh(layout=True)
        self._ask_soon()

    def answered(self, answers: str) -> None:
        if not self._follows:
            return
        choice = choice_for(self._preview, read_answers(answers.encode()))
        if choice.name != self._name:
            self._name = choice.name
            self._switch(choice)

    @property
    def _follows(self) -> bool:
        return self._preview is Preview.AUTO and self._name != "off"

    def _ask_soon(self) -> None:
        if not self._follows:
            return
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_timer(SETTLED_SECONDS, lambda: ask_in_app(self._app, questions()))
