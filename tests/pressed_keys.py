"""A run of all screen tests fails if some key of the key table was never pressed.

A key counts if a binding of its action answered it in a running app. Whether a test asserts something about it only
a reader can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fluffy_tui.tui.keymap.action import Action
from textual_internals import recording_keys, was_handled

SCREENS = Path(__file__).parent / "tui"

_pressed: set[tuple[str, str]] = set()
"""Ids of actions with the key that ran them, in this process."""


@contextmanager
def recording() -> Iterator[None]:
    """Record which key ran which action, in every app that runs meanwhile."""
    from fluffy_tui.tui.caption.caption_editor import CaptionEditor

    answer = CaptionEditor.on_key

    def answering_at_once(area: CaptionEditor, event: Any) -> None:
        active = area.screen.active_bindings.get(event.key)
        answer(area, event)
        if active is not None and active.binding.id and was_handled(event):
            _pressed.add((active.binding.id, event.key))

    with (
        pytest.MonkeyPatch.context() as patch,
        recording_keys(lambda action, key: _pressed.add((action, key))),
    ):
        patch.setattr(CaptionEditor, "on_key", answering_at_once)
        yield


def unpressed(actions: Collection[Action], pressed: Collection[tuple[str, str]]) -> list[str]:
    """Return the actions with those of their keys that were not pressed."""
    return [
        f"{action.id} ({key.strip()})"
        for action in actions
        for key in action.keys.split(",")
        if (action.id, key.strip()) not in pressed
    ]


class PressedKeys:
    """A pytest plugin that collects the pressed keys of all processes and judges them after a whole run."""

    def __init__(self) -> None:
        self._is_whole = False
        self._gaps: list[str] = []
        self._workers: list[tuple[set[tuple[str, str]], bool]] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Check whether all screen tests will run."""
        found = {item.path for item in session.items}
        self._is_whole = self._is_whole or found >= set(SCREENS.rglob("test_*.py"))

    def pytest_deselected(self, items: Collection[pytest.Item]) -> None:
        """Note that some tests will not run."""
        self._is_whole = self._is_whole and not items

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Collect the keys pressed in another process."""
        output = getattr(node, "workeroutput", {})
        self._workers.append(({*map(tuple, output.get("pressed", ()))}, output.get("is_whole", False)))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Pass the keys on to the main process, or judge them there."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["pressed"], output["is_whole"] = sorted(_pressed), self._is_whole
            return
        from fluffy_tui.tui.keymap.bindings import ACTIONS

        pressed = _pressed.union(*(pressed for pressed, _ in self._workers))
        is_whole = all(is_whole for _, is_whole in self._workers) if self._workers else self._is_whole
        if is_whole and exitstatus == pytest.ExitCode.OK:
            self._gaps = unpressed(ACTIONS, pressed)
            if self._gaps:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """List the keys that no test has pressed."""
        if self._gaps:
            terminalreporter.section("keys that no screen test presses", red=True)
            for gap in self._gaps:
                terminalreporter.line(gap)
