"""Let a persona say that all of its pictures are made with AI, and an edit change the label of a post.

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; no persona says so until now, and edits on their way keep the label of their posts."""
    op.add_column(
        "personas", sa.Column("ai_label", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("planned_edits", sa.Column("ai_generated", sa.Boolean(), nullable=True))
    op.execute(
        "UPDATE planned_edits SET ai_generated = posts.ai_generated FROM posts WHERE posts.id = post_id"
    )
    op.alter_column("planned_edits", "ai_generated", nullable=False)


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("planned_edits", "ai_generated")
    op.drop_column("personas", "ai_label")
