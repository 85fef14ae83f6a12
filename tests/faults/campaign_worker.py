"""The worker mode with the campaign's timings, as a process that can be killed."""

from __future__ import annotations

import asyncio
import logging
import sys

from faults.crew import TIMINGS
from fluffy_tui.modes import worker_mode
from fluffy_tui.settings import load_settings

if __name__ == "__main__":
    logging.basicConfig(level="INFO", stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    raise SystemExit(asyncio.run(worker_mode.run(load_settings(), with_starter=False, timings=TIMINGS)))
