"""Run revisions on the database whose URL is in the configuration's attributes."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, make_url, pool

from fluffy_tui.core.database import Base


def include_name(name: str | None, type_: str, parents: object) -> bool:
    """Ignore what no table class describes.

    Revision 0002 creates Procrastinate's tables with plain SQL; each embedding model's index is created at its first
    use.
    """
    own = {"table": "procrastinate_", "index": "ix_photo_embeddings_hnsw_"}
    return not (name is not None and type_ in own and name.startswith(own[type_]))


def run() -> None:
    """Apply the revisions in one transaction."""
    url = make_url(context.config.attributes["url"]).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=pool.NullPool)
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
