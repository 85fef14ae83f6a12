"""Keep the keywords of photos, each with where it comes from.

Revision ID: 0041
Revises: 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

NOTIFY = """
    CREATE FUNCTION fluffy_notify_keywords() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify(
            'fluffy_photos', json_build_object('persona_id', persona_id, 'keywords', true)::text
        )
        FROM (SELECT DISTINCT persona_id FROM changed) AS concerned;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Create the table, and notify of changes to it."""
    op.create_table(
        "photo_keywords",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_photo_keywords_photo_id_photos"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", "key", "source", name=op.f("pk_photo_keywords")),
        sa.CheckConstraint(
            "source IN ('hand', 'folder', 'xmp')", name=op.f("ck_photo_keywords_source_known")
        ),
    )
    op.create_index(
        "ix_photo_keywords_persona_id_key_photo_id", "photo_keywords", ["persona_id", "key", "photo_id"]
    )
    op.execute(NOTIFY)
    for statement, rows in {"INSERT": "NEW", "DELETE": "OLD"}.items():
        op.execute(
            f"CREATE TRIGGER fluffy_notify_keywords_{statement.lower()} AFTER {statement} ON photo_keywords"
            f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION fluffy_notify_keywords()"
        )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("photo_keywords")
    op.execute("DROP FUNCTION fluffy_notify_keywords()")
