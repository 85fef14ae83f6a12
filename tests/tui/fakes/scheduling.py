"""Posts in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from fluffy_tui.buffer import Budget, ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import Framing
from fluffy_tui.networks import rules_for
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Photo
from fluffy_tui.scheduling import (
    ON_THE_WAY,
    NotPossibleNow,
    PersonaCounts,
    Post,
    PostEvent,
    PostNotFound,
    PostStatus,
    Problem,
    ProblemKind,
    Reason,
    Remedy,
    ScheduleResult,
    Step,
)
from fluffy_tui.scheduling.submit.submission_check import shown_channel_refusal, text_refusal
from tui.fakes.personas import FakePersonas
from tui.fakes.sample_data import NOW, make_post

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
        self.submitted: list[dict[str, object]] = []
        self.refusal: ScheduleResult | None = None
        self.error: Exception | None = None
        """Raised by every call that reads, as when the database is unreachable."""
        self.not_possible: FluffyError | None = None
        """Raised by the next call that changes a post, as when Buffer was faster."""
        self.places: dict[int, int] = {}
        """Positions in the queue that differ from the order of submission."""
        self.events: dict[int, list[PostEvent]] = {}
        self.the_budget = Budget()
        self.edits: list[dict[str, object]] = []
        self.uploaded_again: list[int] = []
        self.other_problems: list[Problem] = []
        """Problems of a channel, of the worker or of the budget."""
        self.on_change: Callable[[Post], None] = lambda post: None

    async def schedule_post(
        self,
        photo: Photo,
        caption: str,
        *,
        alt_text: str = "",
        share_mode: ShareMode = ShareMode.ADD_TO_QUEUE,
        at: datetime | None = None,
        framing: Framing = Framing(),
        accept_damaged: bool = False,
        shown_channel_id: str | None = None,
    ) -> ScheduleResult:
        """Queue a post, or refuse it as the service would; `refusal` forces a result."""
        self._raise()
        self.submitted.append(
            {
                "photo": photo,
                "caption": caption,
                "alt_text": alt_text,
                "share_mode": share_mode,
                "at": at,
                "framing": framing,
            }
        )
        if self.refusal is not None and not (accept_damaged and self.refusal.code is Reason.PHOTO_DAMAGED):
            return self.refusal
        persona = self._personas.personas[photo.persona_id]
        if (refusal := shown_channel_refusal(persona, shown_channel_id)) is not None:
            return refusal
        existing = next((post for post in self.all_posts.values() if post.photo_id == photo.id), None)
        if existing is not None:
            return ScheduleResult(False, existing, "This photo has a post already.", Reason.ALREADY_SCHEDULED)
        channel = persona.channel
        if channel is None:
            return ScheduleResult(False, None, "The persona has no channel.", Reason.NO_CHANNEL)
        refusal = text_refusal(caption, alt_text, rules_for(channel.service))
        if share_mode is ShareMode.CUSTOM_SCHEDULED and refusal is None:
            code = Reason.TIME_MISSING if at is None else Reason.TIME_PAST if at <= NOW else None
            refusal = None if code is None else ScheduleResult(False, None, "Choose a later time.", code)
        if refusal is not None:
            return refusal
        post = make_post(
            max(self.all_posts, default=0) + 1,
            photo,
            caption,
            Step.QUEUED,
            alt_text=alt_text,
            share_mode=share_mode,
            requested_at_time=at,
            framing=framing,
        )
        self._store(post)
        return ScheduleResult(True, post)

    async def posts(
        self,
        persona: Persona | None = None,
        *,
        limit: int = 200,
        before_id: int | None = None,
        steps: Collection[Step | None] | None = None,
    ) -> list[Post]:
        """Return posts, newest first."""
        self._raise()
        mine = [
            post
            for post in sorted(self.all_posts.values(), key=lambda post: -post.id)
            if (persona is None or post.persona_id == persona.id)
            and (before_id is None or post.id < before_id)
            and (steps is None or post.step in steps)
        ]
        return mine[:limit]

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
        taken = {post.photo_id for post in self.all_posts.values()}
        result = {}
        for persona_id in self._personas.personas:
            status = Counter(post.status for post in self.all_posts.values() if post.persona_id == persona_id)
            mine = [photo for photo in self._photos.values() if photo.persona_id == persona_id]
            result[persona_id] = PersonaCounts(
                unscheduled=sum(photo.id not in taken for photo in mine),
                drafts=status[PostStatus.DRAFT],
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
        if post.step not in (Step.FAILED, Step.HELD, None):
            raise NotPossibleNow(f"The post is {post.step} and needs no retry.")
        return self._store(
            replace(post, step=Step.QUEUED, status=PostStatus.DRAFT, error_message=None, next_try_at=None)
        )

    async def cancel(self, post_id: int) -> None:
        """Cancel a post."""
        post = self._existing(post_id)
        self._refuse()
        del self.all_posts[post_id]
        self.on_change(post)

    async def edit(
        self,
        post_id: int,
        *,
        caption: str | None = None,
        alt_text: str | None = None,
        share_mode: ShareMode | None = None,
        at: datetime | None = None,
        framing: Framing | None = None,
    ) -> Post:
        """Change what is given; a given time becomes the scheduled time."""
        post = self._existing(post_id)
        self._refuse()
        given = {"caption": caption, "alt_text": alt_text, "share_mode": share_mode, "at": at}
        self.edits.append({"post_id": post_id, **given, **({"framing": framing} if framing else {})})
        return self._store(
            replace(
                post,
                caption=post.caption if caption is None else caption,
                alt_text=post.alt_text if alt_text is None else alt_text,
                share_mode=share_mode or post.share_mode,
                requested_at_time=at or post.requested_at_time,
                scheduled_at=at or post.scheduled_at,
                framing=framing or post.framing,
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
        return self._store(replace(new, alt_text=old.alt_text, created_at=old.created_at, **changes))  # type: ignore[arg-type]

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
