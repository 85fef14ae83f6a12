"""Note on which machine a photo is, and for which machine a post waits.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the columns."""
    op.create_table(
        "machines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machines")),
    )
    op.add_column("photos", sa.Column("machine_id", sa.Text(), nullable=True))
    op.add_column("posts", sa.Column("waits_for_machine", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("posts", "waits_for_machine")
    op.drop_column("photos", "machine_id")
    op.drop_table("machines")
