"""`--adopt` of a large fluffy-train database: its time, its memory, and that a second run changes nothing.

    python benchmarks/adoption.py [--photos 100000] [--missing 0.5]

All photos have vectors; six of ten have a post, of which two of three are posted. The source, the program's own
database and the files are made below the system's temporary folder; the files are kept for the next run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from imports_files import make_small_photos
from psycopg import sql

from fluffy_tui.core.embedded import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = """
CREATE EXTENSION vector;
CREATE TABLE personas (id bigserial PRIMARY KEY, name varchar NOT NULL UNIQUE);
CREATE TABLE photos (
    id bigserial PRIMARY KEY, persona_id bigint, path varchar NOT NULL UNIQUE, embedding vector(512)
);
CREATE TABLE scheduling_posts (
    id bigserial PRIMARY KEY, photo_id bigint, persona_id bigint, caption text, status varchar,
    provider_post_id varchar, scheduled_at timestamp(6), posted_at timestamp(6), hashtags jsonb,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now(),
    UNIQUE (photo_id, persona_id)
);
INSERT INTO personas (name) VALUES ('sarah');
"""
VECTORS = """
UPDATE photos SET embedding = (
    SELECT array_agg(random() - 0.5)::vector FROM generate_series(1, 512 + 0 * photos.id)
)
"""
POSTS = """
INSERT INTO scheduling_posts (photo_id, persona_id, caption, status, posted_at, scheduled_at, hashtags)
SELECT id, persona_id, 'fog ' || id,
    CASE WHEN id % 3 > 0 THEN 'posted' WHEN id % 2 = 0 THEN 'draft' ELSE 'scheduled' END,
    CASE WHEN id % 3 > 0 THEN now() - id * interval '1 minute' END,
    CASE WHEN id % 3 = 0 THEN now() + id * interval '1 minute' END, '["fog", "pier"]'
FROM photos WHERE id % 10 < 6
"""


@dataclass(frozen=True)
class Run:
    """One adoption."""

    seconds: float
    peak_mb: float
    """Resident memory of the largest process so far."""
    summary: dict[str, Any]
    lines: int


def fill(url: str, files: Path, count: int, there: int) -> None:
    """Make a source of `count` photos, of which the files of `there` are there, one in every few."""
    names = sorted(str(path) for path in files.rglob("*.JPG"))[:there]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        with connection.cursor().copy("COPY photos (persona_id, path) FROM STDIN") as copy:
            for number in range(count):
                has_file = number * there // count < (number + 1) * there // count
                path = names[number * there // count] if has_file else f"{files}/gone/{number:06}.jpg"
                copy.write_row((1, path))
        connection.execute(VECTORS)
        connection.execute(POSTS)
        connection.execute("ANALYZE")


def adopt(url: str, data: Path) -> Run:
    """Run the program to its end."""
    started = time.perf_counter()
    environment = {**os.environ, "FLUFFY_DATA_DIR": str(data), "FLUFFY_ADOPT_URL": url}
    command = [sys.executable, "-m", "fluffy_tui", "--adopt", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode not in (0, 1):  # 1: files are missing
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    lines = done.stdout.splitlines()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Run(time.perf_counter() - started, peak, json.loads(lines[-1]), len(lines))


def state(data: Path) -> dict[str, str]:
    """Return digests of all that an adoption writes."""
    server = EmbeddedServer(data / "postgres", log=data / "postgres.log")
    found = {}
    try:
        with psycopg.connect(server.start()) as connection:
            tables = ("personas", "photos", "photo_places", "posts", "post_photos", "photo_embeddings")
            for table in (*tables, "library_counts", "photo_keywords"):
                rows = sql.SQL("SELECT md5(t::text) AS row FROM {} AS t").format(sql.Identifier(table))
                digest = sql.SQL("SELECT count(*), md5(string_agg(row, '' ORDER BY row)) FROM ({}) AS t")
                found[table] = str(connection.execute(digest.format(rows)).fetchone())
    finally:
        server.release()
    found["drafts"] = str(hash(tuple(drafts(data / "kept-texts"))))
    return found


def drafts(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the name of each draft and when it was written."""
    for path in sorted(folder.glob("*")):
        yield path.name, path.stat().st_mtime_ns


def main() -> None:
    """Measure and print rows for README.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--missing", type=float, default=0.5)
    options = parser.parse_args()
    there = round(options.photos * (1 - options.missing))
    files = make_small_photos(Path(tempfile.gettempdir()) / f"fluffy-made-{there}", there)
    print("| what | seconds | photos/s | largest process |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        data, source = place / "data", EmbeddedServer(place / "source", log=place / "source.log")
        try:
            url = source.start()
            fill(url, files, options.photos, there)
            tell("adopted", options.photos, adopt(url, data))
            before = state(data)
            tell("again, unchanged", options.photos, adopt(url, data))
            changed = {name for name, digest in state(data).items() if digest != before[name]}
        finally:
            source.release()
        print(f"changed by the second run: {changed or 'nothing'}", flush=True)


def tell(what: str, count: int, run: Run) -> None:
    """Print one adoption."""
    rate = f"{run.seconds:.1f} | {count / run.seconds:,.0f} | {run.peak_mb:.0f} MB"
    print(f"| {count:,} photos {what} | {rate} |\n{run.lines} lines; {run.summary}", flush=True)


if __name__ == "__main__":
    main()
