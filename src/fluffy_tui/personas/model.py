"""What a persona is."""

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
    """The chosen channel as Buffer last described it; None when none is chosen or it was never listed."""
    created_at: datetime
    pinterest_board_id: str | None = None
    """`PinterestBoard.service_id` of the board that was chosen; None where there is no choice, or none was made."""

    @property
    def service(self) -> str:
        """The Buffer service whose rules hold for its posts; those that every network accepts without a channel."""
        return str(self.channel.service) if self.channel else UNKNOWN_SERVICE

    @property
    def needs_board(self) -> bool:
        """Whether nobody has said yet which of several Pinterest boards its posts go on."""
        boards = {board.service_id for board in self.channel.pinterest_boards} if self.channel else set()
        return len(boards) > 1 and self.pinterest_board_id not in boards


class SnippetKind(StrEnum):
    """What a snippet is."""

    HASHTAGS = "hashtags"
    """A set of hashtags, found by its name."""
    PHRASE = "phrase"
    """Any text, such as a signature, found by typing `;` and its name."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text that a persona uses again and again."""

    id: int
    persona_id: int
    kind: SnippetKind
    name: str
    """Unique for persona and kind, whatever the case of its letters."""
    text: str
    """What is put into a caption; hashtags stand in it with one space between."""


class SnippetNotFound(FluffyError):
    """The snippet is gone."""


class SnippetNameTaken(FluffyError):
    """Another snippet of that persona and kind has the name already."""


class PersonaNotFound(FluffyError):
    """No persona has that name."""


class PersonaNameTaken(FluffyError):
    """Another persona has that name already, if only in other letters' case."""


class BufferNotConfigured(FluffyError):
    """Something needs Buffer, but no key is set."""


class ChannelNotFound(FluffyError):
    """Buffer lists no such channel."""
