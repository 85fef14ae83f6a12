"""Let a failed post free its photos; it takes them again when it is retried, unless another post has them.

Revision ID: 0067
Revises: 0066
"""

from __future__ import annotations

from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

LEAD_BEFORE = (
    "CASE WHEN lead_post_id IS NULL THEN photo_id IS NOT NULL OR status = 'posted' ELSE photo_id IS NULL END"
)
LEAD = (
    "CASE WHEN lead_post_id IS NULL THEN photo_id IS NOT NULL OR status <> 'draft' ELSE photo_id IS NULL END"
)
# What Buffer has without all of its pictures has failed, too, but may be published.
FREES_PHOTOS = """
    CREATE FUNCTION fluffy_frees_photos(status text, error_code text, buffer_post_id text) RETURNS boolean
    IMMUTABLE LANGUAGE sql
    RETURN status = 'failed' AND (error_code = 'image_dropped' AND buffer_post_id IS NOT NULL) IS NOT TRUE
"""


def _frees(row: str) -> str:
    return f"fluffy_frees_photos({row}.status, {row}.error_code, {row}.buffer_post_id)"


TAKE_PHOTOS = """
    CREATE FUNCTION fluffy_take_photos(lead bigint{parameter}) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        wanted bigint[];
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('fluffy_take_photos', lead));
        wanted := ARRAY(
                WITH RECURSIVE leads AS (
                    SELECT lead AS id WHERE NOT EXISTS (SELECT FROM posts WHERE again_of_id = lead)
                    UNION ALL
                    SELECT again_of_id FROM leads JOIN posts ON posts.id = leads.id WHERE again_of_id IS NOT NULL
                ), own AS (
                    SELECT posts.id, photos FROM leads JOIN posts ON posts.id = leads.id{condition}
                    UNION ALL
                    SELECT posts.id, photos FROM leads JOIN posts ON lead_post_id = leads.id{condition}
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
                SELECT FROM post_photos AS known WHERE known.photo_id = taken.photo_id AND {known}
            );
    END $$
"""
POST_PHOTOS = """
    CREATE OR REPLACE FUNCTION fluffy_post_photos() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        heir bigint;
    BEGIN
        IF TG_OP = 'UPDATE'
            AND NEW.lead_post_id IS NOT DISTINCT FROM OLD.lead_post_id{same_state}
            AND jsonb_path_query_array(NEW.photos, '$[*].photo_id')
                = jsonb_path_query_array(OLD.photos, '$[*].photo_id')
        THEN
            RETURN NULL;  -- only pictures or texts have changed, so nobody has to wait
        END IF;
        IF TG_OP <> 'DELETE' THEN{cover}
            IF TG_OP = 'INSERT' AND NEW.again_of_id IS NOT NULL THEN
                PERFORM fluffy_take_photos(NEW.again_of_id);  -- which has none any more
            END IF;
            PERFORM fluffy_take_photos(coalesce(NEW.lead_post_id, NEW.id){only_free});
        ELSIF OLD.lead_post_id IS NOT NULL THEN
            PERFORM fluffy_take_photos(OLD.lead_post_id);
        ELSE
            -- materialized: without statistics, min() would look through all posts in the order of their ids
            WITH cross_posts AS MATERIALIZED (SELECT id FROM posts WHERE lead_post_id = OLD.id)
            SELECT min(id) INTO heir FROM cross_posts;
            UPDATE posts SET again_of_id = coalesce(heir, OLD.again_of_id) WHERE again_of_id = OLD.id;
            UPDATE posts SET
                lead_post_id = NULL,
                again_of_id = OLD.again_of_id,
                photo_id = CASE WHEN {had_photos}{is_holder} THEN (photos -> 0 ->> 'photo_id')::bigint END
                WHERE id = heir;
            IF heir IS NULL AND {had_photos} AND OLD.again_of_id IS NOT NULL THEN
                UPDATE posts SET photo_id = (photos -> 0 ->> 'photo_id')::bigint WHERE id = OLD.again_of_id;
                PERFORM fluffy_take_photos(OLD.again_of_id);
            END IF;
            UPDATE posts SET lead_post_id = heir WHERE lead_post_id = OLD.id;
        END IF;
        RETURN NULL;
    END $$
"""
# What Buffer has published after all is on record although another post has its photos by then.
COVER = """
            IF {new} THEN
                UPDATE posts SET photo_id = NULL WHERE id = NEW.id AND photo_id IS NOT NULL;
            ELSIF TG_OP = 'UPDATE' AND {old} AND NEW.photo_id IS NULL AND NEW.lead_post_id IS NULL THEN
                UPDATE posts SET photo_id = (photos -> 0 ->> 'photo_id')::bigint WHERE id = NEW.id AND NOT EXISTS (
                    SELECT FROM post_photos
                    WHERE photo_id = (NEW.photos -> 0 ->> 'photo_id')::bigint AND post_id <> NEW.id
                );
            END IF;"""
