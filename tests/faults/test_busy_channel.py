"""The posts of one channel are sent one after the other, each as soon as the previous one is in Buffer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg

from fluffy_tui.scheduling import Step

if TYPE_CHECKING:
    from scheduling.workplace import Workplace


async def test_the_end_of_a_job_notifies_of_the_one_that_waited_for_it(place: Workplace) -> None:
    posts = [await place.submit(f"number {number}", number) for number in range(3)]
    with psycopg.connect(place.services.database.url, autocommit=True) as listener:
        listener.execute('LISTEN "procrastinate_queue_v1#delivery"')  # what our workers listen on
        query = "SELECT id FROM procrastinate_jobs WHERE (args->>'post_id')::bigint = %s"
        jobs = [row[0] for post in posts for row in listener.execute(query, [post.id])]
        async with place.worker():
            await place.until(posts[-1].id, lambda now: now.step is Step.ACCEPTED)
        notified = [json.loads(notify.payload)["job_id"] for notify in listener.notifies(timeout=0)]
    assert [job for job in notified if job in jobs] == jobs[1:], (
        "no worker waits for its poll of once a second"
    )
