"""Keep posts that another program has published as history.

Revision ID: 0040
Revises: 0039
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_CHECKS = {
    "known_to_buffer": "status NOT IN ('scheduled', 'posted') OR buffer_post_id IS NOT NULL",
    "submitted_has_channel": "step IS NULL OR channel_id IS NOT NULL",
}
_ADOPTED = "(step = 'live' AND adopted_from IS NOT NULL)"


def upgrade() -> None:
    """Let a live post be one that was adopted, which has neither a channel nor an id in Buffer."""
    op.add_column("posts", sa.Column("adopted_from", sa.Text()))
    for name, check in _CHECKS.items():
        _replace(name, f"{check} OR {_ADOPTED}")


def downgrade() -> None:
    """Keep adopted posts in a form that the earlier version allows: their photos must not be posted again."""
    op.execute(
        "UPDATE posts SET buffer_post_id = 'adopted ' || id, channel_id = 'adopted', link_looks = 1000000"
        " WHERE adopted_from IS NOT NULL AND buffer_post_id IS NULL"
    )
    for name, check in _CHECKS.items():
        _replace(name, check)
    op.drop_column("posts", "adopted_from")


def _replace(name: str, check: str) -> None:
    op.execute(f"ALTER TABLE posts DROP CONSTRAINT ck_posts_{name}")
    op.execute(f"ALTER TABLE posts ADD CONSTRAINT ck_posts_{name} CHECK ({check})")
