"""Index every sort order of the library, store duplicates and whatever was ever scheduled, notify of verdicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add sort keys with their indexes, two tables, and notifications of changes to a verdict only."""
    _add_sort_keys()
    _create_tables()
    _remember_what_was_scheduled()
    _tell_of_verdicts_apart()


def _add_sort_keys() -> None:
    name = sa.Computed(r"lower(regexp_replace(path, '^.*/', ''))", persisted=True)
    ratio = sa.Computed("width::double precision / height", persisted=True)
    op.add_column("photos", sa.Column("name_key", sa.Text(collation="C"), name, nullable=False))
    op.add_column("photos", sa.Column("ratio", sa.Double(), ratio, nullable=False))
    op.create_index("ix_photos_persona_id_id", "photos", ["persona_id", "id"])
    op.create_index("ix_photos_persona_id_name_key_id", "photos", ["persona_id", "name_key", "id"])
    op.create_index("ix_photos_persona_id_ratio_id", "photos", ["persona_id", "ratio", "id"])
    op.create_index(
        "ix_photos_decided",
        "photos",
        ["persona_id", "verdict", "shown_at", "id"],
        postgresql_where=sa.text("verdict IS NOT NULL"),
    )
    op.create_index(
        "ix_photos_missing",
        "photos",
        ["persona_id", "shown_at", "id"],
        postgresql_where=sa.text("missing_since IS NOT NULL"),
    )


def _create_tables() -> None:
    op.create_table(
        "photo_copies",
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["persona_id"],
            ["personas.id"],
            name=op.f("fk_photo_copies_persona_id_personas"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("persona_id", "path", name=op.f("pk_photo_copies")),
    )
    op.create_table(
        "photos_scheduled_once",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"],
            ["photos.id"],
            name=op.f("fk_photos_scheduled_once_photo_id_photos"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photos_scheduled_once")),
    )


def _remember_what_was_scheduled() -> None:
    op.execute("INSERT INTO photos_scheduled_once SELECT photo_id FROM posts")
    op.execute(
        """
        CREATE FUNCTION fluffy_scheduled_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO photos_scheduled_once VALUES (NEW.photo_id) ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_scheduled_once AFTER INSERT ON posts
        FOR EACH ROW EXECUTE FUNCTION fluffy_scheduled_once()
        """
    )


def _tell_of_verdicts_apart() -> None:
    """A verdict changes one row of a list; every other change may change the list."""
    op.execute("DROP TRIGGER fluffy_notify_photos ON photos")
    op.execute(
        """
        CREATE TRIGGER fluffy_notify_photos AFTER INSERT OR DELETE OR UPDATE OF persona_id, path, sha256,
        byte_size, width, height, format, taken_at, modified_at, missing_since ON photos
        FOR EACH STATEMENT EXECUTE FUNCTION fluffy_notify_photos()
        """
    )
    op.execute(
        """
        CREATE FUNCTION fluffy_notify_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify(
                'fluffy_photos', json_build_object('id', NEW.id, 'persona_id', NEW.persona_id)::text
            );
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_notify_verdict AFTER UPDATE OF verdict ON photos
        FOR EACH ROW WHEN (OLD.verdict IS DISTINCT FROM NEW.verdict)
        EXECUTE FUNCTION fluffy_notify_verdict()
        """
    )


def downgrade() -> None:
    """Restore one notification for every change; drop the tables, the indexes and the sort keys."""
    op.execute("DROP TRIGGER fluffy_notify_verdict ON photos")
    op.execute("DROP FUNCTION fluffy_notify_verdict()")
    op.execute("DROP TRIGGER fluffy_notify_photos ON photos")
    op.execute(
        """
        CREATE TRIGGER fluffy_notify_photos AFTER INSERT OR UPDATE OR DELETE ON photos
        FOR EACH STATEMENT EXECUTE FUNCTION fluffy_notify_photos()
        """
    )
    op.execute("DROP TRIGGER fluffy_scheduled_once ON posts")
    op.execute("DROP FUNCTION fluffy_scheduled_once()")
    op.drop_table("photos_scheduled_once")
    op.drop_table("photo_copies")
    for index in ("missing", "decided", "persona_id_ratio_id", "persona_id_name_key_id", "persona_id_id"):
        op.drop_index(f"ix_photos_{index}", "photos")
    op.drop_column("photos", "ratio")
    op.drop_column("photos", "name_key")
