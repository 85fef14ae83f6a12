"""Undoing a submit: its posts are cancelled, and the text is kept as a draft of the photo."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.scheduling import ChannelChoice, Step
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.messages import SubmitUndone
from fluffy_tui.tui.session.post_photos import draft_of_one
from fluffy_tui.tui.text.channel_words import channel_of_each
from fluffy_tui.tui.text.post_refusals import why_not
from fluffy_tui.tui.text.times import both_zones
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from textual.app import App

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.ports import SchedulingPort
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import Drafts

log = logging.getLogger(__name__)

NOTHING_TO_UNDO = "Nothing to undo. To cancel an earlier post, select it in Posts and press {posts.cancel}."

STAYS_LIVE = "The photo stays with its live post, where {posts.post_again} shows the text again."
"""What becomes of a post that was to go out again, with action ids in braces."""


class DraftNotSaved(FluffyError):
    """A text could not be saved, so its post was not cancelled."""


def in_grace(posts: Iterable[Post], now: datetime) -> Post | None:
    """Return the post that was submitted last and has not left yet by the database's clock, if there is one."""
    waiting = [post for post in posts if is_in_grace(post, now)]
    return max(waiting, key=lambda post: post.id, default=None)


def is_in_grace(post: Post, now: datetime) -> bool:
    """Return whether a post still waits before it leaves, by the database's clock, so that it can be undone."""
    return post.step is Step.QUEUED and post.next_try_at is not None and post.next_try_at > now


def submitted_with(last: Post, posts: Iterable[Post]) -> list[Post]:
    """Return the posts that were submitted together with one that is in grace: they wait until the same moment."""
    return [post for post in posts if post.step is Step.QUEUED and post.next_try_at == last.next_try_at]


def what_cancelling_does(
    post: Post, now: datetime, zone: tzinfo, own_zone: tzinfo, *, frees_photos: bool = True
) -> str:
    """Return what happens when this post is cancelled, in sentences.

    It frees its photos if no post on another channel has the same; those of a failed post are free already.
    """
    count = len(post.photo_ids)
    photos = "Its photo returns" if count == 1 else f"Its {count} photos return"
    photo = f" {photos} to the library, and its text is kept as a draft." if frees_photos else ""
    if frees_photos and post.again_of_id is not None:
        photo = " Its photos stay with the live post, and its text is kept as a draft."
    if post.step is Step.ACCEPTED:
        when = f" for {both_zones(post.scheduled_at, now, zone, own_zone)}" if post.scheduled_at else ""
        return f"It is in Buffer{when} and will be deleted there.{photo}"
    if not post.has_its_photos:
        text = " Its text is kept as a draft." if frees_photos else ""
        return f"It was not published and will not be retried.{text}"
    return f"It has not been sent to Buffer and will not be.{photo}"


def draft_of(post: Post, cross_posts: Sequence[Post] = ()) -> Draft:
    """Return a post's text and options as the composer shows them again, with what differs on other channels."""
    photos = tuple(photo.without_picture() for photo in post.photos)
    draft = Draft(
        caption=post.caption,
        alt_text=post.alt_text,
        share_mode=post.share_mode,
        at=post.requested_at_time,
        framing=post.framing,
        photos=photos,
        first_comment=post.first_comment,
        ai_label=post.ai_generated,
        channels=tuple(_difference(post, other) for other in cross_posts if other.channel_id),
        ai_assisted=any(each.ai_assisted for each in (post, *cross_posts)),
    )
    return draft if len(photos) > 1 else draft_of_one(draft, photos[0])


def draft_of_submission(context: Context, posts: Sequence[Post]) -> Draft:
    """Return what the composer shows again of posts of one submission, with the channels that they leave out."""
    return replace(draft_of(posts[0], posts[1:]), off=_channels_without(posts, context))


def failed_posts(context: Context, photo: Photo) -> list[Post]:
    """Return the posts of the last submission with this cover that have failed."""
    problems = (problem.post for problem in context.overview.problems)
    failed = [post for post in problems if post and post.step is Step.FAILED and post.photo_id == photo.id]
    last = max((post.group_id for post in failed), default=0)
    return sorted((post for post in failed if post.group_id == last), key=lambda post: post.id)


def draft_of_repeat(context: Context, posts: Sequence[Post]) -> Draft:
    """Return what the composer shows of a submission that is to be sent as a new one, without its times; none for none.

    It is live, and posted again, or has failed.
    """
    if not posts:
        return Draft()
    draft = draft_of_submission(context, posts)
    channels = tuple(replace(choice, share_mode=None, at=None) for choice in draft.channels)
    return replace(draft, share_mode=ShareMode.ADD_TO_QUEUE, at=None, channels=channels)


