"""Send a notification for every change of posts and photos, so that screens need not poll."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the triggers: one notification per post, one per statement for photos."""
    op.execute(
        """
        CREATE FUNCTION fluffy_notify_post() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            changed posts := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        BEGIN
            PERFORM pg_notify(
                'fluffy_posts', json_build_object('id', changed.id, 'persona_id', changed.persona_id)::text
            );
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_notify_post AFTER INSERT OR UPDATE OR DELETE ON posts
        FOR EACH ROW EXECUTE FUNCTION fluffy_notify_post()
        """
    )
    op.execute(
        """
        CREATE FUNCTION fluffy_notify_photos() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('fluffy_photos', '');
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_notify_photos AFTER INSERT OR UPDATE OR DELETE ON photos
        FOR EACH STATEMENT EXECUTE FUNCTION fluffy_notify_photos()
        """
    )


def downgrade() -> None:
    """Drop the triggers."""
    op.execute("DROP TRIGGER fluffy_notify_photos ON photos")
    op.execute("DROP TRIGGER fluffy_notify_post ON posts")
    op.execute("DROP FUNCTION fluffy_notify_photos()")
    op.execute("DROP FUNCTION fluffy_notify_post()")
