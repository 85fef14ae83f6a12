"""Record changes of only the shape or the rotation of a post's picture in its history, like changes of the fit.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FIT_ONLY = "{row}.requested_at_time, {row}.fit)"
FRAMING = "{row}.requested_at_time, {row}.fit, {row}.shape, {row}.turn)"


def upgrade() -> None:
    """Compare the columns of revision 0009, too."""
    _rewrite(FIT_ONLY, FRAMING)


def downgrade() -> None:
    """Compare the fit only."""
    _rewrite(FRAMING, FIT_ONLY)


def _rewrite(before: str, after: str) -> None:
    """Replace the comparison in the history's function, whose text is in revision 0004."""
    op.execute(
        f"""
        DO $$
        DECLARE
            source text := pg_get_functiondef('fluffy_trail_post()'::regprocedure);
        BEGIN
            source := replace(source, '{before.format(row="OLD")}', '{after.format(row="OLD")}');
            source := replace(source, '{before.format(row="NEW")}', '{after.format(row="NEW")}');
            EXECUTE source;
        END $$
        """
    )
