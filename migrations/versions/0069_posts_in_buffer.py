"""Find the posts of which Buffer may have news without reading all posts.

Revision ID: 0069
Revises: 0068
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

IN_BUFFER_OR_LOST = """
    (lost_creates > 0 OR buffer_post_id IS NOT NULL AND step IN ('accepted', 'publishing', 'failed'))
"""
IS_LIVE_WITHOUT_LINK = "step = 'live' AND external_link IS NULL AND buffer_post_id IS NOT NULL"


def upgrade() -> None:
    """Index them."""
    op.create_index("ix_posts_in_buffer", "posts", ["id"], postgresql_where=text(IN_BUFFER_OR_LOST))
    op.create_index(
        "ix_posts_without_link", "posts", ["link_looks"], postgresql_where=text(IS_LIVE_WITHOUT_LINK)
    )


def downgrade() -> None:
    """Read all posts again."""
    op.drop_index("ix_posts_without_link", "posts")
    op.drop_index("ix_posts_in_buffer", "posts")
