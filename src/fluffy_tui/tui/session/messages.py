"""Events that the app announces to its screens, and messages that ask the app to do something."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fluffy_tui.buffer import Channel
    from fluffy_tui.core.app_events import Event
    from fluffy_tui.personas import Persona

Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class OverviewChanged:
    """`Context.overview` was replaced by one that looks different, or a minute has passed."""


@dataclass(frozen=True, slots=True)
class ImportProgressed:
    """`Context.import_run` started, progressed or ended."""


@dataclass(frozen=True, slots=True)
class SubmitUndone:
    """The user took a submit back."""

    persona_id: int
    photo_id: int
    """The first of the photos that are back in the library."""


if TYPE_CHECKING:
    AppEvent = Event | OverviewChanged | ImportProgressed | SubmitUndone
    """Everything published on `Context.changes`. `Connected` also means that the user asked to reload."""


def concerns(event: AppEvent, persona_id: int) -> bool:
    """Return whether an event may be about this persona."""
    return bool(getattr(event, "persona_id", persona_id) == persona_id)


class EventArrived(Message, bubble=False):
    """An event in the message queue of a screen."""

    def __init__(self, event: AppEvent) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """Handle equal events that are waiting only once, except those whose numbers are added up."""
        from fluffy_tui.core.app_events import PhotosIndexed  # not for the first frame

        is_equal = isinstance(message, EventArrived) and message.event == self.event
        return is_equal and not isinstance(self.event, PhotosIndexed)


def on_event(*kinds: type[AppEvent]) -> Callable[[Handler], Handler]:
    """Let a method of a `FrameScreen` handle these events; it takes the event, or nothing."""

    def mark(handler: Handler) -> Handler:
        handled = (*getattr(handler, "handled_events", ()), *kinds)
        vars(handler)["handled_events"] = handled
        return handler

    return mark


async def handle_event(screen: object, event: AppEvent) -> None:
    """Call the methods of a screen that handle this kind of event."""
    for handler, takes_event in _handlers(type(screen), type(event)):
        result = handler(screen, event) if takes_event else handler(screen)
        if inspect.isawaitable(result):
            await result


def _handlers(screen: type, kind: type[AppEvent]) -> tuple[tuple[Callable[..., Any], bool], ...]:
    members = (member for base in screen.__mro__ for member in vars(base).values())
    return tuple(
        (member, len(inspect.signature(member).parameters) > 1)
        for member in members
        if inspect.isfunction(member) and kind in getattr(member, "handled_events", ())
    )


@dataclass
class FillWeek(Message):
    """Write captions for these photos and put them into the next free slots."""

    photo_ids: tuple[int, ...]
    chosen: str
    """Which photos these are, such as `7 selected photos`."""
    is_ordered: bool = True
    """Whether the user has put them into this order, so that only the user changes it."""


@dataclass
class ProfileWanted(Message):
    """Show the profile of a channel."""

    channel_id: str


@dataclass
class PersonaChosen(Message):
    """Open this persona's library."""

    persona: Persona
    to_import: bool = False
    """Whether to open the import screen on top."""


@dataclass
class PersonaChanged(Message):
    """A persona has a new name or channel."""

    persona: Persona


@dataclass
class SettingsSaved(Message):
    """Settings were saved: restart with them."""

    channels: Sequence[Channel] = ()
    """Channels to create personas for."""
    edited: str = ""
    """The setting that was edited in the list of settings, to which the app then goes back."""


@dataclass
class ImportWanted(Message):
    """Import these folders; the import continues whichever screen is shown."""

    folders: tuple[Path, ...]
    persona: Persona


class ImportStopWanted(Message):
    """Stop the import; what was committed is kept."""
