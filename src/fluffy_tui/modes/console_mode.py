"""`--console`: a Python prompt with the app's services and top-level `await`; also runs a script piped into it."""

from __future__ import annotations

import ast
import asyncio
import code
import concurrent.futures
import inspect
import sys
import threading
import traceback
from contextlib import nullcontext, redirect_stdout
from types import CodeType, FunctionType
from typing import Any

from fluffy_tui import __version__
from fluffy_tui.bootstrap import open_services
from fluffy_tui.settings import Settings

BANNER = f"""fluffy-tui {__version__} console. `await` works here. Available: personas, photos, scheduling, similarity.
  await personas.list()        await photos.unscheduled(persona)
  await scheduling.schedule_post(photo=photo, caption="…")"""


async def run(settings: Settings) -> int:
    """Open the prompt, or run the script on standard input; 1 when it raises."""
    async with open_services(settings, role="console") as services:
        names = {
            "__name__": "__console__",
            "personas": services.personas,
            "photos": services.photos,
            "scheduling": services.scheduling,
            "similarity": services.similarity,
        }
        if sys.stdin.isatty():
            await Prompt(names).run()
            return 0
        # What a script writes into a file or pipe is its own affair; on a terminal, text of others stays text.
        with nullcontext() if sys.stdout.isatty() else redirect_stdout(sys.__stdout__):
            return await _run_script(sys.stdin.buffer.read(), names)


async def _run_script(source: bytes, names: dict[str, Any]) -> int:
    try:
        compiled = compile(source, "<stdin>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        await _execute(compiled, names)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except asyncio.CancelledError:  # by ctrl+c, or a signal
        raise
    except BaseException as error:  # noqa: BLE001 - the script's own error, printed as `python -` does
        traceback.print_exception(error.with_traceback(_script_frames(error)))
        return 1
    return 0


def _script_frames(error: BaseException) -> Any:
    """Return the traceback from the script's first line on, without our own frames."""
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename != "<stdin>":
        frame = frame.tb_next
    return frame or error.__traceback__


async def _execute(compiled: CodeType, names: dict[str, Any]) -> Any:
    result = FunctionType(compiled, names)()
    return await result if inspect.iscoroutine(result) else result


class Prompt(code.InteractiveConsole):
    """An interactive prompt in a thread; its code runs on the event loop that the services use."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._loop = asyncio.get_running_loop()

    async def run(self) -> None:
        """Read and run lines until the end of input."""
        ended = asyncio.Event()

        def read() -> None:
            try:
                self.interact(BANNER, exitmsg="")
            finally:
                self._loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=read, name="prompt", daemon=True).start()
        await ended.wait()

    def runcode(self, code: CodeType) -> None:
        """Run one statement on the event loop and wait for it; ctrl+c cancels it."""
        future = asyncio.run_coroutine_threadsafe(_execute(code, self.locals), self._loop)
        try:
            future.result()
        except (SystemExit, KeyboardInterrupt, concurrent.futures.CancelledError):
            future.cancel()
            raise SystemExit from None
        except BaseException:  # noqa: BLE001 - the user's own error, shown at their prompt
            self.showtraceback()
