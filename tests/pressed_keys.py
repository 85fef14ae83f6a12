"""Every key of the key table is pressed by some test of the screens; a run of all of them fails where one is not.

A key counts where a binding of its action answered it in a running app: what is recorded is what happened, so
it cannot be kept up to date by hand, nor go stale. Whether something is asserted of it only a reader can tell.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from fluffy_tui.tui.keymap.action import Action

SCREENS = Path(__file__).parent / "tui"

_pressed: set[tuple[str, str]] = set()
"""Ids of actions with the key that called them, in this process."""
_key: ContextVar[str] = ContextVar("key", default="")


@contextmanager
def recording() -> Iterator[None]:
    """Note which actions are called by which keys, in every app that runs meanwhile."""
    from textual.app import App

    from fluffy_tui.tui.caption.caption_editor import CaptionEditor

    answer = CaptionEditor.on_key

    def answering_at_once(area: CaptionEditor, event: Any) -> None:
        active = area.screen.active_bindings.get(event.key)
        answer(area, event)
        if active is not None and active.binding.id and event._no_default_action:
            _pressed.add((active.binding.id, event.key))

    check, run = App._check_bindings, App.run_action

    async def checking(app: App[Any], key: str, priority: bool = False) -> bool:
        before = _key.set(key)
        try:
            return await check(app, key, priority)
        finally:
            _key.reset(before)

    async def running(
        app: App[Any], action: Any, default_namespace: Any = None, *rest: Any, **named: Any
    ) -> bool:
        key = _key.get()
        token = _key.set("")  # what the action itself calls was not pressed
        bindings = getattr(default_namespace, "_bindings", None)
        try:
            was_called = await run(app, action, default_namespace, *rest, **named)
        finally:
            _key.reset(token)
        if key and was_called and bindings is not None:
            answering = bindings.key_to_bindings.get(key, ())
            _pressed.update((one.id, key) for one in answering if one.action == action and one.id)
        return was_called

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CaptionEditor, "on_key", answering_at_once)
        patch.setattr(App, "_check_bindings", checking)
        patch.setattr(App, "run_action", running)
        yield


def unpressed(actions: Collection[Action], pressed: Collection[tuple[str, str]]) -> list[str]:
    """Return the actions with those of their keys that nobody pressed."""
    return [
        f"{action.id} ({key.strip()})"
        for action in actions
        for key in action.keys.split(",")
        if (action.id, key.strip()) not in pressed
    ]


class PressedKeys:
    """Gathers what the processes of a run have pressed, and judges it at the end of a whole run."""

    def __init__(self) -> None:
        self._is_whole = False
        self._gaps: list[str] = []
        self._workers: list[tuple[set[tuple[str, str]], bool]] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """See whether every test of the screens will be run."""
        found = {item.path for item in session.items}
        self._is_whole = self._is_whole or found >= set(SCREENS.glob("test_*.py"))

    def pytest_deselected(self, items: Collection[pytest.Item]) -> None:
        """See that some tests will not be run."""
        self._is_whole = self._is_whole and not items

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a process of the run has pressed."""
        output = getattr(node, "workeroutput", {})
        self._workers.append(({*map(tuple, output.get("pressed", ()))}, output.get("is_whole", False)))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Hand what was pressed on to the run's first process, or judge it there."""
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
        """Name the keys that no test has pressed."""
        if self._gaps:
            terminalreporter.section("keys that no test of the screens presses", red=True)
            for gap in self._gaps:
                terminalreporter.line(gap)
