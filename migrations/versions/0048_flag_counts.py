"""Keep how many photos without a post each persona has picked and rejected.

Revision ID: 0048
Revises: 0047
"""

from __future__ import annotations

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

COUNT_FLAGS = """
    CREATE FUNCTION fluffy_count_flags() RETURNS trigger LANGUAGE plpgsql AS $$
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
            PERFORM fluffy_add_to_count(persona_id, 'unscheduled ' || flag, sum(step)::bigint)
            FROM (
                SELECT after_it.id, after_it.persona_id, after_it.verdict, before_it.verdict AS old_verdict
                FROM after_it JOIN before_it ON before_it.id = after_it.id
                WHERE after_it.verdict IS DISTINCT FROM before_it.verdict
            ) AS changed CROSS JOIN LATERAL (VALUES (verdict, 1), (old_verdict, -1)) AS flags (flag, step)
            WHERE flag IS NOT NULL AND NOT EXISTS (SELECT FROM post_photos WHERE photo_id = changed.id)
            GROUP BY persona_id, flag;
        END IF;
        RETURN NULL;
    END $$
"""
# The photos are locked, so that one is not flagged between the look at its flag and the end of the transaction. In the
# order of their ids, so that two posts never wait for each other.
COUNT_SCHEDULED_FLAGS = """
    CREATE FUNCTION fluffy_count_scheduled_flags() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        ids bigint[];
        sign integer := CASE WHEN TG_OP = 'INSERT' THEN -1 ELSE 1 END;
    BEGIN
        ids := ARRAY(SELECT photo_id FROM changed_it);
        PERFORM FROM photos WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
        PERFORM fluffy_add_to_count(persona_id, 'unscheduled ' || verdict, sign * number) FROM (
            SELECT persona_id, verdict, count(*) AS number
            FROM photos WHERE id = ANY (ids) AND verdict IS NOT NULL GROUP BY 1, 2
        ) AS flagged;
        RETURN NULL;
    END $$
"""
PRESENT_COUNTS = """
    INSERT INTO library_counts (persona_id, name, number)
    SELECT persona_id, 'unscheduled ' || verdict, count(*) FROM photos
    WHERE verdict IS NOT NULL AND NOT EXISTS (SELECT FROM post_photos WHERE photo_id = photos.id) GROUP BY 1, 2
"""
WATCHED = {
    ("photos", "INSERT"): "NEW TABLE AS after_it",
    ("photos", "UPDATE"): "OLD TABLE AS before_it NEW TABLE AS after_it",
    ("photos", "DELETE"): "OLD TABLE AS before_it",
    ("post_photos", "INSERT"): "NEW TABLE AS changed_it",
    ("post_photos", "DELETE"): "OLD TABLE AS changed_it",
}
FUNCTIONS = {"photos": "fluffy_count_flags", "post_photos": "fluffy_count_scheduled_flags"}


def upgrade() -> None:
    """Count the flags there are, and watch what changes."""
    op.execute(PRESENT_COUNTS)
    op.execute(COUNT_FLAGS)
    op.execute(COUNT_SCHEDULED_FLAGS)
    for (table, statement), tables in WATCHED.items():
        function = FUNCTIONS[table]
        op.execute(
            f"CREATE TRIGGER {function}_{statement.lower()} AFTER {statement} ON {table}"
            f" REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    """Drop the triggers and what they counted."""
    for function in FUNCTIONS.values():
        op.execute(f"DROP FUNCTION {function}() CASCADE")  # and its triggers
    op.execute("DELETE FROM library_counts WHERE name IN ('unscheduled pick', 'unscheduled reject')")
