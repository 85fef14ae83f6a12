"""First frame of the app compared with `harlequin`, and `--help` compared with bare Python; each in its own pty.

python benchmarks/startup.py --harlequin PATH/TO/harlequin [--runs 10]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import pexpect

if TYPE_CHECKING:
    from collections.abc import Callable

SETTLED_BYTES = 1_500
"""A frame of 100 × 30 cells has more bytes than this; before it, only the terminal's modes are written."""


def first_frame(command: list[str], environment: dict[str, str]) -> float:
    """Return the seconds from the start of a program until it has written its first screen."""
    started = time.perf_counter()
    child = pexpect.spawn(
        command[0], command[1:], dimensions=(30, 100), env={**os.environ, **environment}, timeout=60
    )
    written = 0
    try:
        while written < SETTLED_BYTES:
            written += len(child.read_nonblocking(65536, timeout=60))
        return time.perf_counter() - started
    finally:
        child.close(force=True)


def duration(command: list[str]) -> float:
    """Return the seconds that a command takes."""
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - started


def median(measure: Callable[[], float], runs: int) -> float:
    """Return the median of some runs, after a warm-up run."""
    measure()
    return statistics.median(measure() for _ in range(runs))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--harlequin")
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    fluffy = [sys.executable, "-m", "fluffy_tui"]
    bare = median(lambda: duration([sys.executable, "-c", "pass"]), options.runs)
    helped = median(lambda: duration([*fluffy, "--help"]), options.runs)
    print("| what | measured | peer | ratio | goal |\n|---|---|---|---|---|")
    print(
        f"| `--help` over bare Python | {(helped - bare) * 1000:.0f} ms ({helped * 1000:.0f} - {bare * 1000:.0f}) |"
        f" | | ≤ 100 ms |"
    )
    with tempfile.TemporaryDirectory() as data:
        environment = {"FLUFFY_DATA_DIR": data, "FLUFFY_PREVIEW": "half-cell", "TERM": "xterm-256color"}
        ours = median(lambda: first_frame(fluffy, environment), options.runs)
    theirs = 0.0
    if options.harlequin:
        theirs = median(lambda: first_frame([options.harlequin], {"TERM": "xterm-256color"}), options.runs)
    peer, ratio = (f"`harlequin` {theirs * 1000:.0f} ms", f"{ours / theirs:.2f}") if theirs else ("", "")
    print(f"| first frame | {ours * 1000:.0f} ms | {peer} | {ratio} | ≤ 500 ms; ≤ 0.5 |")


if __name__ == "__main__":
    main()
