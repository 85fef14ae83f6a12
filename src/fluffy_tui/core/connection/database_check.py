"""Checks whether a database can be used at all, before anything in it is changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn

import psycopg
from psycopg.rows import class_row

from fluffy_tui.core.errors import DatabaseUnavailable

OLDEST_POSTGRES = 14
OLDEST_PGVECTOR = (0, 7)
"""The duplicate search needs bit_hamming_ops, which was added in pgvector 0.7.0 (its changelog)."""

VECTOR = "vector"
"""The extension's name in Postgres."""

OWN_DATABASE = "Create a database for fluffy-tui alone (createdb fluffy_tui), and name it in DATABASE_URL."

_FACTS = """
SELECT
    current_setting('server_version_num')::int / 10000 AS major,
    current_setting('server_encoding') AS encoding,
    current_setting('DateStyle') AS date_style,
    current_setting('default_transaction_isolation') AS isolation,
    current_setting('session_replication_role') AS replication_role,
    CASE
        WHEN current_setting('standard_conforming_strings') = 'off' THEN 'standard_conforming_strings = on'
        WHEN current_setting('array_nulls') = 'off' THEN 'array_nulls = on'
        WHEN current_setting('transform_null_equals') = 'on' THEN 'transform_null_equals = off'
        WHEN current_setting('gin_fuzzy_search_limit') <> '0' THEN 'gin_fuzzy_search_limit = 0'
    END AS needed_setting,
    current_setting('default_transaction_read_only')::bool AS is_read_only,
    pg_is_in_recovery() AS is_standby,
    quote_ident(current_database()) AS database,
    quote_ident(current_user) AS role,
    quote_ident(current_schema()) AS schema,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
    (SELECT extversion FROM pg_extension WHERE extname = %(vector)s) AS vector,
    (
        SELECT default_version FROM pg_available_extensions WHERE name = %(vector)s
        AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = %(vector)s)  -- it reads a folder of files
    ) AS available_vector,
    (
        SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace AS place ON place.oid = extnamespace
        WHERE extname = %(vector)s AND NOT nspname = ANY (current_schemas(true))
    ) AS hidden_in
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks need to know of a server and a database; names are quoted as in SQL where they need it."""

    major: int
    encoding: str
    date_style: str
    isolation: str
    replication_role: str
    needed_setting: str | None
    """The setting that has to change so that statements mean the usual; None if none has to."""
    is_read_only: bool
    is_standby: bool
    database: str
    role: str
    schema: str | None
    """Where new tables are created; None if no schema of the search path exists."""
    may_create: bool
    vector: str | None
    """The version of pgvector in this database."""
    available_vector: str | None
    """The version that the server could put into it, if there is none yet."""
    hidden_in: str | None
    """The schema of pgvector, if it is not in the search path."""


def check_server(connection: psycopg.Connection) -> Facts:
    """Check what every start depends on, whether or not there is something to migrate.

    Raises:
        DatabaseUnavailable: the server or the database cannot be used.
    """
    with connection.cursor(row_factory=class_row(Facts)) as cursor:
        facts = cursor.execute(_FACTS, {"vector": VECTOR}).fetchone()
    if facts is None:
        raise AssertionError("the query always returns one row")
    if facts.major < OLDEST_POSTGRES:
        _refuse(
            f"The database is PostgreSQL {facts.major}; fluffy-tui needs {OLDEST_POSTGRES} or newer.",
            "Upgrade the server, or unset DATABASE_URL to use the embedded one.",
        )
    if facts.encoding != "UTF8":
        _refuse(
            f"The database {facts.database} has the encoding {facts.encoding}, which cannot hold every caption.",
            "Create one with UTF-8 (createdb -E UTF8 -T template0 fluffy_tui), and name it in DATABASE_URL.",
        )
    if facts.is_standby:
        _refuse(
            "The database server is a standby, which cannot be written to.",
            "Use the address of the primary server in DATABASE_URL.",
        )
    if facts.is_read_only:
        _refuse(
            f"Transactions of {facts.role} in {facts.database} are read-only.",
            f"Run: ALTER ROLE {facts.role} IN DATABASE {facts.database} SET default_transaction_read_only = off;",
        )
    if not facts.date_style.startswith("ISO"):
        _refuse(
            f"The database writes dates in the style {facts.date_style}; fluffy-tui needs ISO.",
            f"Run: ALTER ROLE {facts.role} IN DATABASE {facts.database} SET DateStyle = 'ISO';",
        )
    if facts.isolation != "read committed":
        _refuse(
            f"Transactions of {facts.role} in {facts.database} are {facts.isolation}; fluffy-tui needs read committed.",
            f"Run: ALTER ROLE {facts.role} IN DATABASE {facts.database}"
            " SET default_transaction_isolation = 'read committed';",
        )
    if facts.replication_role == "replica":
        _refuse(
            f"Triggers do not run for {facts.role} in {facts.database}, so counts and taken photos would be wrong.",
            f"Run: ALTER ROLE {facts.role} IN DATABASE {facts.database} SET session_replication_role = origin;",
        )
    if facts.needed_setting:
        _refuse(
            f"Statements of {facts.role} in {facts.database} have an unusual meaning; fluffy-tui needs the usual one.",
            f"Run: ALTER ROLE {facts.role} IN DATABASE {facts.database} SET {facts.needed_setting};",
        )
    _check_pgvector(facts)
    check_session(connection)
    return facts


