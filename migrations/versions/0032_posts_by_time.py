"""Find the posts of a persona around any time, at any steps, without reading all of them.

Revision ID: 0032
Revises: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the posts of each step in the order of their times; those without one come last."""
    op.create_index(
        "ix_posts_by_time",
        "posts",
        [
            "persona_id",
            sa.text("coalesce(step, 'draft')"),
            sa.text(
                "coalesce(posted_at, scheduled_at, requested_at_time, '9999-12-31 00:00:00+00'::timestamptz)"
            ),
            "id",
        ],
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_posts_by_time", table_name="posts")
