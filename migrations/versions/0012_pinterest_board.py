"""Store the Pinterest board of a persona and of its posts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column to both tables."""
    op.add_column("personas", sa.Column("pinterest_board_id", sa.Text()))
    op.add_column("posts", sa.Column("pinterest_board_id", sa.Text()))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("posts", "pinterest_board_id")
    op.drop_column("personas", "pinterest_board_id")
