"""Keep where screenshots and pages are written on, so that those of one layout with other words are no duplicates.

Revision ID: 0064
Revises: 0063
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import BIT

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

# Their stacks are found anew, as far as their files are there.
SCAN_AGAIN = """
    DELETE FROM photo_hashes USING photos
    WHERE photos.id = photo_hashes.photo_id AND photos.is_screenshot AND photos.missing_since IS NULL
"""


def upgrade() -> None:
    """Add the columns, and have workers scan the screenshots from before again."""
    for name in ("strokes", "blanks"):
        op.add_column("photo_hashes", sa.Column(name, BIT(16384), nullable=True))
    op.execute(SCAN_AGAIN)
    op.execute("UPDATE index_targets SET filled_to = 0 WHERE stage = 'look'")


def downgrade() -> None:
    """Drop the columns."""
    for name in ("blanks", "strokes"):
        op.drop_column("photo_hashes", name)
