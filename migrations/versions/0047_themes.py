"""Keep themes, and which photos each has left, in the transactions that change that.

Revision ID: 0047
Revises: 0046
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

# What runs out is read again and again, and a theme that runs out has thousands of photos that are posted already:
# so what is left has rows of its own, and nobody looks through the others.
SETTLE = """
    CREATE FUNCTION fluffy_settle_themes(photo_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM themes) THEN
            RETURN;
        END IF;
        DELETE FROM theme_photos WHERE photo_id = ANY (photo_ids);
        INSERT INTO theme_photos (photo_id, theme_id, is_picked, shown_at)
        SELECT DISTINCT photos.id, themes.id, photos.verdict IS NOT DISTINCT FROM 'pick', photos.shown_at
        FROM photos
        JOIN photo_keywords ON photo_keywords.photo_id = photos.id
        JOIN themes ON themes.persona_id = photos.persona_id AND themes.key = photo_keywords.key
        WHERE photos.id = ANY (photo_ids) AND {is_left}
        ON CONFLICT DO NOTHING;
    END $$
"""
IS_LEFT = """
    photos.missing_since IS NULL AND photos.verdict IS DISTINCT FROM 'reject'
    AND NOT EXISTS (SELECT FROM post_photos WHERE post_photos.photo_id = photos.id)
"""
SETTLE_CHANGED = """
    CREATE FUNCTION fluffy_settle_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM fluffy_settle_themes(ARRAY(SELECT DISTINCT photo_id FROM changed));
        RETURN NULL;
    END $$
"""
SETTLE_PHOTO = """
    CREATE FUNCTION fluffy_settle_photo() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM fluffy_settle_themes(ARRAY[NEW.id]);
        RETURN NULL;
    END $$
"""
# Before a theme is filled, those who are just adding keywords are waited for: they do not see the theme, nor it theirs.
WAIT_FOR_KEYWORDS = """
    CREATE FUNCTION fluffy_wait_for_keywords() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        LOCK TABLE photo_keywords IN SHARE MODE;
        RETURN NULL;
    END $$
"""
FILL_THEME = """
    CREATE FUNCTION fluffy_fill_theme() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM theme_photos WHERE theme_id = NEW.id;
        INSERT INTO theme_photos (photo_id, theme_id, is_picked, shown_at)
        SELECT DISTINCT photos.id, NEW.id, photos.verdict IS NOT DISTINCT FROM 'pick', photos.shown_at
        FROM photo_keywords JOIN photos ON photos.id = photo_keywords.photo_id
        WHERE photo_keywords.persona_id = NEW.persona_id AND photo_keywords.key = NEW.key AND {is_left};
        RETURN NULL;
    END $$
"""
NOTIFY = """
    CREATE FUNCTION fluffy_notify_theme() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify(
            'fluffy_personas', json_build_object('persona_id', coalesce(NEW.persona_id, OLD.persona_id))::text
        );
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Create the tables, and the triggers that keep what is left."""
    op.create_table(
        "themes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("keyword", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=False),
        sa.Column("rest_days", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["persona_id"], ["personas.id"], name=op.f("fk_themes_persona_id_personas"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("persona_id", "key", name=op.f("uq_themes_persona_id_key")),
        sa.CheckConstraint("btrim(keyword) <> ''", name=op.f("ck_themes_keyword_not_blank")),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name=op.f("ck_themes_share_is_percentage")),
        sa.CheckConstraint("rest_days >= 0", name=op.f("ck_themes_rest_not_negative")),
    )
    op.create_table(
        "theme_photos",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("theme_id", sa.BigInteger(), nullable=False),
        sa.Column("is_picked", sa.Boolean(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_theme_photos_photo_id_photos"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["themes.id"], name=op.f("fk_theme_photos_theme_id_themes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", "theme_id", name=op.f("pk_theme_photos")),
    )
    op.create_index(
        "ix_theme_photos_theme_id_is_picked_shown_at_photo_id",
        "theme_photos",
        ["theme_id", "is_picked", "shown_at", "photo_id"],
    )
    op.execute(SETTLE.format(is_left=IS_LEFT))
    op.execute(SETTLE_CHANGED)
    op.execute(SETTLE_PHOTO)
    op.execute(WAIT_FOR_KEYWORDS)
    op.execute(FILL_THEME.format(is_left=IS_LEFT))
    op.execute(NOTIFY)
    for table in ("photo_keywords", "post_photos"):
        for statement, rows in {"INSERT": "NEW", "DELETE": "OLD"}.items():
            op.execute(
                f"CREATE TRIGGER fluffy_settle_{table}_{statement.lower()} AFTER {statement} ON {table}"
                f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION fluffy_settle_changed()"
            )
    op.execute(
        """
        CREATE TRIGGER fluffy_settle_photo AFTER UPDATE ON photos FOR EACH ROW WHEN (
            (OLD.verdict, OLD.missing_since IS NULL, OLD.taken_at, OLD.modified_at)
            IS DISTINCT FROM (NEW.verdict, NEW.missing_since IS NULL, NEW.taken_at, NEW.modified_at)
        ) EXECUTE FUNCTION fluffy_settle_photo()
        """
    )
    op.execute(
        "CREATE TRIGGER fluffy_wait_for_keywords BEFORE INSERT OR UPDATE OF key ON themes"
        " FOR EACH STATEMENT EXECUTE FUNCTION fluffy_wait_for_keywords()"
    )
    op.execute(
        "CREATE TRIGGER fluffy_fill_theme AFTER INSERT OR UPDATE OF key ON themes"
        " FOR EACH ROW EXECUTE FUNCTION fluffy_fill_theme()"
    )
    op.execute(
        "CREATE TRIGGER fluffy_notify_theme AFTER INSERT OR UPDATE OR DELETE ON themes"
        " FOR EACH ROW EXECUTE FUNCTION fluffy_notify_theme()"
    )


def downgrade() -> None:
    """Drop all of it."""
    op.drop_table("theme_photos")
    op.drop_table("themes")
    for name in ("wait_for_keywords", "fill_theme", "notify_theme", "settle_changed", "settle_photo"):
        op.execute(f"DROP FUNCTION fluffy_{name}() CASCADE")  # and its triggers
    op.execute("DROP FUNCTION fluffy_settle_themes(bigint[])")
