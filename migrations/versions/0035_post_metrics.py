"""Keep what the networks count for live posts.

Revision ID: 0035
Revises: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the numbers of posts, and note for each organisation when they were read."""
    op.create_table(
        "post_metrics",
        sa.Column(
            "post_id",
            sa.BigInteger(),
            sa.ForeignKey("posts.id", name="fk_post_metrics_post_id_posts", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("is_percentage", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("post_id", "type", name="pk_post_metrics"),
    )
    op.add_column("follow_rounds", sa.Column("metrics_asked_at", sa.DateTime(timezone=True)))
    op.add_column("follow_rounds", sa.Column("metrics_refusal", sa.Text()))


def downgrade() -> None:
    """Forget the numbers."""
    op.drop_column("follow_rounds", "metrics_refusal")
    op.drop_column("follow_rounds", "metrics_asked_at")
    op.drop_table("post_metrics")
