"""`--doctor --post ID`: everything that happened to one post, in order."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.scheduling import Post, PostEvent
    from fluffy_tui.settings import Settings


async def run(settings: Settings, post_id: int, *, as_json: bool) -> int:
    """Print a post and its trail.

    Raises:
        UsageError: there is no such post.
    """
    async with open_services(settings) as services:
        post = await services.scheduling.post(post_id)
        if post is None:
            raise UsageError(f"There is no post {post_id}.", "It was let go, or never existed.")
        events = await services.scheduling.timeline(post_id)
    head = _post_json(post) if as_json else _post_line(post)
    lines = [_event_json(event) if as_json else _event_line(event) for event in events]
    for line in (head, *lines):
        sys.stdout.write(line + "\n")
    return 0


def _post_line(post: Post) -> str:
    where = f", {post.external_link}" if post.external_link else ""
    why = f": {post.error_message}" if post.error_message else ""
    if post.support_url:
        why += f" See {post.support_url}"
    return f"post {post.id}: {post.step or post.status}{where}{why}"


def _event_line(event: PostEvent) -> str:
    words = [f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}", event.what, str(event.step or event.status)]
    if event.attempt:
        words.append(f"attempt {event.attempt}")
    if event.next_try_at:
        words.append(f"again at {event.next_try_at.astimezone():%H:%M:%S}")
    words.append(f"by {event.worker}")
    return " · ".join(words) + (f": {event.message}" if event.message else "")


def _post_json(post: Post) -> str:
    return json.dumps(
        {
            "event": "post",
            "id": post.id,
            "status": post.status,
            "step": post.step,
            "buffer_post_id": post.buffer_post_id,
            "scheduled_at": _moment(post.scheduled_at),
            "posted_at": _moment(post.posted_at),
            "next_try_at": _moment(post.next_try_at),
            "error_code": post.error_code,
            "error_message": post.error_message,
            "support_url": post.support_url,
            "external_link": post.external_link,
        },
        ensure_ascii=False,
    )


def _event_json(event: PostEvent) -> str:
    return json.dumps(
        {
            "event": event.what,
            "at": _moment(event.at),
            "status": event.status,
            "step": event.step,
            "attempt": event.attempt,
            "code": event.code,
            "message": event.message,
            "scheduled_at": _moment(event.scheduled_at),
            "next_try_at": _moment(event.next_try_at),
            "worker": event.worker,
        },
        ensure_ascii=False,
    )


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
