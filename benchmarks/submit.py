"""Submit → "in Buffer" on the screen, over what Buffer takes to answer: the app in a terminal and a worker of its own.

    python benchmarks/submit.py [--posts 20] [--answer 0.2] [--explain]

There is no pause for undoing. Buffer is the stand-in behind a relay, which makes each answer as late as `--answer`
says, since Buffer is far away, and notes how long it took. Making the picture is told apart, from the post's trail.
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
    """When one post was submitted, and when the screen said that it is in Buffer; seconds since 1970."""

    pressed: float
    told: float


@dataclass(frozen=True)
class Post:
    """One post: what was seen, what its trail says, and what Buffer took."""

    seen: Seen
    trail: dict[str, float]
    """When it came to each step, in seconds since 1970."""
    answers: list[float]
    """How long each of Buffer's answers took, in seconds."""

    @property
    def whole(self) -> float:
        """Seconds in all."""
        return self.seen.told - self.seen.pressed

    @property
    def picture(self) -> float:
        """Seconds for making the picture."""
        return self.trail["hosting"] - self.trail["rendering"]

    @property
    def own(self) -> float:
        """Seconds that are neither Buffer's nor the making of the picture."""
        return self.whole - sum(self.answers) - self.picture

    def __str__(self) -> str:
        steps = {step: round((at - self.seen.pressed) * 1000) for step, at in self.trail.items()}
        return f"{steps} on the screen {self.whole * 1000:.0f}"


def submit(terminal: Terminal, number: int) -> Seen:
    """Write a caption for the photo under the cursor, submit, and wait for what the strip says."""
    caption = f"number {number} of the benchmark"

    def says(*words: str) -> bool:
        return any(all(word in line for word in words) for line in terminal.screen.display)

    terminal.child.send("\r")
    terminal.wait(lambda: says("caption ·"))
    terminal.child.send(caption)
    terminal.wait(lambda: says(caption) and says("✓ host"))
    terminal.settle(0.5)
    terminal.take_in()
    pressed, clock = time.time(), time.perf_counter()
    terminal.child.send(CTRL_S)
    told = terminal.wait(lambda: says("✓", caption[:15], "in Buffer"))  # a line may be read half written
    terminal.settle(0.5)
    terminal.take_in()
    return Seen(pressed, pressed + told - clock)


async def trails() -> list[dict[str, float]]:
    """Return when each post came to each of its steps, the oldest post first."""
    async with open_services(load_settings()) as services:
        posts = reversed(await services.scheduling.posts())
        timelines = [await services.scheduling.timeline(post.id) for post in posts]
    return [{str(event.step): event.at.timestamp() for event in reversed(timeline)} for timeline in timelines]


async def prepare(folder: Path, count: int) -> None:
    """Make photos, and a persona with a channel."""
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
    """Submit one photo after the other, but for the first, at which the worker imports and asks for the channel."""
    serving = [sys.executable, str(Path(__file__).parent / "submit_buffer.py")]
    buffer = subprocess.Popen(
        [*serving, str(place / "media"), str(answer)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    where = json.loads(next(buffer.stdout or iter(())))
    os.environ |= {
        "FLUFFY_DATA_DIR": str(place / "data"),
        "FLUFFY_CONFIG": str(place / "config.toml"),
        "BUFFER_API_KEY": where["key"],
        "FLUFFY_BUFFER_URL": where["url"],
        "FLUFFY_MEDIA_HOST": "directory",
        "FLUFFY_MEDIA_BASE_URL": where["media_url"],
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
    answers = httpx.get(f"{where['url']}/answers", trust_env=False).json()
    steps = asyncio.run(trails())
    terminal.child.send("q")
    terminal.child.wait()
    buffer.communicate("")
    return [
        Post(seen, trail, [took for began, took in answers if seen.pressed < began < seen.told])
        for seen, trail in zip(found, steps, strict=True)
    ][1:]


def main() -> None:
    """Measure on an installation of its own, which is removed afterwards."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--posts", type=int, default=20)
    parser.add_argument(
        "--answer", type=float, default=0.2, help="seconds that each of Buffer's answers takes"
    )
    parser.add_argument("--explain", action="store_true", help="print each post's steps")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        posts = measure(Path(place), options.posts, options.answer)
    asked = statistics.mean(len(post.answers) for post in posts)
    print("| submit → “in Buffer” | p50 | p95 | goal |\n|---|---|---|---|")
    report("in all", [post.whole for post in posts])
    report(f"of it Buffer's, {asked:.1f} requests", [sum(post.answers) for post in posts])
    report("of it making the picture", [post.picture for post in posts])
    report("the rest", [post.own for post in posts], f"≤ {GOAL} ms")
    for post in posts if options.explain else ():
        print(f"  {post}")


if __name__ == "__main__":
    main()
