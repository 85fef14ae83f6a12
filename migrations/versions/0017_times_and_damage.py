"""Forget times of photos that no calendar can hold, and store whether a damaged photo is to be posted.

Cameras and programs without a date write the year 1 or 9999; moved to another zone they cannot be shown at all.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave such photos without the time taken; a file with such a time is read again at the next import."""
    op.add_column(
        "posts", sa.Column("accept_damaged", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(
        "UPDATE photos SET taken_at = NULL"
        " WHERE taken_at < '1800-01-01 00:00+00' OR taken_at >= '2200-01-01 00:00+00'"
    )
    for table in ("photos", "photo_copies"):
        op.execute(
            f"UPDATE {table} SET modified_at = 'epoch'"  # noqa: S608 - two names of our own
            " WHERE modified_at < '0001-01-03 00:00+00' OR modified_at >= '9999-12-30 00:00+00'"
        )


def downgrade() -> None:
    """Remove the column; the times are gone."""
    op.drop_column("posts", "accept_damaged")
