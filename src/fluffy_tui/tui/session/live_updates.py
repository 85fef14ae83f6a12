"""The stream of changes turned into messages for the screens and a fresh overview, without ever asking in vain."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.core import app_events
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.tui.session.messages import (
    AppEvent,
    DatabaseAway,
    DatabaseBack,
    PhotosChanged,
    PhotosIndexed,
    PostChanged,
    VerdictChanged,
)
from fluffy_tui.tui.session.overview import Overview, read_moving, read_numbers, read_posts, strip_with

if TYPE_CHECKING:
    from fluffy_tui.core.app_events import Event
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.ports import Services

log = logging.getLogger(__name__)


class LiveUpdates:
    """Listens to the services and keeps the overview true.

    Args:
        services: Where the changes come from.
        overview: Returns the overview as it stands, which other things change too.
        show_overview: Takes the new overview.
        publish: Tells all screens.
        tell_posts: Takes the posts that changed, as they are now.
    """

    def __init__(
        self,
        services: Services,
        overview: Callable[[], Overview],
        show_overview: Callable[[Overview], None],
        publish: Callable[[AppEvent], None],
        tell_posts: Callable[[Sequence[Post]], None],
    ) -> None:
        self._services = services
        self._overview = overview
        self._show_overview = show_overview
        self._publish = publish
        self._tell_posts = tell_posts
        self._stale = asyncio.Event()
        self._all_is_stale = False
        self._stale_posts: dict[int, None] = {}
        self._is_reading = False

    @property
    def is_behind(self) -> bool:
        """Whether something has changed that the overview does not show yet."""
        return self._stale.is_set() or self._is_reading

    async def follow(self) -> None:
        """Turn events into messages, for ever."""
        async for event in self._services.events():
            self._happened(event)

    def read_anew(self) -> None:
        """Have the whole overview read again."""
        self._all_is_stale = True
        self._stale.set()

    async def keep_overview(self) -> None:
        """Read what became stale, for ever; whatever changes meanwhile is read together in the next round."""
        while True:
            await self._stale.wait()
            self._stale.clear()
            self._is_reading = True
            try:
                await self._read()
            except DatabaseUnavailable as error:  # the stream says so too, and `Connected` has all read anew
                log.info("the overview waits for the database: %s", error)
            finally:
                self._is_reading = False

    async def _read(self) -> None:
        """Read the posts and show them; then the numbers, which take several times as long."""
        everything, self._all_is_stale = self._all_is_stale, False
        ids, self._stale_posts = self._stale_posts, {}
        if everything:
            strip = await read_moving(self._services, self._overview().strip)
            self._show_overview(replace(self._overview(), strip=strip))
        elif ids:
            changed = await read_posts(self._services, ids)
            self._show_overview(
                replace(self._overview(), strip=strip_with(self._overview().strip, changed, ids))
            )
            self._tell_posts(changed)
        new = await read_numbers(self._services, self._overview())
        # Persona, banner and import may have changed while this was read, so only what was read is put in.
        self._show_overview(
            replace(
                self._overview(),
                counts=new.counts,
                worker_age=new.worker_age,
                worker_starting=new.worker_starting,
                personas=new.personas,
                troubles=new.troubles,
                budget=new.budget,
                read=new.read,
            )
        )

    def _happened(self, event: Event) -> None:
        match event:
            case app_events.PostChanged(post_id, persona_id):
                self._stale_posts[post_id] = None
                self._stale.set()
                self._publish(PostChanged(post_id, persona_id))
            case app_events.PhotosChanged(persona_id):
                self._stale.set()
                self._publish(PhotosChanged(persona_id))
            case app_events.VerdictChanged(photo_id, persona_id):
                self._publish(VerdictChanged(photo_id, persona_id))
            case app_events.PhotosIndexed(persona_id, hashed, embedded, failed, stacked):
                self._publish(PhotosIndexed(persona_id, hashed, embedded, failed, stacked))
            case app_events.Disconnected(reason):
                self._publish(DatabaseAway(reason))
            case app_events.Connected():
                self.read_anew()
                self._publish(DatabaseBack())
