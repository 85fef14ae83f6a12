"""Copying text to wherever the user will paste it, and naming where that is.

OSC 52 asks the terminal, which is the only way over SSH, but no terminal confirms it. So the clipboard of this
machine is written too if there is one. By default tmux ignores OSC 52 of programs (tmux(1), `set-clipboard external`),
so it gets the text from its own command.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from shutil import which

from fluffy_tui.settings import public_environment
from fluffy_tui.tui.platform.secretless_process import run_without_secrets
from fluffy_tui.tui.text.words import one_line, shortened

SHOWN_LENGTH = 60
_COPY = "import sys, pyperclip; pyperclip.copy(sys.stdin.buffer.read().decode())"
_TERMINAL = "your terminal's clipboard, if it allows that (OSC 52)"


async def copy_beyond_terminal(text: str, environment: Mapping[str, str]) -> str:
    """Copy the text where OSC 52 may not reach; return where it went, as the end of a sentence."""
    if "TMUX" in environment and await _tmux("load-buffer", "-w", "-", stdin=text) is not None:
        if (await _tmux("show-options", "-sv", "set-clipboard") or "").strip() == "off":
            return "to tmux's buffer only, because its set-clipboard is off"
        return f"to tmux's buffer, and through it to {_TERMINAL}"
    if "SSH_CONNECTION" in environment or "SSH_TTY" in environment:
        return f"over SSH to {_TERMINAL}"
    if await run_without_secrets(_COPY, text=text):
        return "to the clipboard"
    if "TMUX" in environment:
        return "to the terminal (OSC 52); run `set -s set-clipboard on` in tmux to pass it on"
    return f"to {_TERMINAL}"


def copied_words(text: str, how: str) -> str:
    """Return the sentence that says what was copied and where."""
    return f"Copied {how}: {shortened(one_line(text), SHOWN_LENGTH)}"


async def _tmux(*arguments: str, stdin: str = "") -> str | None:
    """Return the output of a tmux command; None if there is no tmux or the command failed."""
    if which("tmux") is None:
        return None
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=public_environment(os.environ),
        )
    except OSError:
        return None
    output, _ = await process.communicate(stdin.encode())
    return output.decode(errors="replace") if process.returncode == 0 else None
