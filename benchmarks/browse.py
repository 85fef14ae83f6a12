"""Key → highlighted row and key → preview in a real terminal, stalls and memory, on a library of any size.

    python benchmarks/browse.py [--photos 100000] [--pictures kitty] [--data FOLDER] [--import FOLDER]

The newest photos of a library are 12-megapixel JPEGs of eight colours, so that a preview is known by its colour; the
others are rows only. `--data` keeps the database for the next time, `--import` has an import run beside, from its
beginning to the end of the benchmark, and begins it anew under another persona whenever it is through.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from browse_library import COLOURS, fill, make_photos
from browse_terminal import Terminal

from fluffy_tui.settings import load_settings

STEPS = 40
JUMPS = 8
PAGE_DOWN = "\x04"
"""A page down: photos that were not looked at before."""


@dataclass
class Importing:
    """Imports of one folder, one after the other, for as long as the benchmark runs."""

    folder: Path
    runs: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()

    def stop(self) -> None:
        """End the one under way."""
        self._stopped.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._stopped.is_set():
            persona = f"import-{time.time_ns()}"
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fluffy_tui", "--import", str(self.folder), "--persona", persona],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._process.wait()
            self.runs += 1


@dataclass
class Measured:
    """What browsing took, in seconds; memory in bytes; processor time of the app in seconds."""

    ready: float = 0.0
    rows: list[float] = field(default_factory=list)
    following: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    memory: int = 0
    cpu: float = 0.0
    loop: dict[str, Any] = field(default_factory=dict)
    """As `browse_app` wrote it."""


def preview_is_there(terminal: Terminal) -> bool:
    """Whether the preview is that of the highlighted photo, known by the number in its name."""
    name = terminal.position.strip(" │▌").split(".")[0].strip()
    if not name.isdigit() or terminal.colour is None:
        return False
    expected = COLOURS[int(name) % len(COLOURS)]
    return all(abs(a - b) < 60 for a, b in zip(terminal.colour, expected, strict=True))


def step(terminal: Terminal, key: str) -> tuple[float, float]:
    """Press a key; return the seconds until another row was highlighted, and until its picture was there."""
    before = terminal.position
    pressed = time.perf_counter()
    terminal.child.send(key)
    terminal.settle(
        0.1, 1.0
    )  # what is drawn is taken in afterwards, so that nobody takes processor time meanwhile
    row = terminal.wait(lambda: terminal.position not in ("", before)) - pressed
    return row, terminal.wait(lambda: preview_is_there(terminal)) - pressed


def browse(count: int, pictures: str, folder: Path | None) -> Measured:
    """Start the app on a library, press keys, and return how long the screen took."""
    notes = Path(tempfile.mkstemp()[1])
    command = [sys.executable, str(Path(__file__).parent / "browse_app.py"), str(notes)]
    measured = Measured()
    load_settings().paths.state_file.unlink(missing_ok=True)  # where the cursor was the last time
    started = time.perf_counter()
    setting = "half-cell" if pictures == "half-cell" else "auto"
    terminal = Terminal([*command, "--persona", f"bench-{count}"], pictures, {"FLUFFY_PREVIEW": setting})
    measured.ready = terminal.wait(lambda: ".jpg" in terminal.position, 90) - started
    terminal.child.send("g")
    terminal.wait(lambda: preview_is_there(terminal))
    terminal.settle(1, 6)
    terminal.take_in()
    process = psutil.Process(terminal.child.pid)
    importing = Importing(folder) if folder else None
    if importing:
        importing.start()
    os.kill(terminal.child.pid, signal.SIGUSR1)
    before = sum(process.cpu_times()[:2])
    for _ in range(STEPS):
        row, preview = step(terminal, "j")
        measured.rows.append(row)
        measured.following.append(preview)
        terminal.settle(0.3, 1.0)
        terminal.take_in()
    measured.cpu = (sum(process.cpu_times()[:2]) - before) / STEPS
    for _ in range(JUMPS):
        measured.cold.append(step(terminal, PAGE_DOWN)[1])
        terminal.settle(0.5, 1.0)
        terminal.take_in()
    if importing:
        importing.stop()
    measured.memory = process.memory_info().rss
    os.kill(terminal.child.pid, signal.SIGUSR2)
    terminal.child.send("q")
    terminal.child.wait()
    measured.loop = json.loads(notes.read_text(encoding="utf-8"))
    notes.unlink()
    return measured


def late(times: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(times)[round(0.95 * (len(times) - 1))]


def report(name: str, measured: Measured) -> None:
    """Print a row of the table in README.md, and what kept the event loop longest."""

    def told(times: list[float]) -> str:
        return f"{statistics.median(times) * 1000:.0f} / {late(times) * 1000:.0f}"

    print(
        f"| {name} | {measured.ready:.2f} s | {told(measured.rows)} | {told(measured.following)} |"
        f" {told(measured.cold)} | {measured.loop['wall']:.0f} ({measured.loop['cpu']:.0f}) |"
        f" {measured.memory / 1e6:.0f} MB | {measured.cpu * 1000:.0f} |",
        flush=True,
    )


def explain(measured: Measured) -> None:
    """Print the callbacks that kept the event loop longest."""
    print(f"  longest garbage collection {measured.loop['gc']:.1f} ms of processor time")
    for one in measured.loop["slow"]:
        print(f"  {one['cpu']:6.1f} ms of processor time, {one['wall']:6.1f} ms in all: {one['of']}")
        for stack in one["stacks"]:
            print(f"      {stack}")


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--pictures", choices=("half-cell", "kitty", "sixel"), default="half-cell")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--import", dest="folder", type=Path)
    parser.add_argument("--explain", action="store_true", help="print what kept the event loop longest")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        data = options.data or Path(place)
        os.environ["FLUFFY_DATA_DIR"] = str(data)
        make_photos(data / "bench-photos")
        asyncio.run(fill(data / "bench-photos", options.photos))
        measured = browse(options.photos, options.pictures, options.folder)
        beside = ", import beside" if options.folder else ""
        print("| photos | ready | key → row | key → next preview | cold | stall (CPU) | memory | CPU a key |")
        print("|---|---|---|---|---|---|---|---|")
        report(f"{options.photos:,}, {options.pictures}{beside}", measured)
        if options.explain:
            explain(measured)


if __name__ == "__main__":
    main()
