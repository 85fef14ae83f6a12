"""Key → highlighted row and key → preview in a real terminal, stalls and memory, for a library of any size.

    python benchmarks/browse.py [--photos 100000] [--pictures kitty] [--data FOLDER] [--import FOLDER]

The newest photos of a library are 12-megapixel JPEGs of eight colours, so that a preview is recognized by its colour;
the others are only rows. `--data` keeps the database for the next run. `--import` runs an import at the same time, and
starts it again for another persona whenever it has finished.
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
JUMPS = 12
PAGE_DOWN = "\x04"
"""Page down, to photos that were not shown before."""


@dataclass
class RepeatedImport:
    """Imports of one folder, one after the other, for as long as the benchmark runs."""

    folder: Path
    runs: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the first import."""
        self._thread = threading.Thread(target=self._repeat)
        self._thread.start()

    def stop(self) -> None:
        """End the current import."""
        self._stopped.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join()

    def _repeat(self) -> None:
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
class Measurement:
    """Times in seconds, memory in bytes, processor time of the app in seconds."""

    ready: float = 0.0
    rows: list[float] = field(default_factory=list)
    following: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    memory: int = 0
    cpu: float = 0.0
    loop: dict[str, Any] = field(default_factory=dict)
    """As written by `browse_app`."""


def preview_is_shown(terminal: Terminal) -> bool:
    """Whether the preview shows the highlighted photo, which has a number as its name."""
    name = terminal.position.strip(" │▌").split(".")[0].strip()
    if not name.isdigit() or terminal.colour is None:
        return False
    expected = COLOURS[int(name) % len(COLOURS)]
    return all(abs(a - b) < 60 for a, b in zip(terminal.colour, expected, strict=True))


def step(terminal: Terminal, key: str) -> tuple[float, float]:
    """Press a key; return the seconds until another row is highlighted and until its picture is shown."""
    before = terminal.position
    pressed = time.perf_counter()
    terminal.child.send(key)
    terminal.settle(0.1, 1.0)  # process the output only afterwards, to leave the processor to the app
    row = terminal.wait(lambda: terminal.position not in ("", before)) - pressed
    return row, terminal.wait(lambda: preview_is_shown(terminal)) - pressed


def browse(count: int, pictures: str, folder: Path | None) -> Measurement:
    """Open a library in the app, press keys, and return how long the screen took."""
    notes = Path(tempfile.mkstemp()[1])
    command = [sys.executable, str(Path(__file__).parent / "browse_app.py"), str(notes)]
    measured = Measurement()
    load_settings().paths.state_file.unlink(missing_ok=True)  # forget the last position
    started = time.perf_counter()
    setting = "half-cell" if pictures == "half-cell" else "auto"
    terminal = Terminal([*command, "--persona", f"bench-{count}"], pictures, {"FLUFFY_PREVIEW": setting})
    measured.ready = terminal.wait(lambda: ".jpg" in terminal.position, 90) - started
    terminal.child.send("g")
    terminal.wait(lambda: preview_is_shown(terminal))
    terminal.settle(1, 6)
    terminal.process_output()
    process = psutil.Process(terminal.child.pid)
    importing = RepeatedImport(folder) if folder else None
    if importing:
        importing.start()
    os.kill(terminal.child.pid, signal.SIGUSR1)
    before = sum(process.cpu_times()[:2])
    for _ in range(STEPS):
        row, preview = step(terminal, "j")
        measured.rows.append(row)
        measured.following.append(preview)
        terminal.settle(0.3, 1.0)
        terminal.process_output()
    measured.cpu = (sum(process.cpu_times()[:2]) - before) / STEPS
    for _ in range(JUMPS):
        measured.cold.append(step(terminal, PAGE_DOWN)[1])
        terminal.settle(0.5, 1.0)
        terminal.process_output()
    if importing:
        importing.stop()
    measured.memory = process.memory_info().rss
    os.kill(terminal.child.pid, signal.SIGUSR2)
    terminal.child.send("q")
    terminal.child.wait()
    measured.loop = json.loads(notes.read_text(encoding="utf-8"))
    notes.unlink()
    return measured


def percentile_95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(times)[round(0.95 * (len(times) - 1))]


def report(name: str, measured: Measurement) -> None:
    """Print a row of the table in README.md."""

    def percentiles(times: list[float]) -> str:
        return f"{statistics.median(times) * 1000:.0f} / {percentile_95(times) * 1000:.0f}"

    print(
        f"| {name} | {measured.ready:.2f} s | {percentiles(measured.rows)} | {percentiles(measured.following)} |"
        f" {percentiles(measured.cold)} | {measured.loop['wall']:.0f} ({measured.loop['cpu']:.0f}) |"
        f" {measured.memory / 1e6:.0f} MB | {measured.cpu * 1000:.0f} |",
        flush=True,
    )


def explain(measured: Measurement) -> None:
    """Print the slowest callbacks of the event loop."""
    print(f"  longest garbage collection {measured.loop['gc']:.1f} ms of processor time")
    for one in measured.loop["slow"]:
        print(f"  {one['cpu']:6.1f} ms of processor time, {one['wall']:6.1f} ms in total: {one['of']}")
        for stack in one["stacks"]:
            print(f"      {stack}")


def main() -> None:
    """Create the library, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--pictures", choices=("half-cell", "kitty", "sixel"), default="half-cell")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--import", dest="folder", type=Path)
    parser.add_argument(
        "--explain", action="store_true", help="print the slowest callbacks of the event loop"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data = options.data or Path(temporary)
        os.environ["FLUFFY_DATA_DIR"] = str(data)
        make_photos(data / "bench-photos")
        asyncio.run(fill(data / "bench-photos", options.photos))
        measured = browse(options.photos, options.pictures, options.folder)
        during = ", during an import" if options.folder else ""
        print("| photos | ready | key → row | key → next preview | cold | stall (CPU) | memory | CPU a key |")
        print("|---|---|---|---|---|---|---|---|")
        report(f"{options.photos:,}, {options.pictures}{during}", measured)
        if options.explain:
            explain(measured)


if __name__ == "__main__":
    main()
