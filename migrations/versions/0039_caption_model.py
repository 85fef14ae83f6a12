"""Keep how each persona writes, and which posts have a text from a model.

Revision ID: 0039
Revises: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; no persona has a voice until now, and no text came from a model."""
    op.add_column("personas", sa.Column("voice", sa.Text(), server_default="", nullable=False))
    for table in ("posts", "planned_edits"):
        op.add_column(
            table, sa.Column("ai_assisted", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )


def downgrade() -> None:
    """Drop the columns."""
    for table in ("planned_edits", "posts"):
        op.drop_column(table, "ai_assisted")
    op.drop_column("personas", "voice")
