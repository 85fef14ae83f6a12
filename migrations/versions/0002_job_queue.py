"""Procrastinate's own tables, from the schema of the installed Procrastinate 3.10.

pyproject.toml bounds Procrastinate to 3.10, and a test compares its schema with the checksum below, so that a
newer Procrastinate cannot slip in without a revision of its own.
"""

from __future__ import annotations

import hashlib

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA_SHA256 = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"


def upgrade() -> None:
    """Apply the schema as one script without SQLAlchemy, because it contains `%` and `:`."""
    schema = SchemaManager.get_schema()
    if hashlib.sha256(schema.encode()).hexdigest() != SCHEMA_SHA256:
        raise RuntimeError(
            "The installed Procrastinate has another schema than revision 0002 was written for."
        )
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise RuntimeError("Migrations need a live connection.")
    connection.execute(schema)


def downgrade() -> None:
    """Drop everything whose name starts with procrastinate_; an upgrade creates it again."""
    op.execute(
        """
        DO $$
        DECLARE target record;
        BEGIN
            FOR target IN SELECT tablename FROM pg_tables
                WHERE schemaname = current_schema() AND tablename LIKE 'procrastinate\\_%' LOOP
                EXECUTE format('DROP TABLE %I CASCADE', target.tablename);
            END LOOP;
            FOR target IN SELECT oid::regprocedure AS signature FROM pg_proc
                WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%' LOOP
                EXECUTE format('DROP FUNCTION %s CASCADE', target.signature);
            END LOOP;
            FOR target IN SELECT typname FROM pg_type
                WHERE typnamespace = current_schema()::regnamespace AND typname LIKE 'procrastinate\\_%'
                AND typtype IN ('e', 'c') LOOP
                EXECUTE format('DROP TYPE %I CASCADE', target.typname);
            END LOOP;
        END $$
        """
    )
