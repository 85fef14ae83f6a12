"""A fluffy-train database as Rails 8 made it (schema 2025_11_09), for tests to fill."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import make_url

_numbers = itertools.count()

SCHEMA = """
CREATE EXTENSION vector;
CREATE TABLE personas (
    id bigserial PRIMARY KEY, name varchar NOT NULL UNIQUE, caption_config jsonb, hashtag_strategy jsonb,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE photos (
    id bigserial PRIMARY KEY, persona_id bigint, path varchar NOT NULL UNIQUE, embedding vector, cluster_id bigint,
    created_at timestamp(6) NOT NULL DEFAULT now(), updated_at timestamp(6) NOT NULL DEFAULT now()
);
CREATE TABLE photo_analyses (
    id bigserial PRIMARY KEY, photo_id bigint NOT NULL, sharpness float, exposure float, aesthetic float,
    detected_objects jsonb, caption text
);
CREATE TABLE scheduling_posts (
    id bigserial PRIMARY KEY, photo_id bigint, persona_id bigint, caption text, status varchar DEFAULT 'draft',
    provider_post_id varchar, scheduled_at timestamp(6), posted_at timestamp(6), cluster_id bigint,
    strategy_name varchar, optimal_time_calculated timestamp(6), hashtags jsonb DEFAULT '[]',
    caption_metadata jsonb, created_at timestamp(6) NOT NULL DEFAULT '2025-10-01 08:00',
    updated_at timestamp(6) NOT NULL DEFAULT '2025-10-02 08:00', UNIQUE (photo_id, persona_id)
);
"""
"""Without the foreign keys: the oddities that users' databases have are made here as well."""


class TrainRows:
    """Fills a fluffy-train database.

    Args:
        url: Its address.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""
        self._connection.execute(statement.encode(), values)

    def persona(self, name: str) -> int:
        """Add a persona and return its id."""
        return self._added("INSERT INTO personas (name) VALUES (%s)", [name])

    def photo(self, path: Path | str, persona: int | None, vector: Sequence[float] | None = None) -> int:
        """Add a photo and return its id."""
        text = None if vector is None else f"[{','.join(map(str, vector))}]"
        return self._added(
            "INSERT INTO photos (path, persona_id, embedding) VALUES (%s, %s, %s::vector)",
            [str(path), persona, text],
        )

    def post(self, photo: int, persona: int | None, status: str | None, **values: Any) -> int:
        """Add a post and return its id."""
        if "hashtags" in values:
            values["hashtags"] = Jsonb(values["hashtags"])
        columns = {"photo_id": photo, "persona_id": persona, "status": status, **values}
        query = sql.SQL("INSERT INTO scheduling_posts ({}) VALUES ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
        )
        return self._added(query.as_string(), [*columns.values()])

    def contents(self) -> list[Any]:
        """Return all rows of all tables, and when each was last written."""
        tables = ("personas", "photos", "photo_analyses", "scheduling_posts")
        return [
            self._connection.execute(
                f"SELECT xmin::text, t::text FROM {table} t ORDER BY id".encode()
            ).fetchall()
            for table in tables
        ]

    def _added(self, statement: str, values: Sequence[Any]) -> int:
        row = self._connection.execute(f"{statement} RETURNING id".encode(), values).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def train_rows(server_url: str, encoding: str = "UTF8") -> Iterator[TrainRows]:
    """Yield an empty fluffy-train database on the tests' server."""
    name = f"train_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        statement = "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LOCALE 'C'"
        connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Literal(encoding)))
    rows = TrainRows(make_url(server_url).set(database=name).render_as_string(hide_password=False))
    try:
        rows.execute(SCHEMA)
        yield rows
    finally:
        rows.close()
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
