"""A program of ours that is started here, outlives the terminal, and leaves when its starter is gone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class Child:
    """A running child process.

    Its standard input is a pipe that nothing is ever written to: when it ends, however the starter came to its
    end, the child knows that it is alone. It has a session of its own, so ctrl+c and a closed terminal pass it by.

    Args:
        command: program and arguments.
        environment: the child's whole environment.
        log: file that takes what the child prints.
        keep_open: descriptors that the child holds open for as long as it lives.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        keep_open: Sequence[int] = (),
    ) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
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
        loop = asyncio.get_running_loop()
        status: asyncio.Future[int] = loop.create_future()

        def tell(code: int) -> None:
            if not status.done():
                status.set_result(code)

        # A daemon thread, because the child may outlive this program, which must not wait for it.
        threading.Thread(
            target=self._wait, args=(loop.call_soon_threadsafe, tell), name="child-wait", daemon=True
        ).start()
        code = await status
        self.let_go()
        return code

    def _wait(
        self, call: Callable[[Callable[[int], None], int], object], tell: Callable[[int], None]
    ) -> None:
        code = self._process.wait()
        try:
            call(tell, code)
        except RuntimeError:  # the loop was closed meanwhile, so nobody asks any more
            return

    def let_go(self) -> None:
        """End the child's input: it finishes what it has begun and leaves."""
        if self._process.stdin is not None:
            self._process.stdin.close()


async def input_ended() -> None:
    """In the child: wait until the starter is gone."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def read_to_the_end() -> None:
        while os.read(0, 65_536):
            pass
        if not loop.is_closed():
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read_to_the_end, name="starter-watch", daemon=True).start()
    await ended.wait()
