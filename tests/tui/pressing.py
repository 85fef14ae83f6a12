"""Bringing an app to the state of which a snapshot is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.events import Paste
from textual.widgets import Input, TextArea

import textual_internals
from settling import ENDLESS, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot


def pressing(*keys: str | Paste) -> Callable[[Pilot[None]], Any]:
    """Return what presses keys or pastes texts, and then waits until nothing changes any more."""

    async def press(pilot: Pilot[None]) -> None:
        await pictured(pilot)
        for key in keys:
            if isinstance(key, Paste):
                pilot.app.post_message(Paste(key.text))  # each event is handled once
            else:
                await pilot.press(key)
            await pictured(pilot)  # a dialog may open next, and what is behind it is not drawn any more
        await show_cursor(pilot)

    return press


async def pictured(pilot: Pilot[None]) -> None:
    """Wait until nothing changes any more and every picture is drawn."""
    await settle(pilot.app, endless=ENDLESS - {"preview"})


async def show_cursor(pilot: Pilot[None]) -> None:
    """Stop the cursor of the focused field from blinking, and show it.

    It is not enough to set `cursor_blink`: a text area then draws its line as it was last, perhaps without the cursor.
    """
    field = pilot.app.focused
    if not isinstance(field, TextArea | Input):
        return
    for _ in range(2):  # a blink that was already due may hide it again
        textual_internals.show_cursor(field)
        await pilot.pause()
