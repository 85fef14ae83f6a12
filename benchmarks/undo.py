"""Undo of a batch: the posts cancelled all at once, beside one after the other in the same run.

    python benchmarks/undo.py [--posts 200]

The posts wait for their time, so that nothing of them is in Buffer, and no worker runs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench_persona import persona_with_photos
from PIL import Image

from fluffy_tui.demo import StandIn
from fluffy_tui.scheduling import PostRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Scheduling


async def took(
    scheduling: Scheduling, photos: Sequence[Photo], undo: Callable[[Collection[int]], Awaitable[object]]
) -> tuple[float, float]:
    """Submit a batch, undo it, and return the seconds that the undo took, and of these the own processor time."""
    results = await scheduling.schedule_posts([PostRequest((photo,), photo.name) for photo in photos])
    posts = [result.post.id for result in results if result.post is not None and result.ok]
    began, before = time.perf_counter(), os.times()
    await undo(posts)
    seconds, after = time.perf_counter() - began, os.times()
    if len(posts) < len(photos) or await scheduling.on_their_way():
        raise SystemExit("not all were submitted and undone")
    return seconds, after.user + after.system - before.user - before.system


async def measure(place: Path, count: int) -> None:
    """Undo the batch in both ways, each three times, and print the fastest of each."""
    (place / "photos").mkdir()
    for number in range(count):
        picture = Image.linear_gradient("L").rotate(number % 360).convert("RGB")
        picture.save(place / "photos" / f"{number}.jpg", comment=f"photo {number}".encode())
    async with (
        StandIn(media=place / "media") as stand_in,
        persona_with_photos(place, stand_in) as (services, photos),
    ):
        scheduling = replace(services.scheduling, undo_seconds=600.0)

        async def one_after_the_other(posts: Collection[int]) -> None:
            for post_id in posts:
                await scheduling.cancel(post_id)

        print("| posts | undone | seconds | processor time of the app |\n|---|---|---|---|")
        ways = {"all at once": scheduling.cancel_unsent, "one after the other": one_after_the_other}
        runs = {name: [await took(scheduling, photos, undo) for _ in range(3)] for name, undo in ways.items()}
        for name, times in runs.items():
            seconds, processor = min(times)
            print(f"| {count} | {name} | {seconds:.2f} s | {processor:.2f} s |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fluffy-benchmark-") as folder:
        asyncio.run(measure(Path(folder), arguments.posts))
