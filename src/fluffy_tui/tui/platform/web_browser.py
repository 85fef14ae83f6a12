"""Addresses for a web browser: opened where the person can see one, copied where not."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

BUFFER = "https://publish.buffer.com"
"""Buffer's web app; a channel's queue is below `/channels/ID/schedule` (as its own address bar shows it)."""


def buffer_address(channel_id: str | None) -> str:
    """Return where a channel's queue is seen in Buffer."""
    return f"{BUFFER}/channels/{channel_id}/schedule" if channel_id else BUFFER


def has_browser(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Tell whether a browser would open where the person sits, in a window of its own.

    Over SSH it would open on the other machine; without a display only browsers that take this very terminal are
    left.
    """
    if any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")):
        return False
    if platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


async def open_address(app: App[object], address: str) -> str:
    """Open an address, or copy it where there is no browser to be seen; return what was done."""
    if has_browser(os.environ) and await asyncio.to_thread(webbrowser.open, address):
        return f"Opened in the browser: {address}"
    app.copy_to_clipboard(address)
    return f"There is no browser here, so the address is copied: {address}"
