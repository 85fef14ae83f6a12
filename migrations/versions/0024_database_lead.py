"""Note how far the database's clock is ahead of Buffer's, from which every machine can tell its own.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename the column, without the values of single machines."""
    op.alter_column("follow_rounds", "local_lead", new_column_name="database_lead")
    op.execute("UPDATE follow_rounds SET database_lead = NULL")


def downgrade() -> None:
    """Rename it back."""
    op.alter_column("follow_rounds", "database_lead", new_column_name="local_lead")
    op.execute("UPDATE follow_rounds SET local_lead = NULL")
