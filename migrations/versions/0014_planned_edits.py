"""Store the edit that is about to be made to a post in Buffer, so that it survives a crash of the program.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and record whether any post uses the picture of a finished edit."""
    op.create_table(
        "planned_edits",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("alt_text", sa.Text(), nullable=False),
        sa.Column("share_mode", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("fit", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("delivery_key", sa.Text()),
        sa.Column("media_url", sa.Text()),
        sa.Column("rendition", postgresql.JSONB(astext_type=sa.Text())),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_planned_edits_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_planned_edits")),
    )
    op.execute(
        """
        CREATE FUNCTION fluffy_leave_planned_picture() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE hosted_pictures SET left_at = now(), trouble = NULL
            WHERE delivery_key = OLD.delivery_key
                AND NOT EXISTS (SELECT 1 FROM posts WHERE posts.delivery_key = OLD.delivery_key);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_leave_planned_picture AFTER DELETE ON planned_edits
        FOR EACH ROW EXECUTE FUNCTION fluffy_leave_planned_picture()
        """
    )


def downgrade() -> None:
    """Drop all of it."""
    op.drop_table("planned_edits")
    op.execute("DROP FUNCTION fluffy_leave_planned_picture()")
