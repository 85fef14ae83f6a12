"""Keep the counts of each library in the transactions that change them, so that nobody counts a million photos.

Revision ID: 0034
Revises: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# A count is the sum of its rows. Whoever changes it puts those that are free and the change together in one, and leaves
# what another transaction holds: so none waits for another, and there are hardly more rows than transactions.
ADD_TO_COUNT = """
    CREATE FUNCTION fluffy_add_to_count(persona bigint, counted text, difference bigint) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        IF difference = 0 OR NOT EXISTS (SELECT FROM personas WHERE id = persona) THEN
            RETURN;
        END IF;
        WITH free AS (
            DELETE FROM library_counts WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM library_counts WHERE persona_id = persona AND name = counted
                FOR UPDATE SKIP LOCKED
            )) RETURNING number
        )
        INSERT INTO library_counts (persona_id, name, number)
        SELECT persona, counted, difference + coalesce(sum(number), 0) FROM free;
    END $$
"""
PHOTOS_ADDED = """
    CREATE FUNCTION fluffy_photos_added() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM fluffy_add_to_count(persona_id, 'unscheduled', photos),
            fluffy_add_to_count(persona_id, 'present', present)
        FROM (
            SELECT persona_id, count(*) AS photos, count(*) FILTER (WHERE missing_since IS NULL) AS present
            FROM after_it GROUP BY persona_id
        ) AS added;
        RETURN NULL;
    END $$
"""
# What a photo had was removed before it was, while it was known whose it is.
PHOTOS_REMOVED = """
    CREATE FUNCTION fluffy_photos_removed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM fluffy_add_to_count(persona_id, 'unscheduled', -photos),
            fluffy_add_to_count(persona_id, 'present', -present)
        FROM (
            SELECT persona_id, count(*) AS photos, count(*) FILTER (WHERE missing_since IS NULL) AS present
            FROM before_it GROUP BY persona_id
        ) AS removed;
        RETURN NULL;
    END $$
"""
PHOTOS_MOVED = """
    CREATE FUNCTION fluffy_photos_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM fluffy_add_to_count(persona_id, counted, sum(step))
        FROM (
            SELECT after_it.id, after_it.persona_id,
                CASE WHEN after_it.missing_since IS NULL THEN 1 ELSE -1 END AS step
            FROM after_it JOIN before_it ON before_it.id = after_it.id
            WHERE (after_it.missing_since IS NULL) <> (before_it.missing_since IS NULL)
        ) AS moved CROSS JOIN LATERAL (
            SELECT 'present' AS counted
            UNION ALL SELECT 'hashed' FROM photo_hashes WHERE photo_id = moved.id
            UNION ALL SELECT 'embedded ' || model_id FROM photo_embeddings WHERE photo_id = moved.id
        ) AS had
        GROUP BY persona_id, counted;
        RETURN NULL;
    END $$
"""
COUNTED = {
    "photo_hashes": "'hashed'",
    "photo_embeddings": "'embedded ' || model_id",
    "post_photos": "'unscheduled'",
}
"""What the rows of each table count for; the last one the other way round, and missing photos too."""
ROWS = """
    CREATE FUNCTION fluffy_count_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            PERFORM fluffy_add_to_count(persona_id, counted, {sign}number) FROM (
                SELECT persona_id, {counted} AS counted, count(*) AS number
                FROM after_it JOIN photos ON photos.id = photo_id WHERE {condition} GROUP BY 1, 2
            ) AS added;
        ELSE
            PERFORM fluffy_add_to_count(persona_id, counted, -({sign}number)) FROM (
                SELECT persona_id, {counted} AS counted, count(*) AS number
                FROM before_it JOIN photos ON photos.id = photo_id WHERE {condition} GROUP BY 1, 2
            ) AS removed;
        END IF;
        RETURN NULL;
    END $$
"""
TRANSITIONS = {
    "INSERT": "NEW TABLE AS after_it",
    "UPDATE": "OLD TABLE AS before_it NEW TABLE AS after_it",
    "DELETE": "OLD TABLE AS before_it",
}
PHOTOS_FUNCTIONS = {
    "INSERT": ("fluffy_photos_added", PHOTOS_ADDED),
    "UPDATE": ("fluffy_photos_moved", PHOTOS_MOVED),
    "DELETE": ("fluffy_photos_removed", PHOTOS_REMOVED),
}
# Before the row changes, so that hashes and vectors are still those of a photo that is counted, or is not.
FORGET_LOOKS = """
    CREATE OR REPLACE FUNCTION fluffy_forget_looks() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.sha256 = NEW.sha256 THEN
            DELETE FROM photo_troubles WHERE photo_id = OLD.id;
            RETURN NEW;
        END IF;
        DELETE FROM photos_to_index WHERE photo_id = OLD.id;
        DELETE FROM photo_troubles WHERE photo_id = OLD.id;
        DELETE FROM photo_hashes WHERE photo_id = OLD.id;
        DELETE FROM photo_embeddings WHERE photo_id = OLD.id;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        PERFORM fluffy_queue_photos(ARRAY[OLD.id]);
        RETURN NEW;
    END $$
