"""A batch of posts: which photo gets which slot, its draft, and the result of submitting it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import alt_text_problem, caption_problem, rules_for
from fluffy_tui.photos import Photo, Verdict
from fluffy_tui.scheduling import Agenda, Post, PostPhoto, TaggedPerson
from fluffy_tui.themes import ThemeCalendar, ThemePlace
from fluffy_tui.tui.batch.batch_order import Crowding, Rests, Similarity, crowding, slot_neighbours
from fluffy_tui.tui.compose import Level, Mark, PreflightInput, preflight_marks
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.post_channels import PostChannels
from fluffy_tui.tui.session.post_photos import draft_of_one
from fluffy_tui.tui.text.theme_words import clash_words, place_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime, tzinfo

    from fluffy_tui.personas import Persona
    from fluffy_tui.similarity import EarlierPost, OutsideMatch
    from fluffy_tui.tui.rendition import RenderResult

_KEYS = {"esc": "ctrl+o", "ctrl+t": "", "alt+↓": "f2", "f10": "ctrl+o"}
"""What fixes a problem here, by the composer's key: a photo is left out, also one with people who cannot be tagged; its
slot is given, not chosen; all channels have one caption."""


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
    elsewhere: OutsideMatch | None = None
    """The post from elsewhere that shows the same picture, where one was found."""
    post: Post | None = None
    """Its post, once it is submitted."""
    outcome: str = ""
    """The result of the last submit or undo, in words; empty before the first."""
    failed: bool = False
    """Whether that submit or undo failed."""
    is_damaged: bool = False
    """Whether it was refused because its photo is damaged."""

    @property
    def tags(self) -> tuple[TaggedPerson, ...]:
        """The people who were tagged in the composer."""
        return next((photo.tags for photo in self.draft.photos if photo.photo_id == self.photo.id), ())

    def with_tags(self, draft: Draft) -> Draft:
        """Return another draft of the photo with the same people in it."""
        return draft_of_one(draft, PostPhoto(self.photo.id, self.photo.sha256, tags=self.tags))

    def is_ai_marked(self, persona: Persona) -> bool:
        """Whether the persona or the photo says that it was made with AI."""
        rendition = self.picture.rendition if self.picture else None
        return persona.ai_label or (rendition is not None and rendition.ai_mark is not None)

    def has_ai_label(self, persona: Persona) -> bool:
        """Whether the networks are told that the pictures were made with AI."""
        return self.is_ai_marked(persona) if self.draft.ai_label is None else self.draft.ai_label

    def problem(self, persona: Persona) -> str:
        """Return why it cannot be submitted as it is to the persona's channels; empty when it can."""
        for rules, caption in PostChannels.of(persona, self.draft).captions:
            for found in (caption_problem(caption, rules), alt_text_problem(self.draft.alt_text, rules)):
                if found is not None:
                    return str(found)
        return self.picture.problem if self.picture and self.picture.prevents_post else ""

    def record(self, outcome: str, *, failed: bool = False) -> None:
        """Note the result of a submit or undo."""
        self.outcome, self.failed = outcome, failed


@dataclass
class Batch:
    """The posts of a batch in their order, one of which is the current one."""

    persona: Persona
    zone: tzinfo
    """The main channel's."""
    posts: list[BatchPost] = field(default_factory=list)
    position: int = 0
    """Number of the current post."""
    agenda: Agenda | None = None
    similarities: Sequence[Similarity] = ()
    """Which photos are similar, as for `arrange`."""
    earlier_captions: tuple[str, ...] = ()
    """Captions of the persona's last posts, newest first."""
    themes: ThemeCalendar = field(default_factory=lambda: ThemeCalendar(()))
    """The persona's themes and when their posts go out, without those of the batch."""

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
        problems = ((number, entry.problem(self.persona)) for number, entry in enumerate(self.posts))
        return next((one for one in problems if one[1] and self.posts[one[0]].post is None), None)

    @property
    def first_unread(self) -> int | None:
        """The number of the first post with a suggested text that was not read yet."""
        numbers = (
            number for number, entry in enumerate(self.posts) if entry.post is None and entry.draft.unread
        )
        return next(numbers, None)

    @property
    def crowding(self) -> Crowding:
        """Where similar photos would go out one after the other."""
        ids, agenda = [entry.photo.id for entry in self.posts], self.agenda
        free = agenda.free_slots(len(ids)) if agenda else ()
        slots = slot_neighbours(free, agenda.planned if agenda else ())
        return crowding(ids, self.similarities, slots, Rests(self.themes, [self._day(at) for at in free]))

    def reorder(self, photo_ids: Sequence[int]) -> None:
        """Put the posts into the order of their photos; the current one stays the current one."""
        slots, current = [entry.slot for entry in self.posts if entry.slot], self.current
        self.posts.sort(key=lambda entry: photo_ids.index(entry.photo.id))
        self._assign(slots)
        self.position = self.posts.index(current)

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
        entry = self.posts[number]
        others = (other.draft.caption for other in self.posts if other is not entry)
        post = PreflightInput(
            caption=entry.draft.caption,
            alt_text=entry.draft.alt_text,
            share_mode=ShareMode.ADD_TO_QUEUE,
            rules=rules_for(self.persona.service),
            now=now,
            zone=self.zone,
            at=entry.slot,
            picture=entry.picture,
            agenda=self._agenda_before(number),
            has_searched=entry.has_searched,
            earlier_post=entry.earlier_post,
            elsewhere=entry.elsewhere,
            earlier_captions=(*others, *self.earlier_captions),
            tagged=len(entry.tags),
            can_tag_elsewhere=any(
                rules.people_tag_limit for rules, _ in PostChannels.of(self.persona, entry.draft).captions
            ),
            first_comment=entry.draft.first_comment,
            has_ai_label=entry.has_ai_label(self.persona),
            is_ai_marked=entry.is_ai_marked(self.persona),
            captions_elsewhere=PostChannels.of(self.persona, entry.draft).captions_elsewhere,
            suggested=entry.draft.suggested,
        )
        found = [replace(mark, key=_KEYS.get(mark.key, mark.key)) for mark in preflight_marks(post)]
        if clash := clash_words(self._places(number)):
            found.insert(0, Mark(Level.WARNING, clash))
        return found

    def reason(self, number: int) -> str:
        """Return why a post's photo was taken, or which rest it breaks; empty if the persona has no themes."""
        entry = self.posts[number]
        if not self.themes.themes or entry.slot is None:
            return ""
        places = self._places(number)
        if clash := clash_words(places):
            return f"{Level.WARNING} {clash}"
        return place_words(places, is_picked=entry.photo.verdict == Verdict.PICK)

    def _places(self, number: int) -> tuple[ThemePlace, ...]:
        """Return what a post is to the themes of its photo, beside what is planned and the rest of the batch."""
        entry = self.posts[number]
        if entry.slot is None:
            return ()
        rows = [(other.photo.id, self._day(other.slot)) for other in self.posts if other.slot]
        photo_id, day = rows[number]
        before = self.themes.with_posts(rows[:number])
        others = before.with_posts(rows[number + 1 :])
        places = before.places(photo_id, day)
        return tuple(replace(place, clash=others.clash(place.theme, day)) for place in places)

    def _agenda_before(self, number: int) -> Agenda | None:
        """Return what is planned when the posts before this one are submitted."""
        before = [entry.draft.caption for entry in self.posts[:number]]
        return replace(self.agenda, written=before) if self.agenda else None

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _assign(self, slots: Sequence[datetime]) -> None:
        for number, entry in enumerate(self.posts):
            entry.slot = slots[number] if number < len(slots) else None
