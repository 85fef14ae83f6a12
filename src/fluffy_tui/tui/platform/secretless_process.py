"""Running a line of Python where our secrets are not: the programs that it starts inherit what it knows."""

from __future__ import annotations

import asyncio
import os
import sys

from fluffy_tui.settings import public_environment


async def run_without_secrets(program: str, *arguments: str, text: str = "") -> bool:
    """Return whether a Python program, given as text, succeeds with these arguments and input; its output is lost."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", program, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=public_environment(os.environ),
            start_new_session=True,
        )
    except OSError:
        return False
    await process.communicate(text.encode("utf-8", "replace"))
    return process.returncode == 0
