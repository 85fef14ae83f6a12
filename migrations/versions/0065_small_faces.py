"""Have workers look again for faces: they find smaller ones now, and measure sharpness on the larger ones only.

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
    """Forget what faces there are if a machine looks for them, and queue its photos."""
    op.execute(
        "UPDATE photos SET faces = -1 WHERE faces >= 0 AND missing_since IS NULL"
        " AND EXISTS (SELECT FROM index_targets WHERE stage = 'look' AND finds_faces)"
    )
    op.execute("UPDATE index_targets SET filled_to = 0 WHERE stage = 'look' AND finds_faces")


def downgrade() -> None:
    """Leave the photos as they are: they are looked at again, or have been."""