FREE_COVERS = "UPDATE posts SET photo_id = NULL WHERE {posts}"
# Most posts are alone; one by one, the triggers of each would take longer and longer within one transaction.
IS_ALONE = """
    lead_post_id IS NULL AND again_of_id IS NULL
        AND NOT EXISTS (SELECT FROM posts AS cross_post WHERE cross_post.lead_post_id = posts.id)
"""
FREE_PHOTOS = """
    DELETE FROM post_photos USING posts WHERE posts.id = post_id AND {posts} AND {alone};
    SELECT fluffy_take_photos(lead) FROM (
        SELECT DISTINCT coalesce(lead_post_id, id) AS lead FROM posts WHERE {posts} AND NOT ({alone})
    ) AS leads;
"""
TAKE_FREED_PHOTOS = """
    INSERT INTO post_photos
    SELECT DISTINCT (photo ->> 'photo_id')::bigint, coalesce(lead_post_id, id)
    FROM posts, jsonb_array_elements(photos) AS listed (photo) WHERE status = 'failed'
    ON CONFLICT DO NOTHING
"""
DELETE_SUPERSEDED = """
    DELETE FROM posts WHERE {posts} AND EXISTS (
        SELECT FROM posts AS other
        WHERE coalesce(other.lead_post_id, other.id) <> coalesce(posts.lead_post_id, posts.id)
        AND (other.id < posts.id OR NOT {other}) AND EXISTS (
            SELECT photo -> 'photo_id' FROM jsonb_array_elements(posts.photos) AS listed (photo)
            INTERSECT SELECT photo -> 'photo_id' FROM jsonb_array_elements(other.photos) AS listed (photo)
        )
    )
"""


def upgrade() -> None:
    """Replace the functions, and free the photos of the posts that have failed."""
    op.drop_constraint("lead_takes_photos", "posts", type_="check")
    op.execute("DROP FUNCTION fluffy_take_photos(bigint)")
    op.execute(FREES_PHOTOS)
    op.execute(
        TAKE_PHOTOS.format(
            parameter=", only_free boolean DEFAULT false",
            condition=f" AND NOT {_frees('posts')}",
            known="(only_free OR post_id = lead)",
        )
    )
    op.execute(
        POST_PHOTOS.format(
            same_state=f" AND {_frees('NEW')} = {_frees('OLD')}",
            only_free=f", TG_OP = 'UPDATE' AND {_frees('OLD')} AND NEW.status <> 'draft'",
            had_photos=f"(OLD.photo_id IS NOT NULL OR {_frees('OLD')})",
            is_holder=f" AND NOT {_frees('posts')}",
            cover=COVER.format(new=_frees("NEW"), old=_frees("OLD")),
        )
    )
    _watch("photos, lead_post_id, status, error_code, buffer_post_id")
    op.execute("ALTER TABLE posts DISABLE TRIGGER USER")
    op.execute(FREE_COVERS.format(posts=_frees("posts")))
    op.execute("ALTER TABLE posts ENABLE TRIGGER USER")
    op.execute(FREE_PHOTOS.format(posts=_frees("posts"), alone=IS_ALONE))
    op.create_check_constraint("lead_takes_photos", "posts", LEAD)


def downgrade() -> None:
    """Let failed posts have their photos; those whose photos another post has by then go."""
    op.drop_constraint("lead_takes_photos", "posts", type_="check")
    op.execute(DELETE_SUPERSEDED.format(posts=_frees("posts"), other=_frees("other")))
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute("DROP FUNCTION fluffy_take_photos(bigint, boolean)")
    op.execute(TAKE_PHOTOS.format(parameter="", condition="", known="post_id = lead"))
    plain = dict.fromkeys(("same_state", "only_free", "is_holder", "cover"), "")
    op.execute(POST_PHOTOS.format(had_photos="OLD.photo_id IS NOT NULL", **plain))
    op.execute("DROP FUNCTION fluffy_frees_photos(text, text, text)")
    _watch("photos, lead_post_id")
    op.execute(
        "UPDATE posts SET photo_id = (photos -> 0 ->> 'photo_id')::bigint"
        " WHERE status <> 'posted' AND lead_post_id IS NULL"
    )
    op.execute(TAKE_FREED_PHOTOS)
    op.create_check_constraint("lead_takes_photos", "posts", LEAD_BEFORE)


def _watch(columns: str) -> None:
    op.execute("DROP TRIGGER fluffy_post_photos ON posts")
    op.execute(
        f"CREATE TRIGGER fluffy_post_photos AFTER INSERT OR UPDATE OF {columns} OR DELETE ON posts"
        " FOR EACH ROW EXECUTE FUNCTION fluffy_post_photos()"
    )
