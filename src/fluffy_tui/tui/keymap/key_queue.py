"""Give the app one key at a time: each goes where the ones before it have led."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from textual.app import App, ScreenStackError
from textual.events import Event, Key
from textual.worker import Worker, WorkerCancelled, WorkerFailed

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.widget import Widget

OPENING = frozenset(
    {
        "ask-text",
        "choosing",
        "composer",
        "keywords",
        "persona-dialog",
        "post-dialog",
        "review",
        "saving",
        "set-channels",
        "snippet",
        "submit",
        "theme",
        "voice",
        "wizard",
    }
)
"""Groups of workers that open or close a screen soon after a key, or its next step."""

STEPS = frozenset({"wizard"})
"""Those among them that leave the focus where it is if they fail: what was typed behind was for another field."""

STARTING = frozenset({"services"})
"""Groups of workers behind which the first screen opens; if they fail, what was typed for that is dropped."""

LOADING = frozenset(
    {
        "batch",
        "channels",
        "draft-photos",
        "edited-photo",
        "outside",
        "personas",
        "photo-ids",
        "photo-rows",
        "photo-search",
        "photo-under-cursor",
        "plan",
        "posts",
        "profile",
        "results",
        "snippets",
        "themes",
        "typed-texts",
    }
)
"""Groups of workers that fill a screen which was just opened, before any key can act on what it shows."""

CHANGING = frozenset(
    {
        "adding-photos",
        "personas",
        "photo-search",
        "photo-under-cursor",
        "posts",
        "services",
        "similar",
        "snippets-change",
        "texts",
        "themes-change",
        "typed-texts",
        "undo",
        "written",
    }
)
"""Groups of workers that change, on the screen that is shown, what the next key acts on."""

QUIT = "leave"
LEAVING = frozenset({"back", "clear", "dismiss", QUIT})
"""Names of the actions that end the wait for such a worker, which may take as long as the database is away."""

SWITCHING = frozenset({"tab", "personas", "help", "settings", "doctor", "suspend_process"})
"""Names of further actions that do so while a screen is being filled: nobody is writing there."""

EDITING = ("cursor_", "delete_")
"""How names of actions begin that only change or move within the text of a field."""

LINE_FEED = "ctrl+j"
"""What a terminal makes of an enter that is pressed before the app has set its mode."""

_PASTED = ("v", "v")
"""Key and character for which a pasted text is taken: a field for text accepts both."""

log = logging.getLogger(__name__)

MAX_ROUNDS = 100
"""After this many rounds the next key is given out although messages still pass, for whatever reason."""


class KeyQueue:
    """Holds keys and pasted texts until everything that the ones before them have set off is done.

    Textual sends a key to the widget that has the focus when the key arrives. If an earlier key is only then opening
    a screen, the new key goes to the widget below, and what was typed ahead is lost or taken for commands.

    A key is done when the queues of the widgets from the focus up to the app were passed from below, and neither they
    nor the focus have changed since. The app's `admits` is asked about each key that arrives.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Event] = deque()
        self._turn = ""
        """The key that was given out last, or is next."""
        self._arrived = asyncio.Event()
        self._admitted: set[Event] = set()
        self._is_started = False
        self._is_idle = True
        self._leaving: set[Event] = set()
        """Keys that are waiting and leave the screen."""
        self._is_held = self._is_loading = self._is_starting = False
        """Whether the keys wait for workers; whether for what is being filled or changed, or for the first screen."""
        self._is_typed = False
        """Whether the last key was text, which may be searched for."""
        self._nudge = asyncio.Event()
        """Set when a screen opens or closes, and when such a key arrives."""

    def admits(self, event: Event) -> bool:
        """Return whether it is the turn of this key or paste; one that has to wait is posted again when it is."""
        if event in self._admitted:
            self._admitted.remove(event)
            return True
        if self._is_idle and self._is_text(event):
            self._is_typed = True
            return True
        self._is_idle = False
        self._waiting.append(event)
        self._arrived.set()
        if self._leaves(event):
            self._leaving.add(event)
            self._nudge.set()
        if not self._is_started:
            self._is_started = True
            self._app.screen_change_signal.subscribe(self._app, self._screen_changed)
            self._app.run_worker(
                self._run(), group="keys", exit_on_error=False, description="giving out keys"
            )
        return False

    def _is_text(self, event: Event) -> bool:
        """Return whether this only adds to the text in the focused field, after what is on its way there."""
        key, character = (event.key, event.character) if isinstance(event, Key) else _PASTED
        focused = self._app.focused
        return focused is not None and focused.check_consume_key(key, character)

    def _edits(self, event: Event) -> bool:
        """Return whether a key only moves in the text of the focused field, or deletes some of it."""
        shown, focused = self._app.active_bindings.get(_key(event)), self._app.focused
        if shown is None or focused is None or shown.node is not focused:
            return False
        return focused.check_consume_key(*_PASTED) and self._action(event).startswith(EDITING)

    def _leaves(self, event: Event) -> bool:
        """Return whether a key ends a wait: one that was typed ahead of it is for what the keys before it open."""
        if not isinstance(event, Key) or not self._is_held or (event.is_printable and not self._is_loading):
            return False
        name = self._action(event)
        return (name in LEAVING or (self._is_loading and name in SWITCHING)) and not self._may_be_text(event)

    def _quits(self, event: Event) -> bool:
        return self._action(event) == QUIT and not self._may_be_text(event)

    def _may_be_text(self, event: Event) -> bool:
        """Return whether a letter waits for the first screen behind an enter, which may open a field for text."""
        ahead = [self._turn, *map(_key, takewhile(lambda waiting: waiting is not event, self._waiting))]
        return (
            self._is_starting
            and isinstance(event, Key)
            and event.is_printable
            and not {"enter", LINE_FEED}.isdisjoint(ahead)
        )

    def _next_leaves(self, *, is_opening: bool) -> bool:
        """Return whether the next key leaves whatever is opened, or what a screen is filled with."""
        event = self._waiting[0] if self._waiting else None
        if not isinstance(event, Key) or self._is_text(event):
            return False
        name = self._action(event)
        return not event.is_printable and name == QUIT if is_opening else name in LEAVING | SWITCHING

    def _action(self, event: Event) -> str:
        """Return the name of the action of a key; empty where it has none, or for a paste."""
        shown = self._app.active_bindings.get(_key(event))
        can_act = shown is not None and shown.enabled
        return shown.binding.action.rpartition(".")[2].partition("(")[0] if shown and can_act else ""

    def _screen_changed(self, _screen: Screen[Any]) -> None:
        self._nudge.set()

    async def _run(self) -> None:
        try:
            await self._come_to_rest()  # the first screen may not have begun to open yet
            while True:
                self._is_idle = not self._waiting
                if self._is_idle:
                    self._arrived.clear()
                    await self._arrived.wait()
                event = self._waiting.popleft()
                self._turn = _key(event)
                if self._is_text(event):
                    self._is_typed = True
                    self._post(event)
                elif (meant := await self._catch_up(event)) is not None:
                    await self._finish(meant)
                self._leaving.discard(event)
        except ScreenStackError:
            log.debug("the app has ended")
        finally:
            self._is_started = False  # after an error, the next key starts it again

    def _post(self, event: Event) -> None:
        self._admitted.add(event)
        self._app.post_message(event)

    async def _catch_up(self, event: Event) -> Event | None:
        """Wait for what was searched, added, deleted or started: the next key acts on that, unless it leaves.

        Return the key, or None if what it was typed for has not opened.
        """
        if self._is_typed:
            self._is_typed = False
            await _pass((self._app, *self._way(), self._app))
            await self._come_to_rest()
        while not self._leaving:
            busy = [worker for worker in self._app.workers if self._changes_screen(worker)]
            if not busy or self._edits(event) or self._action(event) in LEAVING | SWITCHING:
                return event
            if any(worker.group in STARTING for worker in busy):
                if (started := await self._wait_for_start(event, busy)) is None:
                    return None
                event = started
                continue
            self._is_loading = True
            await self._wait_for(busy)
            self._is_loading = False
            await self._come_to_rest()
        return event

    async def _wait_for_start(self, event: Event, busy: list[Worker[Any]]) -> Event | None:
        """Wait for the first screen; return the key as it was meant, or None if another one quits or it fails."""
        screen = self._app.screen
        self._is_loading = self._is_starting = True
        self._leaving.update(key for key in self._waiting if self._quits(key))
        while not self._leaving and any(_is_running(worker, STARTING) for worker in busy):
            await self._wait_for(busy)
        self._is_loading = self._is_starting = False
        await self._come_to_rest()
        if self._app.screen is screen:
            self._forget_typed()
            return None
        self._waiting = deque(map(_as_meant, self._waiting))
        return _as_meant(event)

    def _changes_screen(self, worker: Worker[Any]) -> bool:
        """Return whether a worker changes the screen that is shown; those behind it may take any time."""
        is_here = worker.node is self._app or self._app.screen in worker.node.ancestors_with_self
        return _is_running(worker, CHANGING) and is_here

    async def _finish(self, event: Event) -> None:
        """Post a key, and wait until it is done."""
        screen, focused, earlier = self._app.screen, self._app.focused, set(self._app.workers)
        self._post(event)
        await _pass((self._app, *self._way(), self._app))
        await self._come_to_rest()
        while not self._leaving:
            is_opening = self._app.screen is screen
            groups = OPENING if is_opening else LOADING
            busy = [worker for worker in {*self._app.workers} - earlier if _is_running(worker, groups)]
            if not busy or self._next_leaves(is_opening=is_opening):
                return
            self._is_loading = not is_opening
            await self._wait_for(busy)
            self._is_loading = False
            has_failed = self._app.focused is focused and any(
                worker.group in STEPS and worker.is_finished for worker in busy
            )
            if (self._leaving or has_failed) and is_opening and self._app.screen is screen:
                self._forget_typed()
            await self._come_to_rest()

    def _forget_typed(self) -> None:
        """Drop what was typed for a screen that has not opened, up to a key that leaves: here, it would be commands."""
        while self._waiting and self._waiting[0] not in self._leaving:
            self._waiting.popleft()

    async def _come_to_rest(self) -> None:
        """Pass all queues from the focus up to the app again and again until nothing happens there."""
        way = self._way()
        for _ in range(MAX_ROUNDS):
            way, before = self._way(), way
            is_busy = _is_busy(before, way)
            await _pass((*before, *way, self._app))
            if way == before == self._way() and not is_busy and not _is_busy(way):
                return

    def _way(self) -> tuple[MessagePump, ...]:
        """Return the widgets that a key passes before the app, from the focused one up."""
        origin: Widget = self._app.focused or self._app.screen
        return tuple(origin.ancestors_with_self)[:-1]

    async def _wait_for(self, workers: list[Worker[Any]]) -> None:
        """Wait until one of these has ended, a screen opens or closes, or a key arrives that leaves."""
        self._nudge.clear()
        self._is_held = True
        nudged = asyncio.create_task(self._nudge.wait())
        ends = [
            asyncio.create_task(_ended(worker)) for worker in workers
        ]  # to cancel one would cancel its worker
        try:
            await asyncio.wait([nudged, *ends], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._is_held = False
            nudged.cancel()


def _key(event: Event) -> str:
    """Return the name of a key; empty for a paste."""
    return event.key if isinstance(event, Key) else ""


def _as_meant(event: Event) -> Event:
    """Return a key that was pressed while the app started as what it was on the keyboard."""
    return Key("enter", "\r") if _key(event) == LINE_FEED else event


def _is_running(worker: Worker[Any], groups: frozenset[str]) -> bool:
    return worker.group in groups and not worker.is_finished


async def _ended(worker: Worker[Any]) -> None:
    try:
        await worker.wait()
    except (WorkerFailed, WorkerCancelled):
        return  # its starter reports that


async def _pass(pumps: tuple[MessagePump, ...]) -> None:
    """Wait until each of these has dealt with what is in its queue, one after the other."""
    for pump in pumps:
        passed = asyncio.Event()
        if pump.call_later(passed.set):  # else it is closed
            await passed.wait()


def _is_busy(*ways: tuple[MessagePump, ...]) -> bool:
    return any(pump.message_queue_size for way in ways for pump in way)
