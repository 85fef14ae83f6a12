"""Have two changes of one photo take turns where they settle which themes it belongs to.

Revision ID: 0054
Revises: 0053
"""

from __future__ import annotations

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

# Two that change one photo do not see what the other has not committed: one adds the keyword while the other removes
# the post, and neither finds a photo that is left. So the second waits for the photo's row, and looks then. With the
# table locked first, whoever creates a theme waits for those who have not seen it, and they for its photos.
SETTLE = """
    CREATE OR REPLACE FUNCTION fluffy_settle_themes(photo_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN{lock_table}
        IF NOT EXISTS (SELECT FROM themes) THEN
            RETURN;
        END IF;{lock_photos}
        DELETE FROM theme_photos WHERE photo_id = ANY (photo_ids);
        INSERT INTO theme_photos (photo_id, theme_id, is_picked, shown_at)
        SELECT DISTINCT photos.id, themes.id, photos.verdict IS NOT DISTINCT FROM 'pick', photos.shown_at
        FROM photos
        JOIN photo_keywords ON photo_keywords.photo_id = photos.id
        JOIN themes ON themes.persona_id = photos.persona_id AND themes.key = photo_keywords.key
        WHERE photos.id = ANY (photo_ids)
        AND photos.missing_since IS NULL AND photos.verdict IS DISTINCT FROM 'reject'
        AND NOT EXISTS (SELECT FROM post_photos WHERE post_photos.photo_id = photos.id)
        ON CONFLICT DO NOTHING;
    END $$
"""
LOCK_TABLE = """
        LOCK TABLE theme_photos IN ROW EXCLUSIVE MODE;"""
LOCK_PHOTOS = """
        PERFORM id FROM photos WHERE id = ANY (photo_ids)
            ORDER BY id FOR NO KEY UPDATE;  -- everyone in the same order, so that there is no deadlock"""
WAIT = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        LOCK TABLE {table} MODE;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Lock, and settle anew what may be wrong."""
    op.execute(SETTLE.format(lock_table=LOCK_TABLE, lock_photos=LOCK_PHOTOS))
    _wait(
        "fluffy_wait_for_settling", "theme_photos IN SHARE ROW EXCLUSIVE", before="fluffy_wait_for_keywords"
    )
    op.execute("UPDATE themes SET key = key")


def downgrade() -> None:
    """Lock no more."""
    op.execute(SETTLE.format(lock_table="", lock_photos=""))
    _wait("fluffy_wait_for_keywords", "photo_keywords IN SHARE", before="fluffy_wait_for_settling")


def _wait(name: str, table: str, *, before: str) -> None:
    """Have a change of a theme wait for those who have a lock on a table."""
    op.execute(f"DROP FUNCTION {before}() CASCADE")  # and its trigger
    op.execute(WAIT.format(name=name, table=table))
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF key ON themes"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )
