"""Keep channels that Buffer no longer lists, so that old posts have the names of their channels.

Revision ID: 0055
Revises: 0054
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add whether Buffer lists a channel."""
    op.add_column(
        "channels", sa.Column("is_listed", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )


def downgrade() -> None:
    """Forget the others, but for those that a persona has."""
    op.execute(
        "DELETE FROM channels WHERE NOT is_listed AND id NOT IN (SELECT channel_id FROM persona_channels)"
    )
    op.drop_column("channels", "is_listed")
