"""Note until when Buffer was compared with the database, and the posts that only Buffer knows.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "buffer_comparisons",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("compared_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_buffer_comparisons")),
    )
    op.create_table(
        "unknown_posts",
        sa.Column("buffer_post_id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("delivery_key", sa.Text(), nullable=False),
        sa.Column("photo_digits", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("buffer_post_id", name=op.f("pk_unknown_posts")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("unknown_posts")
    op.drop_table("buffer_comparisons")
