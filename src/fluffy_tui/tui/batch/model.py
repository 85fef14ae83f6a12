"""A batch of posts: which photo gets which slot, its draft, and the result of submitting it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import alt_text_problem, caption_problem
from fluffy_tui.tui.compose import PreflightInput, preflight_marks
from fluffy_tui.tui.session.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda, Post
    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.compose import Mark, RenderResult

_KEYS = {"esc": "ctrl+o", "ctrl+t": ""}
"""What fixes a problem here, by the composer's key: a photo is left out; its slot is given, not chosen."""


@dataclass
class BatchPost:
    """One photo of a batch."""

    photo: Photo
    draft: Draft = field(default_factory=Draft)
    slot: datetime | None = None
    """The free slot that it gets; None where there are more photos than slots."""
    picture: RenderResult | None = None
    """None until it is rendered."""
    has_searched: bool = False
    """Whether earlier posts of the same picture were searched."""
    earlier_post: EarlierPost | None = None
    post: Post | None = None
    """Its post, once it is submitted."""
    outcome: str = ""
    """The result of the last submit or undo, in words; empty before the first."""
    failed: bool = False
    """Whether that submit or undo failed."""
    is_damaged: bool = False
    """Whether it was refused because its photo is damaged."""

    def problem(self, rules: NetworkRules) -> str:
        """Return why it cannot be submitted as it is; empty when it can."""
        for found in (
            caption_problem(self.draft.caption, rules),
            alt_text_problem(self.draft.alt_text, rules),
        ):
            if found is not None:
                return str(found)
        return self.picture.problem if self.picture and not self.picture.is_damaged else ""

    def record(self, outcome: str, *, failed: bool = False) -> None:
        """Note the result of a submit or undo."""
        self.outcome, self.failed = outcome, failed


@dataclass
class Batch:
    """The posts of a batch in their order, one of which is the current one."""

    rules: NetworkRules
    zone: tzinfo
    """The channel's."""
    posts: list[BatchPost] = field(default_factory=list)
    position: int = 0
    """Number of the current post."""
    agenda: Agenda | None = None
    earlier_captions: tuple[str, ...] = ()
    """Captions of the persona's last posts, newest first."""

    @property
    def current(self) -> BatchPost:
        """The post that is written or selected."""
        return self.posts[self.position]

    @property
    def unsubmitted(self) -> list[BatchPost]:
        """Those that have no post: not submitted yet, or undone."""
        return [entry for entry in self.posts if entry.post is None]

    @property
    def damaged(self) -> list[BatchPost]:
        """Those that were refused because their photos are damaged."""
        return [entry for entry in self.unsubmitted if entry.is_damaged]

    @property
    def submitted(self) -> list[BatchPost]:
        """Those that have a post."""
        return [entry for entry in self.posts if entry.post is not None]

    @property
    def following(self) -> int | None:
        """The number of the next unsubmitted post."""
        later = range(self.position + 1, len(self.posts))
        return next((number for number in later if self.posts[number].post is None), None)

    @property
    def preceding(self) -> int | None:
        """The number of the previous unsubmitted post."""
        earlier = reversed(range(self.position))
        return next((number for number in earlier if self.posts[number].post is None), None)

    @property
    def first_problem(self) -> tuple[int, str] | None:
        """The number of the first post that cannot be submitted as it is, and why."""
        problems = ((number, entry.problem(self.rules)) for number, entry in enumerate(self.posts))
        return next((one for one in problems if one[1] and self.posts[one[0]].post is None), None)

    def leave_out(self) -> None:
        """Remove the current post; those after it move up to its slot."""
        slots = [entry.slot for entry in self.posts if entry.slot]
        del self.posts[self.position]
        self._assign(slots)
        self.position = max(0, min(self.position, len(self.posts) - 1))

    def plan(self, agenda: Agenda) -> None:
        """Give the posts, in their order, the slots that are free now."""
        self.agenda = agenda
        self._assign(agenda.free_slots(len(self.posts)))

    def marks(self, number: int, now: datetime) -> list[Mark]:
        """Return the preflight marks of one post."""
        entry = self.posts[number]
        others = (other.draft.caption for other in self.posts if other is not entry)
        post = PreflightInput(
            caption=entry.draft.caption,
            alt_text=entry.draft.alt_text,
            share_mode=ShareMode.ADD_TO_QUEUE,
            rules=self.rules,
            now=now,
            zone=self.zone,
            at=entry.slot,
            picture=entry.picture,
            agenda=replace(self.agenda, spoken_for=number) if self.agenda else None,
            has_searched=entry.has_searched,
            earlier_post=entry.earlier_post,
            earlier_captions=(*others, *self.earlier_captions),
        )
        return [replace(mark, key=_KEYS.get(mark.key, mark.key)) for mark in preflight_marks(post)]

    def _assign(self, slots: Sequence[datetime]) -> None:
        for number, entry in enumerate(self.posts):
            entry.slot = slots[number] if number < len(slots) else None
