"""The second half of a campaign: Buffer's clock moves on, posts are published, and that fails too."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from procrastinate.exceptions import AlreadyEnqueued

from faults.audit import Findings, audit_live
from faults.crew import PACE
from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.job_queue import defer
from fluffy_tui.scheduling import IN_BUFFER, ON_THE_WAY, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faults.fault_player import FaultPlayer
    from faults.ledger import Expectation
    from faults.plan import LateAct
    from fluffy_tui.bootstrap import Services
    from fluffy_tui.demo import StandIn

STEP_SECONDS = 0.4 * PACE
"""Real time between two jumps of Buffer's clock, in which workers sync the status of posts."""

LIVE_WITHIN = 120.0 * PACE
"""Seconds after the last jump within which every post must be known as live or failed."""

ROUNDS = 4
"""How often users retry a failed post before it counts as lost."""


@dataclass
class Publication:
    """Publishes the posts that are in Buffer."""

    services: Services
    stand_in: StandIn
    player: FaultPlayer
    submitted: Mapping[str, Expectation]
    """What was submitted and not cancelled."""
    failed: dict[int, str] = field(default_factory=dict)
    """Posts that failed, and their causes, before they were retried."""

    async def run(self, late: tuple[tuple[LateAct, float], ...]) -> Findings:
        """Publish everything in steps with a fault at each, then retry what failed until all is live."""
        stride = self._left() / len(late)
        for act, draw in late:
            self.player.play_late(act, draw)
            await self._move_on(stride)
            await asyncio.sleep(STEP_SECONDS)
        self.player.lift()
        for _ in range(ROUNDS):
            await self._to_the_end()
            findings = await audit_live(self.services, self.stand_in, self.submitted, self.player.played)
            if not findings.failed or findings.violations:
                break
            self.failed |= findings.failed
            for post_id in findings.failed:
                await self._retry(post_id)
            await self._until_none(ON_THE_WAY)
        return findings

    def _left(self) -> timedelta:
        due = [post.due_at for post in self.stand_in.posts() if post.status == "scheduled" and post.due_at]
        now = self.stand_in.clock.now()
        return max([*due, now]) - now + timedelta(minutes=2)

    async def _move_on(self, by: timedelta) -> None:
        await self.stand_in.advance(by.total_seconds())
        await self._request_sync()

    async def _to_the_end(self) -> None:
        await self._move_on(self._left())
        await self._move_on(timedelta(minutes=5))  # for the last links
        await self._until_none(IN_BUFFER, without_link=True)

    async def _request_sync(self) -> None:
        """Defer a status sync; after a worker was killed in one, only the periodic task would."""
        # connections may have been terminated at this moment, or a sync is deferred already
        with suppress(DatabaseUnavailable, AlreadyEnqueued):
            async with self.services.database.transaction() as session:
                queue = self.services.delivery.queue
                await defer(session, queue, "delivery:follow_soon", arguments={})

    async def _until_none(self, steps: tuple[Step, ...], *, without_link: bool = False) -> None:
        """Wait until no post is at these steps, or until the time is up: the audit lists what is left.

        Buffer's clock moves on meanwhile, because a post that it was publishing would be published for ever.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(LIVE_WITHIN):
                async with aclosing(self.services.events()) as events:
                    async for event in events:
                        if not isinstance(event, PostChanged | Connected):
                            continue
                        posts = await self.services.scheduling.posts(limit=len(self.submitted) + 1)
                        if not any(
                            post.step in steps
                            or (without_link and _has_no_link(post.step, post.external_link))
                            for post in posts
                        ):
                            return
                        await self._move_on(timedelta(seconds=20) if without_link else timedelta(0))

    async def _retry(self, post_id: int) -> None:
        """Retry as a user would: a post whose time is past takes the next slot."""
        post = await self.services.scheduling.post(post_id)
        assert post is not None
        if post.share_mode is ShareMode.CUSTOM_SCHEDULED:
            await self.services.scheduling.edit(post_id, share_mode=ShareMode.ADD_TO_QUEUE)
        await self.services.scheduling.retry(post_id)


def _has_no_link(step: Step | None, link: str | None) -> bool:
    return step is Step.LIVE and link is None
