"""Indexing in libraries of several sizes: photos a second, statements of over 40 ms, and what the statements read.

Beside it, photos scanned alone in the same run, without database or queue, in as many threads of the same priority.
Both are measured from the first photos that are done to the last: a process that starts, or ends, is not among it.

    python benchmarks/indexing.py [--sizes 1000 100000] [--workers 1] [--seconds 60] [--stale] [--model] [--faces]

All but the newest photos are rows with hashes; the newest are files to index. Real workers index them for some seconds
on an embedded server, whose log says which statements took over 40 ms. `--stale` keeps Postgres from learning how large
its tables are. Without `--model` only hashes and scores are made, since a million vectors take
hours to index. `--faces` looks for faces, too.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from PIL import Image
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from fluffy_tui.core.database import Database
from fluffy_tui.core.embedded import EmbeddedServer
from fluffy_tui.core.job_queue import build_queue
from fluffy_tui.core.migration_runner import migrate
from fluffy_tui.personas import Personas
from fluffy_tui.photos import Photos
from fluffy_tui.similarity import (
    BuiltinModel,
    FaceFinder,
    IndexWorker,
    ModelUnavailable,
    add_index_tasks,
    run_index_worker,
)
from fluffy_tui.similarity.index.photo_scan import lower_priority, scan

FILES = 4000
ALONE = 300
"""Photos that are scanned without database or queue, to compare with."""
SLOW = 40
TABLES = ("photos", "photo_places", "photo_hashes", "photo_troubles", "photos_to_index")
FILL = """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at, sharpness,
                        faces)
    SELECT %(persona)s, '/nowhere/' || n, sha256(n::text::bytea), 1, 4, 3, 'JPEG', now(), 1, 0
    FROM generate_series(1, %(count)s) AS n
"""
PLACES = """
    INSERT INTO photo_places (photo_id, machine_id, persona_id, path, modified_at)
    SELECT id, '', persona_id, path, modified_at FROM photos
"""
HASHED = "SELECT sum(number)::bigint FROM library_counts WHERE name = 'hashed'"
HASHES = """
    INSERT INTO photo_hashes (photo_id, pdq, pdq_quality, dhash)
    SELECT id, right(sha256::text, -1)::bit(256), 100, right(sha256::text, -1)::bit(128) FROM photos
"""


def make_files(folder: Path) -> None:
    """Write the photos to index, each of another picture."""
    folder.mkdir()
    for number in range(FILES):
        cells = np.random.default_rng(number).integers(0, 256, (9, 12, 3), dtype=np.uint8)
        picture = Image.fromarray(cells).resize((1600, 1200), Image.Resampling.BICUBIC)
        picture.save(folder / f"{number}.jpg", quality=80)


async def fill(url: str, count: int, files: Path, *, stale: bool) -> None:
    """Make a library of indexed rows, then import the files."""
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    persona = await Personas(database, None).create("bench")
    with psycopg.connect(url, autocommit=True) as connection:
        if stale:
            for table in TABLES:
                connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
            connection.execute(f"ANALYZE {', '.join(TABLES)}")
        connection.execute(FILL, {"persona": persona.id, "count": count})
        connection.execute(PLACES)
        connection.execute(HASHES)
        if not stale:
            connection.execute(f"ANALYZE {', '.join(TABLES)}")
    await Photos(database).import_folders([files], persona)
    await database.close()


def no_model(self: BuiltinModel) -> None:
    """Be a built-in model that cannot be loaded."""
    raise ModelUnavailable("the benchmark goes without")


async def work(url: str, seconds: float, *, model: bool, faces: bool) -> None:
    """Be a worker for some seconds."""
    if not model:
        BuiltinModel.load = no_model  # type: ignore[method-assign]
    database = Database(url)
    photos = Photos(database)
    worker = IndexWorker(database, photos, BuiltinModel(), None, faces=FaceFinder() if faces else None)
    queue = build_queue(database)
    add_index_tasks(queue)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, stop.set)

    async def nothing() -> None:
        return

    await run_index_worker(queue, worker, database, stop, before_start=nothing)
    worker.close()
    await database.close()


async def read_most(url: str, *, model: bool) -> dict[str, int]:
    """Scan one batch, and return the most rows that a node of each statement's plan has read."""
    if not model:
        BuiltinModel.load = no_model  # type: ignore[method-assign]
    database = Database(url)
    executed: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")) and not many:
            executed.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    worker = IndexWorker(database, Photos(database), BuiltinModel(), None)
    await worker.scan()
    event.remove(Engine, "before_cursor_execute", note)
    worker.close()
    most: dict[str, int] = {}
    async with database.transaction() as session:
        connection = await session.connection()
        for statement, parameters in executed:
            rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            [plan] = rows.scalar_one()
            most[statement] = max(most.get(statement, 0), *rows_read(plan["Plan"]))
        await session.rollback()
    await database.close()
    return most


