"""Keep what each picture scores with its photo, and have workers score the photos from before.

Revision ID: 0043
Revises: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

LACKS_SCORES = "EXISTS (SELECT FROM photos WHERE photos.id = changed_id AND sharpness < 0 OFFSET 0)"
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
            {lacks_scores}OR target.model_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM photo_embeddings WHERE photo_id = changed_id AND model_id = target.model_id OFFSET 0
            )
        )
        ORDER BY changed_id
        ON CONFLICT DO NOTHING
    $$
"""
FORGET_SCORES = """
    CREATE FUNCTION fluffy_forget_scores() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.sharpness := -1;
        NEW.clipped_light := 0;
        NEW.clipped_dark := 0;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    """Add the scores, and queue every photo."""
    op.add_column("photos", sa.Column("sharpness", sa.Float(), server_default=sa.text("-1"), nullable=False))
    for name in ("clipped_light", "clipped_dark"):
        op.add_column("photos", sa.Column(name, sa.Float(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_photos_persona_id_sharpness_id", "photos", ["persona_id", "sharpness", "id"])
    op.execute(FORGET_SCORES)
    op.execute(
        "CREATE TRIGGER fluffy_forget_scores BEFORE UPDATE OF sha256 ON photos FOR EACH ROW"
        " WHEN (OLD.sha256 <> NEW.sha256) EXECUTE FUNCTION fluffy_forget_scores()"
    )
    op.execute(QUEUE_PHOTOS.format(lacks_scores=f"OR target.stage = 'look' AND {LACKS_SCORES}\n            "))
    op.execute("UPDATE index_targets SET filled_to = 0 WHERE stage = 'look'")


def downgrade() -> None:
    """Forget the scores."""
    op.execute(QUEUE_PHOTOS.format(lacks_scores=""))
    op.execute("DROP TRIGGER fluffy_forget_scores ON photos")
    op.execute("DROP FUNCTION fluffy_forget_scores()")
    op.drop_index("ix_photos_persona_id_sharpness_id", "photos")
    for name in ("clipped_dark", "clipped_light", "sharpness"):
        op.drop_column("photos", name)
