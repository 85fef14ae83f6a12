"""Submit → in Buffer of one post with ten photos, beside posts of each of these photos alone in the same run.

    python benchmarks/carousel.py [--photos 10] [--megapixels 12] [--answer 0.2]

A worker runs in a process of its own, and Buffer is the stand-in behind a relay, which delays each response by
`--answer` seconds, as the internet does. Two times count: from submit until the post is in Buffer, and of it the
pictures, from the first step of the post to its request to Buffer. Two cores can make ten equal pictures in 2.5 times
what two of them take alone. What the clock says depends on what else runs, the processor time hardly.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil
from bench_persona import persona_with_photos
from PIL import Image
from submit_buffer import Relay

from fluffy_tui.demo import StandIn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.photos import Photo

GOAL = 1.6
MEMORY_GOAL = 400


def write_photos(folder: Path, count: int, megapixels: float) -> None:
    """Write photos with as much detail as a camera's, each another one."""
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    size = (width, width * 3 // 4)
    noise = Image.effect_noise((size[0] // 4, size[1] // 4), 40).convert("RGB").resize(size)
    for number in range(count):
        noise.transpose(Image.Transpose(number % 7)).resize(size).save(
            folder / f"{number}.jpg", quality=92, comment=f"photo {number}".encode()
        )


class Delivery(NamedTuple):
    """A post that reached Buffer, and how many seconds that took."""

    post_id: int
    whole: float
    """From submit until it was in Buffer."""
    pictures: float
    """From its first step to the request to Buffer."""


async def deliver(services: Services, photos: Sequence[Photo], caption: str) -> Delivery:
    """Submit a post, and wait until it is in Buffer."""
    result = await services.scheduling.schedule_post(photos[0], caption, more_photos=photos[1:])
    if result.post is None:
        raise SystemExit(result.reason)
    post_id = result.post.id
    async for _ in services.events():
        post = await services.scheduling.post(post_id)
        if post is not None and post.step == "failed":
            raise SystemExit(f"post {post_id} failed: {post.error_message}")
        if post is not None and post.status == "scheduled":
            break
    steps = {str(event.step): event.at for event in reversed(await services.scheduling.timeline(post_id))}
    return Delivery(
        post_id,
        (steps["accepted"] - steps["queued"]).total_seconds(),
        (steps["sending"] - steps["rendering"]).total_seconds(),
    )


class Usage:
    """What the worker and its children use, as the kernel counts it: looking often would take from the same cores."""

    def __init__(self, process_id: int) -> None:
        self._process = psutil.Process(process_id)

    @property
    def _family(self) -> list[psutil.Process]:
        family = [self._process, *self._process.children(recursive=True)]
        return [each for each in family if "postgres" not in each.name()]

    @property
    def seconds(self) -> float:
        """Of processor time until now."""
        times = [each.cpu_times() for each in self._family]
        return sum(each.user + each.system for each in times)

    @property
    def megabytes(self) -> float:
        """The most that each has used until now, together."""
        states = [Path(f"/proc/{each.pid}/status").read_text() for each in self._family]
        return sum(int(state.partition("VmHWM:")[2].split()[0]) for state in states) * 1024 / 1e6


def print_times(what: str, together: float, alone: list[float], floor: str = "") -> None:
    """Print rows of the table in README.md that compare the one post with those of each photo alone."""
    slowest = sum(sorted(alone)[-2:])
    print(f"| {what}: in one post | {together:.2f} s | |")
    print(f"| each alone, one after the other | {sum(alone):.2f} s in all | |")
    print(f"| one post ÷ the two slowest alone | {together / slowest:.2f} | {floor} |")


async def measure(place: Path, count: int, megapixels: float, answer: float) -> None:
    """Submit one post of all photos, then cancel it and submit each photo alone; print the table."""
    (place / "photos").mkdir()
    write_photos(place / "photos", count, megapixels)
    async with (
        StandIn(media=place / "media") as stand_in,
        Relay(stand_in.url, answer) as relay,
        persona_with_photos(place, stand_in, relay.url) as (services, photos),
    ):
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "fluffy_tui", "--worker", stdout=asyncio.subprocess.DEVNULL
        )
        usage = Usage(worker.pid)
        first = await deliver(services, photos[:1], "the worker is starting")
        await services.scheduling.cancel(first.post_id)
        before = usage.seconds
        together = await deliver(services, photos, "all in one post")
        processor, megabytes = usage.seconds - before, usage.megabytes
        await services.scheduling.cancel(together.post_id)
        alone = [await deliver(services, [photo], photo.name) for photo in photos]
        worker.terminate()
        await worker.wait()
    pictures = [each.pictures for each in alone]
    floor = sum(pictures) / sum(sorted(pictures)[-2:]) / (os.cpu_count() or 1)
    print(f"{count} photos of {megapixels:g} megapixels, {answer:g} s for each response of Buffer\n")
    print("| what | measured | goal |\n|---|---|---|")
    print_times("from submit until in Buffer", together.whole, [each.whole for each in alone], f"{GOAL}")
    print_times("pictures only", together.pictures, pictures, f"{floor:.2f} if all cores did nothing else")
    print(f"| processor time of the worker for the one post | {processor:.2f} s | |")
    print(f"| most memory of the worker | {megabytes:.0f} MB | {MEMORY_GOAL} MB |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=int, default=10)
    parser.add_argument("--megapixels", type=float, default=12)
    parser.add_argument(
        "--answer", type=float, default=0.2, help="seconds that each of Buffer's responses takes"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fluffy-benchmark-") as folder:
        asyncio.run(measure(Path(folder), arguments.photos, arguments.megapixels, arguments.answer))
