"""Store how a post's photo is fitted: one of five ways, a shape and a rotation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns, and allow more ways to fit than pad and crop."""
    op.add_column("posts", sa.Column("shape", sa.Text(), server_default="", nullable=False))
    op.add_column("posts", sa.Column("turn", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.drop_constraint(op.f("ck_posts_fit_known"), "posts")
    op.create_check_constraint(
        op.f("ck_posts_fit_known"), "posts", "fit IN ('pad', 'pad-plain', 'crop', 'crop-top', 'crop-bottom')"
    )
    op.create_check_constraint(
        op.f("ck_posts_shape_known"), "posts", "shape IN ('', '4:5', '1:1', '1.91:1', '3:4')"
    )
    op.create_check_constraint(op.f("ck_posts_turn_known"), "posts", "turn IN (0, 90, 180, 270)")


def downgrade() -> None:
    """Drop shapes and rotations; other ways to fit become the most similar of the first two."""
    for name in ("turn_known", "shape_known", "fit_known"):
        op.drop_constraint(op.f(f"ck_posts_{name}"), "posts")
    op.execute("UPDATE posts SET fit = split_part(fit, '-', 1)")
    op.create_check_constraint(op.f("ck_posts_fit_known"), "posts", "fit IN ('pad', 'crop')")
    op.drop_column("posts", "turn")
    op.drop_column("posts", "shape")
