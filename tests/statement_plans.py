"""The statements that a test has sent, and what Postgres does to answer them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fluffy_tui.core.database import Database


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that read or change rows, with their parameters."""
    executed: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")) and not many:
            executed.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def plans(
    database: Database, executed: Sequence[tuple[str, Any]]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Run statements again, and return each with the nodes of its plan; nothing of it stays."""
    found = []
    async with database.transaction() as session:
        connection = await session.connection()
        for statement, parameters in executed:
            rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            [plan] = rows.scalar_one()
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
