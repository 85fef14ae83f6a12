"""Similarity at 100,000 vectors: time of each question and recall against comparing all, ratios printed.

    python benchmarks/more_like_this.py [--photos 100000] [--queries 100] [--hard]

Vectors are made: four fifths in clusters of about fifty, as bursts and series of one motif are, one fifth at random
(`--hard`: in all 512 directions, as no model spreads them).
Three personas share them: one with most photos and half of them scheduled, one with nearly all scheduled, a small one.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlalchemy import column, select, table

import fluffy_tui.photos.tables  # noqa: F401 - to which the tables of vectors refer
from fluffy_tui.core.database import Database
from fluffy_tui.core.embedded import EmbeddedServer
from fluffy_tui.core.migration_runner import migrate
from fluffy_tui.personas import Personas
from fluffy_tui.similarity import Similarity
from fluffy_tui.similarity.index.model_registry import INDEX_PREFIX, ModelRegistry, index_statement
from fluffy_tui.similarity.models.onnx_model import DESCRIPTION

Vectors = NDArray[np.float32]

SHARES = {"most photos, half scheduled": (0.80, 0.5), "95 % scheduled": (0.18, 0.95), "small": (0.02, 0.1)}
LIMIT = 24

EXACT = """
SELECT photo_id FROM photo_embeddings WHERE model_id = %(model)s ORDER BY (embedding::vector(512) <=> (
    SELECT embedding::vector(512) FROM photo_embeddings WHERE photo_id = %(photo)s AND model_id = %(model)s
)) + 0 LIMIT %(limit)s
"""


@dataclass(frozen=True)
class World:
    """What was put into the database; photo ids are positions plus one."""

    vectors: Vectors
    persona_of: NDArray[np.int64]
    scheduled: NDArray[np.bool_]


def make_world(count: int, personas: list[int], *, hard: bool = False) -> World:
    """Return vectors, owners and which photos have a post.

    They lie as those of the built-in model do, which was measured on photographs: two unrelated ones .64 apart in
    the median and 1 % within .42, which is a common direction and about 40 free ones; two of one motif about .13.

    Args:
        count: Photos.
        personas: Their ids.
        hard: Spread the vectors over all 512 directions instead, as no model does; no graph index likes that.
    """
    chance = np.random.default_rng(1)
    free = 512 if hard else 40
    centres = chance.normal(size=(max(1, count // 50), free))
    lone = chance.normal(size=(count, free))
    of_motif = (centres[chance.integers(0, len(centres), count)] + 0.5 * lone) / np.sqrt(1.25)
    latent = np.where((chance.random(count) < 0.8)[:, None], of_motif, lone)
    if hard:
        vectors = latent
    else:
        directions = np.linalg.qr(chance.normal(size=(512, free + 1)))[0].T
        vectors = 0.6 * directions[0] + 0.8 / np.sqrt(free) * latent @ directions[1:]
        vectors += 0.05 / np.sqrt(512) * chance.normal(size=vectors.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    shares = list(SHARES.values())
    who = chance.choice(len(personas), count, p=[share for share, _ in shares])
    scheduled = chance.random(count) < np.array([part for _, part in shares])[who]
    return World(vectors.astype(np.float32), np.array(personas)[who], scheduled)


def fill(url: str, world: World, model: Any) -> float:
    """Copy everything into the database and build the index at once; return the seconds that building took."""
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE photos DISABLE TRIGGER USER")
        cursor.execute(f"DROP INDEX {INDEX_PREFIX}{model.id}")
        count = len(world.vectors)
        with cursor.copy(
            "COPY photos (id, persona_id, path, sha256, byte_size, width, height, format, modified_at, is_scheduled)"
            " FROM STDIN"
        ) as rows:
            for number in range(count):
                rows.write_row(
                    (number + 1, int(world.persona_of[number]), f"/p/{number}.jpg", number.to_bytes(32, "big"),
                     1, 3, 2, "JPEG", "2026-01-01T00:00:00Z", bool(world.scheduled[number]))
                )  # fmt: skip
        with cursor.copy(
            "COPY photo_embeddings (photo_id, model_id, dimensions, embedding) FROM STDIN"
        ) as rows:
            for number, vector in enumerate(world.vectors):
                line = io.StringIO()
                np.savetxt(line, vector[None], fmt="%.6g", delimiter=",", newline="")
                rows.write_row((number + 1, model.id, model.dimensions, f"[{line.getvalue()}]"))
        chance = np.random.default_rng(2)
        with cursor.copy("COPY photo_hashes (photo_id, pdq, pdq_quality, dhash) FROM STDIN") as rows:
            for number in range(count):
                bits = "".join(f"{byte:08b}" for byte in chance.bytes(48))
                rows.write_row((number + 1, bits[:256], 90, bits[256:]))
        cursor.execute(
            "INSERT INTO library_counts (persona_id, name, number)"
            " SELECT persona_id, 'unscheduled', count(*) FROM photos WHERE NOT is_scheduled GROUP BY persona_id"
        )
        cursor.execute("SET maintenance_work_mem = '1GB'")
        began = time.perf_counter()
        cursor.execute(index_statement(model))
        built = time.perf_counter() - began
        cursor.execute("VACUUM ANALYZE")
    return built


def candidates(world: World, persona: int) -> NDArray[np.int64]:
    """Return the positions of the persona's photos without a post."""
    return np.flatnonzero((world.persona_of == persona) & ~world.scheduled)


