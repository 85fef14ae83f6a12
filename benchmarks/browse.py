"""Key → highlighted row and key → preview in a real terminal, on libraries of any size.

    python benchmarks/browse.py [--sizes 1000 100000 1000000] [--data FOLDER] [--import FOLDER]

The newest photos of each library are 12-megapixel JPEGs of eight colours, so that a preview is known by its colour;
the others are rows only. `--data` keeps the database for the next time, `--import` has an import run beside.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import psutil
import pyte
from PIL import Image
from sqlalchemy import text

from fluffy_tui.bootstrap import open_services
from fluffy_tui.personas import PersonaNotFound
from fluffy_tui.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS, COLUMNS = 40, 140
REAL = 400
COLOURS = [(230, 20, 20), (20, 230, 20), (20, 20, 230), (230, 230, 20), (20, 230, 230), (230, 20, 230)]
COLOURS += [(230, 230, 230), (20, 20, 20)]
STEPS = 40
FILL = text(
    """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at)
    SELECT :persona, CASE WHEN n <= :real THEN :folder || '/' || n || '.jpg' ELSE '/nowhere/' || n || '.jpg' END,
           sha256((:persona || ' ' || n)::bytea), :size, 4000, 3000, 'JPEG',
           timestamptz '2026-01-01Z' - n * interval '1 minute', timestamptz '2026-01-01Z'
    FROM generate_series(1, :count) AS n
    """
)


def make_photos(folder: Path) -> None:
    """Make real files for the newest photos: links to a dozen megapixels in each colour."""
    if (folder / f"{REAL}.jpg").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    noise = Image.effect_noise((4000, 3000), 20)
    for number, colour in enumerate(COLOURS):
        flat = Image.merge(
            "RGB", [noise.point(lambda value, part=part: value // 8 + part * 7 // 8) for part in colour]
        )
        flat.save(folder / f"colour-{number}.jpeg-source", "JPEG", quality=90)
    for number in range(1, REAL + 1):
        os.link(folder / f"colour-{number % len(COLOURS)}.jpeg-source", folder / f"{number}.jpg")


async def fill(folder: Path, count: int) -> None:
    """Make a persona with that many photos, unless there is one."""
    async with open_services(load_settings()) as services:
        name = f"bench-{count}"
        try:
            await services.personas.get(name)
        except PersonaNotFound:
            persona = await services.personas.create(name)
            values = {"persona": persona.id, "real": REAL, "folder": str(folder), "size": 1, "count": count}
            async with services.database.transaction() as session:
                await session.execute(FILL, values)
            async with services.database.transaction() as session:
                await session.execute(text("ANALYZE photos"))


@dataclass
class Terminal:
    """The app in a pty, and what it has drawn."""

    child: pexpect.spawn[bytes]
    screen: pyte.Screen
    stream: pyte.ByteStream

    def wait(self, done: Callable[[], bool], timeout: float = 30) -> float:
        """Read until `done()` holds; return when the last of it came."""
        limit = time.perf_counter() + timeout
        while not done():
            if time.perf_counter() > limit:
                raise SystemExit("the screen never came:\n" + "\n".join(self.screen.display))
            data = self.child.read_nonblocking(65536, timeout=timeout)
            came = time.perf_counter()
            self.stream.feed(data)
            if done():
                return came
        return time.perf_counter()

    def quiet(self, seconds: float) -> None:
        """Read until nothing has come for so long."""
        while True:
            try:
                self.stream.feed(self.child.read_nonblocking(65536, timeout=seconds))
            except pexpect.TIMEOUT:
                return

    @property
    def cursor_row(self) -> int:
        """The line of the screen that is highlighted."""
        return next((y for y, line in enumerate(self.screen.display) if "▌" in line[:4]), -1)

    @property
    def position(self) -> str:
        """What the highlighted line says."""
        return self.screen.display[self.cursor_row][:46] if self.cursor_row >= 0 else ""

    @property
    def colour(self) -> str:
        """The colour in the middle of the preview."""
        return str(self.screen.buffer[14][94].fg)


def near(colour: str, expected: tuple[int, int, int]) -> bool:
    """Whether a colour such as `e61414` is about the one expected."""
    try:
        parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    except ValueError:
        return False
    return all(abs(a - b) < 60 for a, b in zip(parts, expected, strict=True))


def expected_colour(terminal: Terminal) -> tuple[int, int, int] | None:
    """Return the colour of the photo that is highlighted, from its number."""
    name = terminal.position.strip(" │▌").split(".")[0].strip()
    return COLOURS[int(name) % len(COLOURS)] if name.isdigit() else None


def preview_is_there(terminal: Terminal) -> bool:
    """Whether the preview is that of the highlighted photo."""
    expected = expected_colour(terminal)
    return expected is not None and near(terminal.colour, expected)


def percentiles(times: list[float]) -> str:
    """Return median and 95th percentile in words."""
    ordered = sorted(times)
    late = ordered[round(0.95 * (len(ordered) - 1))]
    return f"p50 {statistics.median(times) * 1000:6.1f} ms   p95 {late * 1000:6.1f} ms"


def browse(count: int, folder: Path | None) -> None:
    """Start the app on a library, press keys, print how long the screen took."""
    stall = Path(tempfile.mkstemp()[1])
    command = [str(Path(__file__).parent / "browse_app.py"), str(stall), "--persona", f"bench-{count}"]
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "FLUFFY_PREVIEW": "half-cell",
    }
    started = time.perf_counter()
    child = pexpect.spawn(sys.executable, command, dimensions=(ROWS, COLUMNS), env=environment, timeout=60)
    screen = pyte.Screen(COLUMNS, ROWS)
    terminal = Terminal(child, screen, pyte.ByteStream(screen))
    ready = terminal.wait(lambda: "1.jpg" in terminal.position, 60) - started
    child.send("g")
    terminal.quiet(3)
    importing = None
    if folder is not None:
        importing = subprocess.Popen(
            [sys.executable, "-m", "fluffy_tui", "--import", str(folder), "--persona", "bench-import"],
            stdout=subprocess.DEVNULL,
        )
    rows, following, cold = [], [], []
    for _ in range(STEPS):
        before = terminal.position
        pressed = time.perf_counter()
        child.send("j")
        rows.append(terminal.wait(lambda before=before: terminal.position not in ("", before)) - pressed)
        following.append(terminal.wait(lambda: preview_is_there(terminal)) - pressed)
        terminal.quiet(0.4)
    for _ in range(8):
        before = terminal.position
        pressed = time.perf_counter()
        child.send("\x04")
        terminal.wait(lambda before=before: terminal.position not in ("", before))
        cold.append(terminal.wait(lambda: preview_is_there(terminal)) - pressed)
        terminal.quiet(0.6)
    memory = psutil.Process(child.pid).memory_info().rss / 1e6
    child.send("q")
    child.expect(pexpect.EOF)
    if importing is not None:
        importing.terminate()
        importing.wait()
    print(f"{count:>9,} photos, ready after {ready:.2f} s, {memory:.0f} MB (goal ≤ 200)")
    print(f"  key → row                {percentiles(rows)}   (goal p95 ≤ 33)")
    print(f"  key → next preview       {percentiles(following)}   (goal p95 ≤ 35)")
    print(f"  key → preview, cold      {percentiles(cold)}   (goal p95 ≤ 100)")
    print(f"  longest stall of the event loop {stall.read_text(encoding='utf-8').strip()} ms   (goal ≤ 50)")
    stall.unlink()


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--import", dest="folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        data = options.data or Path(place)
        os.environ["FLUFFY_DATA_DIR"] = str(data)
        make_photos(data / "bench-photos")
        for count in options.sizes:
            asyncio.run(fill(data / "bench-photos", count))
            browse(count, options.folder)


if __name__ == "__main__":
    main()
