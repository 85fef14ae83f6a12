"""Undoing a submit: the post is cancelled and its text is kept as a draft of its photo."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.text.times import both_zones
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo

    from textual.app import App

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import Drafts

log = logging.getLogger(__name__)

NOTHING_TO_UNDO = "Nothing to undo. To cancel an earlier post, select it in Posts and press {posts.cancel}."

_TOO_LATE = {
    Step.SENDING: "It is being sent to Buffer right now. You can cancel it once it is there.",
    Step.UNCONFIRMED: "Buffer may or may not have it. You can cancel it once that has been checked.",
    Step.PUBLISHING: "Buffer is publishing it, so it cannot be cancelled. "
    "Delete it on the network once it is live.",
    Step.LIVE: "It is live, so it cannot be cancelled. Delete it on the network.",
}


class DraftNotSaved(FluffyError):
    """The text could not be saved, so the post was not cancelled."""


def in_grace(posts: Iterable[Post], now: datetime) -> Post | None:
    """Return the post that was submitted last and has not left yet, if there is one."""
    waiting = [post for post in posts if is_in_grace(post, now)]
    return max(waiting, key=lambda post: post.id, default=None)


def is_in_grace(post: Post, now: datetime) -> bool:
    """Return whether a post still waits before it leaves, so that it can be undone."""
    return post.step is Step.QUEUED and post.next_try_at is not None and post.next_try_at > now


def why_not_cancelled(post: Post) -> str:
    """Return why a post cannot be cancelled now; empty if it can."""
    return _TOO_LATE.get(post.step, "") if post.step else ""


def what_cancelling_does(post: Post, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return what happens when this post is cancelled, in sentences."""
    photo = "Its photo returns to the library, and its text is kept as a draft."
    if post.step is Step.ACCEPTED:
        when = f" for {both_zones(post.scheduled_at, zone, own_zone)}" if post.scheduled_at else ""
        return f"It is in Buffer{when} and will be deleted there. {photo}"
    if post.step is Step.FAILED:
        return f"It was not published and will not be retried. {photo}"
    return f"It has not been sent to Buffer and will not be. {photo}"


def draft_of(post: Post) -> Draft:
    """Return a post's text and options as the composer shows them again."""
    return Draft(
        caption=post.caption,
        alt_text=post.alt_text,
        share_mode=post.share_mode,
        at=post.requested_at_time,
        framing=post.framing,
    )


async def undo_last_submit(app: App[Any], context: Context) -> None:
    """Cancel the post that was submitted last, if it has not left yet, and say what was done."""
    post = in_grace(context.overview.strip, context.clock())
    if post is None:
        app.notify(context.with_keys(NOTHING_TO_UNDO), markup=False)
        return
    try:
        await cancel_keeping_draft(context, post)
    except FluffyError as error:
        app.notify(one_line(str(error)), severity="warning", timeout=10, markup=False)
    else:
        app.notify("Undone. The photo is back in the library with its text.", markup=False)


async def cancel_keeping_draft(context: Context, post: Post) -> None:
    """Cancel a post after saving its text with its photo, unless the photo has a newer draft.

    Raises:
        NotPossibleNow: it was published in the meantime, or nobody knows.
        PostNotFound: it was deleted already.
        BufferError: Buffer did not answer.
        DraftNotSaved: the text cannot be saved; nothing was cancelled.
    """
    photo = (await context.services.photos.by_ids([post.photo_id])).get(post.photo_id)
    was_saved = photo is not None and await asyncio.to_thread(_save, context.drafts, photo, post)
    try:
        await context.services.scheduling.cancel(post.id)
    except FluffyError:
        if photo is not None and was_saved:
            await asyncio.to_thread(_forget, context.drafts, photo)
        raise


def _save(drafts: Drafts, photo: Photo, post: Post) -> bool:
    """Save a post's text unless there is a newer draft; return whether it was saved."""
    try:
        if drafts.load(photo) is not None:
            return False
        drafts.save(photo, draft_of(post))
    except OSError as error:
        raise DraftNotSaved(
            f"The post was not cancelled, because its text could not be saved: {error.strerror}.",
            "Free some disk space, then try again.",
        ) from error
    return True


def _forget(drafts: Drafts, photo: Photo) -> None:
    try:
        drafts.delete(photo)
    except OSError as error:
        log.warning("cannot delete the draft of photo %s: %s", photo.id, error)
