"""Several photos in one post, and one submission to several channels.

A post's photos, with their texts, frames and pictures, are one JSON value, so that they change in one statement with
the post's state. Which photos are taken stands in `post_photos`, whose primary key refuses a second post.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NUMBER = "jsonb_array_length(photos) BETWEEN 1 AND 10"
LEAD = "(lead_post_id IS NULL) = (photo_id IS NOT NULL)"
EDITED = (
    "({row}.caption, {row}.alt_text, {row}.share_mode, {row}.requested_at_time,"
    " {row}.fit, {row}.shape, {row}.turn)"
)
EDITED_NOW = (
    "({row}.caption, {row}.first_comment, {row}.share_mode, {row}.requested_at_time,"
    " fluffy_as_asked({row}.photos))"
)
FRAMES = {
    "fit": "fit IN ('pad', 'pad-plain', 'crop', 'crop-top', 'crop-bottom')",
    "shape": "shape IN ('', '4:5', '1:1', '1.91:1', '3:4')",
    "turn": "turn IN (0, 90, 180, 270)",
}
AS_JSON = """
    UPDATE {table} SET photos = jsonb_build_array(jsonb_build_object(
        'photo_id', known.photo_id, 'sha256', known.sha256, 'alt_text', alt_text,
        'framing', concat_ws(' ', fit, nullif(shape, ''), nullif(turn, 0)), 'tags', '[]'::jsonb,
        'accept_damaged', known.accept_damaged, 'media_url', media_url, 'rendition', rendition
    ))
    FROM (
        SELECT posts.id AS post_id, photo_id, encode(sha256, 'hex') AS sha256, accept_damaged
        FROM posts JOIN photos ON photos.id = photo_id
    ) AS known
    WHERE known.post_id = {table}.{key}
"""


def upgrade() -> None:
    """Move the photo's columns into the JSON value, and take the photos of all posts."""
    _add_columns()
    op.execute("ALTER TABLE posts DISABLE TRIGGER USER")
    op.execute(AS_JSON.format(table="posts", key="id"))
    op.execute("ALTER TABLE posts ENABLE TRIGGER USER")
    op.execute(AS_JSON.format(table="planned_edits", key="post_id"))
    op.alter_column("posts", "photos", nullable=False)
    op.alter_column("planned_edits", "photos", nullable=False)
    op.create_check_constraint(op.f("ck_posts_number_of_photos"), "posts", NUMBER)
    op.create_check_constraint(op.f("ck_posts_lead_takes_photos"), "posts", LEAD)
    for table in ("posts", "planned_edits"):
        for column in ("alt_text", "fit", "shape", "turn", "media_url", "rendition"):
            op.drop_column(table, column)
    op.drop_column("posts", "accept_damaged")
    _compare_as_asked()
    _take_photos()
    _name_pictures()
    op.execute(
        "ALTER TABLE unknown_posts ALTER photo_digits TYPE text[]"
        " USING CASE WHEN photo_digits IS NULL THEN '{}' ELSE ARRAY[photo_digits] END"
    )
    op.alter_column("unknown_posts", "photo_digits", nullable=False)
    op.add_column("channels", sa.Column("first_comment_refused_at", sa.DateTime(timezone=True)))


