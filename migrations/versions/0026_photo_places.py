"""One photo, several places: a path on each machine that has its file.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TRANSITIONS = {
    "INSERT": "NEW TABLE AS after_it",
    "UPDATE": "OLD TABLE AS before_it NEW TABLE AS after_it",
    "DELETE": "OLD TABLE AS before_it",
}


def upgrade() -> None:
    """Create the table, give every photo its place, and have triggers watch the places."""
    _create_places()
    _defer_looking_for_a_machine()
    _watch_places()
    op.execute("DROP TRIGGER fluffy_photos_came ON photos")
    op.execute("DROP FUNCTION fluffy_photos_came()")
    op.execute(
        "ALTER TABLE posts ALTER COLUMN waits_for_machine TYPE text[]"
        " USING CASE WHEN waits_for_machine IS NOT NULL THEN ARRAY[waits_for_machine] END"
    )
    op.execute("ALTER TABLE posts RENAME COLUMN waits_for_machine TO waits_for_machines")


def _create_places() -> None:
    op.create_table(
        "photo_places",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.Column("persona_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missing_since", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_photo_places_photo_id_photos"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["persona_id"],
            ["personas.id"],
            name=op.f("fk_photo_places_persona_id_personas"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("photo_id", "machine_id", name=op.f("pk_photo_places")),
    )
    op.execute(
        "INSERT INTO photo_places"
        " SELECT id, coalesce(machine_id, ''), persona_id, path, modified_at, missing_since FROM photos"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_photo_places_persona_id_machine_id_path"
        " ON photo_places (persona_id, machine_id, md5(path))"
    )
    op.create_index("ix_photo_places_machine_id_photo_id", "photo_places", ["machine_id", "photo_id"])
    op.execute("DROP INDEX uq_photos_persona_id_path")
    op.drop_column("photos", "machine_id")
    op.add_column("photo_copies", sa.Column("machine_id", sa.Text(), nullable=False, server_default=""))
    op.execute("DROP INDEX uq_photo_copies_persona_id_path")
    op.execute(
        "CREATE UNIQUE INDEX uq_photo_copies_persona_id_machine_id_path"
        " ON photo_copies (persona_id, machine_id, md5(path))"
    )


def _defer_looking_for_a_machine() -> None:
    """Give the photos of each machine a queue of their own: no other worker can read them.

    Without a machine it is the queue of before, whose jobs the workers of all machines take.
    """
    op.execute("DROP FUNCTION fluffy_defer_look()")
    op.execute(
        """
        CREATE FUNCTION fluffy_defer_look(machine text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            queue text := rtrim('library ' || machine);
            waiting text := rtrim('library:look ' || machine);
        BEGIN
            IF EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = waiting AND status = 'todo') THEN
                RETURN;
            END IF;
            PERFORM procrastinate_defer_jobs_v1(ARRAY[
                ROW(queue, 'library:look', 0, waiting, waiting, '{"after": 0}', NULL)
                ::procrastinate_job_to_defer_v1
            ]);
        EXCEPTION WHEN unique_violation THEN
            RETURN;  -- another import has just done it
        END $$
        """
    )


def _watch_places() -> None:
    """Keep photos, failures and screens in step with the places, and have what appears on a machine indexed there."""
    op.execute(
        """
        CREATE FUNCTION fluffy_places_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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
            DELETE FROM photo_troubles WHERE photo_id = ANY (changed);
            UPDATE photos SET missing_since = now_there.missing_since
            FROM (
                SELECT id, CASE WHEN count(photo_id) = count(place.missing_since)
                    THEN coalesce(max(place.missing_since), now()) END AS missing_since
                FROM unnest(changed) AS id LEFT JOIN photo_places AS place ON photo_id = id
                GROUP BY id
            ) AS now_there
            WHERE photos.id = now_there.id AND photos.missing_since IS DISTINCT FROM now_there.missing_since;
            PERFORM pg_notify('fluffy_photos', json_build_object('persona_id', persona_id)::text)
            FROM (SELECT DISTINCT persona_id FROM photos WHERE id = ANY (changed)) AS concerned;
            PERFORM fluffy_defer_look(machine) FROM unnest(machines) AS machine;
            RETURN NULL;
        END $$
        """
    )
    for statement, transition in TRANSITIONS.items():
        op.execute(
            f"CREATE TRIGGER fluffy_places_changed_{statement.lower()} AFTER {statement} ON photo_places"
            f" REFERENCING {transition} FOR EACH STATEMENT EXECUTE FUNCTION fluffy_places_changed()"
        )


def downgrade() -> None:
    """Leave each photo the place of one machine; copies are found again by the next import."""
    op.execute("ALTER TABLE posts RENAME COLUMN waits_for_machines TO waits_for_machine")
    op.execute("ALTER TABLE posts ALTER COLUMN waits_for_machine TYPE text USING waits_for_machine[1]")
    op.execute("TRUNCATE photo_copies")
    op.drop_column("photo_copies", "machine_id")
    op.execute("CREATE UNIQUE INDEX uq_photo_copies_persona_id_path ON photo_copies (persona_id, md5(path))")
    op.add_column("photos", sa.Column("machine_id", sa.Text(), nullable=True))
    op.execute(
        """
        UPDATE photos SET path = place.path, modified_at = place.modified_at, machine_id = nullif(place.machine_id, '')
        FROM (
            SELECT DISTINCT ON (photo_id) * FROM photo_places
            ORDER BY photo_id, missing_since IS NOT NULL, machine_id
        ) AS place
        WHERE place.photo_id = photos.id
        """
    )
    op.drop_table("photo_places")
    op.execute("DROP FUNCTION fluffy_places_changed()")
    op.execute(
        """
        UPDATE photos SET path = path || E'\\x01' || id
        WHERE id NOT IN (SELECT min(id) FROM photos GROUP BY persona_id, path)
        """
    )
    op.execute("CREATE UNIQUE INDEX uq_photos_persona_id_path ON photos (persona_id, md5(path))")
    op.execute("DROP FUNCTION fluffy_defer_look(text)")
    op.execute(
        """
        CREATE FUNCTION fluffy_defer_look() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM procrastinate_jobs WHERE queueing_lock = 'library:look' AND status = 'todo'
            ) THEN
                RETURN;
            END IF;
            PERFORM procrastinate_defer_jobs_v1(ARRAY[
                ROW('library', 'library:look', 0, 'library:look', 'library:look', '{"after": 0}', NULL)
                ::procrastinate_job_to_defer_v1
            ]);
        EXCEPTION WHEN unique_violation THEN
            RETURN;  -- another import has just done it
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION fluffy_photos_came() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM fluffy_defer_look();
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER fluffy_photos_came AFTER INSERT OR UPDATE OF sha256, missing_since ON photos
        FOR EACH STATEMENT EXECUTE FUNCTION fluffy_photos_came()
        """
    )
