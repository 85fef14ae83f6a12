"""`--doctor`: run health checks and print one line each; with `--post ID`, print the history of a post."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.errors import UsageError
from fluffy_tui.core.health import Check, Health
from fluffy_tui.core.terminal_text import json_line, visible
from fluffy_tui.modes.health_checks import checks
from fluffy_tui.modes.post_report import print_lines
from fluffy_tui.tui.photo.graphics_protocol import choose_renderer
from fluffy_tui.tui.text.event_words import event_words
from fluffy_tui.tui.text.post_state import step_state

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post, PostEvent
    from fluffy_tui.settings import Settings


_BEYOND_IDS = 1 << 63
"""Where Postgres ends to count."""


async def run(settings: Settings, *, as_json: bool) -> int:
    """Run every check; 1 when one of them fails."""
    failed = False
    async for check in checks(settings, open_services(settings), choose_renderer(settings.preview)):
        failed = failed or check.status is Health.FAIL
        print_lines([_check_json(check) if as_json else _check_line(check)])
    return 1 if failed else 0


def _check_line(check: Check) -> str:
    remedy = f" → {check.remedy}" if check.remedy else ""
    return visible(f"{check.status.sign} {check.name}: {check.detail}{remedy}")


def _check_json(check: Check) -> str:
    return json_line(
        {"check": check.name, "status": check.status, "detail": check.detail, "remedy": check.remedy}
    )


async def show_post(settings: Settings, post_id: int, *, as_json: bool) -> int:
    """Print a post and its history.

    Raises:
        UsageError: there is no such post.
    """
    async with open_services(settings) as services:
        post = await services.scheduling.post(post_id) if abs(post_id) < _BEYOND_IDS else None
        if post is None:
            raise UsageError(f"There is no post {post_id}.", "It was deleted, or never existed.")
        events = await services.scheduling.timeline(post_id)
    head = _post_json(post) if as_json else _post_line(post)
    lines = [_event_json(event) if as_json else _event_line(event) for event in events]
    print_lines([head, *lines])
    return 0


def _post_line(post: Post) -> str:
    link = f", {post.external_link}" if post.external_link else ""
    error = f": {post.error_message}" if post.error_message else ""
    if post.support_url:
        error += f" See {post.support_url}"
    return visible(f"post {post.id}: {post.state}{link}{error}")


def _event_line(event: PostEvent) -> str:
    at = event.at.astimezone()
    zone = at.tzinfo or UTC
    words = f"{at:%Y-%m-%d %H:%M:%S} · {event_words(event, zone, zone)} · by {event.worker}"
    return visible(f"{words}: {event.message}" if event.message else words)


def _post_json(post: Post) -> str:
    return json_line(
        {
            "event": "post",
            "id": post.id,
            "state": post.state,
            "status": post.status,
            "step": post.step,
            "buffer_post_id": post.buffer_post_id,
            "scheduled_at": _iso(post.scheduled_at),
            "posted_at": _iso(post.posted_at),
            "next_try_at": _iso(post.next_try_at),
            "error_code": post.error_code,
            "error_message": post.error_message,
            "support_url": post.support_url,
            "external_link": post.external_link,
        }
    )


def _event_json(event: PostEvent) -> str:
    return json_line(
        {
            "event": event.what,
            "at": _iso(event.at),
            "state": step_state(event.step, event.status).name,
            "status": event.status,
            "step": event.step,
            "attempt": event.attempt,
            "code": event.code,
            "message": event.message,
            "scheduled_at": _iso(event.scheduled_at),
            "next_try_at": _iso(event.next_try_at),
            "worker": event.worker,
        }
    )


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
