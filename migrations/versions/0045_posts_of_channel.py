"""Find what went out or failed on a channel in some days without reading all of its posts.

Revision ID: 0045
Revises: 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the posts of each channel by step, and of each step in the order of their times."""
    op.create_index(
        "ix_posts_of_channel",
        "posts",
        [
            "channel_id",
            "step",
            sa.text(
                "coalesce(posted_at, scheduled_at, requested_at_time, '9999-12-31 00:00:00+00'::timestamptz)"
            ),
        ],
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_posts_of_channel", table_name="posts")
