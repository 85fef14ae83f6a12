"""Hashtag sets and phrases that a persona uses repeatedly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "snippets",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("kind IN ('hashtags', 'phrase')", name=op.f("ck_snippets_kind_known")),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_snippets_name_not_blank")),
        sa.ForeignKeyConstraint(
            ["persona_id"], ["personas.id"], name=op.f("fk_snippets_persona_id_personas"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snippets")),
    )
    op.create_index(
        "uq_snippets_persona_id_kind_name",
        "snippets",
        ["persona_id", "kind", sa.literal_column("lower(name)")],
        unique=True,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("snippets")
