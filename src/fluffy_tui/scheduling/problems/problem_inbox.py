"""Collect everything that needs attention, from the posts, the personas' channels, the workers and the budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, any_, func, or_, select, text, true
from sqlalchemy.dialects.postgresql import distinct_on

from fluffy_tui.buffer import Code
from fluffy_tui.core.clocks import TOLERATED_SKEW, ZONE_REMEDY, skew_words, unknown_zone
from fluffy_tui.core.database import database_now
from fluffy_tui.scheduling.delivery.channel_queue import POSITION
from fluffy_tui.scheduling.error_codes import HOST_FAILURES, PICTURE_FAILURES, PUBLISHING_FAILURES, PostError
from fluffy_tui.scheduling.model import IN_BUFFER, ON_THE_WAY, Missing, Post, Step
from fluffy_tui.scheduling.photo_usage import without_their_photos
from fluffy_tui.scheduling.posts_by_time import at_steps
from fluffy_tui.scheduling.problems.problem import Problem, ProblemKind, Remedy
from fluffy_tui.scheduling.submit.submission_check import time_refusal
from fluffy_tui.scheduling.tables import (
    MAY_NEED_ATTENTION,
    HostedPictureRow,
    PostRow,
    StatusSyncRow,
    UnknownPostRow,
    WithdrawnDeliveryRow,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Personas
    from fluffy_tui.photos import Photo, Photos
    from fluffy_tui.scheduling.background.workers import Workers
    from fluffy_tui.scheduling.request_budget import RequestBudget
    from fluffy_tui.scheduling.timings import Timings

_ORDER = list(ProblemKind)

NOTED_FOR = timedelta(days=7)
"""How long posts are reported that only Buffer knows."""

_SENDING = (Remedy.RETRY, Remedy.UPLOAD_AGAIN)
"""What sends a failed post or a draft."""

_NEEDS_EDIT = frozenset(
    {
        Code.AI_LABEL_REFUSED,
        Code.DUPLICATE_TEXT,
        Code.FIRST_COMMENT_REFUSED,
        Code.PEOPLE_TAGS_REFUSED,
        Code.TOO_MANY_PICTURES,
    }
)
"""What Buffer would reject again in a post that was not edited."""

_CLOCK_THEN = (
    "Posts go out at the right time by Buffer's clock; set this computer's to see the right times here."
)


@dataclass(frozen=True, slots=True)
class ProblemInbox:
    """Collects problems."""

    database: Database
    personas: Personas
    photos: Photos
    workers: Workers
    budget: RequestBudget
    timings: Timings
    missing: tuple[Missing, ...]
    """What delivery lacks."""

    async def problems(self, persona_id: int | None) -> list[Problem]:
        """Return all problems, the worst first, those of queued posts in the order of the queue."""
        rows = await self._rows(persona_id)
        first = await self._first_in_queue()
        posts = [row.to_post() for row in rows]
        async with self.database.transaction() as session:
            lost = await without_their_photos(session, [post for post in posts if post.step is Step.FAILED])
        problems = [_superseded(post) if post.id in lost else self._of_post(post, first) for post in posts]
        problems += await self._published_twice_soon(persona_id)
        problems += await self._lost_pictures(persona_id)
        problems += await self._missing_photos(persona_id)
        problems += await self._channels(persona_id)
        problems += await self._published_after_cancel(persona_id)
        problems += await self._unknown_in_buffer()
        problems += await self._worker()
        problems += await self._clock()
        if why := unknown_zone():
            what = "This computer's time zone is not known."
            why += " So all times are shown in UTC."
            problems.append(Problem(ProblemKind.CLOCK, what, why, ZONE_REMEDY, None, ()))
        problems += await self._hidden()
        problems += await self._used_up_budget()
        positions = {row.id: row.line_order or row.id for row in rows}

        def order(problem: Problem) -> tuple[int, int]:
            position = positions.get(problem.post.id, problem.post.id) if problem.post else 0
            return _ORDER.index(problem.kind), position

        return sorted(problems, key=order)

    async def _rows(self, persona_id: int | None) -> list[PostRow]:
        settled = PostRow.create_sent_at + timedelta(seconds=self.timings.settle) < func.now()
        unconfirmed = and_(PostRow.step == Step.UNCONFIRMED, or_(PostRow.create_sent_at.is_(None), settled))
        recent = PostRow.posted_at > func.now() - timedelta(seconds=self.timings.sync_failed)
        has_problem = or_(
            PostRow.step.is_(None),
            PostRow.step.in_((Step.FAILED, Step.HELD)),
            unconfirmed,
            PostRow.error_code == PostError.AMBIGUOUS,
            and_(
                PostRow.step.in_(IN_BUFFER),
                PostRow.error_code == PostError.NOT_SCHEDULED_IN_BUFFER,
            ),
            and_(PostRow.error_code == PostError.POSTED_TWICE, or_(PostRow.step != Step.LIVE, recent)),
        )
        query = (
            select(PostRow)
            .where(MAY_NEED_ATTENTION, has_problem, _of_persona(persona_id))
            .order_by(PostRow.id)
        )
        async with self.database.transaction() as session:
            return list(await session.scalars(query))

    async def _first_in_queue(self) -> Collection[int]:
        """Return the ids of the posts that cannot be moved up, since they are the first of their channel."""
        query = (
            select(PostRow.id)
            .ext(distinct_on(PostRow.channel_id))
            .where(PostRow.step.in_(ON_THE_WAY))
            .order_by(PostRow.channel_id, POSITION, PostRow.id)
        )
        async with self.database.transaction() as session:
            return set(await session.scalars(query))

    def _of_post(self, post: Post, first: Collection[int]) -> Problem:
        match post.step:
            case _ if post.error_code == PostError.POSTED_TWICE:
                return _of_post(
                    post,
                    ProblemKind.POSTED_TWICE,
                    "This post was published twice.",
                    "Delete one of them on the network; this note disappears after a week.",
                    Remedy.OPEN_IN_BUFFER,
                )
            case Step.UNCONFIRMED if post.error_code == PostError.AMBIGUOUS:
                return _of_post(
                    post,
                    ProblemKind.AMBIGUOUS,
                    "Only you can tell whether Buffer has this post.",
                    "Nothing is sent before you say so.",
                    Remedy.OPEN_IN_BUFFER,
                    Remedy.RETRY,
                    Remedy.CANCEL,
                )
            case None:
                return self._draft(post)
            case Step.FAILED:
                return self._failed(post)
            case Step.HELD:
                return _held(post, can_move_up=post.id not in first)
            case Step.UNCONFIRMED:
                return _of_post(
                    post,
                    ProblemKind.UNCONFIRMED,
                    "It is not known whether Buffer has this post.",
                    "Buffer is checked again, so nothing is posted twice.",
                    Remedy.OPEN_IN_BUFFER,
                    when=post.next_try_at,
                )
            case _:
                return _of_post(
                    post,
                    ProblemKind.NOT_PLANNED,
                    "Buffer has this post but will not publish it.",
                    "It stays in Buffer until you act.",
                    Remedy.OPEN_IN_BUFFER,
                    Remedy.RESCHEDULE,
                    Remedy.CANCEL,
                )

    def _draft(self, post: Post) -> Problem:
        first = self._first(post)
        return _of_post(
            post,
            ProblemKind.DRAFT_KEPT,
            "Saved as a draft, not submitted.",
            "It stays a draft until that is set."
            if self.missing
            else "It stays a draft until you submit it.",
            *first,
            Remedy.EDIT,
            Remedy.CANCEL,
            why=" ".join(map(str, self.missing)),
            refused=() if Remedy.RETRY in first else _SENDING,
        )

    def _failed(self, post: Post) -> Problem:
        removed = post.error_code == PostError.REMOVED_IN_BUFFER
        first = self._first(post)
        can_be_sent = Remedy.RETRY in first
        upload = (Remedy.UPLOAD_AGAIN,) if can_be_sent and post.error_code in PICTURE_FAILURES else ()
        send = (Remedy.EDIT, *first) if post.error_code in _NEEDS_EDIT else (*upload, *first, Remedy.EDIT)
        is_there = post.error_code in PUBLISHING_FAILURES | {Code.IMAGE_DROPPED}
        return _of_post(
            post,
            ProblemKind.REMOVED_IN_BUFFER if removed else ProblemKind.FAILED,
            "Buffer no longer has this post." if removed else "This post was not published.",
            "Nothing happens until you act.",
            *dict.fromkeys((*send, Remedy.RESCHEDULE)),
            *((Remedy.OPEN_IN_BUFFER,) if is_there else ()),
            Remedy.CANCEL,
            refused=() if can_be_sent else _SENDING,
        )

    def _first(self, post: Post) -> tuple[Remedy, ...]:
        """Return what a failed post or a draft needs first; a retry if nothing else is in its way."""
        settings = (Remedy.SETTINGS,) if self.missing else ()
        is_past = time_refusal(post.share_mode, post.requested_at_time, datetime.now(UTC)) is not None
        time = (Remedy.RESCHEDULE,) if is_past else ()
        return settings + time or (Remedy.RETRY,)

    async def _missing_photos(self, persona_id: int | None) -> list[Problem]:
        query = select(PostRow).where(PostRow.step.in_(ON_THE_WAY), _of_persona(persona_id))
        async with self.database.transaction() as session:
            rows = await session.scalars(query)
            waiting = [row.to_post() for row in rows if not row.is_uploaded]
        unmade = {
            post.id: [photo.photo_id for photo in post.photos if photo.media_url is None] for post in waiting
        }
        photos = await self.photos.by_ids([photo_id for ids in unmade.values() for photo_id in ids])

        def missing_of(post: Post) -> list[Photo]:
            known = (photos.get(photo_id) for photo_id in unmade[post.id])
            return [photo for photo in known if photo is not None and photo.missing_since is not None]

        return [
            _of_post(
                post,
                ProblemKind.PHOTO_MISSING,
                "A photo of a queued post is missing.",
                "If the file is not restored before its turn, the post fails and nothing is sent.",
                Remedy.CANCEL,
                why=f"{photo.path} no longer exists.",
                when=post.next_try_at,
            )
            for post in waiting
            for photo in missing_of(post)[:1]
        ]

    async def _published_twice_soon(self, persona_id: int | None) -> list[Problem]:
        """Return the posts that wait although the failed one that they replace went out after all, or will."""
        waits = at_steps(await self._persona_ids(), (*ON_THE_WAY, *IN_BUFFER))
        groups = select(func.coalesce(PostRow.lead_post_id, PostRow.id)).where(waits)
        again = select(PostRow.id, PostRow.again_of_id).where(
            PostRow.again_of_id.is_not(None), PostRow.id == any_(func.array(groups.scalar_subquery()))
        )
        async with self.database.transaction() as session:
            # Until there are statistics, Postgres expects that most posts are posted again.
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            earlier = dict((await session.execute(again)).all())
            ids = {*earlier, *earlier.values()}
            group_id = func.coalesce(PostRow.lead_post_id, PostRow.id)
            rows = list(await session.scalars(select(PostRow).where(group_id.in_(ids)))) if ids else []
        posts = sorted((row.to_post() for row in rows), key=lambda post: post.id)
        by_place = {(post.group_id, post.channel_id): post for post in posts}
        found = []
        for (group, channel_id), post in by_place.items():
            other = by_place.get((earlier.get(group) or 0, channel_id))
            is_mine = persona_id in (None, post.persona_id) and post.step in (*ON_THE_WAY, *IN_BUFFER)
            if other is None or not is_mine:
                continue
            if other.step in IN_BUFFER:
                what = "An earlier post of its photos is in Buffer again."
            elif other.posted_at is not None and other.posted_at > post.created_at:
                what = "An earlier post of its photos is live after all."
            else:
                continue
            kind, then = ProblemKind.POSTED_TWICE, "Both go out unless you cancel one."
            why = "That one had failed when this one was submitted."
            found.append(_of_post(post, kind, what, then, Remedy.CANCEL, why=why, when=post.scheduled_at))
        return found

    async def _lost_pictures(self, persona_id: int | None) -> list[Problem]:
        query = (
            select(PostRow, HostedPictureRow.problem)
            .join(HostedPictureRow, HostedPictureRow.delivery_key == PostRow.delivery_key)
            .where(
                HostedPictureRow.problem.is_not(None),
                PostRow.step == Step.ACCEPTED,
                _of_persona(persona_id),
            )
            .order_by(HostedPictureRow.name.desc())
        )
        async with self.database.transaction() as session:
            # Until there are statistics, Postgres expects to find all pictures lost.
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            rows = (await session.execute(query)).all()
            found = {
                row.id: (row.to_post(), str(why)) for row, why in rows
            }  # of a post's pictures, the first
        return [
            _of_post(
                post,
                ProblemKind.MEDIA_HOST,
                "A picture of a scheduled post is not where Buffer will fetch it.",
                "The upload is retried; without the picture the post fails when it is due.",
                Remedy.UPLOAD_AGAIN,
                Remedy.OPEN_IN_BUFFER,
                Remedy.CANCEL,
                why=why,
                when=post.scheduled_at,
            )
            for post, why in found.values()
        ]

    async def _published_after_cancel(self, persona_id: int | None) -> list[Problem]:
        query = select(WithdrawnDeliveryRow).where(
            WithdrawnDeliveryRow.published_at.is_not(None),
            true() if persona_id is None else WithdrawnDeliveryRow.persona_id == persona_id,
        )
        async with self.database.transaction() as session:
            rows = list(await session.scalars(query))
        return [
            Problem(
                ProblemKind.POSTED_AFTER_CANCEL,
                "A cancelled post was published.",
                f"Buffer acted late on a request that it never answered: {row.external_link or row.caption}",
                "Delete it on the network; this note disappears after a week.",
                None,
                (Remedy.OPEN_IN_BUFFER,),
                persona_id=row.persona_id,
                channel_id=row.channel_id,
            )
            for row in rows
        ]

    async def _unknown_in_buffer(self) -> list[Problem]:
        recent = UnknownPostRow.noticed_at > func.now() - NOTED_FOR
        query = (
            select(UnknownPostRow.channel_id, func.count(), func.min(UnknownPostRow.text))
            .where(recent)
            .group_by(UnknownPostRow.channel_id)
        )
        async with self.database.transaction() as session:
            unknown = (await session.execute(query)).all()
        return [
            Problem(
                ProblemKind.UNKNOWN_IN_BUFFER,
                f"Buffer has {'1 post' if count == 1 else f'{count} posts'} that the database does not know.",
                f"The database may have been restored from a backup. One of them: {words or 'without a caption'}",
                "Import their photos and restart the worker, which takes them in with its next post. "
                "This note disappears after a week.",
                None,
                (Remedy.OPEN_IN_BUFFER,),
                channel_id=channel_id,
            )
            for channel_id, count, words in unknown
        ]

    async def _channels(self, persona_id: int | None) -> list[Problem]:
        unhealthy = [
            (persona, chosen.channel)
            for persona in await self.personas.list()
            if persona_id in (None, persona.id)
            for chosen in persona.channels
            if chosen.channel is not None and chosen.channel.problem
        ]
        next_tries = await self._next_tries() if unhealthy else {}
        return [
            Problem(
                ProblemKind.CHANNEL,
                f"{persona.name} cannot publish on {channel.network}.",
                channel.problem,
                "Its posts are held until the channel works again; Buffer is checked from time to time.",
                next_tries.get(channel.id),
                (Remedy.OPEN_IN_BUFFER,),
                None,
                persona.id,
                channel.id,
            )
            for persona, channel in unhealthy
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
        if (age is not None and age <= self.timings.dead_after) or self.workers.is_starting:
            return []
        query = select(func.count()).where(at_steps(await self._persona_ids(), (*ON_THE_WAY, *IN_BUFFER)))
        async with self.database.transaction() as session:
            waiting = (await session.execute(query)).scalar_one()
        if not waiting:
            return []
        posts = "1 post is waiting" if waiting == 1 else f"{waiting} posts are waiting"
        what = f"No worker is running, and {posts}."
        why = (
            "No worker was started yet." if age is None else f"The last heartbeat was {age:.0f} seconds ago."
        )
        for worker in await self.workers.list():
            if worker.is_stuck(self.timings.dead_after):
                what = f"The worker is stuck, and {posts}."
                why = f"{worker.process} is running but delivers nothing. It will exit; if it does not, stop it."
                break
            if worker.cannot_deliver:
                what = f"No worker can deliver, and {posts}."
                why = f"{worker.process} has no Buffer key or no media host."
        then = "Posts are sent as soon as a worker runs: the app starts one, or run fluffy-tui --worker."
        return [Problem(ProblemKind.WORKER_SILENT, what, why, then, None, (Remedy.DOCTOR,))]

    async def _hidden(self) -> list[Problem]:
        query = (
            select(PostRow.channel_id, func.count(), func.min(PostRow.error_message))
            .where(
                at_steps(await self._persona_ids(), IN_BUFFER),
                PostRow.error_code == PostError.UNREADABLE_IN_BUFFER,
            )
            .group_by(PostRow.channel_id)
        )
        async with self.database.transaction() as session:
            hidden = (await session.execute(query)).all()
        return [
            Problem(
                ProblemKind.HIDDEN,
                f"Buffer does not show {'1 post' if count == 1 else f'{count} posts'} of a channel any more.",
                str(why),
                "Buffer is asked again from time to time.",
                None,
                (Remedy.OPEN_IN_BUFFER,),
                channel_id=channel_id,
            )
            for channel_id, count, why in hidden
        ]

    async def _persona_ids(self) -> list[int]:
        return [persona.id for persona in await self.personas.list()]

    async def _clock(self) -> list[Problem]:
        query = select(StatusSyncRow.database_lead).where(StatusSyncRow.database_lead.is_not(None))
        async with self.database.transaction() as session:
            latest = query.order_by(StatusSyncRow.asked_at.desc()).limit(1)
            database_lead = await session.scalar(latest)
            lead = datetime.now(UTC) - await database_now(session) + (database_lead or timedelta(0))
        if database_lead is None or abs(lead) <= TOLERATED_SKEW:
            return []
        what, ahead = "This computer's clock is wrong.", skew_words(lead, "Buffer's")
        return [Problem(ProblemKind.CLOCK, what, f"It is {ahead}.", _CLOCK_THEN, None, ())]

    async def _used_up_budget(self) -> list[Problem]:
        closed = await self.budget.closed_for()
        if closed is None:
            return []
        window, seconds = closed
        quota = "" if window.quota is None else f" {window.quota}"
        what = "Buffer's rate limit is reached."
        why = f"All{quota} requests within {window.duration} are used up."
        then, when = (
            "Everything continues when the limit resets.",
            datetime.now(UTC) + timedelta(seconds=seconds),
        )
        return [Problem(ProblemKind.BUDGET_SPENT, what, why, then, when, ())]


def _of_persona(persona_id: int | None) -> ColumnElement[bool]:
    return true() if persona_id is None else PostRow.persona_id == persona_id


def _superseded(post: Post) -> Problem:
    return _of_post(
        post,
        ProblemKind.FAILED,
        "This post was not published, and a photo of it has another post now.",
        "Nothing happens until you act.",
        Remedy.CANCEL,
        Remedy.EDIT,
        refused=_SENDING,
    )


def _held(post: Post, *, can_move_up: bool) -> Problem:
    is_host = post.error_code in HOST_FAILURES
    is_elsewhere = post.error_code == PostError.PHOTO_ELSEWHERE
    return _of_post(
        post,
        ProblemKind.MEDIA_HOST if is_host else ProblemKind.HELD,
        "The picture could not be uploaded." if is_host else "This post is held.",
        "It is sent as soon as a worker runs there." if is_elsewhere else "It is retried automatically.",
        Remedy.RETRY,
        *((Remedy.UPLOAD_AGAIN,) if post.error_code in PICTURE_FAILURES else ()),
        *((Remedy.MOVE_UP,) if can_move_up else ()),
        Remedy.EDIT,
        Remedy.RESCHEDULE,
        Remedy.CANCEL,
        when=None if is_elsewhere else post.next_try_at,
        refused=() if can_move_up else (Remedy.MOVE_UP,),
    )


def _of_post(
    post: Post,
    kind: ProblemKind,
    what: str,
    then: str,
    *actions: Remedy,
    why: str | None = None,
    when: datetime | None = None,
    refused: tuple[Remedy, ...] = (),
) -> Problem:
    why = (post.error_message or "") if why is None else why
    return Problem(kind, what, why, then, when, actions, post, post.persona_id, post.channel_id, refused)
