"""Find the posts that a dead worker left behind, so that none waits for ever."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, exists, func, literal, or_, select, text

from fluffy_tui.core.job_queue import JobEnded, end_job
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.deferral import DELIVER, WAKE, defer_delivery, defer_waking, jobs
from fluffy_tui.scheduling.error_codes import PostError
from fluffy_tui.scheduling.model import ON_THE_WAY, Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.timings import Timings

log = logging.getLogger(__name__)

RECOVERY_LOCK = 0x666C7566667A
"""Two runs at once could give a post two jobs, or retry it before a crash is counted; the second one just ends."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """Ends the jobs of dead workers, and gives every submitted post a job again.

    The posts decide, not the jobs: a job is only a reminder, so a stalled one is ended and a new one deferred. That
    also wakes a worker at once, as re-queueing the old one would not.
    """

    database: Database
    queue: App
    timings: Timings

    async def run(self) -> None:
        """End stalled jobs, then defer a job for every post that has none and that no other post tries for."""
        async with self.database.transaction() as session:
            mine = await session.execute(select(func.pg_try_advisory_xact_lock(RECOVERY_LOCK)))
            if not mine.scalar_one():
                return
            await self._end_stalled_jobs()
            for post in await _posts_without_jobs(session):
                log.info("post %s had no job; it is %s", post.id, post.step)
                if post.next_try_at is None:
                    await defer_delivery(session, self.queue, post)
                else:
                    await defer_waking(
                        session, self.queue, post.id, post.next_try_at, machine_id=post.waits_for_machine
                    )

    async def _end_stalled_jobs(self) -> None:
        manager = self.queue.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self.timings.dead_after):
            try:
                await self._end(job)
            except JobEnded as error:
                log.info("%s", error)
            else:
                log.info("job %s of a dead worker was ended", job.id)

    async def _end(self, job: Job) -> None:
        """End the job and count the crash, both or neither, since this process may die as well.

        Posts are locked before jobs, as everywhere.
        """
        async with self.database.transaction() as session:
            if job.task_name == DELIVER:
                await self._count_crash(session, int(str(job.task_kwargs["post_id"])))
            await end_job(session, int(str(job.id)))

    async def _count_crash(self, session: AsyncSession, post_id: int) -> None:
        """Count a worker's crash for the post it had, and fail a post that crashes every worker."""
        for post in await transitions.count_crash(session, post_id):
            if post.stalls >= self.timings.max_crashes and post.create_sent_at is None:
                message = (
                    f"{post.stalls} workers in a row crashed while they had this post, so nothing was sent. "
                    "Its picture may be the cause. Try another photo."
                )
                await transitions.fail(session, post, PostError.WORKER_CRASHED, message)


async def _posts_without_jobs(session: AsyncSession) -> list[PostRow]:
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
    # A post behind another one that is not held yet does not show why it waits.
    needs_job = or_(~channel_queue.is_behind(), PostRow.step == Step.QUEUED)
    query = select(PostRow).where(PostRow.step.in_(ON_THE_WAY), ~reminder, needs_job).order_by(PostRow.id)
    return list((await session.execute(query)).scalars())
