"""Personas, channels, photos with their hashes and embeddings, and posts."""

from __future__ import annotations

from typing import Any

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NOW = sa.func.now()


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False)


def _time(
    name: str,
    *,
    nullable: bool = True,
    server_default: sa.ColumnElement[Any] | None = None,
) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default)


def upgrade() -> None:
    """Create the tables."""
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    _create_personas()
    _create_photos()
    _create_hashes_and_embeddings()
    _create_posts()


def _create_personas() -> None:
    op.create_table(
        "personas",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("buffer_channel_id", sa.Text()),
        _time("created_at", nullable=False, server_default=NOW),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_personas_name_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personas")),
    )
    op.create_index("uq_personas_name", "personas", [sa.text("lower(name)")], unique=True)
    op.create_table(
        "channels",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("description", postgresql.JSONB(), nullable=False),
        _time("checked_at", nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )


def _create_photos() -> None:
    op.create_table(
        "photos",
        _id(),
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column(
            "name", sa.Text(), sa.Computed("regexp_replace(path, '^.*/', '')", persisted=True), nullable=False
        ),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        _time("taken_at"),
        _time("modified_at", nullable=False),
        _time("missing_since"),
        sa.Column("verdict", sa.Text()),
        _time("created_at", nullable=False, server_default=NOW),
        sa.Column(
            "shown_at",
            sa.DateTime(timezone=True),
            sa.Computed("coalesce(taken_at, modified_at)", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_photos_sha256_length")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_photos_has_pixels")),
        sa.CheckConstraint("verdict IN ('pick', 'reject')", name=op.f("ck_photos_verdict_known")),
        sa.ForeignKeyConstraint(
            ["persona_id"], ["personas.id"], name=op.f("fk_photos_persona_id_personas"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("persona_id", "path", name=op.f("uq_photos_persona_id_path")),
        sa.UniqueConstraint("persona_id", "sha256", name=op.f("uq_photos_persona_id_sha256")),
    )
    op.create_index("ix_photos_persona_id_shown_at_id", "photos", ["persona_id", "shown_at", "id"])


def _create_hashes_and_embeddings() -> None:
    op.create_table(
        "photo_hashes",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("pdq", pgvector.sqlalchemy.BIT(256), nullable=False),
        sa.Column("pdq_quality", sa.SmallInteger(), nullable=False),
        sa.Column("dhash", pgvector.sqlalchemy.BIT(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_photo_hashes_photo_id_photos"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_hashes")),
    )
    op.create_table(
        "embedding_models",
        sa.Column("id", sa.SmallInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.SmallInteger(), nullable=False),
        sa.Column("near_max", sa.Float()),
        sa.Column("similar_max", sa.Float()),
        sa.Column("configuration", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        _time("created_at", nullable=False, server_default=NOW),
        sa.CheckConstraint(
            "dimensions BETWEEN 1 AND 2000", name=op.f("ck_embedding_models_dimensions_indexable")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embedding_models")),
        sa.UniqueConstraint("id", "dimensions", name=op.f("uq_embedding_models_id_dimensions")),
        sa.UniqueConstraint("name", name=op.f("uq_embedding_models_name")),
    )
    op.create_table(
        "photo_embeddings",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("model_id", sa.SmallInteger(), nullable=False),
        sa.Column("dimensions", sa.SmallInteger(), nullable=False),
        sa.Column("embedding", pgvector.sqlalchemy.VECTOR(), nullable=False),
        _time("created_at", nullable=False, server_default=NOW),
        sa.CheckConstraint(
            "vector_dims(embedding) = dimensions", name=op.f("ck_photo_embeddings_dimensions_match")
        ),
        sa.CheckConstraint("vector_norm(embedding) > 0", name=op.f("ck_photo_embeddings_not_zero")),
        sa.ForeignKeyConstraint(
            ["model_id", "dimensions"],
            ["embedding_models.id", "embedding_models.dimensions"],
            name=op.f("fk_photo_embeddings_model_id_dimensions_embedding_models"),
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"],
            ["photos.id"],
            name=op.f("fk_photo_embeddings_photo_id_photos"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("photo_id", "model_id", name=op.f("pk_photo_embeddings")),
    )


def _create_posts() -> None:
    op.create_table(
        "posts",
        _id(),
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("alt_text", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("step", sa.Text()),
        sa.Column("buffer_post_id", sa.Text()),
        _time("scheduled_at"),
        _time("posted_at"),
        sa.Column("channel_id", sa.Text()),
        sa.Column("organization_id", sa.Text()),
        sa.Column("delivery_key", sa.Text(), nullable=False),
        sa.Column("share_mode", sa.Text(), nullable=False),
        _time("requested_at_time"),
        sa.Column("fit", sa.Text(), server_default="pad", nullable=False),
        sa.Column("claim", sa.Text()),
        _time("create_sent_at"),
        _time("next_try_at"),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("media_url", sa.Text()),
        sa.Column("rendition", postgresql.JSONB()),
        sa.Column("external_link", sa.Text()),
        _time("created_at", nullable=False, server_default=NOW),
        _time("updated_at", nullable=False, server_default=NOW),
        *_post_checks(),
        sa.ForeignKeyConstraint(
            ["persona_id"], ["personas.id"], name=op.f("fk_posts_persona_id_personas"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_posts_photo_id_photos"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("photo_id", name=op.f("uq_posts_photo_id")),
        sa.UniqueConstraint("buffer_post_id", name=op.f("uq_posts_buffer_post_id")),
        sa.UniqueConstraint("delivery_key", name=op.f("uq_posts_delivery_key")),
    )
    op.create_index("ix_posts_persona_id_id", "posts", ["persona_id", "id"])
    op.create_index(
        "ix_posts_on_their_way",
        "posts",
        ["step"],
        postgresql_where=sa.text(
            "step IN ('queued', 'rendering', 'hosting', 'sending', 'unconfirmed', 'held')"
        ),
    )


def _post_checks() -> list[sa.CheckConstraint]:
    checks = {
        "status_known": "status IN ('draft', 'scheduled', 'posted', 'failed')",
        "step_known": "step IN ('queued', 'rendering', 'hosting', 'sending', 'unconfirmed', 'held',"
        " 'accepted', 'publishing', 'live', 'failed')",
        "status_agrees_with_step": "CASE status WHEN 'draft' THEN step IS NULL"
        " OR step IN ('queued', 'rendering', 'hosting', 'sending', 'unconfirmed', 'held')"
        " WHEN 'scheduled' THEN step IN ('accepted', 'publishing')"
        " WHEN 'posted' THEN step = 'live'"
        " ELSE step = 'failed' END",
        "known_to_buffer": "status NOT IN ('scheduled', 'posted') OR buffer_post_id IS NOT NULL",
        "posted_has_time": "status <> 'posted' OR posted_at IS NOT NULL",
        "failed_has_cause": "status <> 'failed' OR error_message IS NOT NULL",
        "held_has_next_try": "step <> 'held' OR next_try_at IS NOT NULL",
        "submitted_has_channel": "step IS NULL OR channel_id IS NOT NULL",
        "share_mode_known": "share_mode IN ('addToQueue', 'customScheduled', 'shareNext', 'shareNow')",
        "time_was_asked": "share_mode <> 'customScheduled' OR requested_at_time IS NOT NULL",
        "fit_known": "fit IN ('pad', 'crop')",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_posts_{name}")) for name, rule in checks.items()]


def downgrade() -> None:
    """Drop the tables, but not the extension, which others may use."""
    for table in (
        "posts",
        "photo_embeddings",
        "embedding_models",
        "photo_hashes",
        "photos",
        "channels",
        "personas",
    ):
        op.drop_table(table)
