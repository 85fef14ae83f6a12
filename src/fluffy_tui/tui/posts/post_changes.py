"""What the user changed about a post, and nothing else: sending more to Buffer may move the post there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import PostStatus, Step
from fluffy_tui.tui.session.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from fluffy_tui.scheduling import Agenda, Planned, Post
    from fluffy_tui.tui.ports import SchedulingPort


def draft_of(post: Post) -> Draft:
    """Return a post as the form shows it before it is changed."""
    return Draft(post.caption, post.alt_text, post.share_mode, _due(post), post.framing)


def changes(post: Post, draft: Draft, *, only_time: bool = False) -> dict[str, Any]:
    """Return what is different in a draft, as `SchedulingPort.edit` accepts it."""
    found: dict[str, Any] = {}
    if not only_time:
        found = {
            name: value
            for name, value in (
                ("caption", draft.caption),
                ("alt_text", draft.alt_text),
                ("framing", draft.framing),
            )
            if value != getattr(post, name)
        }
    same_time = draft.share_mode == post.share_mode and draft.at in (None, _due(post))
    return found if same_time else found | {"share_mode": draft.share_mode, "at": draft.at}


def retries(post: Post) -> bool:
    """Return whether saving a post also submits it again: it failed, or is a draft."""
    return post.step is Step.FAILED or (post.step is None and post.status is PostStatus.DRAFT)


async def save_changes(scheduling: SchedulingPort, post: Post, found: dict[str, Any]) -> None:
    """Change a post, and submit it again where `retries` says so.

    Raises:
        FluffyError: It was not changed, or was changed but not submitted again.
    """
    if found:
        await scheduling.edit(post.id, **found)
    if retries(post):
        try:
            await scheduling.retry(post.id)
        except FluffyError as error:
            raise FluffyError(f"The change is saved, but the post could not be retried. {error}") from error


def without(agenda: Agenda, post_ids: Container[int]) -> Agenda:
    """Return an agenda without these posts; the others keep their times."""
    others = [planned for planned in agenda.planned if planned.post.id not in post_ids]
    return replace(agenda, posts=tuple(_at_its_time(planned) for planned in others))


def _at_its_time(planned: Planned) -> Post:
    if not planned.is_forecast:
        return planned.post
    return replace(planned.post, share_mode=ShareMode.CUSTOM_SCHEDULED, requested_at_time=planned.at)


def _due(post: Post) -> datetime | None:
    return post.scheduled_at or post.requested_at_time
