"""The worker mode at the tests' quick pace, as a process that can be killed; its argument changes the pace."""

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
    pace = dataclasses.replace(QUICK, **json.loads(sys.argv[1]))
    raise SystemExit(asyncio.run(worker_mode.run(load_settings(), with_starter=True, pace=pace)))
