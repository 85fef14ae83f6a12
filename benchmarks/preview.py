"""A small picture of a 12- and a 48-megapixel JPEG, cold, warm and from the cache, against `chafa` and `timg`.

python benchmarks/preview.py [--runs 10] [JPEG …]
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from fluffy_tui.photos import Photo
from fluffy_tui.photos.file_state import modified_time
from fluffy_tui.photos.thumbnails import ThumbnailCache, Thumbnails

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = {12: (4000, 3000), 48: (8000, 6000)}
BOX = (600, 480)


def make(folder: Path, megapixels: int) -> Path:
    """Make a JPEG as detailed as a photograph: noise over a gradient, some 4 bits a pixel."""
    width, height = SIZES[megapixels]
    noise = Image.effect_noise((width // 2, height // 2), 40).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    gradient = Image.linear_gradient("L").resize((width, height))
    path = folder / f"{megapixels}-megapixels.jpg"
    Image.merge("RGB", (noise, gradient, noise)).save(path, quality=90)
    return path


def known(path: Path) -> Photo:
    """Return a file as the library knows it."""
    status = path.stat()
    with Image.open(path) as image:
        width, height = image.size
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    moment = datetime.now(UTC)
    return Photo(
        1,
        1,
        path,
        sha256,
        status.st_size,
        width,
        height,
        "JPEG",
        None,
        modified_time(status),
        None,
        None,
        moment,
    )


def median(measure: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return median and 95th percentile in milliseconds, after one run that is not counted."""
    measure()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        measure()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), sorted(times)[min(len(times) - 1, round(0.95 * len(times)))]


def command(*words: str) -> Callable[[], object]:
    """Return what runs a command."""
    return lambda: subprocess.run(words, capture_output=True, check=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        print("| what | measured | peer, whole process | ratio | goal |\n|---|---|---|---|---|")
        files = options.files or [make(Path(place), megapixels) for megapixels in SIZES]
        for path in files:
            photo = known(path)
            small = Thumbnails(ThumbnailCache(Path(place) / "small"))
            first = median(partial(Thumbnails(None).make, photo, *BOX), options.runs)
            again = median(partial(small.make, photo, *BOX), options.runs)
            tiny = median(partial(small.make, photo, 12, 12), options.runs)
            chafa = median(
                command("chafa", "--size", "60x24", "--format", "symbols", str(path)), options.runs
            )
            timg = median(command("timg", "-g60x24", "-ph", str(path)), options.runs)
            name = f"{path.name}, {photo.byte_size / 1e6:.1f} MB"
            print(
                f"| {name}, for {BOX[0]} × {BOX[1]} | {first[0]:.0f} ms, p95 {first[1]:.0f} |"
                f" `chafa` {chafa[0]:.0f} ms, `timg` {timg[0]:.0f} ms |"
                f" {chafa[0] / first[0]:.1f} and {timg[0] / first[0]:.1f} times as fast | ≤ 100 ms at 12 megapixels |"
            )
            print(f"| from the cache on disk | {again[0]:.0f} ms, p95 {again[1]:.0f} | | | ≤ 35 ms |")
            print(f"| the same, for the filmstrip | {tiny[0]:.0f} ms, p95 {tiny[1]:.0f} | | | |")


if __name__ == "__main__":
    main()