def _add_columns() -> None:
    op.add_column("posts", sa.Column("photos", postgresql.JSONB(astext_type=sa.Text())))
    op.add_column("planned_edits", sa.Column("photos", postgresql.JSONB(astext_type=sa.Text())))
    op.add_column("posts", sa.Column("first_comment", sa.Text(), server_default="", nullable=False))
    op.add_column("planned_edits", sa.Column("first_comment", sa.Text(), server_default="", nullable=False))
    op.alter_column("planned_edits", "first_comment", server_default=None)
    op.add_column("posts", sa.Column("ai_generated", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("posts", sa.Column("lead_post_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_posts_lead_post_id_posts"),
        "posts",
        "posts",
        ["lead_post_id"],
        ["id"],
        deferrable=True,
        initially="DEFERRED",
    )
    op.create_index(
        "uq_posts_group_channel_id",
        "posts",
        [sa.text("coalesce(lead_post_id, id)"), "channel_id"],
        unique=True,
    )
    op.create_index(
        op.f("ix_posts_lead_post_id"),
        "posts",
        ["lead_post_id"],
        postgresql_where=sa.text("lead_post_id IS NOT NULL"),
    )
    op.alter_column("posts", "photo_id", nullable=True)


def _compare_as_asked() -> None:
    """Compare in the history what the user has asked for, not what became of the pictures."""
    op.execute(
        """
        CREATE FUNCTION fluffy_as_asked(photos jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
            SELECT jsonb_agg(photo - 'media_url' - 'rendition' - 'sha256' ORDER BY place)
            FROM jsonb_array_elements(photos) WITH ORDINALITY AS listed (photo, place)
        $$
        """
    )
    _rewrite_history(EDITED, EDITED_NOW)


def _rewrite_history(before: str, after: str) -> None:
    """Replace the comparison in the history's function, whose text is in revisions 0004 and 0013."""
    op.execute(
        f"""
        DO $$
        DECLARE
            source text := pg_get_functiondef('fluffy_trail_post()'::regprocedure);
            changed text := replace(
                replace(source, '{before.format(row="OLD")}', '{after.format(row="OLD")}'),
                '{before.format(row="NEW")}', '{after.format(row="NEW")}'
            );
        BEGIN
            ASSERT changed <> source, 'the comparison was not found';
            EXECUTE changed;
        END $$
        """
    )


def _take_photos() -> None:
    """Keep the list of taken photos by triggers, so that no statement can pass it by."""
    op.create_table(
        "post_photos",
        sa.Column("photo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_post_photos_photo_id_photos"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_post_photos_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_post_photos")),
    )
    op.execute("INSERT INTO post_photos SELECT photo_id, id FROM posts")
    op.create_index(op.f("ix_post_photos_post_id"), "post_photos", ["post_id"])
    op.execute(
        """
        CREATE FUNCTION fluffy_take_photos(lead bigint) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            wanted bigint[] := ARRAY(
                WITH own AS (SELECT id, photos FROM posts WHERE id = lead OR lead_post_id = lead)
                SELECT DISTINCT (photo ->> 'photo_id')::bigint AS photo_id
                FROM (
                    SELECT photos FROM own
                    UNION ALL SELECT planned_edits.photos FROM planned_edits JOIN own ON own.id = post_id
                ) AS lists, jsonb_array_elements(lists.photos) AS listed (photo)
                ORDER BY photo_id  -- everyone in the same order, so that there is no deadlock
            );
        BEGIN
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
    )
    op.execute(
        """
        CREATE FUNCTION fluffy_post_photos() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            heir bigint;
        BEGIN
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
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_post_photos AFTER INSERT OR UPDATE OF photos, lead_post_id OR DELETE ON posts
        FOR EACH ROW EXECUTE FUNCTION fluffy_post_photos()
        """
    )
    op.execute(
        """
        CREATE FUNCTION fluffy_planned_photos() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            changed planned_edits := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        BEGIN
            PERFORM fluffy_take_photos(coalesce(lead_post_id, id)) FROM posts WHERE id = changed.post_id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_planned_photos AFTER INSERT OR UPDATE OF photos OR DELETE ON planned_edits
        FOR EACH ROW EXECUTE FUNCTION fluffy_planned_photos()
        """
    )
    op.execute("DROP TRIGGER fluffy_scheduled_once ON posts")
    op.execute(
        """
        CREATE TRIGGER fluffy_scheduled_once AFTER INSERT ON post_photos
        FOR EACH ROW EXECUTE FUNCTION fluffy_scheduled_once()
        """
    )


def _name_pictures() -> None:
    """Give each uploaded picture a name besides the key of its post; the worker lists them before it uploads them."""
    op.alter_column("hosted_pictures", "delivery_key", new_column_name="name")
    op.add_column("hosted_pictures", sa.Column("delivery_key", sa.Text()))
    op.execute("UPDATE hosted_pictures SET delivery_key = name")
    op.alter_column("hosted_pictures", "delivery_key", nullable=False)
    op.create_index(op.f("ix_hosted_pictures_delivery_key"), "hosted_pictures", ["delivery_key"])
    op.execute("DROP TRIGGER fluffy_list_picture ON posts")
    op.execute("DROP FUNCTION fluffy_list_picture()")


def downgrade() -> None:
    """Keep the cover of each lead; the other photos are free again, and cross-posts go."""
    op.drop_column("channels", "first_comment_refused_at")
    op.alter_column("unknown_posts", "photo_digits", nullable=True)
    op.execute("ALTER TABLE unknown_posts ALTER photo_digits TYPE text USING photo_digits[1]")
    _list_covers()
    op.execute("DROP TRIGGER fluffy_planned_photos ON planned_edits")
    op.execute("DROP TRIGGER fluffy_post_photos ON posts")
    op.execute("DROP TRIGGER fluffy_scheduled_once ON post_photos")
    op.execute("DROP FUNCTION fluffy_planned_photos()")
    op.execute("DROP FUNCTION fluffy_post_photos()")
    op.execute("DROP FUNCTION fluffy_take_photos(bigint)")
    op.drop_table("post_photos")
    op.execute("DELETE FROM posts WHERE lead_post_id IS NOT NULL")
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute(
        """
        CREATE TRIGGER fluffy_scheduled_once AFTER INSERT ON posts
        FOR EACH ROW EXECUTE FUNCTION fluffy_scheduled_once()
        """
    )
    op.add_column(
        "posts", sa.Column("accept_damaged", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("ALTER TABLE posts DISABLE TRIGGER USER")
    op.execute("UPDATE posts SET accept_damaged = (photos -> 0 ->> 'accept_damaged')::boolean")
    for table in ("posts", "planned_edits"):
        _split_cover(table)
    op.execute("ALTER TABLE posts ENABLE TRIGGER USER")
    _rewrite_history(EDITED_NOW, EDITED)
    op.execute("DROP FUNCTION fluffy_as_asked(jsonb)")
    op.alter_column("posts", "photo_id", nullable=False)
    for column in ("photos", "lead_post_id", "ai_generated", "first_comment"):
        op.drop_column("posts", column)
    for column in ("photos", "first_comment"):
        op.drop_column("planned_edits", column)
    for column, condition in FRAMES.items():
        op.create_check_constraint(op.f(f"ck_posts_{column}_known"), "posts", condition)


def _list_covers() -> None:
    op.execute("DELETE FROM hosted_pictures WHERE name <> delivery_key")
    op.drop_column("hosted_pictures", "delivery_key")
    op.alter_column("hosted_pictures", "name", new_column_name="delivery_key")
    op.execute(
        """
        CREATE FUNCTION fluffy_list_picture() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO hosted_pictures (delivery_key) VALUES (NEW.delivery_key)
            ON CONFLICT (delivery_key)
                DO UPDATE SET hosted_at = now(), verified_at = NULL, left_at = NULL, trouble = NULL;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_list_picture AFTER UPDATE OF step ON posts
        FOR EACH ROW WHEN (NEW.step = 'hosting') EXECUTE FUNCTION fluffy_list_picture()
        """
    )


def _split_cover(table: str) -> None:
    defaults = {"alt_text": "", "fit": "pad", "shape": ""} if table == "posts" else {}
    for name in ("alt_text", "fit", "shape"):
        column = sa.Column(name, sa.Text(), server_default=defaults.get(name))
        op.add_column(table, column)
    op.add_column(table, sa.Column("turn", sa.SmallInteger(), server_default="0" if defaults else None))
    op.add_column(table, sa.Column("media_url", sa.Text()))
    op.add_column(table, sa.Column("rendition", postgresql.JSONB(astext_type=sa.Text())))
    op.execute(
        f"""
        UPDATE {table} SET
            alt_text = photos -> 0 ->> 'alt_text',
            fit = split_part(photos -> 0 ->> 'framing', ' ', 1),
            shape = coalesce(substring(photos -> 0 ->> 'framing' FROM ' ([0-9.]+:[0-9.]+)'), ''),
            turn = coalesce(substring(photos -> 0 ->> 'framing' FROM ' (90|180|270)')::smallint, 0),
            media_url = photos -> 0 ->> 'media_url',
            rendition = nullif(photos -> 0 -> 'rendition', 'null')
        """  # noqa: S608 - our own tables
    )
    for name in ("alt_text", "fit", "shape", "turn"):
        op.alter_column(table, name, nullable=False)
