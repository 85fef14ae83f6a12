"""What every screen is given: the services, the settings, and what is known at the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.clocks import SystemZone, system_clock
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.session.import_run import ImportRun
from fluffy_tui.tui.session.messages import OverviewChanged
from fluffy_tui.tui.session.overview import Overview
from fluffy_tui.tui.session.photo_selection import PhotoSelection
from fluffy_tui.tui.text.channel_words import channel_name, network_of, zone_of, zone_of_channel

if TYPE_CHECKING:
    from textual.signal import Signal

    from fluffy_tui.buffer import Channel
    from fluffy_tui.personas import Persona
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.ports import Services, SetupPort
    from fluffy_tui.tui.session.drafts import Drafts
    from fluffy_tui.tui.session.messages import AppEvent
    from fluffy_tui.tui.session.saved_state import StateFile


@dataclass
class Context:
    """One object, shared by all screens while the services are open."""

    services: Services
    changes: Signal[AppEvent]
    """Publishes every `AppEvent`; tab screens are subscribed and only have to handle the messages."""
    drafts: Drafts
    state_file: StateFile
    """What is remembered between runs."""
    setup: SetupPort
    """The settings and how to change them."""
    import_run: ImportRun = field(default_factory=ImportRun)
    """The running import, or the last one."""
    typed_setup: dict[str, str] = field(default_factory=dict, repr=False)
    """Unsaved input of the setup wizard by setting; kept in memory only, since it contains secrets."""
    selection: PhotoSelection = field(default_factory=PhotoSelection)
    """Photos selected in the persona's library."""
    overview: Overview = field(default_factory=Overview)
    """What header and status strip show; replaced by `update_overview`."""
    clock: Callable[[], datetime] = system_clock
    zone: tzinfo = field(default_factory=SystemZone)
    """The user's time zone."""
    preview: str = "auto"
    """How pictures are drawn: a value of `settings.Preview`."""
    demo: bool = False

    @property
    def keys(self) -> Mapping[str, str]:
        """The user's own keys by action id."""
        return self.setup.settings.keys

    def database_now(self) -> datetime:
        """Return the time by the database's clock."""
        return self.clock() + self.overview.database_lead

    def update_overview(self, **changes: Any) -> None:
        """Replace these fields of the overview, and tell all screens if one of them shows it."""
        before, self.overview = self.overview, replace(self.overview, **changes)
        if not self.overview.looks_like(before):
            self.changes.publish(OverviewChanged())

    def with_keys(self, sentence: str) -> str:
        """Return a sentence with the user's keys in place of action ids in braces."""
        return with_keys(sentence, self.keys)

    def channel(self, channel_id: str | None) -> Channel | None:
        """Return a channel as it was last known, whoever uses it; None if Buffer never listed it."""
        personas = (self.overview.persona, *self.overview.personas.values())
        channels = (
            chosen.channel for persona in personas if persona is not None for chosen in persona.channels
        )
        used = next((channel for channel in channels if channel and channel.id == channel_id), None)
        return used or self.overview.channels.get(channel_id or "")

    def network_of(self, channel_id: str | None, persona: Persona) -> str:
        """Return how a channel is called among a persona's; one that it no longer has, by handle and network."""
        former = None if channel_id in persona.board_by_channel else self.channel(channel_id)
        return channel_name(former) if former else network_of(channel_id, persona)

    def channel_among_several(self, post: Post) -> str:
        """Return how a post's channel is called if its persona has several; else nothing."""
        persona = self.overview.personas.get(post.persona_id, self.overview.persona)
        if persona is None or len(persona.channels) < 2:
            return ""
        return self.network_of(post.channel_id, persona)

    def post_zone(self, persona_id: int | None, channel_id: str | None) -> tzinfo:
        """Return a channel's time zone, or that of its persona's main channel where it is not known."""
        if (channel := self.channel(channel_id)) is not None:
            return zone_of_channel(channel, self.zone)
        return zone_of(self.overview.personas.get(persona_id or 0, self.overview.persona), self.zone)
