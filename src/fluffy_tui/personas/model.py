"""Personas and snippets as values, and the errors about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.networks import UNKNOWN_SERVICE

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.buffer import Channel


LONGEST_NAME = 200
"""Characters of a persona's name; more than any network allows."""


@dataclass(frozen=True, slots=True)
class PersonaChannel:
    """A Buffer channel that was chosen for a persona."""

    id: str
    """Buffer's id of the channel."""
    channel: Channel | None
    """The channel as last received from Buffer; None if Buffer never listed it."""
    board_id: str | None = None
    """`PinterestBoard.service_id` of the chosen board; None if there is no choice, or none was made."""
    first_comment_refused_at: datetime | None = None
    """When Buffer last rejected a post here because of its first comment."""

    @property
    def service(self) -> str:
        """The Buffer service whose rules apply to its posts; if not known, rules that every network accepts."""
        return str(self.channel.service) if self.channel else UNKNOWN_SERVICE

    @property
    def needs_board(self) -> bool:
        """Whether a Pinterest board for its posts still has to be chosen."""
        boards = {board.service_id for board in self.channel.pinterest_boards} if self.channel else set()
        return len(boards) > 1 and self.board_id not in boards


@dataclass(frozen=True, slots=True)
class Persona:
    """A social identity with its own photos and, once chosen, one or more Buffer channels."""

    id: int
    name: str
    description: str
    created_at: datetime
    channels: tuple[PersonaChannel, ...] = ()
    """The chosen channels in the user's order; the first is the main channel."""
    ai_label: bool = False
    """Whether the networks are told that its pictures are made with AI, unless a post says otherwise."""
    voice: str = ""
    """How it writes, in the user's words, for the model that suggests captions."""

    @property
    def board_by_channel(self) -> dict[str, str | None]:
        """Each channel's board by the channel's id, in order: what `Personas.set_channels` takes."""
        return {chosen.id: chosen.board_id for chosen in self.channels}

    def led_by(self, channel_id: str) -> Persona:
        """Return the persona with one of its channels in place of the main channel, and the others after it."""
        return replace(
            self, channels=tuple(sorted(self.channels, key=lambda chosen: chosen.id != channel_id))
        )

    @property
    def main_channel(self) -> PersonaChannel | None:
        """The first channel; None if none is chosen."""
        return self.channels[0] if self.channels else None

    @property
    def buffer_channel_id(self) -> str | None:
        """Buffer's id of the main channel; None if none is chosen."""
        return self.main_channel.id if self.main_channel else None

    @property
    def channel(self) -> Channel | None:
        """The main channel as last received from Buffer; None if none is chosen or Buffer never listed it."""
        return self.main_channel.channel if self.main_channel else None

    @property
    def pinterest_board_id(self) -> str | None:
        """The board chosen for the main channel; None if there is no choice, or none was made."""
        return self.main_channel.board_id if self.main_channel else None

    @property
    def service(self) -> str:
        """The service of the main channel, whose rules apply; without one, rules that every network accepts."""
        return self.main_channel.service if self.main_channel else UNKNOWN_SERVICE

    @property
    def needs_board(self) -> bool:
        """Whether a Pinterest board for the main channel still has to be chosen."""
        return self.main_channel is not None and self.main_channel.needs_board


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


class PersonaNotFound(UsageError):
    """No persona has that name (exit status 2)."""


class PersonaNameTaken(FluffyError):
    """Another persona already has that name, ignoring case."""


class BufferNotConfigured(FluffyError):
    """This needs Buffer, but no key is set."""


class ChannelNotFound(FluffyError):
    """Buffer does not list that channel."""
