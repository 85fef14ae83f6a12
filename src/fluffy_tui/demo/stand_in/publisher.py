"""Publishes posts when they are due; the clock wakes it for the next moment that matters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fluffy_tui.demo.stand_in.clock import Alarm, Clock
from fluffy_tui.demo.stand_in.fault_switches import Faults, Kind
from fluffy_tui.demo.stand_in.picture_reader import PictureReader, PictureUnreadable
from fluffy_tui.demo.stand_in.world import Post, World

PUBLISHING = timedelta(seconds=15)
"""The time from due to sent; 8 to 34 seconds were observed."""

LATE_LINK_SECONDS = 60.0
SUPPORT_URL = "https://support.buffer.com"


@dataclass(slots=True)
class Publisher:
    """Moves posts from scheduled to sending to sent or error, and gives sent posts their link."""

    world: World
    clock: Clock
    faults: Faults
    reader: PictureReader
    changed: Callable[[], None]
    base_url: Callable[[], str]
    _alarm: Alarm | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stopped: bool = False

    def arm(self) -> None:
        """Set the alarm for the next moment at which something is due."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        moments = [moment for post in self.world.posts.values() if (moment := self._moment(post))]
        if moments and not self._stopped:
            self._alarm = self.clock.at(min(moments), self.run)

    def stop(self) -> None:
        """Publish nothing more."""
        self._stopped = True
        self.arm()

    async def run(self) -> None:
        """Do everything that is due by now, in order."""
        async with self._one_at_a_time:
            while (post := self._next_due()) is not None and not self._stopped:
                await self._step(post)
                self.changed()
        self.arm()

    async def publish_at_once(self, post: Post) -> None:
        """Finish a `sending` post without waiting."""
        async with self._one_at_a_time:
            await self._begin(post)
            if post.status == "sending":
                self._finish(post, self.clock.now())
            self.changed()

    def _moment(self, post: Post) -> datetime | None:
        if post.status == "scheduled" and not self.world.channels[post.channel_id].is_queue_paused:
            return post.due_at
        if post.status == "sending":
            return post.publish_at or post.updated_at
        return post.link_at

    def _next_due(self) -> Post | None:
        now = self.clock.now()
        due = [
            (moment, post.id)
            for post in self.world.posts.values()
            if (moment := self._moment(post)) is not None and moment <= now
        ]
        return self.world.posts[min(due)[1]] if due else None

    async def _step(self, post: Post) -> None:
        if post.link_at is not None:
            post.external_link = self._link(post)
            post.link_at = None
        elif post.status == "sending" and post.publish_at is not None:
            self._finish(post, post.publish_at)
        else:
            await self._begin(post)

    async def _begin(self, post: Post) -> None:
        channel = self.world.channels[post.channel_id]
        post.status = "sending"
        post.updated_at = self.clock.now()
        self.changed()
        if channel.is_disconnected:
            self._fail(
                post, f"Your {channel.service} account is no longer connected to Buffer.", "disconnected"
            )
            return
        try:
            if self.faults.take(Kind.IMAGE_UNREADABLE, channels=frozenset({channel.id}), after=True):
                raise PictureUnreadable("fault")  # noqa: TRY301 - the fault is reported like the real case
            for asset in post.assets:
                await self.reader.read(asset.source)
        except PictureUnreadable as error:
            message = (
                f"Failed to create media container for {channel.service}: the media could not be fetched "
                "from this URI"
            )
            self._fail(post, message, str(error))
            return
        post.publish_at = self.clock.now() + PUBLISHING

    def _finish(self, post: Post, moment: datetime) -> None:
        post.status = "sent"
        post.sent_at = post.updated_at = moment
        post.publish_at = None
        late = self.faults.take(Kind.LATE_EXTERNAL_LINK, channels=frozenset({post.channel_id}))
        if late:
            seconds = LATE_LINK_SECONDS if late.seconds is None else late.seconds
            post.link_at = moment + timedelta(seconds=seconds)
        else:
            post.external_link = self._link(post)

    def _fail(self, post: Post, message: str, raw: str) -> None:
        post.status = "error"
        post.error_message = message
        post.error_raw = raw
        post.updated_at = self.clock.now()

    def _link(self, post: Post) -> str:
        return f"{self.base_url()}/p/{post.id}"
