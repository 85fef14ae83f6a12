"""What decides whether a post is in Buffer: Buffer's clock, creates without effect, and how long a post is missing.

Revision ID: 0020
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    moment = sa.DateTime(timezone=True)
    op.add_column("posts", sa.Column("create_buffer_time", moment))
    op.add_column("posts", sa.Column("first_create_buffer_time", moment))
    op.add_column(
        "posts", sa.Column("lost_creates", sa.BigInteger, nullable=False, server_default=sa.text("0"))
    )
    op.add_column("posts", sa.Column("missing_since", moment))
    op.add_column("follow_rounds", sa.Column("local_lead", sa.Interval))


def downgrade() -> None:
    """Remove them again."""
    op.drop_column("follow_rounds", "local_lead")
    for column in ("missing_since", "lost_creates", "first_create_buffer_time", "create_buffer_time"):
        op.drop_column("posts", column)
