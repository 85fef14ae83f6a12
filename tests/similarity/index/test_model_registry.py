"""Each model's index: the one of a database that was made by an older version becomes the one of today."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
from alembic import command

from fluffy_tui.core.migration_runner import alembic_config
from fluffy_tui.similarity.index.model_registry import INDEX_PREFIX, Models
from fluffy_tui.similarity.models.builtin_model import DESCRIPTION

if TYPE_CHECKING:
    from fluffy_tui.core.database import Database


async def test_an_index_of_an_older_version_is_made_anew(database: Database, database_url: str) -> None:
    model = await Models(database).enter(DESCRIPTION)

    def index() -> str:
        with psycopg.connect(database_url) as connection:
            rows = connection.execute(
                "SELECT indexdef FROM pg_indexes WHERE indexname = %s", [f"{INDEX_PREFIX}{model.id}"]
            ).fetchall()
        [(definition,)] = rows
        return str(definition)

    entered = index()
    assert "halfvec(512)" in entered
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0014")
    assert "vector_cosine_ops" in index()
    assert "halfvec" not in index()
    await asyncio.to_thread(command.upgrade, alembic_config(database_url), "head")
    assert index() == entered
