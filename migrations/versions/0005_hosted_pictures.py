"""List every picture that was ever uploaded to the media host; require the step that matches a status."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AGREES = (
    "CASE status"
    " WHEN 'draft' THEN step IS NULL"
    " OR step IN ('queued', 'rendering', 'hosting', 'sending', 'unconfirmed', 'held')"
    " WHEN 'scheduled' THEN step IN ('accepted', 'publishing')"
    " WHEN 'posted' THEN step = 'live'"
    " ELSE step = 'failed' END"
)


def upgrade() -> None:
    """Add the list and its triggers, and fix a check that passed without a step because it evaluated to NULL."""
    _hold_status(f"({AGREES}) IS TRUE")
    op.create_table(
        "hosted_pictures",
        sa.Column("delivery_key", sa.Text(), nullable=False),
        sa.Column("hosted_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
        sa.Column("left_at", sa.DateTime(timezone=True)),
        sa.Column("trouble", sa.Text()),
        sa.PrimaryKeyConstraint("delivery_key", name=op.f("pk_hosted_pictures")),
    )
    op.execute(
        "INSERT INTO hosted_pictures (delivery_key, hosted_at)"
        " SELECT delivery_key, updated_at FROM posts WHERE media_url IS NOT NULL"
    )
    # The step is committed before the upload begins, so every uploaded picture is in the list.
    op.execute(
        """
        CREATE FUNCTION fluffy_list_picture() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO hosted_pictures (delivery_key) VALUES (NEW.delivery_key)
            ON CONFLICT (delivery_key)
                DO UPDATE SET hosted_at = now(), verified_at = NULL, left_at = NULL, trouble = NULL;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_list_picture AFTER UPDATE OF step ON posts
        FOR EACH ROW WHEN (NEW.step = 'hosting') EXECUTE FUNCTION fluffy_list_picture()
        """
    )
    op.execute(
        """
        CREATE FUNCTION fluffy_leave_picture() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE hosted_pictures SET left_at = now(), trouble = NULL WHERE delivery_key = OLD.delivery_key;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_let_go_picture AFTER DELETE ON posts
        FOR EACH ROW EXECUTE FUNCTION fluffy_leave_picture()
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_change_picture AFTER UPDATE OF delivery_key ON posts
        FOR EACH ROW WHEN (OLD.delivery_key <> NEW.delivery_key) EXECUTE FUNCTION fluffy_leave_picture()
        """
    )


def _hold_status(condition: str) -> None:
    name = op.f("ck_posts_status_agrees_with_step")
    op.drop_constraint(name, "posts", type_="check")
    op.create_check_constraint(name, "posts", condition)


def downgrade() -> None:
    """Drop all of it."""
    _hold_status(AGREES)
    op.execute("DROP TRIGGER fluffy_change_picture ON posts")
    op.execute("DROP TRIGGER fluffy_let_go_picture ON posts")
    op.execute("DROP FUNCTION fluffy_leave_picture()")
    op.execute("DROP TRIGGER fluffy_list_picture ON posts")
    op.execute("DROP FUNCTION fluffy_list_picture()")
    op.drop_table("hosted_pictures")
