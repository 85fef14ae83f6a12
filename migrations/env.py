"""Run revisions on the database whose URL is in the configuration's attributes."""

from __future__ import annotations

from functools import partial

from alembic import context
from sqlalchemy import create_engine, pool

from fluffy_tui.core.database import Base
from fluffy_tui.core.migration_runner import connect_unhurried


def include_name(name: str | None, type_: str, parents: object) -> bool:
    """Ignore what no table class describes.

    Revision 0002 creates Procrastinate's tables with plain SQL; each embedding model's index is created at its first
    use.
    """
    own = {"table": "procrastinate_", "index": "ix_photo_embeddings_hnsw_"}
    return not (name is not None and type_ in own and name.startswith(own[type_]))


def run() -> None:
    """Apply the revisions in one transaction."""
    connect = partial(connect_unhurried, context.config.attributes["url"])
    engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=include_name,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
