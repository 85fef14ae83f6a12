"""Have workers look again for faces in photos in which they found none, since they find smaller ones now.

Revision ID: 0065
Revises: 0064
"""

from __future__ import annotations

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forget that there are no faces, and queue the photos of machines that look for them."""
    op.execute("UPDATE photos SET faces = -1 WHERE faces = 0")
    op.execute("UPDATE index_targets SET filled_to = 0 WHERE stage = 'look' AND finds_faces")


def downgrade() -> None:
    """Leave the photos as they are: they are looked at again, or have been."""
