"""Find duplicates of a file by its content, for every photo in a library."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_photo_copies_persona_id_sha256", "photo_copies", ["persona_id", "sha256"])


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_photo_copies_persona_id_sha256", "photo_copies")
