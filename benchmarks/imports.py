"""Import against `sha256sum` and `exiftool -fast2 -r` on the same folder, again unchanged, and its memory.

    python benchmarks/imports.py FOLDER          a folder of real photographs, 500 MB or more
    python benchmarks/imports.py --made 100000   that many small files, made below the system's temporary folder

Each command runs once before anything is measured, so that all read from memory alike.
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--made", type=int, metavar="COUNT")
    parser.add_argument("--without-exiftool", action="store_true")
    options = parser.parse_args()
    folder = options.folder or make_small_photos(
        Path(tempfile.gettempdir()) / f"fluffy-made-{options.made}", options.made
    )
    count, total = pictures(folder)
    print(f"{count:,} files, {total / 1e6:,.0f} MB in {folder}; {os.cpu_count()} cores")
    hashing = ["sh", "-c", 'find "$0" -type f ! -name ".*" -print0 | xargs -0 sha256sum', str(folder)]
    run(hashing)
    with tempfile.TemporaryDirectory() as data:
        fluffy_import(folder, data, "warm")  # makes the database's folder, too
        sums = run(hashing).seconds
        seconds, done, summary = fluffy_import(folder, data, "measured")
        again, _, unchanged = fluffy_import(folder, data, "measured")
    print(f"sha256sum                  {sums:8.2f} s")
    print(
        f"import                     {seconds:8.2f} s   {seconds / sums:.2f} × sha256sum (goal ≤ 1.2); {summary}"
    )
    print(f"import, whole process      {done.seconds:8.2f} s")
    print(
        f"unchanged, again           {again:8.2f} s   {count / again:,.0f} files/s (goal ≥ 20,000); {unchanged}"
    )
    print(f"largest process            {done.peak_mb:8.0f} MB")
    if not options.without_exiftool:
        tool = run(["exiftool", "-fast2", "-r", "-q", "-csv", str(folder)]).seconds
        print(
            f"exiftool -fast2 -r         {tool:8.2f} s   {tool / seconds:.1f} × the import's time (goal ≥ 3)"
        )


if __name__ == "__main__":
    main()
