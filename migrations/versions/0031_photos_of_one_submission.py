"""Take the photos of a submission's posts one post after the other.

Two posts of a submission that lost or got a photo at the same moment did not see each other's change: the photo stayed
taken though no post had it, or was free though one had it.

Revision ID: 0031
Revises: 0030
"""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# A lock of its own, since whoever deletes the lead holds that row and waits for those of the cross-posts.
LOCKED = """
    PERFORM pg_advisory_xact_lock(hashtextextended('fluffy_take_photos', lead));
    wanted := ARRAY("""
AT_ONCE = "wanted bigint[] := ARRAY("
SAME_PHOTOS = """
    IF TG_OP = 'UPDATE'
        AND NEW.lead_post_id IS NOT DISTINCT FROM OLD.lead_post_id
        AND jsonb_path_query_array(NEW.photos, '$[*].photo_id')
            = jsonb_path_query_array(OLD.photos, '$[*].photo_id')
    THEN
        RETURN NULL;  -- only pictures or texts have changed, so nobody has to wait
    END IF;
"""
WANTED = """
                WITH own AS (SELECT id, photos FROM posts WHERE id = lead OR lead_post_id = lead)
                SELECT DISTINCT (photo ->> 'photo_id')::bigint AS photo_id
                FROM (
                    SELECT photos FROM own
                    UNION ALL SELECT planned_edits.photos FROM planned_edits JOIN own ON own.id = post_id
                ) AS lists, jsonb_array_elements(lists.photos) AS listed (photo)
                ORDER BY photo_id  -- everyone in the same order, so that there is no deadlock
            );"""
TAKE_PHOTOS = """
    CREATE OR REPLACE FUNCTION fluffy_take_photos(lead bigint) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        {declared}
    BEGIN
        {first}
        IF NOT EXISTS (SELECT FROM posts WHERE id = lead AND lead_post_id IS NULL) THEN
            RETURN;  -- a trigger makes another one the lead
        END IF;
        DELETE FROM post_photos WHERE post_id = lead AND photo_id <> ALL (wanted);
        INSERT INTO post_photos SELECT photo_id, lead FROM unnest(wanted) AS taken (photo_id)
            WHERE NOT EXISTS (
                SELECT FROM post_photos AS known WHERE known.photo_id = taken.photo_id AND post_id = lead
            );
    END $$
"""
POST_PHOTOS = """
    CREATE OR REPLACE FUNCTION fluffy_post_photos() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        heir bigint;
    BEGIN
        {first}
        IF TG_OP <> 'DELETE' THEN
            PERFORM fluffy_take_photos(coalesce(NEW.lead_post_id, NEW.id));
        ELSIF OLD.lead_post_id IS NOT NULL THEN
            PERFORM fluffy_take_photos(OLD.lead_post_id);
        ELSE
            -- materialized: without statistics, min() would look through all posts in the order of their ids
            WITH cross_posts AS MATERIALIZED (SELECT id FROM posts WHERE lead_post_id = OLD.id)
            SELECT min(id) INTO heir FROM cross_posts;
            UPDATE posts SET lead_post_id = NULL, photo_id = (photos -> 0 ->> 'photo_id')::bigint
                WHERE id = heir;
            UPDATE posts SET lead_post_id = heir WHERE lead_post_id = OLD.id;
        END IF;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Lock the submission before its photos are read."""
    op.execute(TAKE_PHOTOS.format(declared="wanted bigint[];", first=LOCKED + WANTED))
    op.execute(POST_PHOTOS.format(first=SAME_PHOTOS))


def downgrade() -> None:
    """Read the photos without waiting for the other posts of the submission."""
    op.execute(TAKE_PHOTOS.format(declared=AT_ONCE + WANTED, first=""))
    op.execute(POST_PHOTOS.format(first=""))
