"""Personas and snippets as values, and the errors about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.networks import UNKNOWN_SERVICE

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
    """The chosen channel as last received from Buffer; None if none is chosen or Buffer never listed it."""
    created_at: datetime
    pinterest_board_id: str | None = None
    """`PinterestBoard.service_id` of the chosen board; None if there is no choice, or none was made."""

    @property
    def service(self) -> str:
        """The Buffer service whose rules apply to its posts; without a channel, rules that every network accepts."""
        return str(self.channel.service) if self.channel else UNKNOWN_SERVICE

    @property
    def needs_board(self) -> bool:
        """Whether a Pinterest board for its posts still has to be chosen."""
        boards = {board.service_id for board in self.channel.pinterest_boards} if self.channel else set()
        return len(boards) > 1 and self.pinterest_board_id not in boards


class SnippetKind(StrEnum):
    """Kinds of snippets."""

    HASHTAGS = "hashtags"
    """A named set of hashtags."""
    PHRASE = "phrase"
    """Any text, such as a signature, inserted by typing `;` and its name."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text that a persona uses repeatedly."""

    id: int
    persona_id: int
    kind: SnippetKind
    name: str
    """Unique for persona and kind, ignoring case."""
    text: str
    """What is inserted into a caption; hashtags are separated by single spaces."""


class SnippetNotFound(FluffyError):
    """The snippet does not exist."""


class SnippetNameTaken(FluffyError):
    """Another snippet of that persona and kind already has the name."""


class PersonaNotFound(FluffyError):
    """No persona has that name."""


class PersonaNameTaken(FluffyError):
    """Another persona already has that name, ignoring case."""


class BufferNotConfigured(FluffyError):
    """This needs Buffer, but no key is set."""


class ChannelNotFound(FluffyError):
    """Buffer does not list that channel."""
