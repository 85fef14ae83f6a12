"""Opening an address in the web browser, or copying it if there is none."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fluffy_tui.core.terminal_text import is_link, visible
from fluffy_tui.tui.platform.secretless_process import run_without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

BUFFER = "https://publish.buffer.com"
"""Buffer's web app; a channel's queue is at `/channels/ID/schedule`."""
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def buffer_address(channel_id: str | None) -> str:
    """Return the address of a channel's queue in Buffer."""
    return f"{BUFFER}/channels/{quote(channel_id, safe='')}/schedule" if channel_id else BUFFER


def has_browser(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether a browser would open in a window in front of the user.

    Over SSH it would open on the other machine, and without a display only browsers that run in this terminal exist.
    """
    if any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")):
        return False
    if platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


async def open_address(app: App[Any], address: str | None) -> str:
    """Open the address of a post, or copy it if there is no browser; return what was done, in one line."""
    if not address:
        return "Buffer has no link to this post."
    if not is_link(address):
        return f"Not opened, because it is not an https address: {visible(address)}"
    if has_browser(os.environ) and await run_without_secrets(_OPEN, address):
        return f"Opened in the browser: {address}"
    app.copy_to_clipboard(address)
    return f"There is no browser here, so the address was copied: {address}"
