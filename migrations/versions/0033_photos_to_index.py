"""Queue the photos that have to be indexed, so that finding the next ones takes as long in any library.

Revision ID: 0033
Revises: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# OFFSET: one look-up in an index for each photo, whatever the statistics say of the tables.
QUEUE_PHOTOS = """
    CREATE FUNCTION fluffy_queue_photos(changed bigint[]) RETURNS void LANGUAGE sql AS $$
        INSERT INTO photos_to_index (photo_id, machine_id, stage, due_at)
        SELECT id, target.machine_id, target.stage, coalesce(failure.next_try_at, now())
        FROM unnest(changed) AS id CROSS JOIN index_targets AS target LEFT JOIN LATERAL (
            SELECT photo_id, next_try_at FROM photo_troubles WHERE photo_id = id AND stage = target.stage OFFSET 0
        ) AS failure ON true
        WHERE (failure.photo_id IS NULL OR failure.next_try_at IS NOT NULL)
        AND EXISTS (
            SELECT FROM photo_places AS place WHERE place.photo_id = id
            AND place.machine_id IN (target.machine_id, '') AND place.missing_since IS NULL OFFSET 0
        )
        AND (
            target.stage = 'look' AND NOT EXISTS (SELECT FROM photo_hashes WHERE photo_id = id OFFSET 0)
            OR target.model_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM photo_embeddings WHERE photo_id = id AND model_id = target.model_id OFFSET 0
            )
        )
        ORDER BY id
        ON CONFLICT DO NOTHING
    $$
"""
FORGET_LOOKS = """
    CREATE OR REPLACE FUNCTION fluffy_forget_looks() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {forget}DELETE FROM photo_troubles WHERE photo_id = NEW.id;
        IF OLD.sha256 <> NEW.sha256 THEN
            DELETE FROM photo_hashes WHERE photo_id = NEW.id;
            DELETE FROM photo_embeddings WHERE photo_id = NEW.id;{queue_again}
        END IF;
        RETURN NULL;
    END $$
"""
# The queue first, as a worker does that claims a photo, so that there is no deadlock.
FORGET = """IF OLD.sha256 <> NEW.sha256 THEN
            DELETE FROM photos_to_index WHERE photo_id = NEW.id;
        END IF;
        """
QUEUE_AGAIN = """
            PERFORM fluffy_queue_photos(ARRAY[NEW.id]);"""
PLACES_CHANGED = """
    CREATE OR REPLACE FUNCTION fluffy_places_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        changed bigint[];
        machines text[];
    BEGIN
        IF TG_OP = 'INSERT' THEN
            changed := ARRAY(SELECT photo_id FROM after_it);
            machines := ARRAY(SELECT DISTINCT machine_id FROM after_it WHERE missing_since IS NULL);
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
        {forget}DELETE FROM photo_troubles WHERE photo_id = ANY (changed);
        UPDATE photos SET missing_since = now_there.missing_since
        FROM ({now_there}
        ) AS now_there
        WHERE photos.id = now_there.id AND photos.missing_since IS DISTINCT FROM now_there.missing_since;
        {queue}PERFORM pg_notify('fluffy_photos', json_build_object('persona_id', persona_id)::text)
        FROM (SELECT DISTINCT persona_id FROM photos WHERE id = ANY (changed)) AS concerned;
        PERFORM fluffy_defer_look(machine) FROM unnest(machines) AS machine;
        RETURN NULL;
    END $$
