"""Notify with the persona that was created, renamed or deleted, or has another channel.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the trigger."""
    op.execute(
        """
        CREATE FUNCTION fluffy_notify_persona() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'UPDATE' OR OLD IS DISTINCT FROM NEW THEN
                PERFORM pg_notify('fluffy_personas', json_build_object('persona_id', coalesce(NEW.id, OLD.id))::text);
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_notify_persona AFTER INSERT OR UPDATE OR DELETE ON personas
        FOR EACH ROW EXECUTE FUNCTION fluffy_notify_persona()
        """
    )


def downgrade() -> None:
    """Drop the trigger."""
    op.execute("DROP TRIGGER fluffy_notify_persona ON personas")
    op.execute("DROP FUNCTION fluffy_notify_persona()")
