"""A copy of the migrated template, for a test, or for the tests of a module that change nothing in it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import make_url

_numbers = itertools.count()


@contextmanager
def fresh_database(server_url: str, template_name: str) -> Iterator[str]:
    """Yield the URL of a new database, which is dropped at the end."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        # Otherwise, the server reads and logs each page.
        strategy = sql.SQL(" STRATEGY file_copy" if connection.info.server_version >= 15_00_00 else "")
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}{}").format(
                sql.Identifier(name), sql.Identifier(template_name), strategy
            )
        )
        yield with_name(server_url, name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def with_name(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)