"""
FORGET_ALL = """DELETE FROM photos_to_index WHERE photo_id = ANY (changed);
        """
QUEUE = """PERFORM fluffy_queue_photos(changed);
        """
# One look-up in an index for each photo, whatever the statistics say of the table.
NOW_THERE = """
            SELECT id, missing_since FROM unnest(changed) AS id CROSS JOIN LATERAL (
                SELECT CASE WHEN count(*) = count(place.missing_since)
                    THEN coalesce(max(place.missing_since), now()) END AS missing_since
                FROM photo_places AS place WHERE place.photo_id = id
            ) AS found"""
JOINED = """
            SELECT id, CASE WHEN count(photo_id) = count(place.missing_since)
                THEN coalesce(max(place.missing_since), now()) END AS missing_since
            FROM unnest(changed) AS id LEFT JOIN photo_places AS place ON photo_id = id
            GROUP BY id"""
DEFER_LOOK = """
    CREATE OR REPLACE FUNCTION fluffy_defer_look(machine text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        queue text := rtrim('library ' || machine);
        waiting text := rtrim('library:look ' || machine);
    BEGIN
        IF EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = waiting AND status = 'todo') THEN
            RETURN;
        END IF;
        PERFORM procrastinate_defer_jobs_v1(ARRAY[
            ROW(queue, 'library:look', 0, {lock}, waiting, '{arguments}', NULL)
            ::procrastinate_job_to_defer_v1
        ]);
    EXCEPTION WHEN unique_violation THEN
        RETURN;  -- another import has just done it
    END $$
"""
BANDS = 16
"""Hashes that differ in fewer than twice as many bits have a band of 16 bits that differs in one bit at most."""


def upgrade() -> None:
    """Create the queue, which workers fill as they start, and have triggers add to it; index the bands of hashes."""
    _create_tables()
    op.execute(QUEUE_PHOTOS)
    op.execute(FORGET_LOOKS.format(forget=FORGET, queue_again=QUEUE_AGAIN))
    op.execute(PLACES_CHANGED.format(forget=FORGET_ALL, now_there=NOW_THERE, queue=QUEUE))
    op.execute(DEFER_LOOK.format(lock="NULL", arguments="{}"))
    op.execute(
        "UPDATE procrastinate_jobs SET args = '{}', lock = CASE WHEN task_name <> 'library:look' THEN lock END"
        " WHERE status = 'todo' AND task_name IN ('library:look', 'library:ask')"
    )
    _index_bands()


def _create_tables() -> None:
    op.create_table(
        "index_targets",
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("model_id", sa.SmallInteger(), nullable=True),
        sa.Column("filled_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("machine_id", "stage", name=op.f("pk_index_targets")),
    )
    op.create_table(
        "photos_to_index",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_photos_to_index_photo_id_photos"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", "stage", "machine_id", name=op.f("pk_photos_to_index")),
    )
    op.create_index(
        "ix_photos_to_index_due", "photos_to_index", ["machine_id", "stage", "due_at", "photo_id"]
    )


def _index_bands() -> None:
    """Find near hashes by the bands that they share, instead of comparing all of them."""
    bands = ", ".join(
        f"substring(hash FROM {16 * band + 1} FOR 16)::bit(16)::int | {band << 16}" for band in range(BANDS)
    )
    op.execute(
        "CREATE FUNCTION fluffy_bands(hash bit) RETURNS int[] LANGUAGE sql IMMUTABLE PARALLEL SAFE"
        f" AS $$ SELECT ARRAY[{bands}] $$"
    )
    op.execute(
        "CREATE FUNCTION fluffy_near_bands(hash bit) RETURNS int[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
        " SELECT array_agg(band # mask) FROM unnest(fluffy_bands(hash)) AS band,"
        " (SELECT 0 UNION ALL SELECT 1 << bit FROM generate_series(0, 15) AS bit) AS near (mask) $$"
    )
    op.execute(
        "CREATE INDEX ix_photo_hashes_bands ON photo_hashes USING gin (fluffy_bands(pdq)) WITH (fastupdate = off)"
    )


def downgrade() -> None:
    """Drop all of it."""
    op.drop_index("ix_photo_hashes_bands", "photo_hashes")
    op.execute("DROP FUNCTION fluffy_near_bands(bit)")
    op.execute("DROP FUNCTION fluffy_bands(bit)")
    op.execute(DEFER_LOOK.format(lock="waiting", arguments='{"after": 0}'))
    op.execute(PLACES_CHANGED.format(forget="", now_there=JOINED, queue=""))
    op.execute(FORGET_LOOKS.format(forget="", queue_again=""))
    op.execute("DROP FUNCTION fluffy_queue_photos(bigint[])")
    op.drop_table("photos_to_index")
    op.drop_table("index_targets")
