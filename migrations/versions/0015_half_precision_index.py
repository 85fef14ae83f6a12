"""Rebuild the indexes of embeddings in half precision, which takes three fifths of the memory.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace each model's index."""
    _replace("halfvec")


def downgrade() -> None:
    """Replace each model's index by one in full precision."""
    _replace("vector")


def _replace(precision: str) -> None:
    models = op.get_bind().execute(sa.text("SELECT id, dimensions FROM embedding_models ORDER BY id"))
    for number, dimensions in models.all():
        name = f"ix_photo_embeddings_hnsw_{int(number)}"
        op.execute(f"DROP INDEX IF EXISTS {name}")
        op.execute(
            f"CREATE INDEX {name} ON photo_embeddings"
            f" USING hnsw ((embedding::{precision}({int(dimensions)})) {precision}_cosine_ops)"
            f" WITH (m = 24, ef_construction = 100) WHERE model_id = {int(number)}"
        )
