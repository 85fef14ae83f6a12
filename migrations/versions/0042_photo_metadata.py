"""Date photos by the camera's clock, rate them with stars, keep what XMP says of them, and save filters.

Revision ID: 0042
Revises: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

BY_TIME = {
    "ix_photos_persona_id_shown_at_id": (["persona_id", "shown_at", "id"], None),
    "ix_photos_decided": (["persona_id", "verdict", "shown_at", "id"], "verdict IS NOT NULL"),
    "ix_photos_missing": (["persona_id", "shown_at", "id"], "missing_since IS NOT NULL"),
}
TOLD_APART = """
    CREATE TRIGGER fluffy_notify_verdict AFTER UPDATE OF {columns} ON photos
    FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new}))
    EXECUTE FUNCTION fluffy_notify_verdict()
"""


def upgrade() -> None:
    """Change the columns, and create the tables."""
    # An instant becomes what this server's clocks showed then, until an import reads the camera's own time again.
    _date_by("timestamp", "modified_at AT TIME ZONE 'UTC'")
    op.add_column("photos", sa.Column("dated_by", sa.Text(), nullable=True))
    op.add_column(
        "photos", sa.Column("stars", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.create_check_constraint("stars_in_range", "photos", "stars BETWEEN 0 AND 5")
    op.create_index(
        "ix_photos_starred",
        "photos",
        ["persona_id", "shown_at", "id"],
        postgresql_where=sa.text("stars > 0"),
    )
    _notify_of("verdict", "stars")
    op.create_table(
        "photo_metadata",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("sidecar_modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("keys", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("alt_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_photo_metadata_photo_id_photos"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_metadata")),
    )
    op.create_table(
        "saved_filters",
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_saved_filters")),
    )

    op.create_table(
        "written_sidecars",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_written_sidecars_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "machine_id", name=op.f("pk_written_sidecars")),
    )


def _date_by(kind: str, written: str) -> None:
    """Change the type of the time taken, and with it the time that is shown and its indexes."""
    op.drop_column("photos", "shown_at")
    op.execute(f"ALTER TABLE photos ALTER COLUMN taken_at TYPE {kind}")
    shown = sa.Computed(f"coalesce(taken_at, {written})", persisted=True)
    is_instant = kind != "timestamp"
    op.add_column("photos", sa.Column("shown_at", sa.DateTime(timezone=is_instant), shown, nullable=False))
    for name, (columns, where) in BY_TIME.items():
        op.create_index(name, "photos", columns, postgresql_where=sa.text(where) if where else None)


def _notify_of(*columns: str) -> None:
    op.execute("DROP TRIGGER fluffy_notify_verdict ON photos")
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    op.execute(TOLD_APART.format(columns=", ".join(columns), old=old, new=new))


def downgrade() -> None:
    """Drop what was added; the times become instants of this server's zone."""
    op.drop_table("written_sidecars")
    op.drop_table("saved_filters")
    op.drop_table("photo_metadata")
    _notify_of("verdict")
    op.drop_index("ix_photos_starred", "photos")
    op.drop_column("photos", "stars")
    op.drop_column("photos", "dated_by")
    _date_by("timestamptz", "modified_at")
