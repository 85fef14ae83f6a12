"""What folding copies costs a library's queries, beside the same queries unfolded, at any size.

    python benchmarks/folding.py [--sizes 100000 1000000] [--copies 8] [--data FOLDER]

Of a hundred photos `--copies` share a picture with others, four at a time. `--data` keeps the database for the next
time. The libraries are rows only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import text

from fluffy_tui.bootstrap import open_services
from fluffy_tui.personas import PersonaNotFound
from fluffy_tui.photos import Browse, Posted, Sort, Verdict
from fluffy_tui.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fluffy_tui.bootstrap import Services

RUNS = 7
FILL = text(
    """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at)
    SELECT :persona, '/nowhere/IMG_' || n || '.jpg', sha256((:persona || ' ' || n)::bytea), 1, 1 + n % 7, 1 + n % 5,
           'JPEG', timestamptz '2026-01-01Z' - n * 7919 % :count * interval '1 minute', timestamptz '2026-01-01Z'
    FROM generate_series(1, CAST(:count AS bigint)) AS n
    """
)
STACK = text(
    """
    INSERT INTO photo_hashes (photo_id, pdq, pdq_quality, dhash, stack_id)
    SELECT id, repeat('0', 256)::bit(256), 100, repeat('0', 128)::bit(128),
           CASE WHEN id % 100 < :copies THEN id / 100 * 100 + id % 100 / 4 END
    FROM photos WHERE persona_id = :persona
    """
)


async def fill(services: Services, count: int, copies: int) -> int:
    """Return the id of a persona with that many photos, which is made where there is none."""
    name = f"folding-{count}-{copies}"
    try:
        return (await services.personas.get(name)).id
    except PersonaNotFound:
        persona = await services.personas.create(name)
    async with services.database.transaction() as session:
        await session.execute(FILL, {"persona": persona.id, "count": count})
        await session.execute(STACK, {"persona": persona.id, "copies": copies})
    async with services.database.transaction() as session:
        await session.execute(text("ANALYZE"))
    return persona.id


async def median(ask: Callable[[], Awaitable[object]]) -> float:
    """Return the median of some runs in milliseconds, after one that warms up."""
    await ask()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


async def measure(services: Services, persona: int, browse: Browse) -> dict[str, float]:
    """Return what each question that the library asks costs."""
    photos = services.photos
    ids = await photos.ids(persona, browse)
    middle, seen = ids[len(ids) // 2], ids[: 3 * 40]
    questions: dict[str, Callable[[], Awaitable[object]]] = {
        f"first page by {sort}": lambda sort=sort: photos.first_ids(  # type: ignore[misc]
            persona, replace(browse, sort=sort), limit=200
        )
        for sort in Sort
    }
    questions |= {
        "page from the middle": lambda: photos.first_ids(persona, browse, limit=200, after=middle),
        "first undecided": lambda: photos.first_ids(persona, browse, limit=1, verdict=Verdict.UNDECIDED),
        "never scheduled, first page": lambda: photos.first_ids(
            persona, replace(browse, posted=Posted.NEVER), limit=200
        ),
        "what is behind three screens": lambda: photos.stacks(persona, browse, seen),
        "how many are folded": lambda: photos.count_folded(persona, browse),
        "all ids": lambda: photos.ids(persona, browse),
    }
    return {name: await median(ask) for name, ask in questions.items()}


async def run(sizes: list[int], copies: int) -> None:
    """Measure every size, folded and not, and print both with their ratio."""
    async with open_services(load_settings()) as services:
        for count in sizes:
            persona = await fill(services, count, copies)
            plain = await measure(services, persona, Browse())
            folded = await measure(services, persona, Browse(folded=True))
            print(f"\n{count:,} photos, {copies} of 100 share a picture; medians of {RUNS}")
            print(f"{'':32}{'unfolded':>12}{'folded':>12}{'ratio':>8}")
            for name, before in plain.items():
                print(
                    f"{name:32}{before:9.1f} ms{folded[name]:9.1f} ms{folded[name] / before:8.1f}", flush=True
                )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="What folding copies costs.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--copies", type=int, default=8)
    parser.add_argument("--data", help="where the database is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fluffy-folding-") as place:
        os.environ["FLUFFY_DATA_DIR"] = options.data or place
        asyncio.run(run(options.sizes, options.copies))


if __name__ == "__main__":
    main()
