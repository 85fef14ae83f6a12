"""Posts in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fluffy_tui.buffer import Budget, ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import Framing
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Orientation, Photo
from fluffy_tui.scheduling import (
    ON_THE_WAY,
    ChannelChoice,
    CountedPost,
    NotPossibleNow,
    PersonaCounts,
    Post,
    PostEvent,
    PostNotFound,
    PostPage,
    PostPhoto,
    PostRequest,
    PostStatus,
    Problem,
    ProblemKind,
    Reason,
    Remedy,
    Results,
    ScheduleResult,
    Step,
    TimeKey,
)
from fluffy_tui.scheduling.submit.channel_choice import chosen_channels
from fluffy_tui.scheduling.submit.post_again_rule import again_refusal
from fluffy_tui.scheduling.submit.submission_check import content_refusal, photos_refusal, possible_everywhere
from tui.fakes.personas import FakePersonas
from tui.fakes.sample_data import NOW, changed, make_post

_PROBLEMS: dict[Step | None, tuple[ProblemKind, str, str, tuple[Remedy, ...]]] = {
    Step.FAILED: (
        ProblemKind.FAILED,
        "This post was not published.",
        "Nothing more happens by itself.",
        (Remedy.RETRY, Remedy.EDIT, Remedy.RESCHEDULE, Remedy.CANCEL),
    ),
    Step.HELD: (
        ProblemKind.HELD,
        "This post has to wait.",
        "It is tried again by itself.",
        (Remedy.RETRY, Remedy.MOVE_UP, Remedy.EDIT, Remedy.RESCHEDULE, Remedy.CANCEL),
    ),
    Step.UNCONFIRMED: (
        ProblemKind.UNCONFIRMED,
        "It is not known whether Buffer has this post.",
        "Buffer is looked at again; nothing is sent twice.",
        (Remedy.OPEN_IN_BUFFER,),
    ),
    None: (
        ProblemKind.DRAFT_KEPT,
        "Kept as a draft, not sent.",
        "It stays a draft until it is sent.",
        (Remedy.RETRY, Remedy.EDIT, Remedy.CANCEL),
    ),
}


def problem_of(post: Post) -> Problem:
    """Return the problem of a post that is failed, held, unconfirmed or a draft."""
    kind, what, then, actions = _PROBLEMS[post.step]
    return Problem(
        kind,
        what,
        post.error_message or "",
        then,
        post.next_try_at,
        actions,
        post,
        post.persona_id,
        post.channel_id,
    )


class FakeScheduling:
    """Posts in every step; what is submitted is queued and moves on when the test says so."""

    def __init__(self, posts: Sequence[Post], photos: Sequence[Photo], personas: FakePersonas) -> None:
        self.all_posts = {post.id: post for post in posts}
        self._photos = {photo.id: photo for photo in photos}
        self._personas = personas
        self.submitted: list[dict[str, Any]] = []
        self.refusal: ScheduleResult | None = None
        self.grace: timedelta | None = None
        """How long a new post waits, during which it can be undone."""
        self.error: Exception | None = None
        """Raised by every call that reads, as when the database is unreachable."""
        self.not_possible: FluffyError | None = None
        """Raised by the next call that changes a post, as when Buffer was faster."""
        self.places: dict[int, int] = {}
        """Positions in the queue that differ from the order of submission."""
        self.events: dict[int, list[PostEvent]] = {}
        self.known_results: dict[int, Results] = {}
        self.shapes: dict[int, Orientation] = {}
        self.the_budget = Budget()
        self.edits: list[dict[str, object]] = []
        self.uploaded_again: list[int] = []
        self.groups_read: list[list[int]] = []
        """The ids that `groups` was asked for."""
        self.cancelled_at_once: list[int] = []
        """The posts that `cancel_unsent` has cancelled."""
        self.other_problems: list[Problem] = []
        """Problems of a channel, of the worker or of the budget."""
        self.on_change: Callable[[Post], None] = lambda post: None

    async def schedule_posts(self, requests: Sequence[PostRequest]) -> list[ScheduleResult]:
        """Queue the posts of each request, or refuse it."""
        return [
            await self.schedule_post(
                cover,  # type: ignore[arg-type]
                request.caption,
                alt_text=request.alt_text,
                framing=request.framing,
                share_mode=request.share_mode,
                at=request.at,
                accept_damaged=request.accept_damaged,
                more_photos=others,  # type: ignore[arg-type]
                channels=request.channels,
                first_comment=request.first_comment,
                ai_generated=request.ai_generated,
                ai_assisted=request.ai_assisted,
                again=request.again,
            )
            for request in requests
            for cover, *others in [request.photos]
        ]

    async def schedule_post(
        self,
        photo: Photo | PostPhoto,
        caption: str,
        *,
        alt_text: str = "",
        share_mode: ShareMode = ShareMode.ADD_TO_QUEUE,
        at: datetime | None = None,
        framing: Framing = Framing(),
        accept_damaged: bool = False,
        more_photos: Sequence[PostPhoto] = (),
        channels: Sequence[str | ChannelChoice] | None = None,
        first_comment: str = "",
        ai_generated: bool | None = None,
        ai_assisted: bool = False,
        again: bool = False,
    ) -> ScheduleResult:
        """Queue a post for each channel, or refuse it as the service would; `refusal` forces a result."""
        self._raise()
        cover = photo
        if not isinstance(cover, PostPhoto):
            cover = PostPhoto(cover.id, cover.sha256, alt_text, framing)
        photos, photo = (cover, *more_photos), self._photos[cover.photo_id]
        self.submitted.append(
            {
                "photos": photos,
                "photo": photo,
                "caption": caption,
                "alt_text": cover.alt_text,
                "share_mode": share_mode,
                "at": at,
                "framing": cover.framing,
                "channels": channels,
                "first_comment": first_comment,
                "ai_generated": ai_generated,
                "ai_assisted": ai_assisted,
            }
        )
        if self.refusal is not None and not (accept_damaged and self.refusal.code is Reason.PHOTO_DAMAGED):
            return self.refusal
        persona = self._personas.personas[photo.persona_id]
        common = ChannelChoice("", caption, share_mode, at, None, first_comment)
        chosen = chosen_channels(persona, channels, {}, common)
        if isinstance(chosen, ScheduleResult):
            return chosen
        wanted = {one.photo_id for one in photos}
        existing = next(
            (
                post
                for post in self.all_posts.values()
                if post.group_id in self._holders and not wanted.isdisjoint(post.photo_ids)
            ),
            None,
        )
        may_repeat = again and existing and not again_refusal(await self.groups({existing.group_id}), NOW, 3)
        if existing is not None and not may_repeat:
            return ScheduleResult(False, existing, "This photo has a post already.", Reason.ALREADY_SCHEDULED)
        if chosen[0].chosen is None:
            return ScheduleResult(False, None, "The persona has no channel.", Reason.NO_CHANNEL)
        known = [self._photos[one.photo_id] for one in photos]
        if (refusal := photos_refusal(known, photos, persona.id)) is not None:
            return refusal
        label = persona.ai_label if ai_generated is None else ai_generated
        wanted_posts = possible_everywhere(
            [
                choice.submission(persona, photos, ai_generated=label, ai_assisted=ai_assisted)
                for choice in chosen
            ]
        )
        for submission in wanted_posts:
            if (refusal := content_refusal(submission, NOW)) is not None:
                return refusal
        lead_id = max(self.all_posts, default=0) + 1
        posts = []
        for id_, submission in enumerate(wanted_posts, lead_id):
            post = make_post(
                id_,
                photo,
                submission.caption,
                Step.QUEUED,
                share_mode=submission.share_mode,
                requested_at_time=submission.at,
                photos=submission.photos,
                first_comment=submission.first_comment,
                ai_generated=label,
                ai_assisted=ai_assisted,
                channel_id=submission.chosen.id if submission.chosen else None,
                lead_post_id=lead_id if id_ > lead_id else None,
                again_of_id=existing.group_id if existing and id_ == lead_id else None,
                next_try_at=NOW + self.grace if self.grace else None,
            )
            posts.append(post)
            self._store(post)
        return ScheduleResult(True, posts[0], posts=tuple(posts))

    @property
    def _holders(self) -> set[int]:
        """The submissions that have their photos: not failed everywhere, and not posted again."""
        holding = [post for post in self.all_posts.values() if post.has_its_photos]
        return {post.group_id for post in holding} - {post.again_of_id for post in holding}

    async def posts_to_repeat(self, post_id: int) -> list[Post]:
        """Return the posts of a live submission, or refuse to post it again."""
        post = self._existing(post_id)
        group = await self.groups({post.group_id})
        for refusal in (
            again_refusal(group, NOW, 3),
            again_refusal(await self.posts_with([post.photo_id]), NOW, 3),
        ):
            if refusal:
                raise NotPossibleNow(refusal)
        return group

    @property
    def photo_ids(self) -> set[int]:
        """The photos that have a post."""
        holders = self._holders
        posts = self.all_posts.values()
        return {photo.photo_id for post in posts if post.group_id in holders for photo in post.photos}

    def posts_of(self, *posts: Post) -> list[Post]:
        """Return those of these posts that still exist, as they are now."""
        return [self.all_posts[post.id] for post in posts if post.id in self.all_posts]

    async def posts(self, persona: Persona | None = None, *, limit: int = 200) -> list[Post]:
        """Return posts, newest first."""
        self._raise()
        newest = sorted(self.all_posts.values(), key=lambda post: -post.id)
        return [post for post in newest if persona is None or post.persona_id == persona.id][:limit]

    async def posts_by_time(
        self,
        persona_id: int,
        start: TimeKey,
        *,
        later: bool,
        steps: Collection[Step | None] | None = None,
        text: str = "",
        limit: int = 200,
    ) -> PostPage:
        """Return the posts next to a place in the order of time."""
        self._raise()
        found = sorted(
            (
                post
                for post in self.all_posts.values()
                if post.persona_id == persona_id
                and (post.time_key > start if later else post.time_key < start)
                and (steps is None or post.step in steps)
            ),
            key=lambda post: post.time_key,
            reverse=not later,
        )
        nearest = found[:limit]
        rest = nearest[-1].time_key if len(nearest) == limit else None
        posts = [post for post in nearest if self._has_text(post, text)]
        return PostPage(tuple(posts[::-1] if later else posts), rest)

    async def is_found(self, post_id: int, text: str) -> bool:
        """Return whether a post has a text."""
        return post_id in self.all_posts and self._has_text(self.all_posts[post_id], text)

    def _has_text(self, post: Post, text: str) -> bool:
        names = [self._photos[photo.photo_id].name for photo in post.photos]
        searched = "\n".join([post.caption, *names]).lower()
        return all(word.lower() in searched for word in text.split())

    async def groups(self, group_ids: Collection[int]) -> list[Post]:
        """Return the posts of these submissions, oldest first."""
        self._raise()
        self.groups_read.append(sorted(group_ids))
        return [post for _, post in sorted(self.all_posts.items()) if post.group_id in group_ids]

    async def posts_with(self, photo_ids: Collection[int]) -> list[Post]:
        """Return the posts that have any of these photos."""
        self._raise()
        holders = self._holders
        return [
            post
            for _, post in sorted(self.all_posts.items())
            if post.group_id in holders and not post.photo_ids.isdisjoint(photo_ids)
        ]

    async def post(self, post_id: int) -> Post | None:
        """Return one post."""
        self._raise()
        return self.all_posts.get(post_id)

    async def on_their_way(self) -> list[Post]:
        """Return the posts between submission and acceptance, oldest first."""
        self._raise()
        return [
            post for post in sorted(self.all_posts.values(), key=lambda p: p.id) if post.step in ON_THE_WAY
        ]

    async def counts(self) -> dict[int, PersonaCounts]:
        """Count."""
        self._raise()
        taken = self.photo_ids
        result = {}
        for persona_id in self._personas.personas:
            status = Counter(post.status for post in self.all_posts.values() if post.persona_id == persona_id)
            mine = [photo for photo in self._photos.values() if photo.persona_id == persona_id]
            on_their_way = sum(
                post.persona_id == persona_id and post.step in ON_THE_WAY for post in self.all_posts.values()
            )
            result[persona_id] = PersonaCounts(
                unscheduled=sum(photo.id not in taken for photo in mine),
                drafts=status[PostStatus.DRAFT] - on_their_way,
                queued=on_their_way,
                scheduled=status[PostStatus.SCHEDULED],
                failed=status[PostStatus.FAILED],
                posted=status[PostStatus.POSTED],
                next_due_at=min(
                    (
                        post.scheduled_at
                        for post in self.all_posts.values()
                        if post.persona_id == persona_id and post.step is Step.ACCEPTED and post.scheduled_at
                    ),
                    default=None,
                ),
            )
        return result

    async def retry(self, post_id: int) -> Post:
        """Queue a failed, held or draft post again."""
        post = self._existing(post_id)
        if not post.can_be_retried:
            raise NotPossibleNow(f"The post is {post.step} and needs no retry.")
        if post.step is Step.FAILED and not post.photo_ids.isdisjoint(self.photo_ids):
            group = {other.id for other in self.all_posts.values() if other.group_id == post.group_id}
            if any(other.id not in group for other in await self.posts_with(post.photo_ids)):
                raise NotPossibleNow("A photo of this post has another post now.")
        return self._store(
            replace(post, step=Step.QUEUED, status=PostStatus.DRAFT, error_message=None, next_try_at=None)
        )

    async def cancel(self, post_id: int) -> None:
        """Cancel a post."""
        post = self._existing(post_id)
        self._refuse()
        del self.all_posts[post_id]
        cross_posts = [other for _, other in sorted(self.all_posts.items()) if other.lead_post_id == post_id]
        for other in cross_posts:  # the oldest is the lead now
            heir = cross_posts[0].id
            self._store(replace(other, lead_post_id=None if other.id == heir else heir))
        self.on_change(post)

    async def cancel_unsent(self, post_ids: Collection[int]) -> set[int]:
        """Cancel the posts that are not in Buffer; none if the next change is to be refused."""
        posts = (
            [] if self.not_possible else [self.all_posts[id_] for id_ in post_ids if id_ in self.all_posts]
        )
        unsent = {post.id for post in posts if post.can_be_cancelled and post.step is not Step.ACCEPTED}
        self.cancelled_at_once += sorted(unsent)
        for post_id in sorted(unsent, reverse=True):
            await self.cancel(post_id)
        return unsent

    async def edit(
        self,
        post_id: int,
        *,
        caption: str | None = None,
        alt_text: str | None = None,
        share_mode: ShareMode | None = None,
        at: datetime | None = None,
        framing: Framing | None = None,
        photos: Sequence[PostPhoto] | None = None,
        first_comment: str | None = None,
        ai_generated: bool | None = None,
        ai_assisted: bool = False,
    ) -> Post:
        """Change what is given; a given time becomes the scheduled time."""
        post = self._existing(post_id)
        self._refuse()
        given: dict[str, object] = {
            "caption": caption,
            "alt_text": alt_text,
            "share_mode": share_mode,
            "at": at,
        }
        if first_comment is not None:
            given["first_comment"] = first_comment
        if ai_generated is not None:
            given["ai_generated"] = ai_generated
        if ai_assisted:
            given["ai_assisted"] = True
        pictures = {"framing": framing, "photos": photos}
        self.edits.append({"post_id": post_id, **given, **{k: v for k, v in pictures.items() if v}})
        return self._store(
            changed(
                replace(
                    post,
                    photos=tuple(photos or post.photos),
                    first_comment=post.first_comment if first_comment is None else first_comment,
                ),
                caption=post.caption if caption is None else caption,
                alt_text=(photos or post.photos)[0].alt_text if alt_text is None else alt_text,
                share_mode=share_mode or post.share_mode,
                requested_at_time=at or post.requested_at_time,
                scheduled_at=at or post.scheduled_at,
                ai_assisted=ai_assisted or post.ai_assisted,
                framing=framing or (photos or post.photos)[0].framing,
            )
        )

    async def upload_again(self, post_id: int) -> Post:
        """Upload the picture again."""
        self._refuse()
        self.uploaded_again.append(post_id)
        return await self.retry(post_id)

    async def problems(self) -> list[Problem]:
        """Return the problems of the posts and `other_problems`, worst first."""
        self._raise()
        needy = (Step.FAILED, Step.HELD, Step.UNCONFIRMED, None)
        items = [
            problem_of(post)
            for post in sorted(self.all_posts.values(), key=lambda post: post.id)
            if post.step in needy
        ]
        order = list(ProblemKind)
        return sorted([*items, *self.other_problems], key=lambda item: order.index(item.kind))

    async def timeline(self, post_id: int) -> list[PostEvent]:
        """Return what is in `events`."""
        self._raise()
        return self.events.get(post_id, [])

    async def database_time(self) -> datetime:
        """Return the time of all that is stored."""
        self._raise()
        return NOW

    async def results(self, posts: Sequence[Post]) -> dict[int, Results]:
        """Return what is in `known_results`."""
        self._raise()
        live = [post.id for post in posts if post.step is Step.LIVE]
        return {post_id: self.known_results.get(post_id, Results()) for post_id in live}

    async def counted_posts(self, persona_id: int) -> list[CountedPost]:
        """Return the live posts, newest first; `shapes` has those of their pictures."""
        self._raise()
        live = [
            post
            for post in self.all_posts.values()
            if post.persona_id == persona_id and post.posted_at is not None
        ]
        return [
            CountedPost(
                post.id,
                post.photo_id,
                str(post.channel_id),
                post.scheduled_at or post.posted_at or NOW,
                post.caption,
                post.first_comment,
                self.shapes.get(post.id),
                self.known_results.get(post.id, Results()),
            )
            for post in sorted(live, key=lambda post: post.time_key, reverse=True)
        ]

    async def queued_posts(self, channel_id: str) -> list[Post]:
        """Return a channel's posts on their way to Buffer, the first to be sent coming first."""
        waiting = [post for post in await self.on_their_way() if post.channel_id == channel_id]
        return sorted(waiting, key=lambda post: self.places.get(post.id, post.id))

    async def move_up(self, post_id: int) -> Post:
        """Swap a post with the one before."""
        post = self._existing(post_id)
        ids = [other.id for other in await self.queued_posts(str(post.channel_id))]
        if post_id not in ids:
            raise NotPossibleNow("This post is not in the queue.")
        index = ids.index(post_id)
        if index == 0:
            raise NotPossibleNow("This post is already first in the queue.")
        before = ids[index - 1]
        mine, theirs = self.places.get(post_id, post_id), self.places.get(before, before)
        self.places |= {post_id: theirs, before: mine}
        return self._store(post)

    async def budget(self) -> Budget:
        """Return `the_budget`."""
        self._raise()
        return self.the_budget

    def move(self, post_id: int, step: Step, **changes: object) -> Post:
        """Move a post to a step, as a worker would."""
        old = self._existing(post_id)
        photo = self._photos[old.photo_id]
        new = make_post(post_id, photo, old.caption, step)
        new = replace(new, photos=(changed(new, alt_text=old.alt_text).cover, *old.photos[1:]))
        names = ("created_at", "share_mode", "requested_at_time", "channel_id", "lead_post_id")
        kept = {name: getattr(old, name) for name in names}
        return self._store(changed(new, **{**kept, "updated_at": NOW, **changes}))

    def _existing(self, post_id: int) -> Post:
        self._raise()
        if post_id not in self.all_posts:
            raise PostNotFound("There is no such post.")
        return self.all_posts[post_id]

    def _store(self, post: Post) -> Post:
        self.all_posts[post.id] = post
        self.on_change(post)
        return post

    def _raise(self) -> None:
        if self.error is not None:
            raise self.error

    def _refuse(self) -> None:
        refusal, self.not_possible = self.not_possible, None
        if refusal is not None:
            raise refusal
