"""Let a live post be posted again: the new post takes over its photos, and gives them back if it is deleted.

Revision ID: 0038
Revises: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

LEAD_BEFORE = "(lead_post_id IS NULL) = (photo_id IS NOT NULL)"
LEAD = (
    "CASE WHEN lead_post_id IS NULL THEN photo_id IS NOT NULL OR status = 'posted' ELSE photo_id IS NULL END"
)
AGAIN = "again_of_id IS NULL OR lead_post_id IS NULL"

BEFORE = """
                WITH own AS (SELECT id, photos FROM posts WHERE id = lead OR lead_post_id = lead)"""
NOW = """
                WITH RECURSIVE leads AS (
                    SELECT lead AS id WHERE NOT EXISTS (SELECT FROM posts WHERE again_of_id = lead)
                    UNION ALL
                    SELECT again_of_id FROM leads JOIN posts ON posts.id = leads.id WHERE again_of_id IS NOT NULL
                ), own AS (
                    SELECT posts.id, photos FROM leads JOIN posts ON posts.id = leads.id
                    UNION ALL SELECT posts.id, photos FROM leads JOIN posts ON lead_post_id = leads.id
                )"""
TAKE_PHOTOS = """
    CREATE OR REPLACE FUNCTION fluffy_take_photos(lead bigint) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        wanted bigint[];
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('fluffy_take_photos', lead));
        wanted := ARRAY({own}
                SELECT DISTINCT (photo ->> 'photo_id')::bigint AS photo_id
                FROM (
                    SELECT photos FROM own
                    UNION ALL SELECT planned_edits.photos FROM planned_edits JOIN own ON own.id = post_id
                ) AS lists, jsonb_array_elements(lists.photos) AS listed (photo)
                ORDER BY photo_id  -- everyone in the same order, so that there is no deadlock
            );
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
        IF TG_OP = 'UPDATE'
            AND NEW.lead_post_id IS NOT DISTINCT FROM OLD.lead_post_id
            AND jsonb_path_query_array(NEW.photos, '$[*].photo_id')
                = jsonb_path_query_array(OLD.photos, '$[*].photo_id')
        THEN
            RETURN NULL;  -- only pictures or texts have changed, so nobody has to wait
        END IF;
        IF TG_OP <> 'DELETE' THEN
            {release}PERFORM fluffy_take_photos(coalesce(NEW.lead_post_id, NEW.id));
        ELSIF OLD.lead_post_id IS NOT NULL THEN
            PERFORM fluffy_take_photos(OLD.lead_post_id);
        ELSE
            -- materialized: without statistics, min() would look through all posts in the order of their ids
            WITH cross_posts AS MATERIALIZED (SELECT id FROM posts WHERE lead_post_id = OLD.id)
            SELECT min(id) INTO heir FROM cross_posts;
            {give_back}UPDATE posts SET lead_post_id = heir WHERE lead_post_id = OLD.id;
        END IF;
        RETURN NULL;
    END $$
"""
HEIR_BEFORE = """UPDATE posts SET lead_post_id = NULL, photo_id = (photos -> 0 ->> 'photo_id')::bigint
                WHERE id = heir;
            """
RELEASE = """IF TG_OP = 'INSERT' AND NEW.again_of_id IS NOT NULL THEN
                PERFORM fluffy_take_photos(NEW.again_of_id);  -- which has none any more
            END IF;
            """
GIVE_BACK = """UPDATE posts SET again_of_id = coalesce(heir, OLD.again_of_id) WHERE again_of_id = OLD.id;
            UPDATE posts SET
                lead_post_id = NULL,
                again_of_id = OLD.again_of_id,
                photo_id = CASE WHEN OLD.photo_id IS NOT NULL THEN (photos -> 0 ->> 'photo_id')::bigint END
                WHERE id = heir;
            IF heir IS NULL AND OLD.photo_id IS NOT NULL AND OLD.again_of_id IS NOT NULL THEN
                UPDATE posts SET photo_id = (photos -> 0 ->> 'photo_id')::bigint WHERE id = OLD.again_of_id;
                PERFORM fluffy_take_photos(OLD.again_of_id);
            END IF;
            """


def upgrade() -> None:
    """Add which post is posted again, and hand the photos on and back."""
    op.add_column("posts", sa.Column("again_of_id", sa.BigInteger()))
    op.create_foreign_key(
        "fk_posts_again_of_id_posts",
        "posts",
        "posts",
        ["again_of_id"],
        ["id"],
        deferrable=True,
        initially="DEFERRED",
    )
    op.create_index(
        "uq_posts_again_of_id",
        "posts",
        ["again_of_id"],
        unique=True,
        postgresql_where=sa.text("again_of_id IS NOT NULL"),
    )
    op.drop_constraint("lead_takes_photos", "posts", type_="check")
    op.create_check_constraint("lead_takes_photos", "posts", LEAD)
    op.create_check_constraint("lead_posts_again", "posts", AGAIN)
    op.execute(TAKE_PHOTOS.format(own=NOW))
    op.execute(POST_PHOTOS.format(release=RELEASE, give_back=GIVE_BACK))
    op.execute(
        """
        CREATE FUNCTION fluffy_hand_over() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE posts SET photo_id = NULL WHERE id = NEW.again_of_id;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER fluffy_hand_over BEFORE INSERT ON posts FOR EACH ROW"
        " WHEN (NEW.again_of_id IS NOT NULL) EXECUTE FUNCTION fluffy_hand_over()"
    )


def downgrade() -> None:
    """Delete what was posted again; the first posts have their photos then."""
    op.execute("DELETE FROM posts WHERE lead_post_id IN (SELECT id FROM posts WHERE again_of_id IS NOT NULL)")
    op.execute("DELETE FROM posts WHERE again_of_id IS NOT NULL")
    op.execute("DROP TRIGGER fluffy_hand_over ON posts")
    op.execute("DROP FUNCTION fluffy_hand_over()")
    op.execute(POST_PHOTOS.format(release="", give_back=HEIR_BEFORE))
    op.execute(TAKE_PHOTOS.format(own=BEFORE))
    op.execute("UPDATE posts SET photo_id = (photos -> 0 ->> 'photo_id')::bigint WHERE lead_post_id IS NULL")
    op.execute("SELECT fluffy_take_photos(id) FROM posts WHERE lead_post_id IS NULL")
    op.drop_constraint("lead_posts_again", "posts", type_="check")
    op.drop_constraint("lead_takes_photos", "posts", type_="check")
    op.drop_index("uq_posts_again_of_id", table_name="posts")
    op.drop_column("posts", "again_of_id")
    op.create_check_constraint("lead_takes_photos", "posts", LEAD_BEFORE)
