"""Taking a post back without losing a word: its text is kept with the photo before the post is gone."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.text.times import both_zones

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import Drafts

log = logging.getLogger(__name__)

_TOO_LATE = {
    Step.SENDING: "It is being sent to Buffer at this moment. Once it has arrived it can be cancelled.",
    Step.UNCONFIRMED: "It is not known yet whether Buffer has it; Buffer is being looked at. "
    "Once that is known it can be cancelled.",
    Step.PUBLISHING: "Buffer is publishing it at this moment, so it cannot be cancelled any more. "
    "Delete it on the network when it is live.",
    Step.LIVE: "It is live, so it cannot be cancelled. Delete it on the network itself.",
}


class TextNotKept(FluffyError):
    """The disk refused the text, so the post was left as it is."""


def in_grace(posts: Iterable[Post], now: datetime) -> Post | None:
    """Return the post that was submitted last and has not left yet; None when there is none."""
    waiting = [post for post in posts if is_in_grace(post, now)]
    return max(waiting, key=lambda post: post.id, default=None)


def is_in_grace(post: Post, now: datetime) -> bool:
    """Tell whether a post waits for its person to change their mind."""
    return post.step is Step.QUEUED and post.next_try_at is not None and post.next_try_at > now


def why_not_cancelled(post: Post) -> str:
    """Return why a post cannot be taken back now; empty when it can."""
    return _TOO_LATE.get(post.step, "") if post.step else ""


def what_cancelling_does(post: Post, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return what will happen when this post is taken back, in sentences."""
    photo = "Its photo goes back to the library, and its text stays with the photo."
    if post.step is Step.ACCEPTED:
        when = f" for {both_zones(post.scheduled_at, zone, own_zone)}" if post.scheduled_at else ""
        return f"It is in Buffer{when}. It is deleted there first. {photo}"
    if post.step is Step.FAILED:
        return f"It did not go out, and it will not be tried again. {photo}"
    return f"It has not left for Buffer and will not. {photo}"


def text_of(post: Post) -> Draft:
    """Return everything that was written and chosen for a post, as the composer shows it again."""
    return Draft(
        caption=post.caption,
        alt_text=post.alt_text,
        share_mode=post.share_mode,
        at=post.requested_at_time,
        framing=post.framing,
    )


async def take_back(context: Context, post: Post) -> None:
    """Cancel a post once its text is kept with its photo; an unfinished change of it counts as the newer text.

    Raises:
        NotPossibleNow: it went out meanwhile, or nobody knows.
        PostNotFound: it is gone already.
        BufferError: Buffer did not answer.
        TextNotKept: the text cannot be written down; nothing was cancelled.
    """
    photo = (await context.services.photos.by_ids([post.photo_id])).get(post.photo_id)
    kept_now = photo is not None and await asyncio.to_thread(_keep, context.drafts, photo, post)
    try:
        await context.services.scheduling.cancel(post.id)
    except FluffyError:
        if photo is not None and kept_now:
            await asyncio.to_thread(_forget, context.drafts, photo)
        raise


def _keep(texts: Drafts, photo: Photo, post: Post) -> bool:
    """Keep a post's text, unless there is a newer one; return whether it was written."""
    try:
        if texts.load(photo) is not None:
            return False
        texts.save(photo, text_of(post))
    except OSError as error:
        raise TextNotKept(
            f"The text of this post cannot be written down ({error.strerror}), so the post was left as it is.",
            "Make room on the disk, then try again.",
        ) from error
    return True


def _forget(texts: Drafts, photo: Photo) -> None:
    try:
        texts.delete(photo)
    except OSError as error:
        log.warning("the kept text of photo %s cannot be removed: %s", photo.id, error)
