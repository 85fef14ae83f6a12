"""Each model's index: that of an older database is replaced by the present one."""

from __future__ import annotations

import asyncio

import psycopg
from alembic import command

from fluffy_tui.core.database import Database
from fluffy_tui.core.migration_runner import alembic_config
from fluffy_tui.similarity.index.model_registry import INDEX_PREFIX, ModelRegistry
from fluffy_tui.similarity.models.onnx_model import DESCRIPTION


async def test_an_index_of_an_older_version_is_built_again(database: Database, database_url: str) -> None:
    model = await ModelRegistry(database).register(DESCRIPTION)

    def index() -> str:
        with psycopg.connect(database_url) as connection:
            rows = connection.execute(
                "SELECT indexdef FROM pg_indexes WHERE indexname = %s", [f"{INDEX_PREFIX}{model.id}"]
            ).fetchall()
        [(definition,)] = rows
        return str(definition)

    registered = index()
    assert "halfvec(512)" in registered
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0014")
    assert "vector_cosine_ops" in index()
    assert "halfvec" not in index()
    await asyncio.to_thread(command.upgrade, alembic_config(database_url), "head")
    assert index() == registered
