"""Find the posts of a persona that ended last without reading all of them.

Revision ID: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep live and failed posts in the order in which they ended."""
    op.create_index(
        "ix_posts_ended",
        "posts",
        ["persona_id", sa.text("coalesce(posted_at, updated_at)"), "id"],
        postgresql_where=sa.text("status IN ('posted', 'failed')"),
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_posts_ended", table_name="posts")
