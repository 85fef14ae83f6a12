"""The tasks that workers run. A job only says that there may be work for post N; the post's row says what it is."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from procrastinate import App, Blueprint, JobContext, builtin_tasks
from sqlalchemy import literal

from fluffy_tui.core.database import is_running
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.job_queue import add_condition
from fluffy_tui.scheduling.background.channel_health import ChannelHealth
from fluffy_tui.scheduling.background.media_upkeep import MediaUpkeep
from fluffy_tui.scheduling.background.metrics_sync import MetricsSync
from fluffy_tui.scheduling.background.posted_sidecars import PostedSidecars
from fluffy_tui.scheduling.background.recovery import may_be_needed
from fluffy_tui.scheduling.delivery.delivery_jobs import QUEUE, machine_queue
from fluffy_tui.scheduling.profile.outside_sync import OutsideSync
from fluffy_tui.scheduling.profile.thumbnail_fetch import has_due_thumbnails

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fluffy_tui.scheduling.background.recovery import Recovery
    from fluffy_tui.scheduling.background.status_sync import StatusSync
    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery

log = logging.getLogger(__name__)

JOB_RETENTION_HOURS = 72
"""Finished jobs are purged after this time; the posts have their own history."""


def add_tasks(queue: App, machine_id: str) -> None:
    """Register the tasks of this pack. They find what they need in the worker's context.

    The names of the tasks are stored with the jobs, so they must not change.
    """
    blueprint = Blueprint()
    add_machine_tasks(queue, machine_id)

    @blueprint.task(name="deliver", queue=QUEUE, pass_context=True)
    async def deliver(context: JobContext, post_id: int) -> None:
        try:
            await _delivery(context).deliver(post_id)
        except DatabaseUnavailable:
            context.additional_context["recovery_needed"].set()  # this job has ended, but the post goes on
            raise

    @blueprint.task(name="wake", queue=QUEUE, pass_context=True)
    async def wake(context: JobContext, post_id: int) -> None:
        await _delivery(context).wake(post_id)

    @blueprint.task(name="follow_soon", queue="maintenance", queueing_lock="follow_soon", pass_context=True)
    async def sync_status_soon(context: JobContext) -> None:
        await _sync_status(context)

    periodic = partial(_add_periodic, blueprint)
    periodic("sweep", "* * * * *", _recover)
    periodic("follow", "* * * * *", _sync_status)
    periodic("watch_channels", "6-59/10 * * * *", lambda job: ChannelHealth(_delivery(job)).check())
    periodic(
        "verify_media", "3-59/10 * * * *", lambda job: MediaUpkeep(_delivery(job)).verify_due(), waits=True
    )
    periodic("clean_media", "43 * * * *", lambda job: MediaUpkeep(_delivery(job)).clean_quietly(), waits=True)
    periodic("read_metrics", "27 * * * *", lambda job: MetricsSync(_delivery(job)).run())
    periodic("read_outside", "9-59/10 * * * *", _read_outside_posts)
    periodic("fetch_thumbnails", "* * * * *", lambda job: OutsideSync(_delivery(job)).fetch_thumbnails())
    periodic("purge", "17 3 * * *", _purge)
    queue.add_tasks_from(blueprint, namespace="delivery")
    # an open app shows whether Buffer can be reached
    add_condition(queue, "delivery:sweep", lambda context: may_be_needed() | is_running("app"))
    add_condition(queue, "delivery:follow", lambda context: context["status_sync"].may_be_due())
    add_condition(queue, "delivery:fetch_thumbnails", lambda context: has_due_thumbnails())


def add_machine_tasks(queue: App, machine_id: str) -> None:
    """Register the tasks that every machine has to do for itself, because they need its files; none needs a key."""
    blueprint = Blueprint()
    own_queue = machine_queue(machine_id)

    @blueprint.task(name="upload_picture", queue=own_queue, pass_context=True)
    async def upload_picture(context: JobContext, post_id: int) -> None:
        await _delivery(context).upload_picture(post_id)

    @blueprint.task(name="verify_picture", queue=own_queue, pass_context=True)
    async def verify_picture(context: JobContext, post_id: int) -> None:
        await MediaUpkeep(_delivery(context)).verify(post_id)

    periodic = partial(_add_periodic, blueprint, machine_id=machine_id)
    periodic("look_for_missing", "11,41 * * * *", _find_missing_photos)
    periodic("write_sidecars", "*/5 * * * *", lambda job: PostedSidecars(_delivery(job)).run())
    queue.add_tasks_from(blueprint, namespace="delivery")
    add_condition(
        queue,
        "delivery:write_sidecars",
        lambda context: literal(context["delivery"].photos.writes_sidecars),
    )


def _add_periodic(
    blueprint: Blueprint,
    name: str,
    cron: str,
    run: Callable[[JobContext], Awaitable[object]],
    *,
    machine_id: str = "",
    waits: bool = False,
) -> None:
    """Register a task that is queued once; or with `waits`, each time, to run once the one before has ended.

    It is any machine's, or that of one with an id.
    """
    key = f"{name} {machine_id}".rstrip()
    lock, queueing_lock = (key, None) if waits else (None, key)
    queue = machine_queue(machine_id) if machine_id else "maintenance"

    @blueprint.periodic(cron=cron, periodic_id=machine_id)
    @blueprint.task(name=name, queue=queue, lock=lock, queueing_lock=queueing_lock, pass_context=True)
    async def task(context: JobContext, timestamp: int) -> None:
        await run(context)


def _delivery(context: JobContext) -> Delivery:
    delivery: Delivery = context.additional_context["delivery"]
    return delivery


async def _recover(context: JobContext) -> None:
    recovery: Recovery = context.additional_context["recovery"]
    await recovery.run()
    await _delivery(context).check_reachability()


async def _sync_status(context: JobContext) -> None:
    status_sync: StatusSync = context.additional_context["status_sync"]
    await status_sync.run_and_defer_next()


async def _read_outside_posts(context: JobContext) -> None:
    outside = OutsideSync(_delivery(context))
    await outside.run()
    await outside.fetch_thumbnails()


async def _find_missing_photos(context: JobContext) -> None:
    missing, restored = await _delivery(context).photos.mark_missing()
    if missing or restored:
        log.info("%d photo files are missing, %d are back", missing, restored)


async def _purge(context: JobContext) -> None:
    await builtin_tasks.remove_old_jobs(
        context,
        max_hours=JOB_RETENTION_HOURS,
        remove_failed=True,
        remove_cancelled=True,
        remove_aborted=True,
    )
