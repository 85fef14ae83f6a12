"""Persons who change accepted posts and take some back while everything goes wrong, and believe what they are told."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import func, select

from faults.crew import SLOW
from faults.ledger import MARK, Told, first_caption
from faults.plan import AnswerAct, Part, Wish
from fluffy_tui.buffer import BufferError
from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.core.job_queue import defer
from fluffy_tui.demo import Kind
from fluffy_tui.media import Framing, Shape
from fluffy_tui.scheduling import NotPossibleNow, PostError, PostNotFound, Step
from fluffy_tui.scheduling.tables import PlannedEditRow

if TYPE_CHECKING:
    from faults.cluster import Cluster
    from faults.ledger import Ledger
    from faults.plan import Change
    from fluffy_tui.bootstrap import Services
    from fluffy_tui.demo import StandIn
    from fluffy_tui.scheduling import Post

TRIES = 3
"""How many times a person tries again what was refused, while the faults go on."""

LAST_TRIES = 5
"""How many times a person who insists tries again once the faults are over."""

FOUND_OUT_WITHIN = 60.0
"""Seconds after the last fault in which it has to be known what became of every edit and cancel."""

SWITCHES: dict[AnswerAct, tuple[Kind, dict[str, Any]]] = {
    AnswerAct.DROPPED_BEFORE: (Kind.DROP_BEFORE, {}),
    AnswerAct.DONE_THEN_DROPPED: (Kind.ACCEPT_THEN_DROP, {}),
    AnswerAct.SERVER_ERROR_BEFORE: (Kind.SERVER_ERROR_BEFORE, {}),
    AnswerAct.SERVER_ERROR_AFTER: (Kind.SERVER_ERROR_AFTER, {}),
    AnswerAct.SLOW_BEFORE: (Kind.SLOW, {"seconds": SLOW}),
    AnswerAct.SLOW_AFTER: (Kind.SLOW, {"seconds": SLOW, "after": True}),
    AnswerAct.UNEXPECTED_AFTER: (Kind.UNEXPECTED, {"after": True}),
    AnswerAct.RATE_LIMITED: (Kind.RATE_LIMITED, {"seconds": 1}),
    AnswerAct.ASSET_LOST: (Kind.DROP_ASSET, {}),
    AnswerAct.DONE_AND_NOT_SEEN: (Kind.SLOW, {"seconds": SLOW, "after": True}),
}
"""The stand-in's switches, each for the request that carries out the wish."""

OPERATIONS = {Wish.EDIT: "editPost", Wish.CANCEL: "deletePost"}