def _check_pgvector(facts: Facts) -> None:
    version = facts.vector or facts.available_vector
    if version is None:
        _refuse(
            "The database server does not have the extension pgvector.",
            f"Install it there (for example the package postgresql-{facts.major}-pgvector) and try again.",
        )
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_PGVECTOR:
        _refuse(
            f"The database has pgvector {version}; fluffy-tui needs 0.7 or newer.",
            "Upgrade it on the server, then run ALTER EXTENSION vector UPDATE.",
        )
    if facts.hidden_in:
        path = ", ".join(dict.fromkeys((facts.schema or "public", facts.hidden_in)))
        _refuse(
            f"pgvector is in the schema {facts.hidden_in}, which is not in the search path of {facts.role}.",
            f"Run: ALTER ROLE {facts.role} IN DATABASE {facts.database} SET search_path = {path};",
        )


def check_session(connection: psycopg.Connection) -> None:
    """Refuse a pooler that gives each transaction another connection; sessions that share a backend show it.

    Events arrive by LISTEN, which such a pooler loses without an error.

    Raises:
        DatabaseUnavailable: it is one.
    """
    if (backend := _backend(connection)) == connection.info.backend_pid:
        return
    with psycopg.connect(connection.info.dsn, password=connection.info.password, autocommit=True) as second:
        backends = [_backend(second), _backend(connection)]
    if backends[0] == backend or backends[1] != backend:
        _refuse(
            "DATABASE_URL leads to a pooler that shares connections between transactions, such as pgbouncer with"
            " pool_mode=transaction, through which no change would be noticed.",
            "Set DATABASE_DIRECT_URL to the server's own address as well (often port 5432 instead of 6432 or 6543), or"
            " use a pooler with pool_mode=session.",
        )


def _backend(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0


def check_before_migration(
    connection: psycopg.Connection, facts: Facts, tables: Collection[str], *, is_new: bool
) -> None:
    """Check what creating and changing these tables depends on; `is_new` says that the database was never migrated.

    Raises:
        DatabaseUnavailable: a migration would fail.
    """
    if facts.schema is None:
        _refuse(
            f"The search path of {facts.role} names no schema that exists, so there is no place for tables.",
            f"Run: ALTER ROLE {facts.role} IN DATABASE {facts.database} SET search_path = public;",
        )
    if not facts.may_create:
        _refuse(
            f"The database user {facts.role} may not create tables in the schema {facts.schema}.",
            f"Run as an administrator: GRANT CREATE ON SCHEMA {facts.schema} TO {facts.role};",
        )
    if is_new:
        taken = connection.execute(
            "SELECT typname FROM pg_type WHERE typnamespace = current_schema()::regnamespace"
            " AND (typname = ANY (%s) OR starts_with(typname::text, 'procrastinate_')) ORDER BY 1",
            [sorted(tables)],
        ).fetchall()
        if taken:
            _refuse(
                f"The schema {facts.schema} has {_names([name for (name,) in taken])} of another program.",
                OWN_DATABASE,
            )


def check_tables(
    connection: psycopg.Connection, facts: Facts, tables: Collection[str], *, needs_vector: bool
) -> None:
    """Check that a migrated database has these tables, for this user: a dump may have been restored in part.

    Raises:
        DatabaseUnavailable: tables or the extension are missing, or the tables are forbidden.
    """
    if needs_vector and facts.vector is None:
        _refuse(
            f"The database {facts.database} has lost pgvector, and with it the embeddings; a restore can do that.",
            "Run CREATE EXTENSION vector; in a new database, and restore the dump there.",
        )
    rows = connection.execute(
        "SELECT name, to_regclass(quote_ident(name)) IS NULL FROM unnest(%s::text[]) AS name"
        " WHERE to_regclass(quote_ident(name)) IS NULL"
        " OR NOT (has_table_privilege(quote_ident(name), 'SELECT') AND has_table_privilege(quote_ident(name), 'INSERT')"
        " AND has_table_privilege(quote_ident(name), 'UPDATE') AND has_table_privilege(quote_ident(name), 'DELETE'))"
        " ORDER BY 1",
        [sorted(tables)],
    ).fetchall()
    if missing := [name for name, is_missing in rows if is_missing]:
        _refuse(
            f"The database has alembic_version but lacks {_names(missing)}: it belongs to another program,"
            " or was restored in part.",
            f"Restore the dump into an empty database. {OWN_DATABASE}",
        )
    if rows:
        _refuse(
            f"The database user {facts.role} may not use {_names([name for name, _ in rows])}.",
            f"Run as their owner: GRANT ALL ON ALL TABLES IN SCHEMA {facts.schema} TO {facts.role};"
            f" GRANT ALL ON ALL SEQUENCES IN SCHEMA {facts.schema} TO {facts.role};",
        )
    disabled = connection.execute(
        "SELECT DISTINCT relname::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE tgenabled IN ('D', 'R') AND relnamespace = current_schema()::regnamespace AND relname = ANY (%s)"
        " ORDER BY 1",
        [sorted(tables)],
    ).fetchall()
    if disabled:
        names = [name for (name,) in disabled]
        _refuse(
            f"Triggers of {_names(names)} are switched off, as a failed pg_restore --disable-triggers leaves them.",
            "Run as their owner: " + " ".join(f"ALTER TABLE {name} ENABLE TRIGGER USER;" for name in names),
        )


def _names(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"the {'table' if len(names) == 1 else 'tables'} {', '.join(names[:3])}{more}"


def _refuse(message: str, hint: str) -> NoReturn:
    raise DatabaseUnavailable(message, hint)
