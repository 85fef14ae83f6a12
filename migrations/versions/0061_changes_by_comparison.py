"""Compare photos before and after a statement as sets.

A session keeps the plan of a trigger. One that was made for the change of one photo joined the rows before and after
by comparing each with each, so that a later change of 5,000 photos took 25 million comparisons in each trigger.

Revision ID: 0061
Revises: 0060
"""

from __future__ import annotations

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

NOTIFY_PHOTOS = """
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
                WITH old AS (
                    SELECT id, persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at,
                        missing_since
                    FROM before_it
                ), new AS (
                    SELECT id, persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at,
                        missing_since
                    FROM after_it
                )
                SELECT persona_id FROM (TABLE old EXCEPT TABLE new) AS gone
                UNION SELECT persona_id FROM (TABLE new EXCEPT TABLE old) AS come
            );
        END IF;
        PERFORM pg_notify('fluffy_photos', json_build_object('persona_id', persona)::text)
        FROM unnest(personas) AS persona;
        RETURN NULL;
    END $$
"""
PHOTOS_MOVED = """
    CREATE OR REPLACE FUNCTION fluffy_photos_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM fluffy_add_to_count(persona_id, counted, sum(CASE WHEN is_present THEN 1 ELSE -1 END))
        FROM (
            SELECT id, persona_id, missing_since IS NULL AS is_present FROM after_it
            EXCEPT SELECT id, persona_id, missing_since IS NULL FROM before_it
        ) AS moved CROSS JOIN LATERAL (
            SELECT 'present' AS counted
            UNION ALL SELECT 'hashed' FROM photo_hashes WHERE photo_id = moved.id
            UNION ALL SELECT 'embedded ' || model_id FROM photo_embeddings WHERE photo_id = moved.id
        ) AS had
        GROUP BY persona_id, counted;
        RETURN NULL;
    END $$
"""
COUNT_FLAGS = """
    CREATE OR REPLACE FUNCTION fluffy_count_flags() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            PERFORM fluffy_add_to_count(persona_id, 'unscheduled ' || verdict, number) FROM (
                SELECT persona_id, verdict, count(*) AS number FROM after_it WHERE verdict IS NOT NULL GROUP BY 1, 2
            ) AS added;
        ELSIF TG_OP = 'DELETE' THEN
            PERFORM fluffy_add_to_count(persona_id, 'unscheduled ' || verdict, -number) FROM (
                SELECT persona_id, verdict, count(*) AS number FROM before_it WHERE verdict IS NOT NULL GROUP BY 1, 2
            ) AS removed;
        ELSE
            PERFORM fluffy_add_to_count(persona_id, 'unscheduled ' || verdict, sum(step)::bigint)
            FROM (
                WITH old AS (SELECT id, persona_id, verdict FROM before_it),
                    new AS (SELECT id, persona_id, verdict FROM after_it)
                SELECT *, 1 AS step FROM (TABLE new EXCEPT TABLE old) AS come
                UNION ALL SELECT *, -1 FROM (TABLE old EXCEPT TABLE new) AS gone
            ) AS changed
            WHERE verdict IS NOT NULL AND NOT EXISTS (SELECT FROM post_photos WHERE photo_id = changed.id)
            GROUP BY persona_id, verdict;
        END IF;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    """Replace the functions."""
    for function in (NOTIFY_PHOTOS, PHOTOS_MOVED, COUNT_FLAGS):
        op.execute(function)


def downgrade() -> None:
    """Leave them: they do the same as those before."""
