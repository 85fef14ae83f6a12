"""Find the posts that a dead worker left behind, so that none waits forever."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ColumnElement, Select, exists, func, literal, or_, select, text, true

from fluffy_tui.core.job_queue import JobEnded, end_job
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.delivery_jobs import (
    DELIVER,
    UPLOAD,
    WAKE,
    defer_delivery,
    defer_upload,
    defer_waking,
    jobs,
    machine_queue,
)
from fluffy_tui.scheduling.error_codes import PostError
from fluffy_tui.scheduling.model import ON_THE_WAY, Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        await self._end_stalled_jobs()
        async with self.database.transaction() as session:
            if not await _is_alone(session):
                return
            for post in await _posts_without_jobs(session):
                log.info("post %s had no job; it is %s", post.id, post.step)
                if post.next_try_at is None:
                    await defer_delivery(session, self.queue, post)
                else:
                    await defer_waking(session, self.queue, post.id, post.next_try_at)
            await transitions.release_pictures(session, being_made=_has_job(UPLOAD, statuses=["doing"]))
            for post_id, machine_id in await session.execute(_uploads_without_jobs()):
                log.info("post %s had no job on the machine that it waits for", post_id)
                await defer_upload(session, self.queue, post_id, machine_id)

    async def _end_stalled_jobs(self) -> None:
        manager = self.queue.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self.timings.dead_after):
            try:
                await self._end(job)
            except JobEnded as error:
                log.info("%s", error)

    async def _end(self, job: Job) -> None:
        """End the job and count the crash, both or neither, since this process may die as well.

        Posts are locked before jobs, as everywhere.
        """
        async with self.database.transaction() as session:
            if not await _is_alone(session):
                return
            if job.task_name in (DELIVER, UPLOAD):
                post_id = int(str(job.task_kwargs["post_id"]))
                await self._count_crash(session, post_id, of_picture=job.task_name == UPLOAD)
            await end_job(session, int(str(job.id)))
        log.info("job %s of a dead worker was ended", job.id)

    async def _count_crash(self, session: AsyncSession, post_id: int, *, of_picture: bool) -> None:
        """Count a worker's crash for the post it had, and fail a post that crashes every worker."""
        for post in await transitions.count_crash(session, post_id, of_picture=of_picture):
            if post.stalls >= self.timings.max_crashes and post.create_sent_at is None:
                message = (
                    f"{post.stalls} workers in a row crashed while they had this post, so nothing was sent. "
                    "Its picture may be the cause. Try another photo."
                )
                await transitions.fail(session, post, PostError.WORKER_CRASHED, message)


def may_be_needed() -> ColumnElement[bool]:
    """Return the condition that a job runs, or a post is on its way: only these can be left behind."""
    on_the_way = exists().where(PostRow.step.in_(ON_THE_WAY))
    return on_the_way | exists().where(jobs.c.status == text("'doing'::procrastinate_job_status"))


async def _is_alone(session: AsyncSession) -> bool:
    """Return whether no other recovery is in such a transaction; none can be before this one ends."""
    mine: bool = (await session.execute(select(func.pg_try_advisory_xact_lock(RECOVERY_LOCK)))).scalar_one()
    return mine


async def _posts_without_jobs(session: AsyncSession) -> list[PostRow]:
    # A post after another one that is not held yet does not show why it waits.
    needs_job = or_(~channel_queue.is_behind(), PostRow.step == Step.QUEUED)
    query = (
        select(PostRow)
        .where(PostRow.step.in_(ON_THE_WAY), PostRow.waits_for_machines.is_(None))
        .where(~_has_job(DELIVER, WAKE), needs_job)
        .order_by(PostRow.id)
    )
    return list(await session.scalars(query))


def _uploads_without_jobs() -> Select[int, str]:
    """Select the posts that wait for a machine which has no job for them, with that machine."""
    machine = func.unnest(PostRow.waits_for_machines).table_valued("id", name="machine").render_derived()
    is_asked = _has_job(UPLOAD, on=func.concat(machine_queue(""), machine.c.id))
    return (
        select(PostRow.id, machine.c.id)
        .select_from(PostRow)
        .join(machine, true())
        .where(PostRow.step.in_(ON_THE_WAY), PostRow.claim.is_(None), ~is_asked)
        .order_by(PostRow.id)
    )


def _has_job(
    *tasks: str, statuses: Sequence[str] = ("todo", "doing"), on: ColumnElement[str] | None = None
) -> ColumnElement[bool]:
    """Return the condition that a post has an unfinished job of one of these tasks, in a queue if one is given."""
    unfinished = [jobs.c.status == text(f"'{status}'::procrastinate_job_status") for status in statuses]
    query = (
        select(literal(1))
        .select_from(jobs)
        .where(jobs.c.task_name.in_(tasks), or_(*unfinished))
        .where(jobs.c.args.op("->>")("post_id").cast(BigInteger) == PostRow.id)
    )
    return exists(query if on is None else query.where(jobs.c.queue_name == on))
