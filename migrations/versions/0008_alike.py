"""Stacks of duplicates, the active embedding model, photos that fail, and a job whenever photos change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns, a table, and the triggers that keep a photo's hashes and embeddings in sync with its file."""
    op.execute("CREATE SEQUENCE photo_stacks")
    op.add_column("photo_hashes", sa.Column("stack_id", sa.BigInteger()))
    op.create_index(
        "ix_photo_hashes_stack_id",
        "photo_hashes",
        ["stack_id"],
        postgresql_where=sa.text("stack_id IS NOT NULL"),
    )
    op.add_column(
        "embedding_models", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.create_index(
        "uq_embedding_models_active",
        "embedding_models",
        ["active"],
        unique=True,
        postgresql_where=sa.text("active"),
    )
    # By default Postgres stores a vector of 512 numbers outside its row, and each one costs a look-up.
    op.execute("ALTER TABLE photo_embeddings ALTER COLUMN embedding SET STORAGE PLAIN")
    _create_troubles()
    _forget_what_changed()
    _defer_looking()


def _create_troubles() -> None:
    zero = sa.text("0")
    op.create_table(
        "photo_troubles",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=zero, nullable=False),
        sa.Column("crashes", sa.SmallInteger(), server_default=zero, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("stage IN ('look', 'ask')", name=op.f("ck_photo_troubles_stage_known")),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_photo_troubles_photo_id_photos"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", "stage", name=op.f("pk_photo_troubles")),
    )


def _forget_what_changed() -> None:
    """Delete hashes and embeddings of old content, and retry a photo whose file was moved."""
    op.execute(
        """
        CREATE FUNCTION fluffy_forget_looks() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM photo_troubles WHERE photo_id = NEW.id;
            IF OLD.sha256 <> NEW.sha256 THEN
                DELETE FROM photo_hashes WHERE photo_id = NEW.id;
                DELETE FROM photo_embeddings WHERE photo_id = NEW.id;
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_forget_looks AFTER UPDATE OF sha256, path, modified_at, missing_since ON photos
        FOR EACH ROW WHEN (
            (OLD.sha256, OLD.path, OLD.modified_at, OLD.missing_since)
            IS DISTINCT FROM (NEW.sha256, NEW.path, NEW.modified_at, NEW.missing_since)
        ) EXECUTE FUNCTION fluffy_forget_looks()
        """
    )


def _defer_looking() -> None:
    """Queue a job in the transaction that adds photos, so that every photo is indexed.

    One waiting job is enough. Check for it first, because a failed insert costs a subtransaction.
    """
    op.execute(
        """
        CREATE FUNCTION fluffy_defer_look() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM procrastinate_jobs WHERE queueing_lock = 'library:look' AND status = 'todo'
            ) THEN
                RETURN;
            END IF;
            PERFORM procrastinate_defer_jobs_v1(ARRAY[
                ROW('library', 'library:look', 0, 'library:look', 'library:look', '{"after": 0}', NULL)
                ::procrastinate_job_to_defer_v1
            ]);
        EXCEPTION WHEN unique_violation THEN
            RETURN;  -- another import has just done it
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION fluffy_photos_came() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM fluffy_defer_look();
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_photos_came AFTER INSERT OR UPDATE OF sha256, missing_since ON photos
        FOR EACH STATEMENT EXECUTE FUNCTION fluffy_photos_came()
        """
    )


def downgrade() -> None:
    """Drop all of it."""
    op.execute("DROP TRIGGER fluffy_photos_came ON photos")
    op.execute("DROP TRIGGER fluffy_forget_looks ON photos")
    for function in ("fluffy_photos_came", "fluffy_defer_look", "fluffy_forget_looks"):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_table("photo_troubles")
    op.execute("ALTER TABLE photo_embeddings ALTER COLUMN embedding SET STORAGE EXTERNAL")
    op.drop_index("uq_embedding_models_active", "embedding_models")
    op.drop_column("embedding_models", "active")
    op.drop_index("ix_photo_hashes_stack_id", "photo_hashes")
    op.drop_column("photo_hashes", "stack_id")
    op.execute("DROP SEQUENCE photo_stacks")
