"""Keep the time zone of each persona, and tell names apart that only say the day, or the moment.

Revision ID: 0052
Revises: 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0050"
branch_labels = None
depends_on = None

# A name without a time is of noon; one with that time names it.
TOLD_APART = r"""
    UPDATE photos SET dated_by = CASE WHEN name ~ '^PXL_\d{8}_\d{6}' THEN 'name in utc' ELSE 'name of day' END
    WHERE dated_by = 'name' AND (
        name ~ '^PXL_\d{8}_\d{6}' OR taken_at::time = '12:00' AND name !~ '12[-_.: ]?00[-_.: ]?00'
    )
"""


def upgrade() -> None:
    """Add the column; a persona from before gets the time zone of the server, which is this machine's if it is here."""
    op.add_column("personas", sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False))
    op.execute(
        "UPDATE personas SET timezone = current_setting('TimeZone') WHERE current_setting('TimeZone') <> 'localtime'"
    )
    op.execute(TOLD_APART)


def downgrade() -> None:
    """Drop the column."""
    op.execute("UPDATE photos SET dated_by = 'name' WHERE dated_by LIKE 'name %'")
    op.drop_column("personas", "timezone")
