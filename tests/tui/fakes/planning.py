"""The posts on a channel, in memory; renditions are real."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from fluffy_tui.images import PhotoUnreadable, Unreadable
from fluffy_tui.media import Framing, Rendition, find_ai_mark, render, smaller
from fluffy_tui.networks import rules_for
from fluffy_tui.scheduling import IN_BUFFER, ON_THE_WAY, Agenda, Missing, Post, Step

if TYPE_CHECKING:
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo


class FakePlanning:
    """Shows the current posts of the fake scheduling."""

    def __init__(self, posts: Mapping[int, Post]) -> None:
        self._posts = posts
        self.missing: tuple[Missing, ...] = ()
        self.error: Exception | None = None
        self.unreadable = ""
        """Why no picture can be rendered; empty if all can."""
        self.asked: list[tuple[datetime, datetime | None]] = []
        """From when until when posts that are live were asked for."""
        self.rendered: list[tuple[int, Framing]] = []

    async def agenda(
        self, persona: Persona, now: datetime, since: datetime, until: datetime | None = None
    ) -> Agenda:
        """Return what is scheduled, and what was posted in these days."""
        self.asked.append((since, until))
        if self.error is not None:
            raise self.error
        if persona.channel is None:
            return Agenda(None, (), now, self.missing)
        posts = [
            post
            for post in sorted(self._posts.values(), key=lambda post: post.id)
            if post.channel_id == persona.channel.id
            and (
                post.step in (*ON_THE_WAY, *IN_BUFFER)
                or (
                    post.step in (Step.LIVE, Step.FAILED)
                    and post.goes_at is not None
                    and since <= post.goes_at < (until or now)
                )
            )
        ]
        return Agenda(persona.channel, tuple(posts), now, self.missing)

    def is_ai_marked(self, photo: Photo) -> bool:
        """Return whether the drawn picture says that it was made with AI."""
        return photo.path.exists() and find_ai_mark(photo.path) is not None

    def preview_rendition(
        self,
        photo: Photo,
        service: str,
        framing: Framing = Framing(),
        *,
        ratio: float | None = None,
        accept_damaged: bool = False,
        longest_side: int | None = None,
    ) -> Rendition:
        """Render the drawn picture."""
        if self.unreadable:
            error = PhotoUnreadable(Unreadable.TOO_COSTLY)
            error.message = self.unreadable
            raise error
        self.rendered.append((photo.id, framing))
        rendition = render(
            photo.path, rules_for(service), framing, ratio=ratio, accept_damaged=accept_damaged
        )
        return rendition if longest_side is None else smaller(rendition, longest_side)
