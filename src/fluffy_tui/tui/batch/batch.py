"""A week of posts being written: which photo goes into which slot, with what words, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import caption_problem
from fluffy_tui.tui.compose.preflight import PreflightInput, preflight
from fluffy_tui.tui.session.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from fluffy_tui.media import Rendition
    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda, Post
    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.compose.preflight import Mark


@dataclass
class WeekPost:
    """One photo of the week."""

    photo: Photo
    text: Draft = field(default_factory=Draft)
    slot: datetime | None = None
    """The free slot that it will have; None where there are more photos than slots."""
    rendition: Rendition | None = None
    """The picture as it will go out; None before it was rendered."""
    rendition_problem: str = ""
    looks_back: bool = False
    """Whether it was found out if the same picture went out before."""
    sighting: EarlierPost | None = None
    post: Post | None = None
    """What became of it once it was submitted."""
    outcome: str = ""
    """What the last try to submit it or to take it back came to, in words; empty before there was one."""
    went_wrong: bool = False
    """Whether that try failed."""

    def problem(self, rules: NetworkRules) -> str:
        """Return why it cannot be submitted as it is; empty when it can."""
        found = caption_problem(self.text.caption, rules)
        if found is not None:
            return found.message
        surplus = len(self.text.alt_text) - rules.alt_text_limit
        if surplus > 0:
            return f"The alt text is {surplus:,} characters too long."
        return self.rendition_problem


@dataclass
class Week:
    """The posts of the week in their order, and the world that they are looked at in."""

    rules: NetworkRules
    zone: tzinfo
    """The channel's."""
    posts: list[WeekPost] = field(default_factory=list)
    agenda: Agenda | None = None
    earlier: tuple[str, ...] = ()
    """Captions of the persona's last posts, the newest first."""

    @property
    def waiting(self) -> list[WeekPost]:
        """Those that were not submitted, or were taken back."""
        return [entry for entry in self.posts if entry.post is None]

    @property
    def submitted(self) -> list[WeekPost]:
        """Those that have their post."""
        return [entry for entry in self.posts if entry.post is not None]

    def leave_out(self, number: int) -> None:
        """Take a photo out; those behind it move up to its slot."""
        slots = [entry.slot for entry in self.posts if entry.slot]
        del self.posts[number]
        give_slots(self.posts, slots)

    def replan(self, agenda: Agenda) -> None:
        """Give the posts the slots that are free now; their order stays."""
        self.agenda = agenda
        give_slots(self.posts, agenda.free_slots(len(self.posts)))

    def marks(self, number: int, now: datetime) -> list[Mark]:
        """Return what would stop or mar one of the posts, with the keys that mend it here."""
        entry = self.posts[number]
        others = (other.text.caption for other in self.posts if other is not entry)
        agenda = replace(self.agenda, spoken_for=number) if self.agenda else None
        draft = PreflightInput(
            caption=entry.text.caption,
            alt_text=entry.text.alt_text,
            share_mode=ShareMode.ADD_TO_QUEUE,
            rules=self.rules,
            now=now,
            zone=self.zone,
            at=entry.slot,
            rendition=entry.rendition,
            rendition_problem=entry.rendition_problem,
            agenda=agenda,
            looks_back=entry.looks_back,
            sighting=entry.sighting,
            earlier=(*others, *self.earlier),
        )
        return [replace(mark, key=_HERE.get(mark.key, mark.key)) for mark in preflight(draft)]


_HERE = {"esc": "ctrl+o", "ctrl+t": ""}
"""What mends here in place of the composer's key: a photo is left out; its slot is given, not chosen."""


def give_slots(posts: Sequence[WeekPost], free: Sequence[datetime]) -> None:
    """Give the posts the free slots in their order."""
    for number, entry in enumerate(posts):
        entry.slot = free[number] if number < len(free) else None
