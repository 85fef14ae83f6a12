"""Requests to Buffer for many posts in one channel, submitted at once.

    python benchmarks/channel_requests.py [--posts 200]

A worker runs in a process of its own, and Buffer is the stand-in, whose budget is large enough for all of them. The
peer is a client that sends one request for each post and never looks.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench_persona import persona_with_photos
from PIL import Image

from fluffy_tui.demo import StandIn, Window

GOAL = 2.2
"""Requests a post."""
ENOUGH = 100_000
UNLIMITED = (Window("15m", "15min", 900, ENOUGH), Window("24h", "24h", 86_400, ENOUGH))


async def measure(place: Path, count: int) -> None:
    """Submit the posts, wait until all are in Buffer, and print what was asked."""
    (place / "photos").mkdir()
    for number in range(count):
        picture = Image.linear_gradient("L").rotate(number % 360).convert("RGB")
        picture.save(place / "photos" / f"{number}.jpg", comment=f"photo {number}".encode())
    async with StandIn(media=place / "media", windows=UNLIMITED) as stand_in:
        stand_in.world.scheduled_posts = count + 10
        async with persona_with_photos(place, stand_in) as (services, photos):
            before, began = len(stand_in.requests), time.perf_counter()
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "fluffy_tui", "--worker", stdout=asyncio.subprocess.DEVNULL
            )
            for number, photo in enumerate(photos):
                result = await services.scheduling.schedule_post(photo, f"caption {number}")
                if not result.ok:
                    raise SystemExit(result.reason)
            await stand_in.until(lambda: len({post.text for post in stand_in.posts()}) >= count)
            async for _ in services.events():
                if all(post.status == "scheduled" for post in await services.scheduling.posts(limit=count)):
                    break
            seconds = time.perf_counter() - began
            worker.terminate()
            await worker.wait()
        asked = [request for request in stand_in.requests[before:] if request.fields]
        fields = Counter(field for request in asked for field in request.fields)
        created = len([post for post in stand_in.posts() if post.text.startswith("caption ")])
    print(
        "| posts | in Buffer | requests | of which | requests a post | goal | seconds |\n|---|---|---|---|---|---|---|"
    )
    kinds = ", ".join(f"{number} {field}" for field, number in fields.most_common())
    print(
        f"| {count} | {created} | {len(asked)} | {kinds} | {len(asked) / count:.2f} | ≤ {GOAL} | {seconds:.0f} |"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fluffy-benchmark-") as folder:
        asyncio.run(measure(Path(folder), arguments.posts))
