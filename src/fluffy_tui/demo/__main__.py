"""`python -m fluffy_tui.demo`: the stand-in Buffer as a process that ends with whoever started it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.demo import require_extra


def main() -> int:
    """Serve until stdin ends or SIGTERM comes; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m fluffy_tui.demo", description=__doc__)
    parser.add_argument(
        "--state", type=Path, required=True, help="folder that keeps everything over a restart"
    )
    parser.add_argument("--media", type=Path, required=True, help="folder whose files are served as media")
    parser.add_argument(
        "--port", type=int, default=0, help="port on loopback (default: the last one, or any)"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how many times as fast time passes (default: 1)"
    )
    options = parser.parse_args()
    if options.speed <= 0:
        parser.error("--speed must be above zero")
    try:
        require_extra()
        asyncio.run(_run(options.state, options.media, options.port, options.speed))
    except FluffyError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _run(state: Path, media: Path, port: int, speed: float) -> None:
    from fluffy_tui.demo.stand_in.clock import WallClock
    from fluffy_tui.demo.stand_in.stand_in_server import StandIn
    from fluffy_tui.demo.stand_in.state_folder import AlreadyServed, StateFolder

    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _in_background(loop, _read_to_end, stop)
    told = False
    while not stop.is_set():
        try:
            async with StandIn(state=state, media=media, port=port, clock=WallClock(speed)) as server:
                if not told:
                    _tell({**server.address.to_json(), "already_running": False})
                    told = True
                await stop.wait()
        except AlreadyServed as other:
            if not told:
                _tell({**other.address.to_json(), "already_running": True})
                told = True
            # Whoever reads our line relies on that server: take its place when it goes, on the same port.
            free = asyncio.Event()
            _in_background(loop, StateFolder(state).wait_until_free, free)
            await _first_of(stop, free)


def _tell(facts: dict[str, str | bool]) -> None:
    print(json.dumps(facts), flush=True)


def _read_to_end() -> None:
    while os.read(0, 65_536):
        pass


def _in_background(loop: asyncio.AbstractEventLoop, work: Callable[[], None], done: asyncio.Event) -> None:
    """Run `work` in a daemon thread, which may block for ever and is left behind when the process ends."""

    def run() -> None:
        work()
        if not loop.is_closed():
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, daemon=True).start()


async def _first_of(*events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


if __name__ == "__main__":
    sys.exit(main())
