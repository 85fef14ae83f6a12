"""The statements that a test has sent, and what Postgres does to answer them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, takewhile
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from fluffy_tui.core.database import Database


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that read or change rows, with their parameters, and what is set for a transaction."""
    executed: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE", "SET LOCAL")) and not many:
            executed.append((statement, parameters))

    def note_end(connection: Any) -> None:
        executed.append(("COMMIT", None))

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", note_end)
    try:
        yield executed
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "commit", note_end)


async def plans(
    database: Database, executed: Sequence[tuple[str, Any]]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Run statements again, and return each with the nodes of its plan; nothing of it stays."""
    found = []
    left = iter(executed)
    for first in left:
        async with database.transaction() as session:
            connection = await session.connection()
            for statement, parameters in chain([first], takewhile(lambda one: one[0] != "COMMIT", left)):
                if statement.startswith("SET LOCAL"):
                    await connection.exec_driver_sql(statement)
                elif statement != "COMMIT":
                    explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
                    [plan] = (await connection.exec_driver_sql(explained, parameters)).scalar_one()
                    found.append((statement, list(_nodes(plan["Plan"]))))
            await session.rollback()
    return found


def rows_read(node: dict[str, Any]) -> int:
    """Return how many rows a node of a plan has read."""
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    return int((node["Actual Rows"] + dropped) * node["Actual Loops"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
