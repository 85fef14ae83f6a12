"""Find what a dead worker left behind, so that no post waits for ever."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, exists, func, literal, or_, select, text

from fluffy_tui.core.job_queue import JobEnded, end_job
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.deferral import DELIVER, WAKE, defer_delivery, defer_waking, jobs
from fluffy_tui.scheduling.model import ON_THE_WAY, Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.timings import Pace

log = logging.getLogger(__name__)

SWEEP_LOCK = 0x666C7566667A
"""Two sweeps at once could give a post two jobs, or try it again before a death is counted; the second goes home."""


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Ends the jobs of dead workers, and gives every post on its way a job again.

    The posts decide, not the jobs: a job is only a reminder, so a stalled one is ended and a new one deferred, which
    also wakes a worker at once, as re-queueing the old one would not.
    """

    database: Database
    queue: App
    pace: Pace

    async def sweep(self) -> None:
        """End stalled jobs, then remind of every post that no job reminds of and no other post tries for."""
        async with self.database.transaction() as session:
            mine = await session.execute(select(func.pg_try_advisory_xact_lock(SWEEP_LOCK)))
            if not mine.scalar_one():
                return
            await self._end_stalled_jobs()
            for post in await _forgotten_posts(session):
                log.info("post %s had no job; it is %s", post.id, post.step)
                if post.next_try_at is None:
                    await defer_delivery(session, self.queue, post)
                else:
                    await defer_waking(session, self.queue, post.id, post.next_try_at)

    async def _end_stalled_jobs(self) -> None:
        manager = self.queue.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self.pace.stalled):
            try:
                await self._end(job)
            except JobEnded as error:
                log.info("%s", error)
            else:
                log.info("job %s of a dead worker was ended", job.id)

    async def _end(self, job: Job) -> None:
        """End the job and count the death, both or neither: whoever sweeps may die as well.

        Posts are locked before jobs, as by everyone who moves a post.
        """
        async with self.database.transaction() as session:
            if job.task_name == DELIVER:
                await self._count_stall(session, int(str(job.task_kwargs["post_id"])))
            await end_job(session, int(str(job.id)))

    async def _count_stall(self, session: AsyncSession, post_id: int) -> None:
        """Count a worker's death for the post it had, and stop trying one that takes down every worker."""
        for post in await transitions.count_stall(session, post_id):
            if post.stalls >= self.pace.most_stalls and post.create_sent_at is None:
                message = (
                    f"{post.stalls} workers in a row died while they had this post, so nothing was sent. "
                    "Its picture may be what they die of."
                )
                await transitions.fail(session, post, "worker_died", message)


async def _forgotten_posts(session: AsyncSession) -> list[PostRow]:
    reminder = exists(
        select(literal(1))
        .select_from(jobs)
        .where(
            jobs.c.task_name.in_((DELIVER, WAKE)),
            or_(
                jobs.c.status == text("'todo'::procrastinate_job_status"),
                jobs.c.status == text("'doing'::procrastinate_job_status"),
            ),
            jobs.c.args.op("->>")("post_id").cast(BigInteger) == PostRow.id,
        )
    )
    # One that stands behind another but is not held yet does not say why it waits.
    untold = or_(~channel_queue.stands_behind(), PostRow.step == Step.QUEUED)
    needy = (PostRow.step.in_(ON_THE_WAY), ~reminder, untold)
    query = select(PostRow).where(*needy).order_by(PostRow.id)
    return list((await session.execute(query)).scalars())
