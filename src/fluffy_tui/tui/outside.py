"""Opens a photo outside of the terminal, in what the person's desktop opens pictures with."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.browser import has_browser

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_OPENERS = {"darwin": "open", "win32": "explorer"}
_ANSWERS_WITHIN = 5.0
"""Seconds after which an opener that still runs is taken to show the picture itself."""


class NotOpened(FluffyError):
    """The photo could not be opened outside; the text says why."""


async def open_outside(
    path: Path, environment: Mapping[str, str] | None = None, platform: str = sys.platform
) -> None:
    """Open a file as the desktop does.

    Raises:
        NotOpened: there is no desktop, nothing that opens files, no file, or the opener failed.
    """
    environment = os.environ if environment is None else environment
    if not has_browser(environment, platform):
        raise NotOpened(
            "There is no desktop in this terminal to open the photo on.", f"It is at {path}; y copies that."
        )
    opener = shutil.which(_OPENERS.get(platform, "xdg-open"), path=environment.get("PATH"))
    if opener is None:
        raise NotOpened("Nothing here opens files outside.", "Install xdg-utils, which has xdg-open.")
    if not await asyncio.to_thread(path.exists):
        raise NotOpened("The file is gone.", f"It was at {path}.")
    null = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        opener, str(path), stdin=null, stdout=null, stderr=null, env=dict(environment), start_new_session=True
    )
    try:
        status = await asyncio.wait_for(asyncio.shield(process.wait()), _ANSWERS_WITHIN)
    except TimeoutError:
        return
    if status:
        raise NotOpened(f"The desktop did not open the photo: {opener} ended with status {status}.")
