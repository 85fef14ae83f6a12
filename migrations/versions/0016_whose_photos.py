"""Notify with the persona whose photos changed, and only if something relevant did.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TRANSITIONS = {
    "INSERT": "NEW TABLE AS after_it",
    "UPDATE": "OLD TABLE AS before_it NEW TABLE AS after_it",
    "DELETE": "OLD TABLE AS before_it",
}


def upgrade() -> None:
    """Replace the trigger by one per kind of statement, which compares the old and the new rows.

    Only columns that a list of photos depends on are compared; verdicts have a trigger of their own.
    """
    op.execute("DROP TRIGGER fluffy_notify_photos ON photos")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION fluffy_notify_photos() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            personas bigint[];
        BEGIN
            IF TG_OP = 'INSERT' THEN
                personas := ARRAY(SELECT DISTINCT persona_id FROM after_it);
            ELSIF TG_OP = 'DELETE' THEN
                personas := ARRAY(SELECT DISTINCT persona_id FROM before_it);
            ELSE
                personas := ARRAY(
                    SELECT DISTINCT unnest(ARRAY[before_it.persona_id, after_it.persona_id])
                    FROM before_it JOIN after_it USING (id)
                    WHERE (
                        before_it.persona_id, before_it.path, before_it.sha256, before_it.byte_size,
                        before_it.width, before_it.height, before_it.format, before_it.taken_at,
                        before_it.modified_at, before_it.missing_since
                    ) IS DISTINCT FROM (
                        after_it.persona_id, after_it.path, after_it.sha256, after_it.byte_size,
                        after_it.width, after_it.height, after_it.format, after_it.taken_at,
                        after_it.modified_at, after_it.missing_since
                    )
                );
            END IF;
            PERFORM pg_notify('fluffy_photos', json_build_object('persona_id', persona)::text)
            FROM unnest(personas) AS persona;
            RETURN NULL;
        END $$
        """
    )
    for statement, transition in TRANSITIONS.items():
        op.execute(
            f"CREATE TRIGGER fluffy_notify_photos_{statement.lower()} AFTER {statement} ON photos"
            f" REFERENCING {transition} FOR EACH STATEMENT EXECUTE FUNCTION fluffy_notify_photos()"
        )


def downgrade() -> None:
    """Restore notifications without the persona."""
    for statement in TRANSITIONS:
        op.execute(f"DROP TRIGGER fluffy_notify_photos_{statement.lower()} ON photos")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION fluffy_notify_photos() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('fluffy_photos', '');
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_notify_photos AFTER INSERT OR DELETE OR UPDATE OF persona_id, path, sha256,
        byte_size, width, height, format, taken_at, modified_at, missing_since ON photos
        FOR EACH STATEMENT EXECUTE FUNCTION fluffy_notify_photos()
        """
    )
