"""Keep by which rules each photo was dated, so that imports date again what earlier versions dated.

Revision ID: 0063
Revises: 0062
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the places from before are behind, and their next import reads the heads of the files."""
    op.add_column(
        "photo_places",
        sa.Column("date_rules", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("photo_places", "date_rules")
