"""What every screen hears about, wherever it happened.

The app publishes these on `Context.changes`; each tab screen passes them to itself, so a screen says
`@on(PostChanged)`. They do not bubble.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.session.overview import Overview


class AppEvent(Message, bubble=False):
    """Anything that the app tells all screens."""

    def concerns(self, persona_id: int) -> bool:
        """Return whether it may be about this persona."""
        del persona_id
        return True


class PersonaEvent(AppEvent, bubble=False):
    """Something about one persona."""

    persona_id: int

    def concerns(self, persona_id: int) -> bool:
        """Return whether it is about this persona."""
        return persona_id == self.persona_id


@dataclass
class PostChanged(PersonaEvent, bubble=False):
    """A post was written, moved a step or deleted; read it again by its id."""

    post_id: int
    persona_id: int


@dataclass
class PhotosChanged(PersonaEvent, bubble=False):
    """Some of a persona's photos came, went or changed."""

    persona_id: int

    def can_replace(self, message: Message) -> bool:
        """One is enough, however many come at a time."""
        return isinstance(message, PhotosChanged) and message.persona_id == self.persona_id


@dataclass
class VerdictChanged(PersonaEvent, bubble=False):
    """A photo was picked, rejected or made undecided, here or in another terminal."""

    photo_id: int
    persona_id: int


@dataclass
class PhotosIndexed(PersonaEvent, bubble=False):
    """A worker hashed or embedded some of a persona's photos."""

    persona_id: int
    hashed: int
    embedded: int
    failed: int
    """Photos that could not be read or embedded."""
    stacked: bool
    """Whether copies of each other were found among them."""


@dataclass
class DatabaseAway(AppEvent, bubble=False):
    """The database cannot be reached; it comes back by itself."""

    reason: str
    """One plain sentence."""


class DatabaseBack(AppEvent, bubble=False):
    """The database answers again, or the person asked to reload: everything shown has to be read anew."""


@dataclass
class OverviewChanged(AppEvent, bubble=False):
    """What header and status strip show has changed."""

    overview: Overview

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, OverviewChanged)


@dataclass
class FillWeek(Message):
    """Write captions for these photos, one after the other, and give them the coming free slots."""

    photo_ids: tuple[int, ...]
    chosen: str
    """Which photos these are, such as `7 marked photos`."""


@dataclass
class PersonaChosen(Message):
    """Open this persona's library."""

    persona: Persona
    to_import: bool = False
    """Whether to ask for folders to import at once."""


@dataclass
class SettingsSaved(Message):
    """Settings have been saved: open everything anew with them."""

    channels: Sequence[Channel] = ()
    """Channels that personas are wanted for."""


@dataclass
class PersonaChanged(Message):
    """A persona has another name or channel now."""

    persona: Persona


@dataclass
class ImportWanted(Message):
    """Import these folders for that persona, and go on whatever screen is shown."""

    folders: tuple[Path, ...]
    persona: Persona


class ImportStopWanted(Message):
    """Stop the import; what was committed is kept."""


class ImportMoved(AppEvent, bubble=False):
    """The import began, got further or ended: look at `Context.import_run`."""

    def can_replace(self, message: Message) -> bool:
        """One is enough, however many come at a time."""
        return isinstance(message, ImportMoved)