@dataclass
class ChangesOfMind:
    """Edits and cancels posts by a plan, and writes into the ledger what the answers say."""

    services: Services
    stand_in: StandIn
    cluster: Cluster
    ledger: Ledger
    answers: dict[Wish, Counter[str]] = field(default_factory=lambda: {wish: Counter() for wish in Wish})
    """How many wishes there were, and how each try of one was answered."""
    played: Counter[AnswerAct] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    _under_edit: set[int] = field(default_factory=set)

    async def run(self, changes: tuple[Change, ...]) -> None:
        """Let every person act at the planned moment, whatever the others wait for."""
        async with asyncio.TaskGroup() as persons:
            for number, change in enumerate(changes):
                await asyncio.sleep(change.pause)
                persons.create_task(self._act(change, number), name=f"{change.wish} {number}")

    async def settle(self) -> None:
        """See to it, once all faults are over, that nothing is in doubt; who insists on a cancel tries again."""
        await self._found_out()
        for post in await self._posts():
            told = self.ledger.of(post)
            if told.is_gone or not told.wants_gone:
                continue
            for _ in range(LAST_TRIES):
                if await self._cancel(post, told):
                    break

    async def _act(self, change: Change, number: int) -> None:
        post = await self._victim(change)
        told = self.ledger.of(post)
        self.answers[change.wish]["asked"] += 1
        if change.wish is Wish.EDIT:
            parts = _parts(change, number, first_caption(post.caption))
            self._under_edit.add(post.id)
        else:
            told.wants_gone = told.was_asked_gone = True
        async with asyncio.TaskGroup() as watching:
            self._spoil(change, watching)
            for _ in range(TRIES):
                if change.wish is Wish.EDIT:
                    is_over = await self._edit(post, told, parts)
                else:
                    is_over = await self._cancel(post, told)
                if is_over:
                    break
                await asyncio.sleep(change.again)
        if change.wish is Wish.EDIT:
            self._under_edit.discard(post.id)
        elif not told.is_gone and not change.insists:
            told.wants_gone = False

    async def _edit(self, post: Post, told: Told, parts: dict[str, Any]) -> bool:
        """Try an edit once; True when there is nothing left to try."""
        answers = self.answers[Wish.EDIT]
        try:
            edited = await self.services.scheduling.edit(post.id, **parts)
        except DatabaseUnavailable:
            answers["unknown"] += 1
            told.unknown(parts)
            told.may_be_gone = True  # Buffer may have lost its picture, and it was taken out there
            await self.cluster.up.wait()
            return False
        except FluffyError as error:
            is_unknown = "not known yet" in error.message
            answers["unknown" if is_unknown else "refused"] += 1
            if is_unknown:
                told.unknown(parts)
            told.may_be_gone |= "taken out of Buffer" in error.message
            return isinstance(error, PostNotFound)
        answers["done"] += 1
        told.done(parts)
        if not told.agrees_with(edited):
            self.violations.append(f"post {post.id} was told as changed to {parts}, and is {edited}")
        return True

    async def _cancel(self, post: Post, told: Told) -> bool:
        """Try a cancel once; True when there is nothing left to try."""
        answers = self.answers[Wish.CANCEL]
        try:
            await self.services.scheduling.cancel(post.id)
        except PostNotFound:
            if not (told.may_be_gone or told.is_gone):
                self.violations.append(f"post {post.id} is gone before it was taken back")
            answers["gone already"] += 1
            told.is_gone = True
            return True
        except DatabaseUnavailable:
            answers["unknown"] += 1
            told.may_be_gone = True
            await self.cluster.up.wait()
            return False
        except NotPossibleNow:
            answers["refused"] += 1
            return False
        except BufferError:
            answers["refused"] += 1
            told.may_be_gone = True
            return False
        answers["done"] += 1
        told.is_gone = True
        return True

    def _spoil(self, change: Change, watching: asyncio.TaskGroup) -> None:
        if change.act is None:
            return
        self.played[change.act] += 1
        kind, options = SWITCHES[change.act]
        operation = OPERATIONS[change.wish]
        self.stand_in.faults.add(kind, operation=operation, **options)
        if change.act is AnswerAct.DONE_AND_NOT_SEEN:
            before = sum(operation in request.fields for request in self.stand_in.requests)
            watching.create_task(self._blind(operation, before + 1))

    async def _blind(self, operation: str, count: int) -> None:
        """Let the look fail that follows a request without an answer."""
        try:
            async with asyncio.timeout(SLOW):
                await self.stand_in.received(operation, count)
        except TimeoutError:
            return  # the change was refused before it was sent
        self.stand_in.faults.add(Kind.DROP_BEFORE, operation="post")

    async def _victim(self, change: Change) -> Post:
        """Return a post that Buffer has and that nobody else is changing, as soon as there is one."""
        async for event in self.services.events():
            if not isinstance(event, PostChanged | Connected):
                continue
            try:
                posts = await self._posts()
            except DatabaseUnavailable:
                continue  # it tells when it is back
            free = [post for post in posts if self._is_free(post, change.wish)]
            if free:
                return free[int(change.draw * len(free)) % len(free)]
        raise AssertionError("the events end with the program only")

    def _is_free(self, post: Post, wish: Wish) -> bool:
        told = self.ledger.of(post)
        if post.step is not Step.ACCEPTED or told.wants_gone or told.is_gone:
            return False
        return wish is Wish.CANCEL or post.id not in self._under_edit

    async def _found_out(self) -> None:
        """Have Buffer asked until no edit and no cancel is in doubt, or for as long as is allowed."""
        try:
            async with asyncio.timeout(FOUND_OUT_WITHIN):
                while await self._in_doubt():
                    await self._have_it_asked()
                    await asyncio.sleep(0.5)  # what an edit has become is settled by time alone
        except TimeoutError:
            self.violations.append("it is not found out what became of some edits or cancels")

    async def _in_doubt(self) -> bool:
        sent = select(func.count()).select_from(PlannedEditRow).where(PlannedEditRow.sent_at.is_not(None))
        async with self.services.database.transaction() as session:
            if (await session.execute(sent)).scalar_one():
                return True
        there = {post.id for post in self.stand_in.posts()}
        return any(
            post.step is Step.ACCEPTED and post.buffer_post_id not in there for post in await self._posts()
        )

    async def _have_it_asked(self) -> None:
        try:
            async with self.services.database.transaction() as session:
                await defer(session, self.services.delivery.queue, "delivery:follow_soon", arguments={})
        except (AlreadyEnqueued, DatabaseUnavailable):
            return  # the next look is on the queue already, or this comes back within half a second

    async def let_go(self, post: Post) -> bool:
        """Let a post go that is out of Buffer because of a cancel whose answer was lost; False for any other."""
        told = self.ledger.of(post)
        wanted = told.was_asked_gone and post.error_code == PostError.REMOVED_IN_BUFFER
        return wanted and await self._cancel(post, told)

    async def _posts(self) -> list[Post]:
        return await self.services.scheduling.posts(limit=len(self.ledger.told) + 1)


def _parts(change: Change, number: int, caption: str) -> dict[str, Any]:
    """Return what an edit changes; each value tells which edit it comes from."""
    parts: dict[str, Any] = {}
    if Part.WORDS in change.parts:
        parts |= {"caption": f"{caption}{MARK}{number}", "alt_text": f"seen anew {number}"}
    if Part.TIME in change.parts:
        day = datetime.now(UTC).replace(microsecond=0) + timedelta(days=40)
        parts |= {"at": day + timedelta(minutes=number)}
    if Part.PICTURE in change.parts:
        parts |= {"framing": Framing(shape=(Shape.SQUARE, Shape.PORTRAIT)[number % 2])}
    return parts
