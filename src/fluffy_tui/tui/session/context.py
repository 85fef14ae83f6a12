"""What every screen is handed when it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from fluffy_tui.tui.keymap.bindings import with_keys
from fluffy_tui.tui.session.marks import Marks
from fluffy_tui.tui.session.overview import Overview

if TYPE_CHECKING:
    from textual.signal import Signal

    from fluffy_tui.buffer import Channel
    from fluffy_tui.tui.ports import Services, SetupPort
    from fluffy_tui.tui.session.drafts import Drafts
    from fluffy_tui.tui.session.import_run import ImportRun
    from fluffy_tui.tui.session.messages import AppEvent
    from fluffy_tui.tui.session.saved_state import StateFile


class SystemZone(tzinfo):
    """This machine's own zone, with its changes of daylight saving time.

    `datetime.astimezone()` without a zone gives a fixed offset, which is wrong for a time half a year away.
    """

    def fromutc(self, dt: datetime) -> datetime:
        """Return the local time, with `fold` set in the hour that comes twice."""
        moment = dt.replace(tzinfo=UTC)
        there = moment.astimezone()
        fold = (moment - timedelta(hours=1)).astimezone().replace(tzinfo=None) == there.replace(tzinfo=None)
        return there.replace(tzinfo=self, fold=int(fold))

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Return the offset that holds at that local time."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:
        """Return nothing: the platform does not tell it apart."""
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        """Return the abbreviation that holds at that local time."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()


def system_clock() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass
class Context:
    """The world as the screens see it: services, what is known, and how changes are heard of."""

    services: Services
    changes: Signal[AppEvent]
    """Everything in `messages`; tab screens are subscribed to it and need only handle the messages."""
    drafts: Drafts
    import_run: ImportRun
    """The import that runs, or the last one."""
    state_file: StateFile
    """What is remembered from one start to the next."""
    setup: SetupPort
    """The settings, and how they are changed."""
    typed_setup: dict[str, str] = field(default_factory=dict, repr=False)
    """What was typed while setting up and not saved yet, by setting; in memory only, for there are secrets in it."""
    marks: Marks = field(default_factory=Marks)
    """Photos of the persona that are marked in its library."""
    overview: Overview = field(default_factory=Overview)
    """What header and strip show; replaced by the app, announced by `OverviewChanged`."""
    clock: Callable[[], datetime] = system_clock
    """Tells the present moment; tests stop it."""
    zone: tzinfo = field(default_factory=SystemZone)
    """The person's own time zone."""
    preview: str = "auto"
    """How pictures are drawn: a value of `settings.Preview`."""
    demo: bool = False
    """Whether nothing of this is real."""

    def with_keys(self, sentence: str) -> str:
        """Return a sentence with the person's keys in place of the actions it names in braces."""
        return with_keys(sentence, self.setup.settings.keys)

    def channel(self, channel_id: str | None) -> Channel | None:
        """Return a channel as the persona that speaks through it knows it; None where nobody does any more."""
        personas = (self.overview.persona, *self.overview.personas.values())
        channels = (persona.channel for persona in personas if persona is not None)
        return next((channel for channel in channels if channel and channel.id == channel_id), None)
