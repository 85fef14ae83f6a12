"""Keep how many posts each persona has in each state, so that nobody counts years of posts for a header.

Revision ID: 0046
Revises: 0045
"""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

# A draft that has a step was submitted, and waits for Buffer.
COUNTED = "CASE WHEN status <> 'draft' THEN status::text WHEN step IS NULL THEN 'drafts' ELSE 'queued' END"
COUNT_POSTS = """
    CREATE FUNCTION fluffy_count_posts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            PERFORM fluffy_add_to_count(persona_id, counted, number) FROM (
                SELECT persona_id, {counted} AS counted, count(*) AS number FROM after_it GROUP BY 1, 2
            ) AS added;
        ELSIF TG_OP = 'DELETE' THEN
            PERFORM fluffy_add_to_count(persona_id, counted, -number) FROM (
                SELECT persona_id, {counted} AS counted, count(*) AS number FROM before_it GROUP BY 1, 2
            ) AS removed;
        ELSE
            PERFORM fluffy_add_to_count(persona_id, counted, difference) FROM (
                SELECT persona_id, counted, sum(step)::bigint AS difference FROM (
                    SELECT persona_id, {counted} AS counted, 1 AS step FROM after_it
                    UNION ALL SELECT persona_id, {counted}, -1 FROM before_it
                ) AS both_states GROUP BY 1, 2
            ) AS moved WHERE difference <> 0;
        END IF;
        RETURN NULL;
    END $$
"""
PRESENT_COUNTS = """
    INSERT INTO library_counts (persona_id, name, number)
    SELECT persona_id, {counted}, count(*) FROM posts GROUP BY 1, 2
"""
TRANSITIONS = {
    "INSERT": "NEW TABLE AS after_it",
    "UPDATE": "OLD TABLE AS before_it NEW TABLE AS after_it",
    "DELETE": "OLD TABLE AS before_it",
}


def upgrade() -> None:
    """Count the posts there are, and watch what changes."""
    op.execute(PRESENT_COUNTS.format(counted=COUNTED))
    op.execute(COUNT_POSTS.format(counted=COUNTED))
    for statement, tables in TRANSITIONS.items():
        op.execute(
            f"CREATE TRIGGER fluffy_count_posts_{statement.lower()} AFTER {statement} ON posts"
            f" REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION fluffy_count_posts()"
        )


def downgrade() -> None:
    """Drop the triggers and what they counted."""
    op.execute("DROP FUNCTION fluffy_count_posts() CASCADE")  # and its triggers
    op.execute(
        "DELETE FROM library_counts WHERE name IN ('drafts', 'queued', 'scheduled', 'failed', 'posted')"
    )
