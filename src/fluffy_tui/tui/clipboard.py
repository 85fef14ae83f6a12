"""Copying text to wherever the person will paste it, and saying what was done.

OSC 52 asks the terminal itself, which is the only way over SSH; no terminal answers whether it took it. So the
machine's own clipboard is written as well where there is one, and tmux is told by its own command, because by
default it keeps OSC 52 of programs to itself (tmux(1), `set-clipboard external`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from shutil import which

from fluffy_tui.tui.wording import one_line

log = logging.getLogger(__name__)

SHOWN_LENGTH = 60


async def copy_beyond_terminal(text: str, environment: Mapping[str, str]) -> str:
    """Copy the text to where OSC 52 may not reach, and return how it can be pasted, as the end of a sentence."""
    if "TMUX" in environment and await _into_tmux(text):
        return "to tmux's buffer, and through it to your terminal's clipboard"
    if "SSH_CONNECTION" in environment or "SSH_TTY" in environment:
        return "to your own terminal's clipboard, over SSH (OSC 52)"
    if await asyncio.to_thread(_into_system_clipboard, text):
        return "to the clipboard"
    if "TMUX" in environment:
        return "to the terminal (OSC 52); tmux passes it on after `set -s set-clipboard on`"
    return "to the terminal's clipboard (OSC 52)"


def copied_words(text: str, how: str) -> str:
    """Return the sentence that says what was copied and where to."""
    line = one_line(text)
    shown = line if len(line) <= SHOWN_LENGTH else f"{line[: SHOWN_LENGTH - 1]}…"
    return f"Copied {how}: {shown}"


async def _into_tmux(text: str) -> bool:
    if which("tmux") is None:
        return False
    process = await asyncio.create_subprocess_exec(
        "tmux",
        "load-buffer",
        "-w",
        "-",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await process.communicate(text.encode())
    return process.returncode == 0


def _into_system_clipboard(text: str) -> bool:
    import pyperclip  # looks for the machine's clipboard tools, so only once something is copied

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError) as error:
        log.info("the system clipboard took nothing: %s", one_line(str(error)))
        return False
    return True
