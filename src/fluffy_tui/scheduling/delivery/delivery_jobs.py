"""Defer jobs for posts, inside the transaction that changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, column, select, table, text

from fluffy_tui.core.job_queue import defer

if TYPE_CHECKING:
    from datetime import datetime

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.scheduling.tables import PostRow

QUEUE = "delivery"
DELIVER = "delivery:deliver"
WAKE = "delivery:wake"
UPLOAD = "delivery:upload_picture"
VERIFY_MEDIA = "delivery:verify_media"
VERIFY_PICTURE = "delivery:verify_picture"

jobs = table(
    "procrastinate_jobs",
    column("id"),
    column("queue_name"),
    column("task_name"),
    column("status"),
    column("args"),
)
"""The columns of Procrastinate's jobs that are read here."""


async def defer_delivery(session: AsyncSession, queue: App, post: PostRow) -> None:
    """Have the post attempted as soon as possible, one post of its channel at a time.

    A job that already waits is enough. It is locked, so that no worker takes it before this transaction commits.
    """
    waiting = (
        select(jobs.c.id)
        .where(
            jobs.c.task_name == DELIVER,
            jobs.c.status == text("'todo'::procrastinate_job_status"),
            jobs.c.args.op("->>")("post_id").cast(BigInteger) == post.id,
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    await session.flush()
    if await session.scalar(waiting) is not None:
        return
    await defer(session, queue, DELIVER, arguments={"post_id": post.id}, lock=f"channel:{post.channel_id}")


def machine_queue(machine_id: str) -> str:
    """Return the name of the queue of what only the workers of one machine can do."""
    return f"{QUEUE} {machine_id}"


async def defer_upload(session: AsyncSession, queue: App, post_id: int, machine_id: str) -> None:
    """Have a machine make and upload the picture of a post that waits for it.

    That needs no lock: it may take until the machine runs again, and nothing is sent by it.
    """
    await defer(session, queue, UPLOAD, arguments={"post_id": post_id}, on=machine_queue(machine_id))


async def defer_verification(session: AsyncSession, queue: App, post_id: int, machine_id: str) -> None:
    """Have a machine verify the picture of a post whose photo it has, and upload it again if it is lost."""
    await defer(session, queue, VERIFY_PICTURE, arguments={"post_id": post_id}, on=machine_queue(machine_id))


async def defer_waking(session: AsyncSession, queue: App, post_id: int, at: datetime) -> None:
    """Have the post attempted from `at` on.

    The waiting job has no lock, since it would block the whole channel until its time comes; then it defers the
    delivery, which has one.
    """
    await defer(session, queue, WAKE, arguments={"post_id": post_id}, at=at)
