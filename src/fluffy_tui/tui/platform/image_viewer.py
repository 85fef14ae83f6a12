"""Opens a photo outside of the terminal, in what the person's desktop opens pictures with."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.platform.web_browser import has_browser
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from textual.app import App

_OPENERS = {"darwin": "open", "win32": "explorer"}
ANSWERS_WITHIN = 5.0
"""Seconds after which an opener that still runs is taken to show the picture itself."""


class NotOpened(FluffyError):
    """The photo could not be opened outside; the text says why."""


async def show_outside(app: App[Any], path: Path) -> None:
    """Open a photo outside, or copy where it is when there is no desktop; tell which."""
    if has_browser(os.environ):
        try:
            await open_outside(path)
        except NotOpened as error:
            app.notify(one_line(str(error)), severity="warning", markup=False)
        else:
            app.notify(f"Opened outside: {one_line(path.name)}", markup=False)
        return
    app.copy_to_clipboard(str(path))
    app.notify(
        "There is no desktop here to open the photo on, so its path is copied.",
        severity="warning",
        markup=False,
    )


async def open_outside(
    path: Path, environment: Mapping[str, str] | None = None, platform: str = sys.platform
) -> None:
    """Open a file as the desktop does.

    Raises:
        NotOpened: nothing opens files here, there is no such file, or the opener failed.
    """
    environment = os.environ if environment is None else environment
    opener = shutil.which(_OPENERS.get(platform, "xdg-open"), path=environment.get("PATH"))
    if opener is None:
        raise NotOpened("Nothing here opens files outside.", "Install xdg-utils, which has xdg-open.")
    if not await asyncio.to_thread(path.exists):
        raise NotOpened("The file is gone.", f"It was at {path}.")
    null = subprocess.DEVNULL
    process = await asyncio.to_thread(
        subprocess.Popen,
        [opener, str(path)],
        stdin=null,
        stdout=null,
        stderr=null,
        env=dict(environment),
        start_new_session=True,
    )
    waiting = threading.Thread(target=process.wait, name="photo shown outside", daemon=True)
    waiting.start()
    await asyncio.to_thread(waiting.join, ANSWERS_WITHIN)
    if status := process.returncode:  # None while it runs
        raise NotOpened(f"The desktop did not open the photo: {opener} ended with status {status}.")