async def scanned_alone(url: str, *, model: bool, faces: bool) -> float:
    """Return how many photos a second are scanned without database or queue, on a worker's threads."""
    database = Database(url)
    async with database.transaction() as session:
        newest = await session.scalars(
            text("SELECT id FROM photos ORDER BY id DESC LIMIT :most"), {"most": ALONE}
        )
    photos = await Photos(database).by_ids(newest.all())
    await database.close()
    builtin, finder = (BuiltinModel() if model else None), (FaceFinder() if faces else None)
    if builtin is not None:
        builtin.load()
    one = partial(scan, bits=True, scores=True, faces=finder, model=builtin)
    threads = max(1, (os.cpu_count() or 2) // 2)
    with ThreadPoolExecutor(threads, initializer=lower_priority) as pool:
        list(pool.map(one, list(photos.values())[:2]))  # what is started for the first picture
        began = time.perf_counter()
        list(pool.map(one, photos.values()))
        return len(photos) / (time.perf_counter() - began)


def rows_read(plan: dict[str, Any]) -> list[int]:
    """Return how many rows each node of a plan has read."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return [int(own), *(rows for child in plan.get("Plans", ()) for rows in rows_read(child))]


def rate(url: str, workers: list[subprocess.Popen[bytes]]) -> float:
    """Return how many photos a second workers store until they end, from the first ones that they have stored."""
    stored: list[tuple[float, int]] = []
    with psycopg.connect(url, autocommit=True) as connection:
        while any(worker.poll() is None for worker in workers):
            found = connection.execute(HASHED).fetchone()
            if found and (not stored or stored[-1][1] != found[0]):
                stored.append((time.perf_counter(), found[0]))
            time.sleep(0.02)
    _, (began, first), *_, (ended, last) = stored  # the first is what there was before
    return (last - first) / (ended - began)


def measure(url: str, log: Path, options: argparse.Namespace) -> tuple[float, list[float]]:
    """Have workers index, and return photos a second and the milliseconds of the slow statements."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE CURRENT_USER SET log_min_duration_statement = {SLOW}")
    start = log.stat().st_size
    command = [sys.executable, __file__, "--worker", url, "--seconds", str(options.seconds)]
    command += ["--model"] if options.model else []
    command += ["--faces"] if options.faces else []
    photos = rate(url, [subprocess.Popen(command) for _ in range(options.workers)])
    with log.open() as lines:
        lines.seek(start)
        slow = [float(found[1]) for line in lines if (found := re.search(r"duration: ([\d.]+) ms", line))]
    return photos, slow


def main() -> None:
    """Measure each size on an embedded server of its own, which is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--stale", action="store_true")
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--faces", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        asyncio.run(work(options.worker, options.seconds, model=options.model, faces=options.faces))
        return
    place = Path(tempfile.mkdtemp(prefix="fluffy-indexing-"))
    make_files(place / "files")
    try:
        print(
            "| photos | photos/s | scanned alone | statements over 40 ms, longest | most rows read by a statement |"
        )
        print("|---|---|---|---|---|")
        for size in options.sizes:
            log = place / f"{size}.log"
            server = EmbeddedServer(place / f"postgres-{size}", log=log)
            try:
                url = server.start()
                asyncio.run(fill(url, size, place / "files", stale=options.stale))
                most = asyncio.run(read_most(url, model=options.model))
                photos, slow = measure(url, log, options)
                alone = asyncio.run(scanned_alone(url, model=options.model, faces=options.faces))
                times = f"{len(slow)}, {max(slow, default=0):.0f} ms"
                peer = f"{alone:.1f}, {photos / alone:.2f} times"
                print(f"| {size:,} | {photos:.1f} | {peer} | {times} | {max(most.values()):,} |", flush=True)
            finally:
                server.release()
                shutil.rmtree(place / f"postgres-{size}", ignore_errors=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(f"load {os.getloadavg()[0]:.1f}", file=sys.stderr)


if __name__ == "__main__":
    main()
