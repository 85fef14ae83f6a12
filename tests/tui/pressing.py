"""What brings an app to the state of which a snapshot is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.events import Paste
from textual.widgets import Input, TextArea

from .conftest import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot


def pressing(*keys: str | Paste) -> Callable[[Pilot[None]], Any]:
    """Return what presses keys, or pastes a text, and then waits until nothing moves any more."""

    async def press(pilot: Pilot[None]) -> None:
        await settle(pilot.app)
        for key in keys:
            if isinstance(key, Paste):
                pilot.app.post_message(Paste(key.text))  # each event is handled once
            else:
                await pilot.press(key)
            await settle(pilot.app)
        for field in (*pilot.app.screen.query(TextArea), *pilot.app.screen.query(Input)):
            field.cursor_blink = False
        while pictures := [worker for worker in pilot.app.workers if worker.group == "preview"]:
            for worker in pictures:
                await worker.wait()
            await pilot.pause()
        await pilot.pause()

    return press
