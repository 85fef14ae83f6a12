"""What a persona is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.buffer import Channel


@dataclass(frozen=True, slots=True)
class Persona:
    """A social identity with its own photos and, once chosen, one Buffer channel."""

    id: int
    name: str
    description: str
    buffer_channel_id: str | None
    channel: Channel | None
    """The chosen channel as Buffer last described it; None when none is chosen or it was never listed."""
    created_at: datetime


class PersonaNotFound(FluffyError):
    """No persona has that name."""


class PersonaNameTaken(FluffyError):
    """Another persona has that name already, if only in other letters' case."""


class BufferNotConfigured(FluffyError):
    """Something needs Buffer, but no key is set."""


class ChannelNotFound(FluffyError):
    """Buffer lists no such channel."""
