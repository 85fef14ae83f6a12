"""The trouble inbox: everything that needs a person, gathered from the rows and from what is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from fluffy_tui.scheduling.buffer_evidence import NEVER_BY_ITSELF, PUBLISHING_FAILED
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.model import IN_BUFFER, ON_THE_WAY, REMOVED_IN_BUFFER, Missing, Post, Step
from fluffy_tui.scheduling.problems.problem import Problem, ProblemKind, Remedy
from fluffy_tui.scheduling.rows import post_of
from fluffy_tui.scheduling.tables import HostedPictureRow, PostRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Personas
    from fluffy_tui.photos import Photos
    from fluffy_tui.scheduling.background.workers import Workers
    from fluffy_tui.scheduling.request_budget import RequestBudget
    from fluffy_tui.scheduling.timings import Pace

_PICTURE = {"image_unreadable", "image_dropped", "picture_not_fetched", "media_host"}
"""Error codes that a picture which is hosted anew may mend."""

_ORDER = list(ProblemKind)


@dataclass(frozen=True, slots=True)
class Inbox:
    """Gathers what needs a person."""

    database: Database
    personas: Personas
    photos: Photos
    workers: Workers
    budget: RequestBudget
    pace: Pace
    missing: tuple[Missing, ...]
    """What delivery lacks."""

    async def troubles(self, persona_id: int | None) -> list[Problem]:
        """Return everything that needs a person, worst first; posts that wait, in the order in which they go."""
        rows = await self._rows(persona_id)
        first = await self._first_in_line()
        items = [self._of_post(post_of(row), first) for row in rows]
        items += await self._lost_pictures(persona_id)
        items += await self._missing_photos(persona_id)
        items += await self._channels(persona_id)
        items += await self._worker()
        items += await self._spent_budget()
        places = {row.id: row.line_order or row.id for row in rows}

        def order(item: Problem) -> tuple[int, int]:
            place = places.get(item.post.id, item.post.id) if item.post else 0
            return _ORDER.index(item.kind), place

        return sorted(items, key=order)

    async def _rows(self, persona_id: int | None) -> list[PostRow]:
        settled = PostRow.create_sent_at + timedelta(seconds=self.pace.settle) < func.now()
        unsettled = and_(PostRow.step == Step.UNCONFIRMED, or_(PostRow.create_sent_at.is_(None), settled))
        needy = or_(
            PostRow.step.is_(None),
            PostRow.step.in_((Step.FAILED, Step.HELD)),
            unsettled,
            and_(PostRow.step.in_(IN_BUFFER), PostRow.error_code == NEVER_BY_ITSELF),
        )
        query = select(PostRow).where(needy).order_by(PostRow.id)
        if persona_id is not None:
            query = query.where(PostRow.persona_id == persona_id)
        async with self.database.transaction() as session:
            return list((await session.execute(query)).scalars())

    async def _first_in_line(self) -> Collection[int]:
        """Return the ids of the posts that cannot be moved up, since they are the first of their channel."""
        query = (
            select(PostRow.id)
            .ext(distinct_on(PostRow.channel_id))
            .where(PostRow.step.in_(ON_THE_WAY))
            .order_by(PostRow.channel_id, channel_queue.PLACE, PostRow.id)
        )
        async with self.database.transaction() as session:
            return set((await session.execute(query)).scalars())

    def _of_post(self, post: Post, first: Collection[int]) -> Problem:
        match post.step:
            case None:
                return self._draft(post)
            case Step.FAILED:
                return self._failed(post)
            case Step.HELD:
                return _held(post, can_move_up=post.id not in first)
            case Step.UNCONFIRMED:
                return _item(
                    post,
                    ProblemKind.UNCONFIRMED,
                    "It is not known whether Buffer has this post.",
                    "Buffer is looked at again; nothing is sent twice.",
                    post.next_try_at,
                    Remedy.OPEN_IN_BUFFER,
                )
            case _:
                return _item(
                    post,
                    ProblemKind.NOT_PLANNED,
                    "Buffer has this post but does not send it.",
                    "It stays there until somebody acts.",
                    None,
                    Remedy.OPEN_IN_BUFFER,
                    Remedy.CHANGE_TIME,
                    Remedy.CANCEL,
                )

    def _draft(self, post: Post) -> Problem:
        why = " ".join(map(str, self.missing))
        send = () if self.missing else (Remedy.RETRY,)
        then = "It stays a draft until it is sent." if not why else "It stays a draft until that is set."
        return Problem(
            ProblemKind.DRAFT_KEPT,
            "Kept as a draft, not sent.",
            why,
            then,
            None,
            (*send, Remedy.EDIT, Remedy.LET_GO),
            post,
            post.persona_id,
            post.channel_id,
        )

    def _failed(self, post: Post) -> Problem:
        removed = post.error_code == REMOVED_IN_BUFFER
        retry = () if self.missing or post.error_code == "time_past" else (Remedy.RETRY,)
        rehost = (Remedy.REHOST,) if retry and post.error_code in _PICTURE else ()
        there = (Remedy.OPEN_IN_BUFFER,) if post.error_code in PUBLISHING_FAILED | {"image_dropped"} else ()
        return _item(
            post,
            ProblemKind.REMOVED_IN_BUFFER if removed else ProblemKind.FAILED,
            "Somebody removed this post in Buffer." if removed else "This post was not published.",
            "Nothing more happens by itself.",
            None,
            *rehost,
            *retry,
            Remedy.EDIT,
            Remedy.CHANGE_TIME,
            *there,
            Remedy.LET_GO,
        )

    async def _missing_photos(self, persona_id: int | None) -> list[Problem]:
        query = select(PostRow).where(PostRow.step.in_(ON_THE_WAY), PostRow.media_url.is_(None))
        if persona_id is not None:
            query = query.where(PostRow.persona_id == persona_id)
        async with self.database.transaction() as session:
            waiting = [post_of(row) for row in (await session.execute(query)).scalars()]
        photos = await self.photos.by_ids([post.photo_id for post in waiting])
        return [
            Problem(
                ProblemKind.PHOTO_MISSING,
                "The photo of a waiting post is not where it was.",
                f"{photo.path} is gone.",
                "If it is not back when its turn comes, the post fails and nothing is sent.",
                post.next_try_at,
                (Remedy.CANCEL,),
                post,
                post.persona_id,
                post.channel_id,
            )
            for post in waiting
            if (photo := photos.get(post.photo_id)) is not None and photo.missing_since is not None
        ]

    async def _lost_pictures(self, persona_id: int | None) -> list[Problem]:
        query = (
            select(PostRow, HostedPictureRow.trouble)
            .join(HostedPictureRow, HostedPictureRow.delivery_key == PostRow.delivery_key)
            .where(HostedPictureRow.trouble.is_not(None), PostRow.step == Step.ACCEPTED)
        )
        if persona_id is not None:
            query = query.where(PostRow.persona_id == persona_id)
        async with self.database.transaction() as session:
            found = [(post_of(row), str(why)) for row, why in (await session.execute(query)).all()]
        return [
            Problem(
                ProblemKind.MEDIA_HOST,
                "The picture of a planned post is not where Buffer will fetch it.",
                why,
                "It is put back as soon as that is possible; without it the post fails when it is due.",
                post.scheduled_at,
                (Remedy.REHOST, Remedy.OPEN_IN_BUFFER, Remedy.CANCEL),
                post,
                post.persona_id,
                post.channel_id,
            )
            for post, why in found
        ]

    async def _channels(self, persona_id: int | None) -> list[Problem]:
        troubled = [
            (persona, persona.channel)
            for persona in await self.personas.list()
            if persona_id in (None, persona.id) and persona.channel is not None and persona.channel.trouble
        ]
        next_tries = await self._next_tries() if troubled else {}
        return [
            Problem(
                ProblemKind.CHANNEL,
                f"The channel of {persona.name} cannot publish.",
                channel.trouble,
                "Its posts wait and go out when it is well again; Buffer is asked from time to time.",
                next_tries.get(channel.id),
                (Remedy.OPEN_IN_BUFFER,),
                None,
                persona.id,
                channel.id,
            )
            for persona, channel in troubled
        ]

    async def _next_tries(self) -> dict[str | None, datetime | None]:
        """Return when a held post of each channel is tried next."""
        query = (
            select(PostRow.channel_id, func.min(PostRow.next_try_at))
            .where(PostRow.step == Step.HELD)
            .group_by(PostRow.channel_id)
        )
        async with self.database.transaction() as session:
            return dict((await session.execute(query)).all())

    async def _worker(self) -> list[Problem]:
        age = await self.workers.heartbeat_age()
        if (age is not None and age <= self.pace.stalled) or self.workers.is_starting:
            return []
        query = select(func.count()).where(PostRow.step.in_((*ON_THE_WAY, *IN_BUFFER)))
        async with self.database.transaction() as session:
            waiting = (await session.execute(query)).scalar_one()
        if not waiting:
            return []
        posts = "1 post waits" if waiting == 1 else f"{waiting} posts wait"
        heard = "None has been running." if age is None else f"None was heard of for {age:.0f} seconds."
        still = [worker for worker in await self.workers.list() if worker.stands_still(self.pace.stalled)]
        if still:
            heard = (
                f"{still[0].process} runs, but its deliveries get nowhere. It ends by itself; else end it."
            )
        return [
            Problem(
                ProblemKind.WORKER_SILENT,
                f"No worker delivers, and {posts} for one."
                if still
                else f"No worker is running, and {posts} for one.",
                heard,
                "Posts go on as soon as a worker runs: the app starts one, and so does fluffy-tui --worker.",
                None,
                (),
            )
        ]

    async def _spent_budget(self) -> list[Problem]:
        closed = await self.budget.closed_for()
        if closed is None:
            return []
        window, seconds = closed
        quota = "" if window.quota is None else f" of {window.quota}"
        return [
            Problem(
                ProblemKind.BUDGET_SPENT,
                "The requests to Buffer are used up for now.",
                f"None{quota} is left in the window of {_length(window.length)}.",
                "Everything goes on when Buffer counts anew.",
                datetime.now(UTC) + timedelta(seconds=seconds),
                (),
            )
        ]


def _held(post: Post, *, can_move_up: bool) -> Problem:
    up = (Remedy.MOVE_UP,) if can_move_up else ()
    rehost = (Remedy.REHOST,) if post.error_code in _PICTURE else ()
    return _item(
        post,
        ProblemKind.MEDIA_HOST if post.error_code == channel_queue.MEDIA_HOST else ProblemKind.HELD,
        "The place for pictures cannot be used."
        if post.error_code == channel_queue.MEDIA_HOST
        else "This post has to wait.",
        "It is tried again by itself.",
        post.next_try_at,
        Remedy.RETRY,
        *rehost,
        *up,
        Remedy.EDIT,
        Remedy.CHANGE_TIME,
        Remedy.CANCEL,
    )


def _item(
    post: Post, kind: ProblemKind, what: str, then: str, when: datetime | None, *actions: Remedy
) -> Problem:
    return Problem(
        kind, what, post.error_message or "", then, when, actions, post, post.persona_id, post.channel_id
    )


def _length(seconds: int) -> str:
    return {900: "15 minutes", 86_400: "24 hours", 2_592_000: "30 days"}.get(seconds, f"{seconds} seconds")
