"""Opening a photo in the image viewer of the desktop."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import Photo, PhotoUnreadable
from fluffy_tui.settings import public_environment
from fluffy_tui.tui.platform.web_browser import has_browser
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from textual.app import App


_OPENERS = {"darwin": "open", "win32": "explorer"}
ANSWERS_WITHIN = 5.0
"""Seconds after which a command that is still running counts as the viewer itself."""


class NotOpened(FluffyError):
    """The photo could not be opened."""


async def show_outside(app: App[Any], photo: Photo) -> None:
    """Open a photo in the image viewer, or copy its path if there is no desktop; say which."""
    try:
        path = photo.file
    except PhotoUnreadable as error:
        app.notify(one_line(str(error)), severity="warning", markup=False)
        return
    if has_browser(os.environ):
        try:
            await open_outside(path)
        except NotOpened as error:
            app.notify(one_line(str(error)), severity="warning", markup=False)
        else:
            app.notify(f"Opened {one_line(path.name)}.", markup=False)
        return
    app.copy_to_clipboard(str(path))
    app.notify(
        "There is no desktop to open the photo on, so its path was copied.",
        severity="warning",
        markup=False,
    )


async def open_outside(
    path: Path, environment: Mapping[str, str] | None = None, platform: str = sys.platform
) -> None:
    """Open a file with its default application.

    Raises:
        NotOpened: there is no command for that or no such file, or the command failed.
    """
    environment = os.environ if environment is None else environment
    opener = shutil.which(_OPENERS.get(platform, "xdg-open"), path=environment.get("PATH"))
    if opener is None:
        raise NotOpened("No program to open files with was found.", "Install xdg-utils for xdg-open.")
    if not await asyncio.to_thread(path.exists):
        raise NotOpened("The file no longer exists.", f"It was at {path}.")
    null = subprocess.DEVNULL
    try:
        process = await asyncio.to_thread(
            subprocess.Popen,
            [opener, str(path)],
            stdin=null,
            stdout=null,
            stderr=null,
            env=public_environment(environment),
            start_new_session=True,
        )
    except OSError as error:
        raise NotOpened(f"{opener} could not be started: {error.strerror}.") from None
    waiting = threading.Thread(target=process.wait, name="image viewer", daemon=True)
    waiting.start()
    await asyncio.to_thread(waiting.join, ANSWERS_WITHIN)
    if status := process.returncode:  # None while it is running
        raise NotOpened(f"The photo was not opened: {opener} exited with status {status}.")
