"""`python -m fluffy_tui.demo`: the stand-in Buffer as a process that ends when its starter does."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.core.child_process import in_daemon_thread, input_ended
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.demo import require_extra

if TYPE_CHECKING:
    from fluffy_tui.demo.stand_in.state_folder import Address


def main() -> int:
    """Serve until stdin ends or SIGTERM arrives; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m fluffy_tui.demo", description=__doc__)
    parser.add_argument(
        "--state", type=Path, required=True, help="folder that keeps everything across restarts"
    )
    parser.add_argument("--media", type=Path, required=True, help="folder with the media files to serve")
    parser.add_argument(
        "--port", type=int, default=0, help="port on loopback (default: the previous one, or any)"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how much faster than real time the clock runs (default: 1)"
    )
    options = parser.parse_args()
    if options.speed <= 0:
        parser.error("--speed must be greater than zero")
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
    starter_gone = asyncio.create_task(input_ended())
    starter_gone.add_done_callback(lambda _: stop.set())
    announced = False
    while not stop.is_set():
        try:
            async with StandIn(state=state, media=media, port=port, clock=WallClock(speed)) as server:
                if not announced:
                    _announce(server.address, already_running=False)
                    announced = True
                await stop.wait()
        except AlreadyServed as other:
            if not announced:
                _announce(other.address, already_running=True)
                announced = True
            # Our starter relies on that server: when it ends, take over on the same port.
            free = asyncio.create_task(in_daemon_thread(StateFolder(state).wait_until_free))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({free, stopping}, return_when=asyncio.FIRST_COMPLETED)


def _announce(address: Address, *, already_running: bool) -> None:
    print(json.dumps({**address.to_json(), "already_running": already_running}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
