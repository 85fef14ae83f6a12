"""Let a new photo cost less: its place tells that it is there, and a screenshot is known by its name alone.

Revision ID: 0062
Revises: 0061
"""

from __future__ import annotations

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

PLACES_CHANGED = """
    CREATE OR REPLACE FUNCTION fluffy_places_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        changed bigint[];
        machines text[];
        are_there boolean := false;
    BEGIN
        IF TG_OP = 'INSERT' THEN
            changed := ARRAY(SELECT photo_id FROM after_it);
            machines := ARRAY(SELECT DISTINCT machine_id FROM after_it WHERE missing_since IS NULL);
            are_there := NOT EXISTS (SELECT FROM after_it WHERE missing_since IS NOT NULL);
        ELSIF TG_OP = 'DELETE' THEN
            changed := ARRAY(SELECT photo_id FROM before_it);
        ELSE
            changed := ARRAY(
                (SELECT photo_id FROM (TABLE after_it EXCEPT TABLE before_it) AS new)
                UNION (SELECT photo_id FROM (TABLE before_it EXCEPT TABLE after_it) AS old)
            );
            machines := ARRAY(
                SELECT DISTINCT machine_id FROM (TABLE after_it EXCEPT TABLE before_it) AS new
                WHERE missing_since IS NULL
            );
        END IF;
        IF cardinality(changed) = 0 THEN
            RETURN NULL;
        END IF;
        DELETE FROM photos_to_index WHERE photo_id = ANY (changed);
        DELETE FROM photo_troubles WHERE photo_id = ANY (changed);
        {mark}PERFORM fluffy_queue_photos(changed);
        PERFORM pg_notify('fluffy_photos', json_build_object('persona_id', persona_id)::text)
        FROM (SELECT DISTINCT persona_id FROM photos WHERE id = ANY (changed)) AS concerned;
        PERFORM fluffy_defer_look(machine) FROM unnest(machines) AS machine;
        RETURN NULL;
    END $$
"""
# One look-up in an index for each photo, whatever the statistics say of the table.
MARK = """UPDATE photos SET missing_since = now_there.missing_since
        FROM (
            SELECT id, missing_since FROM unnest(changed) AS id CROSS JOIN LATERAL (
                SELECT CASE WHEN count(*) = count(place.missing_since)
                    THEN coalesce(max(place.missing_since), now()) END AS missing_since
                FROM photo_places AS place WHERE place.photo_id = id
            ) AS found
        ) AS now_there
        WHERE photos.id = now_there.id AND photos.missing_since IS DISTINCT FROM now_there.missing_since;
        """
# A batch of an import adds places of files that are there; what other machines have does not matter then.
UNLESS_THERE = """IF are_there THEN
            UPDATE photos SET missing_since = NULL WHERE id = ANY (changed) AND missing_since IS NOT NULL;
        ELSE
            {mark}END IF;
        """
# The pattern from before was tried at each slash of a path, which was a third of the work of storing a photo.
SCREENSHOT_BY_NAME = r"""
    DO $do$ BEGIN
        EXECUTE regexp_replace(
            pg_get_functiondef('fluffy_is_screenshot'::regproc),
            'path ~\* ''\(\^\|/\)(\(.*\))\[\^/\]\*\$\|(\(.*\))\[\^/\]\*\$''',
            '(split_part(path, ''/'', -1) ~* ''^\1'' OR split_part(path, ''/'', -1) ~* ''\2'')'
        );
    END $do$
"""


def upgrade() -> None:
    """Replace the functions."""
    op.execute(PLACES_CHANGED.format(mark=UNLESS_THERE.format(mark=MARK)))
    op.execute(SCREENSHOT_BY_NAME)


def downgrade() -> None:
    """Put back the trigger's; the other one does the same as before."""
    op.execute(PLACES_CHANGED.format(mark=MARK))
