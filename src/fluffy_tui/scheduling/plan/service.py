"""Read what is planned on a channel, and render a photo as it will be posted there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import aliased

from fluffy_tui.media import Framing, render, smaller
from fluffy_tui.networks import rules_for
from fluffy_tui.photos import HashWhen, PhotoState, state_of
from fluffy_tui.scheduling.model import IN_BUFFER, NO_TIME, ON_THE_WAY, Missing, Step
from fluffy_tui.scheduling.plan.agenda import Agenda
from fluffy_tui.scheduling.posts_by_time import GOES_AT
from fluffy_tui.scheduling.submit.ai_label import is_ai_marked
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select

    from fluffy_tui.core.database import Database
    from fluffy_tui.media import Rendition
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo


@dataclass(frozen=True, slots=True)
class Planning:
    """What is planned on the channels of one database."""

    database: Database
    missing: tuple[Missing, ...] = field(default=())
    """What delivery lacks."""

    async def agenda(
        self,
        persona: Persona,
        now: datetime,
        since: datetime,
        until: datetime | None = None,
        channel_id: str | None = None,
    ) -> Agenda:
        """Return what waits for a persona's channel, whichever persona wrote it, and what ended in some days.

        Posts that went live, or failed at a time, before `since` or from `until` on are left out. The channel is the
        main one if none is given.
        """
        channel = next(
            (chosen.channel for chosen in persona.channels if channel_id in (None, chosen.id)), None
        )
        if channel is None:
            return Agenda(None, (), now, self.missing)
        query = on_agenda(channel.id, since, until or NO_TIME)
        async with self.database.transaction() as session:
            posts = tuple(row.to_post() for row in await session.scalars(query))
        return Agenda(channel, posts, now, self.missing)

    def is_ai_marked(self, photo: Photo) -> bool:
        """Return whether a photo says that it was made with AI; slow, so call it in a thread."""
        return is_ai_marked(photo)

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
        """Render a photo as it will be posted on a network; slow, so call it in a thread.

        `ratio` is width ÷ height of the picture in place of the framing's shape: that of its post's cover. With
        `accept_damaged` what is left of a damaged photo is rendered. To `longest_side` pixels the picture is made
        smaller, without any mark. What a worker has found whole is not looked at for damage again until it is posted.

        Raises:
            PhotoUnreadable: the file is gone, on another machine, forbidden, damaged, too large or not a picture.
        """
        file = photo.file
        is_unchanged = state_of(photo, HashWhen.NEVER) is PhotoState.UNCHANGED
        rendition = render(
            file,
            rules_for(service),
            framing,
            ratio=ratio,
            accept_damaged=accept_damaged,
            is_known_whole=is_unchanged and photo.is_known_whole,
        )
        return rendition if longest_side is None else smaller(rendition, longest_side)


def on_agenda(channel_id: str, since: datetime, until: datetime) -> Select[PostRow]:
    """Return the query for a channel's posts that wait, and those that went live or failed in some days."""
    # one for each part of the index, since a condition with OR might read all posts
    waiting = select(PostRow).where(
        PostRow.channel_id == channel_id, PostRow.step.in_((*ON_THE_WAY, *IN_BUFFER))
    )
    ended = select(PostRow).where(
        PostRow.channel_id == channel_id,
        PostRow.step.in_((Step.LIVE, Step.FAILED)),
        since <= GOES_AT,
        until > GOES_AT,
    )
    post = aliased(PostRow, union_all(waiting, ended).subquery())
    return select(post).order_by(func.coalesce(post.line_order, post.id), post.id)