async def measure_more(
    alike: Similarity, world: World, persona: int, queries: int
) -> tuple[list[float], float]:
    """Return the milliseconds of each question and the recall."""
    open_ones = candidates(world, persona)
    own = np.flatnonzero(world.persona_of == persona)
    asked = np.random.default_rng(3).choice(own, queries)
    times, hits, wanted = [], 0, 0
    for position in asked:
        began = time.perf_counter()
        found = await alike.more_like(int(position) + 1, limit=LIMIT)
        times.append((time.perf_counter() - began) * 1000)
        pool = open_ones[open_ones != position]
        distances = 1 - world.vectors[pool] @ world.vectors[position]
        bound = np.partition(distances, min(LIMIT, len(pool)) - 1)[min(LIMIT, len(pool)) - 1]
        wanted += min(LIMIT, len(pool))
        true = 1 - world.vectors[[one.photo_id - 1 for one in found]] @ world.vectors[position]
        hits += int(np.sum(true <= bound + 1e-5))
    return times, hits / wanted


async def measure_least(
    alike: Similarity, world: World, persona: int, queries: int
) -> tuple[list[float], float]:
    """Return the milliseconds of each question, and how far the found photos are, as a share of the farthest."""
    open_ones = candidates(world, persona)
    posted = np.flatnonzero((world.persona_of == persona) & world.scheduled)
    chance = np.random.default_rng(4)
    times, shares = [], []
    for _ in range(queries):
        recent = chance.choice(posted, 9, replace=False)
        began = time.perf_counter()
        found = await alike.least_like([int(one) + 1 for one in recent], limit=LIMIT)
        times.append((time.perf_counter() - began) * 1000)
        nearest = (1 - world.vectors[open_ones] @ world.vectors[recent].T).min(axis=1)
        best = np.sort(nearest)[::-1][: len(found)]
        shares.append(float(np.mean([one.distance for one in found]) / best.mean()))
    return times, float(np.mean(shares))


async def measure_same(alike: Similarity, count: int, queries: int) -> list[float]:
    """Return the milliseconds of looking for the same picture among all hashes."""
    times = []
    for photo in np.random.default_rng(5).integers(1, count + 1, queries):
        began = time.perf_counter()
        await alike.same_picture(int(photo))
        times.append((time.perf_counter() - began) * 1000)
    return times


def exact_scan(url: str, model: Any, queries: int) -> list[float]:
    """Return the milliseconds of comparing all vectors in Postgres, as without any index."""
    times = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        for photo in range(1, queries + 1):
            began = time.perf_counter()
            connection.execute(EXACT, {"photo": photo, "model": model.id, "limit": LIMIT}).fetchall()
            times.append((time.perf_counter() - began) * 1000)
    return times


def told(times: list[float]) -> str:
    """Return the median and the 95th percentile."""
    return f"{np.percentile(times, 50):.1f} ms, p95 {np.percentile(times, 95):.1f}"


async def run(count: int, queries: int, url: str, *, hard: bool) -> None:
    """Fill a database and ask."""
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    service = Personas(database, None)
    personas = [(await service.create(name)).id for name in SHARES]
    model = await ModelRegistry(database).register(DESCRIPTION)
    world = make_world(count, personas, hard=hard)
    built = await asyncio.to_thread(fill, url, world, model)
    print(f"{count:,} vectors of 512 numbers; index built in {built:.0f} s")
    alike = Similarity(
        database,
        posts=select(column("photo_id")).select_from(table("posts")),
        outside=select(column("post_id")).select_from(table("outside_posts")),
    )
    await measure_more(alike, world, personas[0], 20)  # warms caches and connections
    exact = await asyncio.to_thread(exact_scan, url, model, 20)
    print("| question | time | comparing all | recall | goal |\n|---|---|---|---|---|")
    for persona, name in zip(personas, SHARES, strict=True):
        times, recall = await measure_more(alike, world, persona, queries)
        print(
            f"| more like this: {name} | {told(times)} | {told(exact)} | {recall:.3f} | p95 ≤ 10 ms; ≥ .98 |"
        )
    for persona, name in zip(personas, SHARES, strict=True):
        times, share = await measure_least(alike, world, persona, queries)
        print(
            f"| least like the last nine: {name} | {told(times)} | | {share:.3f} as far as the farthest | |"
        )
    print(f"| same picture, all hashes compared | {told(await measure_same(alike, count, queries))} | | | |")
    await database.close()


def main() -> None:
    """Run on an embedded server of its own, which is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--hard", action="store_true")
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="fluffy-similarity-"))
    server = EmbeddedServer(place / "postgres", log=place / "postgres.log")
    try:
        asyncio.run(run(options.photos, options.queries, server.start(), hard=options.hard))
    finally:
        server.release()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
