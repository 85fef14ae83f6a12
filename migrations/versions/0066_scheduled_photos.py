"""Note with each photo whether it has a post, and sort the photos without one apart from the others.

Revision ID: 0066
Revises: 0065
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

INDEXES: dict[str, tuple[list[str], list[str], str | None]] = {
    "persona_id_shown_at_id": ([], ["shown_at", "id"], None),
    "persona_id_name_key_id": ([], ["name_key", "id"], None),
    "persona_id_ratio_id": ([], ["ratio", "id"], None),
    "persona_id_sharpness_id": ([], ["sharpness", "id"], None),
    "persona_id_stars_shown_at_id": ([], ["stars", "shown_at", "id"], None),
    "decided": (["verdict"], ["shown_at", "id"], "verdict IS NOT NULL"),
    "missing": ([], ["shown_at", "id"], "missing_since IS NOT NULL"),
    "starred": ([], ["shown_at", "id"], "stars > 0"),
    "faces": ([], ["shown_at", "id"], "faces > 0"),
    "screenshots": ([], ["shown_at", "id"], "is_screenshot"),
}
"""What each index has before and after the new column, besides the persona, and of which photos it is."""

# With the ids alone, Postgres would read along the primary key instead, past all photos that have a post.
IMPORTED, BY_ID = "ix_photos_persona_id_created_at_id", "ix_photos_persona_id_id"

# Before this, the newest photos without a post were found by looking through all newer ones that have one.
# What became of a photo is looked up: where a post hands its photos to another, the trigger of the deletion comes last.
COUNT_SCHEDULED_FLAGS = """
    CREATE OR REPLACE FUNCTION fluffy_count_scheduled_flags() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        ids bigint[];
        sign integer := CASE WHEN TG_OP = 'INSERT' THEN -1 ELSE 1 END;
    BEGIN
        ids := ARRAY(SELECT photo_id FROM changed_it);
        PERFORM FROM photos WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
        {note}PERFORM fluffy_add_to_count(persona_id, 'unscheduled ' || verdict, sign * number) FROM (
            SELECT persona_id, verdict, count(*) AS number
            FROM photos WHERE id = ANY (ids) AND verdict IS NOT NULL GROUP BY 1, 2
        ) AS flagged;
        RETURN NULL;
    END $$
"""
NOTE = """UPDATE photos SET is_scheduled = NOT is_scheduled WHERE id = ANY (ids)
            AND is_scheduled <> EXISTS (SELECT FROM post_photos WHERE photo_id = photos.id);
        """
# Who empties the table of posts, for example to restore it, frees all photos.
FREE_ALL = """
    CREATE FUNCTION fluffy_free_all_photos() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE photos SET is_scheduled = false WHERE is_scheduled;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Note what is scheduled now, and have the trigger go on that locks these photos."""
    _drop_indexes()
    op.drop_index(BY_ID, "photos")
    op.add_column(
        "photos", sa.Column("is_scheduled", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("ALTER TABLE photos DISABLE TRIGGER USER")
    op.execute("UPDATE photos SET is_scheduled = true FROM post_photos WHERE photo_id = id")
    op.execute("ALTER TABLE photos ENABLE TRIGGER USER")
    op.execute(COUNT_SCHEDULED_FLAGS.format(note=NOTE))
    op.execute(FREE_ALL)
    op.execute(
        "CREATE TRIGGER fluffy_free_all_photos AFTER TRUNCATE ON post_photos"
        " FOR EACH STATEMENT EXECUTE FUNCTION fluffy_free_all_photos()"
    )
    _create_indexes(["is_scheduled"])
    op.create_index(IMPORTED, "photos", ["persona_id", "is_scheduled", "created_at", "id"])


def downgrade() -> None:
    """Forget it."""
    _drop_indexes()
    op.drop_index(IMPORTED, "photos")
    op.execute("DROP FUNCTION fluffy_free_all_photos() CASCADE")  # and its trigger
    op.execute(COUNT_SCHEDULED_FLAGS.format(note=""))
    op.drop_column("photos", "is_scheduled")
    _create_indexes([])
    op.create_index(BY_ID, "photos", ["persona_id", "id"])


def _drop_indexes() -> None:
    for name in INDEXES:
        op.drop_index(f"ix_photos_{name}", "photos")


def _create_indexes(new: list[str]) -> None:
    for name, (first, last, where) in INDEXES.items():
        columns = ["persona_id", *first, *new, *last]
        op.create_index(
            f"ix_photos_{name}", "photos", columns, postgresql_where=sa.text(where) if where else None
        )
