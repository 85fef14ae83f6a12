"""Submit → "in Buffer" on the screen, minus Buffer's response times: the app in a terminal with its own worker.

    python benchmarks/submit.py [--posts 20] [--answer 0.2] [--explain]

There is no pause for undo. Buffer is the stand-in behind a relay, which delays each response by `--answer` seconds, as
the internet does, and records how long it took. The time to render the picture is taken from the post's history.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from browse_terminal import Terminal
from PIL import Image

from fluffy_tui.bootstrap import open_services
from fluffy_tui.settings import load_settings

CTRL_S = "\x13"
GOAL = 150


@dataclass(frozen=True)
class Seen:
    """When a post was submitted, and when the screen showed it as in Buffer; seconds since 1970."""

    pressed: float
    shown: float


@dataclass(frozen=True)
class Post:
    """One post: times on the screen, in its history and of Buffer's responses."""

    seen: Seen
    history: dict[str, float]
    """When it reached each step, in seconds since 1970."""
    responses: list[float]
    """How long each of Buffer's responses took, in seconds."""

    @property
    def whole(self) -> float:
        """Seconds in total."""
        return self.seen.shown - self.seen.pressed

    @property
    def picture(self) -> float:
        """Seconds to render the picture."""
        return self.history["hosting"] - self.history["rendering"]

    @property
    def own(self) -> float:
        """Seconds that are neither Buffer's nor for rendering."""
        return self.whole - sum(self.responses) - self.picture

    def __str__(self) -> str:
        steps = {step: round((at - self.seen.pressed) * 1000) for step, at in self.history.items()}
        return f"{steps} on the screen {self.whole * 1000:.0f}"


def submit(terminal: Terminal, number: int) -> Seen:
    """Write a caption for the selected photo, submit, and wait until the app shows the post in Buffer."""
    caption = f"number {number} of the benchmark"

    def shows(*texts: str) -> bool:
        return any(all(text in line for text in texts) for line in terminal.screen.display)

    terminal.child.send("\r")
    terminal.wait(lambda: shows("caption ·"))
    terminal.child.send(caption)
    terminal.wait(lambda: shows(caption) and shows("✓ host"))
    terminal.settle(0.5)
    terminal.process_output()
    pressed, clock = time.time(), time.perf_counter()
    terminal.child.send(CTRL_S)
    shown = terminal.wait(lambda: shows("✓", caption[:15], "in Buffer"))  # a line may be incomplete
    terminal.settle(0.5)
    terminal.process_output()
    return Seen(pressed, pressed + shown - clock)


async def histories() -> list[dict[str, float]]:
    """Return when each post reached each of its steps, oldest post first."""
    async with open_services(load_settings()) as services:
        posts = reversed(await services.scheduling.posts())
        timelines = [await services.scheduling.timeline(post.id) for post in posts]
    return [{str(event.step): event.at.timestamp() for event in reversed(timeline)} for timeline in timelines]


async def prepare(folder: Path, count: int) -> None:
    """Create photos, and a persona with a channel."""
    noise = Image.effect_noise((2000, 1500), 30).convert("RGB")
    for number in range(count):
        noise.rotate(number * 7 % 360).save(folder / f"{number}.jpg", quality=90)
    async with open_services(load_settings()) as services:
        persona = await services.personas.create("bench")
        channels = await services.personas.available_channels()
        instagram = next(channel for channel in channels if channel.name == "sarah.frames")
        await services.personas.set_channel(persona, instagram.id)


def report(name: str, times: list[float], goal: str = "") -> None:
    """Print a row of the table in README.md."""
    late = sorted(times)[round(0.95 * (len(times) - 1))]
    print(f"| {name} | {statistics.median(times) * 1000:.0f} ms | {late * 1000:.0f} ms | {goal} |")


def measure(place: Path, count: int, answer: float) -> list[Post]:
    """Submit one photo after the other; the first is not counted, because the worker is still starting then."""
    serving = [sys.executable, str(Path(__file__).parent / "submit_buffer.py")]
    buffer = subprocess.Popen(
        [*serving, str(place / "media"), str(answer)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    address = json.loads(next(buffer.stdout or iter(())))
    os.environ |= {
        "FLUFFY_DATA_DIR": str(place / "data"),
        "FLUFFY_CONFIG": str(place / "config.toml"),
        "BUFFER_API_KEY": address["key"],
        "FLUFFY_BUFFER_URL": address["url"],
        "FLUFFY_MEDIA_HOST": "directory",
        "FLUFFY_MEDIA_BASE_URL": address["media_url"],
        "FLUFFY_MEDIA_DIRECTORY": str(place / "media"),
        "FLUFFY_UNDO_SECONDS": "0",
        "FLUFFY_PREVIEW": "half-cell",
    }
    photos = place / "photos"
    photos.mkdir()
    asyncio.run(prepare(photos, count + 1))
    fluffy = [sys.executable, "-m", "fluffy_tui"]
    subprocess.run([*fluffy, "--import", str(photos), "--persona", "bench"], check=True)
    terminal = Terminal([*fluffy, "--persona", "bench"], "half-cell", {})
    terminal.wait(lambda: ".jpg" in terminal.position, 90)
    found = [submit(terminal, number) for number in range(count + 1)]
    responses = httpx.get(f"{address['url']}/responses", trust_env=False).json()
    steps = asyncio.run(histories())
    terminal.child.send("q")
    terminal.child.wait()
    buffer.communicate("")
    return [
        Post(seen, history, [took for began, took in responses if seen.pressed < began < seen.shown])
        for seen, history in zip(found, steps, strict=True)
    ][1:]


def main() -> None:
    """Measure in a temporary installation and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--posts", type=int, default=20)
    parser.add_argument(
        "--answer", type=float, default=0.2, help="seconds that each of Buffer's responses takes"
    )
    parser.add_argument("--explain", action="store_true", help="print each post's steps")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        posts = measure(Path(place), options.posts, options.answer)
    requests = statistics.mean(len(post.responses) for post in posts)
    print("| submit → “in Buffer” | p50 | p95 | goal |\n|---|---|---|---|")
    report("total", [post.whole for post in posts])
    report(f"Buffer, {requests:.1f} requests", [sum(post.responses) for post in posts])
    report("rendering", [post.picture for post in posts])
    report("rest", [post.own for post in posts], f"≤ {GOAL} ms")
    for post in posts if options.explain else ():
        print(f"  {post}")


if __name__ == "__main__":
    main()
