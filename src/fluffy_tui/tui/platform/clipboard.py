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

from fluffy_tui.tui.text.words import one_line, shortened

log = logging.getLogger(__name__)

SHOWN_LENGTH = 60
_TERMINAL = "your terminal's clipboard, if it allows that (OSC 52)"


async def copy_beyond_terminal(text: str, environment: Mapping[str, str]) -> str:
    """Copy the text to where OSC 52 may not reach, and return how it can be pasted, as the end of a sentence."""
    if "TMUX" in environment and await _into_tmux(text):
        if await _tmux_keeps_to_itself():
            return "to tmux's buffer only, since its set-clipboard is off"
        return f"to tmux's buffer, and through it to {_TERMINAL}"
    if "SSH_CONNECTION" in environment or "SSH_TTY" in environment:
        return f"over SSH to {_TERMINAL}"
    if await asyncio.to_thread(_into_system_clipboard, text):
        return "to the clipboard"
    if "TMUX" in environment:
        return "to the terminal (OSC 52); tmux passes it on after `set -s set-clipboard on`"
    return f"to {_TERMINAL}"


def copied_words(text: str, how: str) -> str:
    """Return the sentence that says what was copied and where to."""
    return f"Copied {how}: {shortened(one_line(text), SHOWN_LENGTH)}"


async def _into_tmux(text: str) -> bool:
    return await _tmux("load-buffer", "-w", "-", given=text) is not None


async def _tmux_keeps_to_itself() -> bool:
    return (await _tmux("show-options", "-sv", "set-clipboard") or "").strip() == "off"


async def _tmux(*arguments: str, given: str = "") -> str | None:
    """Return what tmux answers; None where there is none, or it refuses."""
    if which("tmux") is None:
        return None
    process = await asyncio.create_subprocess_exec(
        "tmux",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    answer, _ = await process.communicate(given.encode())
    return answer.decode(errors="replace") if process.returncode == 0 else None


def _into_system_clipboard(text: str) -> bool:
    import pyperclip  # looks for the machine's clipboard tools, so only once something is copied

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError) as error:
        log.info("the system clipboard took nothing: %s", one_line(str(error)))
        return False
    return True
