"""Let a persona have several channels, in an order.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the channel of each persona into a table, whose changes are notified like those of the persona."""
    op.create_table(
        "persona_channels",
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("pinterest_board_id", sa.Text(), nullable=True),
        sa.CheckConstraint("position >= 0", name=op.f("ck_persona_channels_position_not_negative")),
        sa.ForeignKeyConstraint(
            ["persona_id"],
            ["personas.id"],
            name=op.f("fk_persona_channels_persona_id_personas"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("persona_id", "channel_id", name=op.f("pk_persona_channels")),
        sa.UniqueConstraint("persona_id", "position", name=op.f("uq_persona_channels_persona_id_position")),
    )
    op.execute(
        "INSERT INTO persona_channels (persona_id, channel_id, position, pinterest_board_id)"
        " SELECT id, buffer_channel_id, 0, pinterest_board_id FROM personas WHERE buffer_channel_id IS NOT NULL"
    )
    op.drop_column("personas", "pinterest_board_id")
    op.drop_column("personas", "buffer_channel_id")
    op.execute(
        """
        CREATE FUNCTION fluffy_notify_persona_channel() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'UPDATE' OR OLD IS DISTINCT FROM NEW THEN
                PERFORM pg_notify(
                    'fluffy_personas',
                    json_build_object('persona_id', coalesce(NEW.persona_id, OLD.persona_id))::text
                );
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_notify_persona_channel AFTER INSERT OR UPDATE OR DELETE ON persona_channels
        FOR EACH ROW EXECUTE FUNCTION fluffy_notify_persona_channel()
        """
    )


def downgrade() -> None:
    """Keep the main channel of each persona; there is no place for others."""
    op.add_column("personas", sa.Column("buffer_channel_id", sa.Text(), nullable=True))
    op.add_column("personas", sa.Column("pinterest_board_id", sa.Text(), nullable=True))
    op.execute(
        "UPDATE personas SET buffer_channel_id = channel_id, pinterest_board_id = chosen.pinterest_board_id"
        " FROM persona_channels AS chosen WHERE chosen.persona_id = personas.id AND position = 0"
    )
    op.drop_table("persona_channels")
    op.execute("DROP FUNCTION fluffy_notify_persona_channel()")
