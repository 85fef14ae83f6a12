"""The tables of personas, snippets and channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    false,
    func,
    literal_column,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fluffy_tui.core.database import Base, PrimaryKey, Timestamp


class PersonaRow(Base):
    """A social identity."""

    __tablename__ = "personas"

    id: Mapped[PrimaryKey]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    ai_label: Mapped[bool] = mapped_column(server_default=false(), default=False)
    voice: Mapped[str] = mapped_column(server_default="", default="")
    """How it writes, for the model that suggests captions."""
    timezone: Mapped[str] = mapped_column(server_default="UTC", default="UTC")
    """The zone of the machine on which it was created; see `zones`."""
    created_at: Mapped[Timestamp]

    __table_args__ = (
        CheckConstraint("btrim(name) <> ''", name="name_not_blank"),
        Index("uq_personas_name", func.lower(text("name")), unique=True),
    )


class SnippetRow(Base):
    """A text that a persona uses repeatedly."""

    __tablename__ = "snippets"

    id: Mapped[PrimaryKey]
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"))
    kind: Mapped[str]
    name: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[Timestamp]

    __table_args__ = (
        CheckConstraint("kind IN ('hashtags', 'phrase')", name="kind_known"),
        CheckConstraint("btrim(name) <> ''", name="name_not_blank"),
        Index(
            "uq_snippets_persona_id_kind_name",
            "persona_id",
            "kind",
            func.lower(literal_column("name")),  # `text` is a column here
            unique=True,
        ),
    )


class PersonaChannelRow(Base):
    """A channel that was chosen for a persona; several personas may share one."""

    __tablename__ = "persona_channels"

    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"), primary_key=True)
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    """Buffer's id, which Buffer may no longer list."""
    position: Mapped[int]
    """0 for the main channel."""
    pinterest_board_id: Mapped[str | None]
    """The chosen board, on a Pinterest channel with several."""

    __table_args__ = (
        CheckConstraint("position >= 0", name="position_not_negative"),
        UniqueConstraint("persona_id", "position"),
    )


class ChannelRow(Base):
    """A channel as last received from Buffer, so that its network's rules are known without a request."""

    __tablename__ = "channels"

    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str]
    service: Mapped[str]
    description: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Every field of the channel."""
    checked_at: Mapped[Timestamp]
    is_listed: Mapped[bool] = mapped_column(server_default=true(), default=True)
    """Whether Buffer listed it when it was last asked for all; posts on others keep the name of their channel."""
    first_comment_refused_at: Mapped[datetime | None]
    """When Buffer last rejected a post here because of its first comment."""
