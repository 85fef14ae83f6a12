"""Sort photos by their stars.

Revision ID: 0053
Revises: 0052
"""

from __future__ import annotations

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

INDEX = "ix_photos_persona_id_stars_shown_at_id"


def upgrade() -> None:
    """Create the index; the best come first, and of them the newest."""
    op.create_index(INDEX, "photos", ["persona_id", "stars", "shown_at", "id"])


def downgrade() -> None:
    """Drop the index."""
    op.drop_index(INDEX, "photos")
