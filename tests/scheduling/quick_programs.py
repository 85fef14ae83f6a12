"""Programs with the tests' short timings, to run in processes that can be killed."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from fluffy_tui.bootstrap import open_services
from fluffy_tui.cli import main
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.modes import worker_mode
from fluffy_tui.scheduling import Timings
from fluffy_tui.settings import load_settings

TESTS = Path(__file__).parents[1]

QUICK = Timings(
    heartbeat=0.2,
    dead_after=1.0,
    request_timeout=4.5,
    send_limit=2.0,
    settle=7.0,
    first_lookup=0.1,
    backoff_min=0.1,
    backoff_max=0.5,
    blocked_min=0.2,
    settings_pause=0.2,
    max_attempts=3,
    max_crashes=2,
    shutdown_grace=1.0,
    shutdown_limit=6.0,
)


def work(**timings: Any) -> int:
    """Be a worker with the quick timings, except for those given, and return its exit status."""
    _log()
    quick = dataclasses.replace(QUICK, **timings)
    return asyncio.run(worker_mode.run(load_settings(), with_starter=True, timings=quick))


def work_anew(**timings: Any) -> NoReturn:
    """Be a worker in a process that starts like any other: with the libraries that its environment names."""
    os.execve(
        sys.executable,
        [sys.executable, "-m", __name__, json.dumps(timings)],
        {**os.environ, "PYTHONPATH": str(TESTS)},
    )


def main_worker() -> int:
    """Be `fluffy-tui --worker` and return its exit status."""
    return main(["--worker"])


def make_square(post_id: int) -> None:
    """Make a post's picture square, however long a test blocks it just before it is sent."""
    asyncio.run(_make_square(post_id))


async def _make_square(post_id: int) -> None:
    patient = dataclasses.replace(QUICK, send_limit=60.0, settle=70.0)
    async with open_services(load_settings(), timings=patient) as services:
        await services.scheduling.edit(post_id, framing=Framing(Fit.CROP, Shape.SQUARE))


def _log() -> None:
    logging.basicConfig(level="INFO", stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")


if __name__ == "__main__":
    raise SystemExit(work(**json.loads(sys.argv[1])))
