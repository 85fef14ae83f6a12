"""The app with a timer in its event loop: the durations of callbacks are written to a file at the end.

    python benchmarks/browse_app.py FILE [arguments of fluffy-tui]

SIGUSR1 resets the measurement and SIGUSR2 ends it, so that starting and quitting are not included. The file has one
JSON object: `wall` and `cpu`, the longest callback in milliseconds of wall-clock and of processor time; `slow`, the
longest callbacks with samples of their stacks; `gc`, the longest garbage collection.
"""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from fluffy_tui.cli import main

SAMPLE_SECONDS = 0.012
"""How often the stack of a long callback is sampled."""
SLOW = 15.0
"""Milliseconds from which a callback counts as slow."""
MOST = 40
INNERMOST = 14


@dataclass
class LoopTimer:
    """Times the callbacks of the main thread's event loop."""

    wall: float = 0.0
    cpu: float = 0.0
    slow: list[dict[str, Any]] = field(default_factory=list)
    begun: float = 0.0
    """When the current callback began; 0 if there is none."""
    stacks: list[str] = field(default_factory=list)
    gc: float = 0.0
    ended: bool = False
    _gc_begun: float = 0.0

    def reset(self, *_signal: object) -> None:
        """Discard what was measured so far."""
        self.wall = self.cpu = self.gc = 0.0
        self.slow.clear()

    def end(self, *_signal: object) -> None:
        """Stop measuring."""
        self.ended = True

    def watch(self) -> None:
        """Start timing all callbacks and sampling the stacks of long ones."""
        handles: Any = asyncio.Handle
        run = handles._run  # noqa: SLF001 - there is no other place that runs every callback

        def timed(handle: asyncio.Handle) -> None:
            cpu = time.thread_time()
            self.begun = began = time.perf_counter()
            try:
                run(handle)
            finally:
                self.begun = 0.0
                self._note(handle, (time.perf_counter() - began) * 1000, (time.thread_time() - cpu) * 1000)

        handles._run = timed  # noqa: SLF001
        gc.callbacks.append(self._note_collection)
        signal.signal(signal.SIGUSR1, self.reset)
        signal.signal(signal.SIGUSR2, self.end)
        threading.Thread(target=self._sample, args=(threading.get_ident(),), daemon=True).start()

    def _note(self, handle: asyncio.Handle, wall: float, cpu: float) -> None:
        stacks, self.stacks = self.stacks, []
        if self.ended:
            return
        self.wall, self.cpu = max(self.wall, wall), max(self.cpu, cpu)
        if wall >= SLOW:
            callback = getattr(handle, "_callback", None)
            owner = getattr(callback, "__self__", callback)
            self.slow.append({"wall": wall, "cpu": cpu, "of": repr(owner)[:200], "stacks": stacks[-8:]})
            self.slow = sorted(self.slow, key=lambda one: -one["wall"])[:MOST]

    def _note_collection(self, phase: str, _facts: dict[str, int]) -> None:
        if phase == "start":
            self._gc_begun = time.thread_time()
        elif not self.ended:
            self.gc = max(self.gc, (time.thread_time() - self._gc_begun) * 1000)

    def _sample(self, main_thread: int) -> None:
        while True:
            time.sleep(SAMPLE_SECONDS)
            begun = self.begun
            if begun and time.perf_counter() - begun > SAMPLE_SECONDS:
                frame = sys._current_frames().get(main_thread)  # noqa: SLF001 - the only way to it
                lines = islice(
                    traceback.walk_stack(frame), INNERMOST
                )  # without the sources, which take memory
                self.stacks.append(
                    " < ".join(
                        f"{Path(where.f_code.co_filename).name}:{line} {where.f_code.co_name}"
                        for where, line in lines
                    )
                )


if __name__ == "__main__":
    timer = LoopTimer()
    timer.watch()
    try:
        status = main(sys.argv[2:])
    finally:
        measured = {"wall": timer.wall, "cpu": timer.cpu, "gc": timer.gc, "slow": timer.slow}
        Path(sys.argv[1]).write_text(json.dumps(measured, indent=1), encoding="utf-8")
    sys.exit(status)
