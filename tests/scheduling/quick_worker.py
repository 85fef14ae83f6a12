"""The worker mode with the tests' quick timings, as a process that can be killed; its argument changes timings."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import sys

from fluffy_tui.modes import worker_mode
from fluffy_tui.settings import load_settings
from scheduling.workplace import QUICK

if __name__ == "__main__":
    logging.basicConfig(level="INFO", stream=sys.stderr)
    timings = dataclasses.replace(QUICK, **json.loads(sys.argv[1]))
    raise SystemExit(asyncio.run(worker_mode.run(load_settings(), with_starter=True, timings=timings)))
