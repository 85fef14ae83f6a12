"""The second half of a campaign: Buffer's time moves on, posts are published, and that goes wrong too."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from procrastinate.exceptions import AlreadyEnqueued

from faults.audit import Findings, audit_live
from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.job_queue import defer
from fluffy_tui.scheduling import IN_BUFFER, ON_THE_WAY, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faults.ledger import Told
    from faults.plan import LateAct
    from faults.troublemaker import Troublemaker
    from fluffy_tui.bootstrap import Services
    from fluffy_tui.demo import StandIn

STEP_SECONDS = 0.4
"""Real time between two jumps of Buffer's clock, in which the workers ask what has become of their posts."""

FOLLOWED_WITHIN = 120.0
"""Seconds after the last jump in which every post has to be known as live or as failed."""

ROUNDS = 4
"""How many times a person sends again what ended in trouble, before it counts as lost."""


@dataclass
class GoingLive:
    """Takes the posts that Buffer has to their end."""

    services: Services
    stand_in: StandIn
    trouble: Troublemaker
    submitted: Mapping[str, Told]
    """What was submitted and not taken back."""
    in_trouble: dict[int, str] = field(default_factory=dict)
    """Posts that ended as failed on the way, and their causes, before a person sent them again."""

    async def run(self, late: tuple[tuple[LateAct, float], ...]) -> Findings:
        """Publish everything, step by step with a fault at each; then send again what failed, until all is live."""
        stride = self._left() / len(late)
        for act, draw in late:
            self.trouble.play_late(act, draw)
            await self._move_on(stride)
            await asyncio.sleep(STEP_SECONDS)
        self.trouble.lift()
        for _ in range(ROUNDS):
            await self._to_the_end()
            findings = await audit_live(self.services, self.stand_in, self.submitted, self.trouble.played)
            if not findings.in_trouble or findings.violations:
                break
            self.in_trouble |= findings.in_trouble
            for post_id in findings.in_trouble:
                await self._send_again(post_id)
            await self._until_none(ON_THE_WAY)
        return findings

    def _left(self) -> timedelta:
        due = [post.due_at for post in self.stand_in.posts() if post.status == "scheduled" and post.due_at]
        now = self.stand_in.clock.now()
        return max([*due, now]) - now + timedelta(minutes=2)

    async def _move_on(self, by: timedelta) -> None:
        await self.stand_in.advance(by.total_seconds())
        await self._have_it_asked()

    async def _to_the_end(self) -> None:
        await self._move_on(self._left())
        await self._move_on(timedelta(minutes=5))  # the last links come
        await self._until_none(IN_BUFFER, without_link=True)

    async def _have_it_asked(self) -> None:
        """Put a look on the queue; a worker that was killed in one leaves the next to the clock of its periods."""
        # its connections may have been cut this moment, or the next look is on the queue already
        with suppress(DatabaseUnavailable, AlreadyEnqueued):
            async with self.services.database.transaction() as session:
                queue = self.services.delivery.queue
                await defer(session, queue, "delivery:follow_soon", arguments={})

    async def _until_none(self, steps: tuple[Step, ...], *, without_link: bool = False) -> None:
        """Wait until no post is at these steps, or for as long as is allowed: the audit tells what is left."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FOLLOWED_WITHIN):
                async for event in self.services.events():
                    if not isinstance(event, PostChanged | Connected):
                        continue
                    posts = await self.services.scheduling.posts(limit=len(self.submitted) + 1)
                    if not any(
                        post.step in steps or (without_link and _wants_link(post.step, post.external_link))
                        for post in posts
                    ):
                        return
                    await self._have_it_asked()

    async def _send_again(self, post_id: int) -> None:
        """Do what a person would; one who asked for a time that is over by now takes the next slot."""
        post = await self.services.scheduling.post(post_id)
        assert post is not None
        if post.share_mode is ShareMode.CUSTOM_SCHEDULED:
            await self.services.scheduling.edit(post_id, share_mode=ShareMode.ADD_TO_QUEUE)
        await self.services.scheduling.retry(post_id)


def _wants_link(step: Step | None, link: str | None) -> bool:
    return step is Step.LIVE and link is None
