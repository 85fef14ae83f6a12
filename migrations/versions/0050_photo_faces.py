"""Keep how many faces are in each picture, and whether their eyes are open, and look for those in photos from before.

Revision ID: 0050
Revises: 0049
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

# OFFSET: one look-up in an index for each photo, whatever the statistics say of the tables.
QUEUE_PHOTOS = """
    CREATE OR REPLACE FUNCTION fluffy_queue_photos(changed bigint[]) RETURNS void LANGUAGE sql AS $$
        INSERT INTO photos_to_index (photo_id, machine_id, stage, due_at)
        SELECT changed_id, target.machine_id, target.stage, coalesce(failure.next_try_at, now())
        FROM unnest(changed) AS changed_id CROSS JOIN index_targets AS target LEFT JOIN LATERAL (
            SELECT photo_id, next_try_at FROM photo_troubles
            WHERE photo_id = changed_id AND stage = target.stage OFFSET 0
        ) AS failure ON true
        WHERE (failure.photo_id IS NULL OR failure.next_try_at IS NOT NULL)
        AND EXISTS (
            SELECT FROM photo_places AS place WHERE place.photo_id = changed_id
            AND place.machine_id IN (target.machine_id, '') AND place.missing_since IS NULL OFFSET 0
        )
        AND (
            target.stage = 'look' AND NOT EXISTS (SELECT FROM photo_hashes WHERE photo_id = changed_id OFFSET 0)
            OR target.stage = 'look' AND EXISTS (
                SELECT FROM photos WHERE photos.id = changed_id AND (sharpness < 0{lacks_faces}) OFFSET 0
            )
            OR target.stage = 'read' AND NOT EXISTS (
                SELECT FROM photo_texts WHERE photo_id = changed_id OFFSET 0
            )
            OR target.model_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM photo_embeddings WHERE photo_id = changed_id AND model_id = target.model_id OFFSET 0
            )
        )
        ORDER BY changed_id
        ON CONFLICT DO NOTHING
    $$
"""
LACKS_FACES = " OR target.finds_faces AND faces < 0"
FORGET_SCORES = """
    CREATE OR REPLACE FUNCTION fluffy_forget_scores() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.sharpness := -1;
        NEW.clipped_light := 0;
        NEW.clipped_dark := 0;
        NEW.text_share := -1;{forget_faces}
        RETURN NEW;
    END $$
"""
FORGET_FACES = """
        NEW.faces := -1;
        NEW.eyes_open := -1;"""


def upgrade() -> None:
    """Add the columns; a machine that looks for faces queues the photos from before by itself."""
    op.add_column(
        "photos", sa.Column("faces", sa.SmallInteger(), server_default=sa.text("-1"), nullable=False)
    )
    op.add_column("photos", sa.Column("eyes_open", sa.Float(), server_default=sa.text("-1"), nullable=False))
    op.create_index(
        "ix_photos_faces",
        "photos",
        ["persona_id", "shown_at", "id"],
        postgresql_where=sa.text("faces > 0"),
    )
    op.add_column(
        "index_targets",
        sa.Column("finds_faces", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(FORGET_SCORES.format(forget_faces=FORGET_FACES))
    op.execute(QUEUE_PHOTOS.format(lacks_faces=LACKS_FACES))


def downgrade() -> None:
    """Forget the faces."""
    op.execute(QUEUE_PHOTOS.format(lacks_faces=""))
    op.execute(FORGET_SCORES.format(forget_faces=""))
    op.drop_column("index_targets", "finds_faces")
    op.drop_index("ix_photos_faces", "photos")
    op.drop_column("photos", "eyes_open")
    op.drop_column("photos", "faces")
