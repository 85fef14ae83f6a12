"""The tables of themes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fluffy_tui.core.database import Base, PrimaryKey, key_of


class ThemeRow(Base):
    """A keyword with a share of a persona's posts."""

    __tablename__ = "themes"

    id: Mapped[PrimaryKey]
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"))
    keyword: Mapped[str]
    key: Mapped[str] = mapped_column(Text(collation="C"))
    """The keyword as keywords are compared."""
    share: Mapped[int]
    """Percent."""
    rest_days: Mapped[int]

    __table_args__ = (
        UniqueConstraint("persona_id", "key"),
        CheckConstraint("btrim(keyword) <> ''", name="keyword_not_blank"),
        CheckConstraint("share BETWEEN 1 AND 100", name="share_is_percentage"),
        CheckConstraint("rest_days >= 0", name="rest_not_negative"),
    )


class ThemePhotoRow(Base):
    """A photo that a theme has left; triggers keep them in the transactions that change that, which take turns."""

    __tablename__ = "theme_photos"

    photo_id: Mapped[int] = key_of("photos")
    theme_id: Mapped[int] = key_of("themes")
    is_picked: Mapped[bool]
    shown_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "ix_theme_photos_theme_id_is_picked_shown_at_photo_id",
            "theme_id",
            "is_picked",
            "shown_at",
            "photo_id",
        ),
    )