def _difference(lead: Post, other: Post) -> ChannelChoice:
    """Return what a cross-post has of its own."""
    moved = (other.share_mode, other.requested_at_time) != (lead.share_mode, lead.requested_at_time)
    return ChannelChoice(
        other.channel_id or "",
        caption=other.caption if other.caption != lead.caption else None,
        share_mode=other.share_mode if moved else None,
        at=other.requested_at_time if moved else None,
        framing=other.framing if other.framing != lead.framing else None,
        first_comment=other.first_comment if other.first_comment != lead.first_comment else None,
    )


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What became of posts of one submission that were to be cancelled."""

    done: Sequence[Post]
    refused: Sequence[tuple[Post, FluffyError]]
    left: Sequence[Post]
    """The posts, on these channels or on others, that still have photos of theirs; with the cover, no draft is kept."""

    @property
    def frees_photos(self) -> bool:
        """Whether the photos are back in the library."""
        return bool(self.done) and not self.left


async def undo_last_submit(app: App[Any], context: Context) -> None:
    """Cancel all posts that were submitted last, together, and say what was done and what was too late."""
    last = in_grace(context.overview.strip, context.database_now())
    if last is None:
        app.notify(context.with_keys(NOTHING_TO_UNDO), markup=False)
        return
    try:
        ids = {post.group_id for post in submitted_with(last, context.overview.strip)}
        undos = await _undo(context, await context.services.scheduling.groups(ids) or [last])
    except FluffyError as error:
        app.notify(one_line(str(error)), severity="warning", timeout=10, markup=False)
        return
    freed = (undo.group[0] for undo in undos if undo.cancelled.frees_photos)
    if free := next((post for post in freed if post.again_of_id is None), None):
        context.changes.publish(SubmitUndone(free.persona_id, free.photo_id))
    [undo, *more] = undos
    words = context.with_keys(_several_words(undos)) if more else _undo_words(undo, context)
    if any(undo.too_late for undo in undos):
        app.notify(one_line(words), severity="warning", timeout=15, markup=False)
    else:
        app.notify(words, markup=False)


@dataclass(frozen=True, slots=True)
class _Undo:
    """What an undo did to the posts of one submission."""

    group: Sequence[Post]
    cancelled: Cancelled
    too_late: Mapping[int, str]
    """Why it came too late, by the post's id."""


async def _undo(context: Context, posts: Iterable[Post]) -> list[_Undo]:
    groups: dict[int, list[Post]] = {}
    for post in sorted(posts, key=lambda post: (post.group_id, post.id)):
        groups.setdefault(post.group_id, []).append(post)
    waiting = {
        group_id: [post for post in group if not _why_not_undone(post)] for group_id, group in groups.items()
    }
    waiting = {group_id: group for group_id, group in waiting.items() if group}
    cancelled = dict(zip(waiting, await cancel_keeping_drafts(context, [*waiting.values()]), strict=True))
    undos = []
    for group_id, group in groups.items():
        ended = cancelled.get(group_id, Cancelled((), (), ()))
        reasons = {post.id: context.with_keys(_why_not_undone(post)) for post in group}
        reasons |= {post.id: str(error) for post, error in ended.refused}
        too_late = {post_id: reason for post_id, reason in reasons.items() if reason}
        undos.append(_Undo(group, ended, too_late))
    return undos


def _several_words(undos: Sequence[_Undo]) -> str:
    """Return what an undo of several submissions did, with action ids in braces."""
    refused = sum(bool(undo.too_late) for undo in undos)
    if not refused:
        return f"Undone: {len(undos)} posts. Their photos are back in the library with their texts."
    errors = [error for undo in undos for _, error in undo.cancelled.refused]
    unsaved = [str(error) for error in errors if isinstance(error, DraftNotSaved)]
    words = [f"Undone: {len(undos) - refused} of {len(undos)} posts."]
    if late := refused - len(unsaved):
        left = "1 had left" if late == 1 else f"{late} had left"
        words.append(
            f"{left} already. To cancel what is in Buffer, select it in Posts and press {{posts.cancel}}."
        )
    return " ".join([*words, *unsaved[:1]])


def _undo_words(undo: _Undo, context: Context) -> str:
    """Return what an undo did to the posts of one submission."""
    group, too_late, cancelled = undo.group, undo.too_late, undo.cancelled
    count = len(group[0].photo_ids)
    if len(group) == 1 and too_late:
        return too_late[group[0].id]
    if too_late:
        names = channel_of_each(group, context.channel)
        reasons = " ".join(f"{names[post_id]}: {reason}" for post_id, reason in too_late.items())
        stays = "The photo stays scheduled. " if count == 1 else "The photos stay scheduled. "
        done = (
            f"Undone on {len(cancelled.done)} of {len(group)} channels." if cancelled.done else "Not undone."
        )
        return f"{done} {'' if cancelled.frees_photos else stays}{reasons}"
    photos = "The photo is back in the library with its text."
    if group[0].again_of_id is not None:
        return f"Undone. {context.with_keys(STAYS_LIVE)}"
    if count > 1:
        photos = f"The {count} photos are back in the library, and the text is kept with the first."
    return f"Undone{f' on {len(group)} channels' if len(group) > 1 else ''}. {photos}"


