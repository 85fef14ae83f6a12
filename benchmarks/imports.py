"""Import against `sha256sum` and `exiftool -fast2 -r` on the same folder, again unchanged, and its memory.

    python benchmarks/imports.py FOLDER          a folder of real photographs, 500 MB or more
    python benchmarks/imports.py [--made COUNT]  that many small files, made below the system's temporary folder

All files are read once before anything is measured, so that all commands find them in memory. Of more than twenty
thousand files, exiftool reads twenty thousand, and its time is taken for as many times longer as there are more.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from imports_files import make_small_photos

MOST_FOR_EXIFTOOL = 20_000
ENOUGH_FOR_A_RATE = 10_000
"""Files; of fewer, opening the database is most of the time when nothing has changed."""
WARMING = Path(__file__).parent
"""A folder without photos."""
FLUFFY = [sys.executable, "-m", "fluffy_tui"]


@dataclass(frozen=True)
class Run:
    """One command."""

    seconds: float
    output: str
    peak_mb: float
    """Resident memory of the largest process so far among those waited for."""


def run(command: list[str], **environment: str) -> Run:
    """Run a command to its end; a failing one ends the benchmark."""
    started = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode not in (
        0,
        1,
    ):  # 1: some files could not be read, which all commands say in their own way
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return Run(seconds, done.stdout, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def fluffy_import(folder: Path, data: str, persona: str) -> tuple[float, Run, dict[str, int]]:
    """Import a folder; return the seconds after start-up, the run, and the summary."""
    command = [*FLUFFY, "--import", str(folder), "--persona", persona, "--json"]
    done = run(command, FLUFFY_DATA_DIR=data)
    summary = json.loads(done.output.splitlines()[-1])
    return float(summary["seconds"]), done, summary


def pictures(folder: Path) -> tuple[int, int]:
    """Return how many files there are, and their bytes."""
    sizes = [
        path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")
    ]
    return len(sizes), sum(sizes)


def exiftool(folder: Path, count: int) -> tuple[float, str]:
    """Return the seconds that exiftool takes for all files; of very many it reads some, and says so."""
    command = ["exiftool", "-fast2", "-q", "-csv"]
    if count <= MOST_FOR_EXIFTOOL:
        return run([*command, "-r", str(folder)]).seconds, ""
    some = sorted(str(path) for path in folder.rglob("*.JPG"))[:MOST_FOR_EXIFTOOL]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
        names.write("\n".join(some))
        names.flush()
        seconds = run([*command, "-@", names.name]).seconds
    return seconds * count / len(some), f", from {len(some):,} of them"


def main() -> None:
    """Measure and print rows for README.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--made", type=int, metavar="COUNT", default=100_000)
    options = parser.parse_args()
    folder = options.folder or make_small_photos(
        Path(tempfile.gettempdir()) / f"fluffy-made-{options.made}", options.made
    )
    count, total = pictures(folder)
    hashing = ["sh", "-c", 'find "$0" -type f ! -name ".*" -print0 | xargs -0 sha256sum', str(folder)]
    run(hashing)
    with tempfile.TemporaryDirectory() as data:
        fluffy_import(WARMING, data, "warm")  # makes the database's folder, too
        sums = run(hashing).seconds
        seconds, done, summary = fluffy_import(folder, data, "measured")
        again, _, unchanged = fluffy_import(folder, data, "measured")
    tool, some = exiftool(folder, count)
    what = f"{count:,} files, {total / 1e6:,.0f} MB"
    print("| what | import | peer | ratio | goal |\n|---|---|---|---|---|")
    print(f"| {what} | {seconds:.1f} s | `sha256sum` {sums:.1f} s | {seconds / sums:.2f} | ≤ 1.2 |")
    print(
        f"| the same | {seconds:.1f} s | `exiftool -fast2 -r` {tool:.1f} s{some} |"
        f" {tool / seconds:.1f} times as fast | ≥ 3 |"
    )
    if count >= ENOUGH_FOR_A_RATE:
        print(f"| unchanged, again | {again:.2f} s | | {count / again:,.0f} files/s | ≥ 20,000 files/s |")
    print(f"| largest process | {done.peak_mb:.0f} MB | | | flat |")
    print(f"start-up and all: {done.seconds:.1f} s; {summary}; again: {unchanged}")


if __name__ == "__main__":
    main()
