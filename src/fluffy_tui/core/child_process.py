"""A program of ours that is started here, survives the terminal, and exits after its starter is gone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from fluffy_tui.core.log_file import output_file

T = TypeVar("T")


class ChildProcess:
    """A running child process.

    Its standard input is a pipe to which nothing is ever written: when the pipe ends, however the starter died, the
    child knows that it is alone. It has a session of its own, so ctrl+c and a closed terminal do not affect it.

    Args:
        environment: the child's whole environment.
        keep_open: descriptors that the child holds open while it runs.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        keep_open: Sequence[int] = (),
    ) -> None:
        with output_file(log) as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                list(command),
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=tuple(keep_open),
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    async def ended(self) -> int:
        """Wait until the child has ended and return its exit status; cancelling the wait leaves it running."""
        status = await in_daemon_thread(self._process.wait)  # the child may outlive us
        self.release()
        return status

    def release(self) -> None:
        """Close the child's input: it finishes what it has begun and exits."""
        if self._process.stdin is not None:
            self._process.stdin.close()


async def input_ended() -> None:
    """In the child: wait until the starter is gone."""

    def read_to_end() -> None:
        while os.read(0, 65_536):
            pass

    await in_daemon_thread(read_to_end)


async def in_daemon_thread(wait: Callable[[], T]) -> T:
    """Return what `wait` returns; unlike a pool's thread, one that waits forever does not keep us from exiting.

    Raises what `wait` raises.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def tell(waited: Future[T]) -> None:
        if result.done():  # nobody waits any more
            return
        if (error := waited.exception()) is not None:
            result.set_exception(error)
        else:
            result.set_result(waited.result())

    def run() -> None:
        waited: Future[T] = Future()
        try:
            waited.set_result(wait())
        except BaseException as error:  # noqa: BLE001 - whoever waits for it raises it
            waited.set_exception(error)
        try:
            loop.call_soon_threadsafe(tell, waited)
        except RuntimeError:  # the loop was closed meanwhile, so nobody is waiting
            return

    threading.Thread(target=run, daemon=True).start()
    return await result
