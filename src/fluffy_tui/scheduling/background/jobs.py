"""What is put on the queue: "look at post N". The row is the truth; a job only says that there may be work."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from procrastinate import Blueprint, JobContext, builtin_tasks

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.scheduling.background.channel_health import ChannelWatch
from fluffy_tui.scheduling.background.media_upkeep import Keeper
from fluffy_tui.scheduling.delivery.deferral import QUEUE

if TYPE_CHECKING:
    from procrastinate import App

    from fluffy_tui.scheduling.background.recovery import Sweeper
    from fluffy_tui.scheduling.background.status_sync import Follower
    from fluffy_tui.scheduling.delivery.delivery_steps import Delivery

log = logging.getLogger(__name__)

JOB_KEPT_HOURS = 72
"""Finished jobs are purged after this time; the posts tell their own story."""


def add_tasks(queue: App) -> None:
    """Register the tasks of this pack. They find their working parts in the worker's context."""
    blueprint = Blueprint()

    @blueprint.task(name="deliver", queue=QUEUE, pass_context=True)
    async def deliver(context: JobContext, post_id: int) -> None:
        delivery: Delivery = context.additional_context["delivery"]
        try:
            await delivery.deliver(post_id)
        except DatabaseUnavailable:
            context.additional_context["sweep_needed"].set()  # this job has ended, but the post goes on
            raise

    @blueprint.task(name="wake", queue=QUEUE, pass_context=True)
    async def wake(context: JobContext, post_id: int) -> None:
        delivery: Delivery = context.additional_context["delivery"]
        await delivery.wake(post_id)

    @blueprint.periodic(cron="* * * * *")
    @blueprint.task(name="sweep", queue="maintenance", queueing_lock="sweep", pass_context=True)
    async def sweep(context: JobContext, timestamp: int) -> None:
        del timestamp
        sweeper: Sweeper = context.additional_context["sweeper"]
        await sweeper.sweep()

    @blueprint.periodic(cron="* * * * *")
    @blueprint.task(name="follow", queue="maintenance", queueing_lock="follow", pass_context=True)
    async def follow(context: JobContext, timestamp: int) -> None:
        del timestamp
        follower: Follower = context.additional_context["follower"]
        await follower.follow_and_come_back()

    @blueprint.task(name="follow_soon", queue="maintenance", queueing_lock="follow_soon", pass_context=True)
    async def follow_soon(context: JobContext) -> None:
        follower: Follower = context.additional_context["follower"]
        await follower.follow_and_come_back()

    @blueprint.periodic(cron="6-59/10 * * * *")
    @blueprint.task(
        name="watch_channels", queue="maintenance", queueing_lock="watch_channels", pass_context=True
    )
    async def watch_channels(context: JobContext, timestamp: int) -> None:
        del timestamp
        await ChannelWatch(context.additional_context["delivery"]).look()

    @blueprint.periodic(cron="3-59/10 * * * *")
    @blueprint.task(name="verify_media", queue="maintenance", lock="verify_media", pass_context=True)
    async def verify_media(context: JobContext, timestamp: int) -> None:
        del timestamp
        await Keeper(context.additional_context["delivery"]).verify_due()

    @blueprint.periodic(cron="43 * * * *")
    @blueprint.task(name="clean_media", queue="maintenance", lock="clean_media", pass_context=True)
    async def clean_media(context: JobContext, timestamp: int) -> None:
        del timestamp
        await Keeper(context.additional_context["delivery"]).clean_quietly()

    @blueprint.periodic(cron="11,41 * * * *")
    @blueprint.task(
        name="look_for_missing", queue="maintenance", queueing_lock="look_for_missing", pass_context=True
    )
    async def look_for_missing(context: JobContext, timestamp: int) -> None:
        del timestamp
        delivery: Delivery = context.additional_context["delivery"]
        vanished, returned = await delivery.photos.mark_missing()
        if vanished or returned:
            log.info("%d photos are no longer where they were, %d are back", vanished, returned)

    @blueprint.periodic(cron="17 3 * * *")
    @blueprint.task(name="purge", queue="maintenance", queueing_lock="purge", pass_context=True)
    async def purge(context: JobContext, timestamp: int) -> None:
        del timestamp
        await builtin_tasks.remove_old_jobs(
            context, max_hours=JOB_KEPT_HOURS, remove_failed=True, remove_cancelled=True, remove_aborted=True
        )

    queue.add_tasks_from(blueprint, namespace="delivery")
