"""Keep what went out on the channels without this program: posts from the phone, or made in Buffer itself.

Revision ID: 0037
Revises: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import BIT
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0037"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the posts from elsewhere, and note how far each organisation's were read; find live posts by channel."""
    op.create_table(
        "outside_posts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("buffer_post_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("external_link", sa.Text()),
        sa.Column("asset_count", sa.Integer(), nullable=False),
        sa.Column("thumbnail_url", sa.Text()),
        sa.Column("thumbnail", sa.LargeBinary()),
        sa.Column("pdq", BIT(256)),
        sa.Column("pdq_quality", sa.SmallInteger()),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_outside_posts"),
        sa.UniqueConstraint("buffer_post_id", name="uq_outside_posts_buffer_post_id"),
    )
    op.create_index("ix_outside_posts_channel_id", "outside_posts", ["channel_id", "sent_at", "id"])
    op.create_index(
        "ix_outside_posts_next_try_at",
        "outside_posts",
        ["next_try_at"],
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
    op.execute(
        "CREATE INDEX ix_outside_posts_bands ON outside_posts USING gin (fluffy_bands(pdq)) WITH (fastupdate = off)"
        " WHERE pdq IS NOT NULL"
    )
    op.create_table(
        "outside_rounds",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("channel_ids", ARRAY(sa.Text()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_until", sa.DateTime(timezone=True)),
        sa.Column("begun_at", sa.DateTime(timezone=True)),
        sa.Column("rest_before", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("organization_id", name="pk_outside_rounds"),
    )
    op.create_index(
        "ix_posts_live",
        "posts",
        ["channel_id", "posted_at", "id"],
        postgresql_where=sa.text("status = 'posted'"),
    )


def downgrade() -> None:
    """Forget what went out elsewhere."""
    op.drop_index("ix_posts_live", table_name="posts")
    op.drop_table("outside_rounds")
    op.drop_table("outside_posts")
