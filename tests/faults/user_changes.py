"""Users who edit and cancel posts in Buffer while everything fails, and record the answers."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import func, select

from faults.crew import PACE, SLOW
from faults.ledger import MARK, Expectation, first_caption
from faults.plan import AnswerAct, Part, Wish
from fluffy_tui.buffer import BufferError
from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.core.job_queue import defer
from fluffy_tui.demo import Kind
from fluffy_tui.media import Framing, Shape
from fluffy_tui.scheduling import NotPossibleNow, OutcomeUnknown, PictureLost, PostError, PostNotFound, Step
from fluffy_tui.scheduling.tables import PlannedEditRow, WithdrawnDeliveryRow

if TYPE_CHECKING:
    from faults.cluster import Cluster
    from faults.ledger import Ledger
    from faults.plan import Change
    from fluffy_tui.bootstrap import Services
    from fluffy_tui.demo import StandIn
    from fluffy_tui.scheduling import Post

TRIES = 8
"""How often a refused change is tried while faults are played."""

LAST_TRIES = 5
"""How often a refused cancel is tried after the faults."""

SETTLED_WITHIN = 60.0 * PACE
"""Seconds after the last fault within which the outcome of every edit and cancel must be known."""

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
    AnswerAct.DONE_UNSEEN: (Kind.SLOW, {"seconds": SLOW, "after": True}),
}
"""The stand-in's fault switches, each for the request that makes the change."""

OPERATIONS = {Wish.EDIT: "editPost", Wish.CANCEL: "deletePost"}