"""
FORGET_LOOKS_AFTERWARDS = """
    CREATE OR REPLACE FUNCTION fluffy_forget_looks() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.sha256 <> NEW.sha256 THEN
            DELETE FROM photos_to_index WHERE photo_id = NEW.id;
        END IF;
        DELETE FROM photo_troubles WHERE photo_id = NEW.id;
        IF OLD.sha256 <> NEW.sha256 THEN
            DELETE FROM photo_hashes WHERE photo_id = NEW.id;
            DELETE FROM photo_embeddings WHERE photo_id = NEW.id;
            PERFORM fluffy_queue_photos(ARRAY[NEW.id]);
        END IF;
        RETURN NULL;
    END $$
"""
FORGET_WHEN = """
    CREATE TRIGGER fluffy_forget_looks {moment} UPDATE OF sha256, path, modified_at, missing_since ON photos
    FOR EACH ROW WHEN (
        (OLD.sha256, OLD.path, OLD.modified_at, OLD.missing_since)
        IS DISTINCT FROM (NEW.sha256, NEW.path, NEW.modified_at, NEW.missing_since)
    ) EXECUTE FUNCTION fluffy_forget_looks()
"""
PRESENT_COUNTS = """
    INSERT INTO library_counts (persona_id, name, number)
    SELECT persona_id, 'unscheduled', count(*) FROM photos
        WHERE NOT EXISTS (SELECT FROM post_photos WHERE photo_id = photos.id) GROUP BY 1
    UNION ALL SELECT persona_id, 'present', count(*) FROM photos WHERE missing_since IS NULL GROUP BY 1
    UNION ALL SELECT persona_id, 'hashed', count(*) FROM photo_hashes JOIN photos ON photos.id = photo_id
        WHERE missing_since IS NULL GROUP BY 1
    UNION ALL SELECT persona_id, 'embedded ' || model_id, count(*)
        FROM photo_embeddings JOIN photos ON photos.id = photo_id WHERE missing_since IS NULL GROUP BY 1, 2
"""


def upgrade() -> None:
    """Create the counts and their triggers."""
    op.create_table(
        "library_counts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["persona_id"],
            ["personas.id"],
            name=op.f("fk_library_counts_persona_id_personas"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_counts")),
    )
    op.create_index("ix_library_counts_persona_id_name", "library_counts", ["persona_id", "name"])
    op.execute(PRESENT_COUNTS)
    op.execute(ADD_TO_COUNT)
    for table, counted in COUNTED.items():
        is_present, sign = ("true", "-") if table == "post_photos" else ("missing_since IS NULL", "")
        op.execute(ROWS.format(table=table, counted=counted, condition=is_present, sign=sign))
        for statement in ("INSERT", "DELETE"):
            _watch(table, statement, f"fluffy_count_{table}")
    for statement, (name, function) in PHOTOS_FUNCTIONS.items():
        op.execute(function)
        _watch("photos", statement, name)
    op.execute("DROP TRIGGER fluffy_forget_looks ON photos")
    op.execute(FORGET_LOOKS)
    op.execute(FORGET_WHEN.format(moment="BEFORE"))
    op.execute(
        "CREATE TRIGGER fluffy_forget_photo BEFORE DELETE ON photos"
        " FOR EACH ROW EXECUTE FUNCTION fluffy_forget_looks()"
    )
    op.create_index(
        "ix_photo_troubles_reason", "photo_troubles", ["photo_id"], postgresql_where=sa.text("reason <> ''")
    )


def _watch(table: str, statement: str, function: str) -> None:
    op.execute(
        f"CREATE TRIGGER {function}_{statement.lower()} AFTER {statement} ON {table}"
        f" REFERENCING {TRANSITIONS[statement]} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def downgrade() -> None:
    """Drop all of it."""
    op.drop_index("ix_photo_troubles_reason", "photo_troubles")
    op.execute("DROP TRIGGER fluffy_forget_photo ON photos")
    op.execute("DROP TRIGGER fluffy_forget_looks ON photos")
    op.execute(FORGET_LOOKS_AFTERWARDS)
    op.execute(FORGET_WHEN.format(moment="AFTER"))
    for name in (
        *(f"fluffy_count_{table}" for table in COUNTED),
        *(name for name, _ in PHOTOS_FUNCTIONS.values()),
    ):
        op.execute(f"DROP FUNCTION {name}() CASCADE")  # and its triggers
    op.execute("DROP FUNCTION fluffy_add_to_count(bigint, text, bigint)")
    op.drop_table("library_counts")