def _why_not_undone(post: Post) -> str:
    """Return why a post has left already, with action ids in braces; empty if it has not."""
    if post.step is Step.ACCEPTED:
        return "It is in Buffer. To cancel it there, select it in Posts and press {posts.cancel}."
    return why_not("cancel", post)


async def cancel_keeping_drafts(
    context: Context,
    groups: Sequence[Sequence[Post]],
    progress: Callable[[int], None] = lambda number: None,
) -> list[Cancelled]:
    """Cancel posts of several submissions; one that cannot be cancelled does not stop the others.

    Before that the text of each submission's first post is saved with its photo, unless this has a newer draft; where
    it cannot be saved, the submission is not cancelled. What was not sent yet is cancelled at once, the rest one after
    the other. If a post still has the photo afterwards, that draft is deleted again.

    Each group has the posts of one submission, at least one, in the order of their ids. `progress` is called with the
    number of a submission before its posts are cancelled one after the other.

    Raises:
        DatabaseUnavailable: what became of the posts is not known.
    """
    scheduling = context.services.scheduling
    photos = await context.services.photos.by_ids([posts[0].photo_id for posts in groups])
    submissions = [
        _Cancelling(posts, photos.get(posts[0].photo_id), draft_of_submission(context, posts))
        for posts in groups
    ]
    await asyncio.to_thread(_save, context.drafts, submissions)
    unsent = await scheduling.cancel_unsent([post.id for each in submissions for post in each.waiting])
    for number, each in enumerate(submissions, 1):
        each.done += [post for post in each.waiting if post.id in unsent]
        each.waiting = [post for post in each.waiting if post.id not in unsent]
        if each.waiting:
            progress(number)
        # the lead last: it hands its photos on with every post that is left
        for post in reversed(each.waiting):
            await each.cancel(scheduling, post)
    found = await scheduling.posts_with(
        list({id_ for posts in groups for post in posts for id_ in post.photo_ids})
    )
    cancelled = [each.end(found) for each in submissions]
    await asyncio.to_thread(_forget, context.drafts, submissions, cancelled)
    return cancelled


@dataclass(slots=True)
class _Cancelling:
    """Posts of one submission while they are cancelled."""

    posts: Sequence[Post]
    photo: Photo | None
    """The cover, if it is in the library."""
    draft: Draft
    is_saved: bool = False
    """Whether the draft was saved with the photo."""
    waiting: Sequence[Post] = ()
    """Those that are to be cancelled still; none before the draft is safe."""
    done: list[Post] = field(default_factory=list)
    refused: list[tuple[Post, FluffyError]] = field(default_factory=list)

    async def cancel(self, scheduling: SchedulingPort, post: Post) -> None:
        """Cancel one of them, or note why that cannot be."""
        try:
            await scheduling.cancel(post.id)
        except DatabaseUnavailable:
            raise
        except FluffyError as error:
            self.refused.append((post, error))
        else:
            self.done.append(post)

    def end(self, found: Iterable[Post]) -> Cancelled:
        """Return what became of them, given all posts that have a photo of theirs now."""
        photo_ids = frozenset[int]().union(*(post.photo_ids for post in self.posts))
        earlier = {post.again_of_id for post in self.posts}  # the live post takes its photos back
        left = [post for post in found if photo_ids & post.photo_ids and post.group_id not in earlier]
        return Cancelled(self.done, self.refused, left)


def _channels_without(posts: Sequence[Post], context: Context) -> tuple[str, ...]:
    """Return the channels of the persona to which these posts did not go: a new submit leaves them out too."""
    persona = context.overview.personas.get(posts[0].persona_id)
    used = {post.channel_id for post in posts} - {None}
    return tuple(id_ for id_ in persona.board_by_channel if id_ not in used) if persona and used else ()


def _save(drafts: Drafts, submissions: Iterable[_Cancelling]) -> None:
    """Save the drafts, except where there is a newer one; where that fails, nothing is to be cancelled."""
    for each in submissions:
        try:
            if each.photo is not None and drafts.load(each.photo) is None:
                drafts.save(each.photo, each.draft)
                each.is_saved = True
        except OSError as error:
            not_saved = DraftNotSaved(
                f"The post was not cancelled, because its text could not be saved: {error.strerror}.",
                "Free some disk space, then try again.",
            )
            each.refused.append((each.posts[0], not_saved))
        else:
            each.waiting = each.posts


def _forget(drafts: Drafts, submissions: Iterable[_Cancelling], cancelled: Iterable[Cancelled]) -> None:
    """Delete the drafts of those photos that still have a post, except of failed ones: their text is nowhere else."""
    for each, end in zip(submissions, cancelled, strict=True):
        if each.photo is None or not each.is_saved:
            continue
        had_photos = any(post.has_its_photos for post in each.posts)
        if had_photos and any(each.photo.id in post.photo_ids for post in end.left):
            try:
                drafts.delete(each.photo)
            except OSError as error:
                log.warning("cannot delete the draft of photo %s: %s", each.photo.id, error)
