"""Have a post whose photos another has since it failed take them back, once it is published after all.

Revision ID: 0068
Revises: 0067
"""

from __future__ import annotations

from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def _frees(row: str) -> str:
    return f"fluffy_frees_photos({row}.status, {row}.error_code, {row}.buffer_post_id)"


# The photos of posts that were posted again are listed with the last one, whichever of them has changed.
HAND_ON = """
        SELECT id INTO later FROM posts WHERE again_of_id = lead;
        IF later IS NOT NULL THEN
            DELETE FROM post_photos WHERE post_id = lead;
            PERFORM fluffy_take_photos(later, only_free);
            RETURN;
        END IF;"""
TAKE_PHOTOS = """
    CREATE OR REPLACE FUNCTION fluffy_take_photos(lead bigint, only_free boolean DEFAULT false)
    RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        wanted bigint[];
        later bigint;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('fluffy_take_photos', lead));{hand_on}
        wanted := ARRAY(
                WITH RECURSIVE leads AS (
                    SELECT lead AS id WHERE NOT EXISTS (SELECT FROM posts WHERE again_of_id = lead)
                    UNION ALL
                    SELECT again_of_id FROM leads JOIN posts ON posts.id = leads.id WHERE again_of_id IS NOT NULL
                ), own AS (
                    SELECT posts.id, photos FROM leads JOIN posts ON posts.id = leads.id AND NOT {frees}
                    UNION ALL
                    SELECT posts.id, photos FROM leads JOIN posts ON lead_post_id = leads.id AND NOT {frees}
                )
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
                SELECT FROM post_photos AS known
                WHERE known.photo_id = taken.photo_id AND (only_free OR post_id = lead)
            );
    END $$
"""
POST_PHOTOS = """
    CREATE OR REPLACE FUNCTION fluffy_post_photos() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        heir bigint;
        later bigint;
    BEGIN
        IF TG_OP = 'UPDATE'
            AND NEW.lead_post_id IS NOT DISTINCT FROM OLD.lead_post_id AND {frees_new} = {frees_old}
            AND jsonb_path_query_array(NEW.photos, '$[*].photo_id')
                = jsonb_path_query_array(OLD.photos, '$[*].photo_id')
        THEN
            RETURN NULL;  -- only pictures or texts have changed, so nobody has to wait
        END IF;
        IF TG_OP <> 'DELETE' THEN
            IF {frees_new} THEN
                UPDATE posts SET photo_id = NULL WHERE id = NEW.id AND photo_id IS NOT NULL;
            ELSIF TG_OP = 'UPDATE' AND {frees_old} AND NEW.photo_id IS NULL AND NEW.lead_post_id IS NULL THEN
                UPDATE posts SET photo_id = (photos -> 0 ->> 'photo_id')::bigint WHERE id = NEW.id AND NOT EXISTS (
                    SELECT FROM post_photos
                    WHERE photo_id = (NEW.photos -> 0 ->> 'photo_id')::bigint AND post_id <> NEW.id
                );
            END IF;{published}
            IF TG_OP = 'INSERT' AND NEW.again_of_id IS NOT NULL THEN
                PERFORM fluffy_take_photos(NEW.again_of_id);  -- which has none any more
            END IF;
            PERFORM fluffy_take_photos(
                coalesce(NEW.lead_post_id, NEW.id),
                TG_OP = 'UPDATE' AND ({frees_old} AND NEW.status <> 'draft'{new_lead})
            );
        ELSIF OLD.lead_post_id IS NOT NULL THEN
            PERFORM fluffy_take_photos(OLD.lead_post_id);
        ELSE
            -- materialized: without statistics, min() would look through all posts in the order of their ids
            WITH cross_posts AS MATERIALIZED (SELECT id FROM posts WHERE lead_post_id = OLD.id)
            SELECT min(id) INTO heir FROM cross_posts;
            UPDATE posts SET again_of_id = coalesce(heir, OLD.again_of_id) WHERE again_of_id = OLD.id{later};
            UPDATE posts SET
                lead_post_id = NULL,
                again_of_id = OLD.again_of_id,
                photo_id = CASE WHEN (OLD.photo_id IS NOT NULL OR {frees_old}) AND NOT {frees}{is_free}
                    THEN (photos -> 0 ->> 'photo_id')::bigint END
                WHERE id = heir;
            IF heir IS NULL AND (OLD.photo_id IS NOT NULL OR {frees_old}) AND OLD.again_of_id IS NOT NULL THEN
                UPDATE posts SET photo_id = (photos -> 0 ->> 'photo_id')::bigint
                    WHERE id = OLD.again_of_id{can_have};
                PERFORM fluffy_take_photos(OLD.again_of_id{only_free});
            END IF;{take_again}
            UPDATE posts SET lead_post_id = heir WHERE lead_post_id = OLD.id;
        END IF;
        RETURN NULL;
    END $$
"""
# The other post has the photos as long as it exists, as if it had been made of a live one.
PUBLISHED = """
            IF TG_OP = 'UPDATE' AND {frees_old} AND NOT {frees_new} AND NEW.status <> 'draft' THEN
                UPDATE posts SET again_of_id = coalesce(NEW.lead_post_id, NEW.id)
                    WHERE again_of_id IS NULL AND id = (
                        SELECT post_id FROM jsonb_array_elements(NEW.photos) AS listed (photo)
                        JOIN post_photos ON photo_id = (photo ->> 'photo_id')::bigint
                        WHERE post_id <> coalesce(NEW.lead_post_id, NEW.id) ORDER BY photo_id LIMIT 1
                    ) AND NOT EXISTS (
                        SELECT FROM posts AS known WHERE known.again_of_id = coalesce(NEW.lead_post_id, NEW.id)
                    );
            END IF;"""
IS_FREE = """
                    AND NOT EXISTS (
                        SELECT FROM post_photos WHERE photo_id = (photos -> 0 ->> 'photo_id')::bigint
                    )"""
TAKE_AGAIN = """
            IF later IS NOT NULL THEN
                PERFORM fluffy_take_photos(later, true);  -- without those of the deleted one
            END IF;"""
PLAIN = {
    "frees": _frees("posts"),
    "frees_old": _frees("OLD"),
    "frees_new": _frees("NEW"),
}
EARLIER = dict.fromkeys(
    ("published", "new_lead", "later", "is_free", "can_have", "only_free", "take_again"), ""
)


def upgrade() -> None:
    """Replace the functions."""
    op.execute(TAKE_PHOTOS.format(hand_on=HAND_ON, **PLAIN))
    op.execute(
        POST_PHOTOS.format(
            published=PUBLISHED.format(**PLAIN),
            new_lead=" OR NEW.lead_post_id IS DISTINCT FROM OLD.lead_post_id",
            later=" RETURNING id INTO later",
            is_free=IS_FREE,
            can_have=f" AND NOT {_frees('posts')}{IS_FREE}",
            only_free=", true",
            take_again=TAKE_AGAIN,
            **PLAIN,
        )
    )


def downgrade() -> None:
    """Replace them by those from before."""
    op.execute(TAKE_PHOTOS.format(hand_on="", **PLAIN))
    op.execute(POST_PHOTOS.format(**EARLIER, **PLAIN))
