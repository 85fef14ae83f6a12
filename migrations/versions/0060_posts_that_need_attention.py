"""Find the posts that need attention without reading all posts.

Revision ID: 0060
Revises: 0055
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0060"
down_revision = "0055"
branch_labels = None
depends_on = None

MAY_NEED_ATTENTION = """
    (step IS NULL OR step IN ('failed', 'held', 'unconfirmed')
    OR error_code IN ('ambiguous', 'not_planned_in_buffer', 'posted_twice'))
"""


def upgrade() -> None:
    """Index them, and the pictures that are lost."""
    op.create_index("ix_posts_may_need_attention", "posts", ["id"], postgresql_where=text(MAY_NEED_ATTENTION))
    op.create_index(
        "ix_hosted_pictures_lost",
        "hosted_pictures",
        ["delivery_key"],
        postgresql_where=text("trouble IS NOT NULL"),
    )


def downgrade() -> None:
    """Read all posts again."""
    op.drop_index("ix_hosted_pictures_lost", "hosted_pictures")
    op.drop_index("ix_posts_may_need_attention", "posts")
