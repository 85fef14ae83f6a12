"""What a person has changed about a post, and nothing else: what is not meant must not be sent to Buffer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import ShareMode
from fluffy_tui.scheduling import PostStatus, Step

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from fluffy_tui.media import Framing
    from fluffy_tui.scheduling import Agenda, Planned, Post
    from fluffy_tui.tui.session.drafts import Draft


def changed_words(post: Post, typed: Draft, framing: Framing) -> dict[str, Any]:
    """Return the words that are different, and the framing if any of it is, as `edit` takes them."""
    changes: dict[str, Any] = {}
    if typed.caption != post.caption:
        changes["caption"] = typed.caption
    if typed.alt_text != post.alt_text:
        changes["alt_text"] = typed.alt_text
    if framing != post.framing:
        changes["framing"] = framing
    return changes


def changed_time(post: Post, mode: ShareMode, at: datetime | None) -> dict[str, Any]:
    """Return way and time if they are different: one that is not meant would move the post in Buffer."""
    as_it_is = mode == post.share_mode and (at is None or at == moment_of(post))
    return {} if as_it_is else {"share_mode": mode, "at": at}


def without(agenda: Agenda, post_ids: Container[int]) -> Agenda:
    """Return what is planned besides these posts, none of which moves up because of that."""
    others = [planned for planned in agenda.planned if planned.post.id not in post_ids]
    return replace(agenda, posts=tuple(_at_its_time(planned) for planned in others))


def _at_its_time(planned: Planned) -> Post:
    if not planned.is_forecast:
        return planned.post
    return replace(planned.post, share_mode=ShareMode.CUSTOM_SCHEDULED, requested_at_time=planned.at)


def moment_of(post: Post) -> datetime | None:
    """Return the time that a post has now, which is what one starts from when changing it."""
    return post.scheduled_at or post.requested_at_time


def sends_again(post: Post) -> bool:
    """Tell whether saving a post also sends it: it failed, or was only kept."""
    return post.step is Step.FAILED or (post.step is None and post.status is PostStatus.DRAFT)
