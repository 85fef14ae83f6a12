"""Store the history of every post, the request budget, the order of queued posts and the names of workers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOW = sa.func.now()


def _time(
    name: str,
    *,
    nullable: bool = True,
    server_default: sa.ColumnElement[Any] | None = None,
) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default)


def upgrade() -> None:
    """Add columns, tables and the triggers that fill them."""
    _add_columns()
    _create_tables()
    _create_trail()
    _create_worker_names()


def _add_columns() -> None:
    zero = sa.text("0")
    op.add_column("posts", sa.Column("line_order", sa.BigInteger()))
    op.add_column("posts", sa.Column("support_url", sa.Text()))
    op.add_column("posts", sa.Column("link_looks", sa.BigInteger(), nullable=False, server_default=zero))
    op.add_column("posts", sa.Column("stalls", sa.BigInteger(), nullable=False, server_default=zero))


def _create_tables() -> None:
    op.create_table(
        "post_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        _time("at", nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("step", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("message", sa.Text()),
        _time("scheduled_at"),
        _time("next_try_at"),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_post_events_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_events")),
    )
    op.create_index("ix_post_events_post_id_id", "post_events", ["post_id", "id"])
    op.create_table(
        "request_budget",
        sa.Column("key_mark", sa.Text(), nullable=False),
        sa.Column("window_seconds", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("quota", sa.BigInteger()),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        _time("resets_at"),
        _time("seen_at", nullable=False),
        sa.PrimaryKeyConstraint("key_mark", "window_seconds", name=op.f("pk_request_budget")),
    )
    op.create_table(
        "follow_rounds",
        sa.Column("organization_id", sa.Text(), nullable=False),
        _time("asked_at", nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_follow_rounds")),
    )
    op.create_table(
        "worker_names",
        sa.Column("worker_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        _time("started_at", nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_worker_names")),
    )


def _create_trail() -> None:
    """Record the history by triggers, so that no change of a post can be missed."""
    op.execute(
        """
        CREATE FUNCTION fluffy_trail_post() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            what text;
        BEGIN
            IF TG_OP = 'INSERT' THEN
                what := 'created';
            ELSIF (OLD.status, OLD.step) IS DISTINCT FROM (NEW.status, NEW.step) THEN
                what := 'step';
            ELSIF (OLD.caption, OLD.alt_text, OLD.share_mode, OLD.requested_at_time, OLD.fit)
                IS DISTINCT FROM (NEW.caption, NEW.alt_text, NEW.share_mode, NEW.requested_at_time, NEW.fit) THEN
                what := 'edited';
            ELSIF OLD.scheduled_at IS DISTINCT FROM NEW.scheduled_at THEN
                what := 'due_moved';
            ELSIF (OLD.error_code, OLD.error_message) IS DISTINCT FROM (NEW.error_code, NEW.error_message)
                OR OLD.attempts <> NEW.attempts OR OLD.stalls <> NEW.stalls THEN
                what := 'attempt';
            ELSIF OLD.external_link IS DISTINCT FROM NEW.external_link THEN
                what := 'link';
            ELSIF OLD.line_order IS DISTINCT FROM NEW.line_order THEN
                what := 'line';
            ELSE
                RETURN NULL;
            END IF;
            INSERT INTO post_events
                (post_id, what, step, status, attempt, code, message, scheduled_at, next_try_at, worker)
            VALUES
                (NEW.id, what, NEW.step, NEW.status, NEW.attempts, NEW.error_code, NEW.error_message,
                 NEW.scheduled_at, NEW.next_try_at, current_setting('application_name'));
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_trail_post AFTER INSERT OR UPDATE ON posts
        FOR EACH ROW EXECUTE FUNCTION fluffy_trail_post()
        """
    )


def _create_worker_names() -> None:
    """Store the names of workers, because Procrastinate only has numbers."""
    op.execute(
        """
        CREATE FUNCTION fluffy_name_worker() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                DELETE FROM worker_names WHERE worker_id = OLD.id;
            ELSE
                INSERT INTO worker_names (worker_id, name) VALUES (NEW.id, current_setting('application_name'));
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_name_worker AFTER INSERT OR DELETE ON procrastinate_workers
        FOR EACH ROW EXECUTE FUNCTION fluffy_name_worker()
        """
    )


def downgrade() -> None:
    """Drop all of it."""
    op.execute("DROP TRIGGER fluffy_name_worker ON procrastinate_workers")
    op.execute("DROP TRIGGER fluffy_trail_post ON posts")
    op.execute("DROP FUNCTION fluffy_name_worker()")
    op.execute("DROP FUNCTION fluffy_trail_post()")
    for table in ("worker_names", "follow_rounds", "request_budget", "post_events"):
        op.drop_table(table)
    for column in ("stalls", "link_looks", "support_url", "line_order"):
        op.drop_column("posts", column)