@dataclass
class UserChanges:
    """Edits and cancels posts according to a plan, and records the answers in the ledger."""

    services: Services
    stand_in: StandIn
    cluster: Cluster
    ledger: Ledger
    answers: dict[Wish, Counter[str]] = field(default_factory=lambda: {wish: Counter() for wish in Wish})
    """How many changes there were, and how each try ended."""
    played: Counter[AnswerAct] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    _being_edited: set[int] = field(default_factory=set)

    async def run(self, changes: tuple[Change, ...]) -> None:
        """Start every change at its planned moment, whether or not earlier ones are done."""
        async with asyncio.TaskGroup() as users:
            for number, change in enumerate(changes):
                await asyncio.sleep(change.pause)
                users.create_task(self._act(change, number), name=f"{change.wish} {number}")

    async def settle(self) -> None:
        """Wait until all outcomes are known, and try again the cancels that are still wanted."""
        await self.settle_outcomes()
        for post in await self._posts():
            expected = self.ledger.of(post)
            if expected.is_cancelled or not expected.wants_cancel:
                continue
            for _ in range(LAST_TRIES):
                if await self._cancel(post, expected):
                    break
        await self.settle_outcomes()  # a cancelled post may have a lost create

    async def _act(self, change: Change, number: int) -> None:
        post = await self._choose(change)
        expected = self.ledger.of(post)
        self.answers[change.wish]["asked"] += 1
        parts = _parts(change, number, first_caption(post.caption))
        async with asyncio.TaskGroup() as background:
            self._inject_fault(change, background)
            for _ in range(TRIES):
                if change.wish is Wish.EDIT:
                    is_over = await self._edit(post, expected, parts)
                else:
                    is_over = await self._cancel(post, expected)
                if is_over:
                    break
                await asyncio.sleep(change.again)
        if change.wish is Wish.EDIT:
            self._being_edited.discard(post.id)
        elif not expected.is_cancelled and not change.insists:
            expected.wants_cancel = False

    async def _edit(self, post: Post, expected: Expectation, parts: dict[str, Any]) -> bool:
        """Try an edit once; True if no further try is needed."""
        answers = self.answers[Wish.EDIT]
        try:
            edited = await self.services.scheduling.edit(post.id, **parts)
        except DatabaseUnavailable:
            answers["unknown"] += 1
            expected.unknown(parts)
            expected.may_be_removed = True  # Buffer may have dropped its picture, and it was deleted there
            await self.cluster.up.wait()
            return False
        except OutcomeUnknown:
            answers["unknown"] += 1
            expected.unknown(parts)
            return False
        except FluffyError as error:
            answers["refused"] += 1
            expected.may_be_removed |= isinstance(error, PictureLost) and error.deleted
            return isinstance(error, PostNotFound)
        answers["done"] += 1
        expected.done(parts)
        if not expected.agrees_with(edited):
            self.violations.append(f"post {post.id} was reported as changed to {parts}, and is {edited}")
        return True

    async def _cancel(self, post: Post, expected: Expectation) -> bool:
        """Try a cancel once; True if no further try is needed."""
        answers = self.answers[Wish.CANCEL]
        try:
            await self.services.scheduling.cancel(post.id)
        except PostNotFound:
            if not (expected.may_be_removed or expected.is_cancelled):
                self.violations.append(f"post {post.id} is gone before it was cancelled")
            answers["gone already"] += 1
            expected.is_cancelled = True
            return True
        except DatabaseUnavailable:
            answers["unknown"] += 1
            expected.may_be_removed = True
            await self.cluster.up.wait()
            return False
        except NotPossibleNow:
            answers["refused"] += 1
            return False
        except BufferError:
            answers["refused"] += 1
            expected.may_be_removed = True
            return False
        answers["done"] += 1
        expected.is_cancelled = True
        return True

    def _inject_fault(self, change: Change, background: asyncio.TaskGroup) -> None:
        if change.act is None:
            return
        self.played[change.act] += 1
        kind, options = SWITCHES[change.act]
        operation = OPERATIONS[change.wish]
        self.stand_in.faults.add(kind, operation=operation, **options)
        if change.act is AnswerAct.DONE_UNSEEN:
            before = sum(operation in request.fields for request in self.stand_in.requests)
            background.create_task(self._fail_next_check(operation, before + 1))

    async def _fail_next_check(self, operation: str, count: int) -> None:
        """Fail the check that follows an unanswered request."""
        try:
            async with asyncio.timeout(SLOW):
                await self.stand_in.received(operation, count)
        except TimeoutError:
            return  # the change was refused before it was sent
        self.stand_in.faults.add(Kind.DROP_BEFORE, operation="post")

    async def _choose(self, change: Change) -> Post:
        """Return a post in Buffer that nobody else is changing, as soon as there is one.

        It is claimed before anything is awaited: closing the events takes time, in which others choose.
        """
        async with aclosing(self.services.events()) as events:
            async for event in events:
                if not isinstance(event, PostChanged | Connected):
                    continue
                try:
                    posts = await self._posts()
                except DatabaseUnavailable:
                    continue  # an event follows when it is back
                free = [post for post in posts if self._is_free(post, change.wish)]
                if free:
                    chosen = free[int(change.draw * len(free)) % len(free)]
                    self._claim(chosen, change.wish)
                    return chosen
        raise AssertionError("the events ended")

    def _claim(self, post: Post, wish: Wish) -> None:
        if wish is Wish.EDIT:
            self._being_edited.add(post.id)
        else:
            expected = self.ledger.of(post)
            expected.wants_cancel = expected.cancel_requested = True

    def _is_free(self, post: Post, wish: Wish) -> bool:
        expected = self.ledger.of(post)
        if post.step is not Step.ACCEPTED or expected.wants_cancel or expected.is_cancelled:
            return False
        return wish is Wish.CANCEL or post.id not in self._being_edited

    async def settle_outcomes(self) -> None:
        """Sync the status until no edit or cancel is in doubt, or until the time is up."""
        try:
            async with asyncio.timeout(SETTLED_WITHIN):
                while await self._in_doubt():
                    await self._request_sync()
                    await asyncio.sleep(0.5)  # only time settles an edit
        except TimeoutError:
            self.violations.append("the outcome of some edits or cancels is not known")

    async def _in_doubt(self) -> bool:
        sent = select(func.count()).select_from(PlannedEditRow).where(PlannedEditRow.sent_at.is_not(None))
        withdrawn = select(func.count()).select_from(WithdrawnDeliveryRow)
        async with self.services.database.transaction() as session:
            if (await session.execute(sent)).scalar_one() or (await session.execute(withdrawn)).scalar_one():
                return True
        remote = {post.id for post in self.stand_in.posts()}
        return any(
            post.step is Step.ACCEPTED and post.buffer_post_id not in remote for post in await self._posts()
        )

    async def _request_sync(self) -> None:
        try:
            async with self.services.database.transaction() as session:
                await defer(session, self.services.delivery.queue, "delivery:follow_soon", arguments={})
        except (AlreadyEnqueued, DatabaseUnavailable):
            return  # a sync is deferred already, or this is tried again in half a second

    async def finish_cancel(self, post: Post) -> bool:
        """Cancel a post that is gone from Buffer because of an unanswered cancel; False for any other."""
        expected = self.ledger.of(post)
        wanted = expected.cancel_requested and post.error_code == PostError.REMOVED_IN_BUFFER
        return wanted and await self._cancel(post, expected)

    async def _posts(self) -> list[Post]:
        return await self.services.scheduling.posts(limit=len(self.ledger.expected) + 1)


def _parts(change: Change, number: int, caption: str) -> dict[str, Any]:
    """Return what an edit changes; each value names the edit it comes from."""
    parts: dict[str, Any] = {}
    if Part.TEXT in change.parts:
        parts |= {"caption": f"{caption}{MARK}{number}", "alt_text": f"described again {number}"}
    if Part.TIME in change.parts:
        day = datetime.now(UTC).replace(microsecond=0) + timedelta(days=40)
        parts |= {"at": day + timedelta(minutes=number)}
    if Part.PICTURE in change.parts:
        parts |= {"framing": Framing(shape=(Shape.SQUARE, Shape.PORTRAIT)[number % 2])}
    return parts
