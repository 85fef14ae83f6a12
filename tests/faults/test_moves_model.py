"""Every move of a post against a small model: what is allowed happens exactly, everything else is refused."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, text

from fluffy_tui.buffer import BufferPost, BufferStatus
from fluffy_tui.core.database import Database
from fluffy_tui.scheduling import ON_THE_WAY, PostStatus, Step, transitions
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession

STATUS_OF: dict[Step | None, set[PostStatus]] = {
    None: {PostStatus.DRAFT},
    **{step: {PostStatus.DRAFT} for step in ON_THE_WAY},
    Step.ACCEPTED: {PostStatus.SCHEDULED},
    Step.PUBLISHING: {PostStatus.SCHEDULED},
    Step.LIVE: {PostStatus.POSTED},
    Step.FAILED: {PostStatus.FAILED},
}
IN_BUFFER = {Step.ACCEPTED, Step.PUBLISHING}
SAID = {
    BufferStatus.SCHEDULED: Step.ACCEPTED,
    BufferStatus.SENDING: Step.PUBLISHING,
    BufferStatus.SENT: Step.LIVE,
    BufferStatus.ERROR: Step.FAILED,
}
"""What Buffer's word on a post that it has makes of it."""

ids = itertools.count(1)


def buffer_post(status: BufferStatus, post_id: str) -> BufferPost:
    """Return a post as Buffer tells of it."""
    now = datetime.now(UTC)
    return BufferPost(
        id=post_id,
        status=status,
        text="words",
        channel_id="c1",
        due_at=now + timedelta(hours=1),
        sent_at=now if status is BufferStatus.SENT else None,
        created_at=now,
        via="buffer",
        error_message="nobody knows" if status is BufferStatus.ERROR else None,
    )


class PostMachine(RuleBasedStateMachine):
    """One post, its attempts old and new, its person, and Buffer."""

    attempts: Bundle[Any] = Bundle("attempts")

    def __init__(self, url: str) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._database = Database(url, pool_size=1)
        self.model = SimpleNamespace()

    def teardown(self) -> None:
        """Close the database."""
        self._runner.run(self._database.close())
        self._runner.close()

    def _do(self, action: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        async def act() -> Any:
            async with self._database.transaction() as session:
                return await action(session)

        return self._runner.run(act())

    @initialize(step=st.sampled_from([None, Step.QUEUED]))
    def written(self, step: Step | None) -> None:
        """Import a photo and write its post, submitted or as a draft."""

        async def write(session: AsyncSession) -> Any:
            number = next(ids)
            await session.execute(text("INSERT INTO personas (name) VALUES ('sarah') ON CONFLICT DO NOTHING"))
            return await session.scalar(
                text(
                    "INSERT INTO photos"
                    " (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
                    f" SELECT id, '/p/{number}', sha256('{number}'), 1, 1, 1, 'JPEG', now()"
                    " FROM personas RETURNING id"
                )
            )

        self._photo_id = self._do(write)
        self._submit(step)

    def _submit(self, step: Step | None) -> None:
        async def write(session: AsyncSession) -> PostRow:
            persona_id = await session.scalar(text("SELECT id FROM personas"))
            row = PostRow(
                photo_id=self._photo_id,
                persona_id=persona_id,
                caption="words",
                delivery_key=transitions.new_delivery_key(),
                share_mode="addToQueue",
                channel_id="c1",
                organization_id="o1",
                step=step,
            )
            session.add(row)
            await session.flush()
            return row

        row = self._do(write)
        self.post_id = row.id
        self.model = SimpleNamespace(
            step=step, claim=None, resting=False, sent=False, buffer_id=None, key=row.delivery_key
        )

    @property
    def under_way(self) -> bool:
        """Whether the model's post is between submission and acceptance."""
        return self.model.step in ON_THE_WAY

    @rule(target=attempts)
    def claim(self) -> Any:
        """Begin an attempt."""
        row = self._do(lambda session: transitions.claim(session, self.post_id))
        model = self.model
        allowed = self.under_way and not model.resting
        assert (row is not None) == allowed
        if row is None:
            return multiple()
        in_doubt = model.step in (Step.SENDING, Step.UNCONFIRMED)
        model.step = Step.UNCONFIRMED if in_doubt else Step.RENDERING
        model.claim = row.claim
        return row

    def _may(self, attempt: PostRow) -> bool:
        same = attempt.id == self.post_id and attempt.claim == self.model.claim
        return same and self.model.claim is not None and self.under_way

    @rule(attempt=attempts, to=st.sampled_from([Step.RENDERING, Step.HOSTING, Step.SENDING]))
    def move(self, attempt: PostRow, to: Step) -> None:
        """Let an attempt, new or old, go on."""
        values = {"create_sent_at": func.now()} if to is Step.SENDING else {}
        moved = self._do(lambda session: transitions.move(session, attempt, to, **values))
        assert moved == self._may(attempt)
        if moved:
            self.model.step = to
            self.model.sent = self.model.sent or to is Step.SENDING

    @rule(attempt=attempts)
    def fail(self, attempt: PostRow) -> None:
        """Let an attempt end as failed."""
        moved = self._do(
            lambda session: transitions.fail(session, attempt, "rejected", "Buffer refused this.")
        )
        assert moved == self._may(attempt)
        if moved:
            self.model.step, self.model.claim, self.model.sent = Step.FAILED, None, False

    @rule(
        attempt=attempts,
        step=st.sampled_from([Step.HELD, Step.UNCONFIRMED]),
        minutes=st.sampled_from([-1, 5]),
    )
    def wait(self, attempt: PostRow, step: Step, minutes: int) -> None:
        """Let an attempt rest, until then or until now."""
        until = datetime.now(UTC) + timedelta(minutes=minutes)
        moved = self._do(
            lambda session: transitions.pause(session, attempt, step, "queue_full", "Full.", until)
        )
        assert moved == self._may(attempt)
        if moved:
            self.model.step, self.model.claim, self.model.resting = step, None, minutes > 0
            self.model.sent = self.model.sent and step is Step.UNCONFIRMED

    @precondition(lambda self: self.model.resting)
    @rule()
    def time_passes(self) -> None:
        """Let the time of the next try come."""
        self._do(lambda session: session.execute(text("UPDATE posts SET next_try_at = now()")))
        self.model.resting = False

    @rule(status=st.sampled_from(list(SAID)))
    def turns_up_in_buffer(self, status: BufferStatus) -> None:
        """Let somebody see the post in Buffer."""
        found = buffer_post(status, f"b{next(ids)}")
        recorded = self._do(lambda session: transitions.record_creation(session, self.post_id, found))
        assert recorded == self.under_way
        if recorded:
            self.model.step, self.model.buffer_id = SAID[status], found.id
            self.model.claim, self.model.resting, self.model.sent = None, False, False

    @precondition(lambda self: self.model.buffer_id is not None)
    @rule(status=st.sampled_from(list(SAID)), ours=st.booleans())
    def buffer_tells(self, status: BufferStatus, ours: bool) -> None:
        """Let Buffer tell of this post, or of another one."""
        row = self._do(lambda session: session.get_one(PostRow, self.post_id))
        found = buffer_post(status, self.model.buffer_id if ours else "another")
        self._do(lambda session: transitions.record_status(session, row, found))
        if ours and self.model.step is not Step.LIVE:
            self.model.step = SAID[status]

    @precondition(lambda self: self.model.buffer_id is not None)
    @rule()
    def vanishes_from_buffer(self) -> None:
        """Let the post be deleted in Buffer's own app."""
        row = self._do(lambda session: session.get_one(PostRow, self.post_id))
        gone = self._do(lambda session: transitions.record_removal(session, row))
        assert gone == (self.model.step in IN_BUFFER)
        if gone:
            self.model.step = Step.FAILED

    @rule()
    def resubmit(self) -> None:
        """Let the person retry."""
        row = self._do(lambda session: transitions.requeue(session, self.post_id))
        model = self.model
        assert (row is not None) == (model.step in (None, Step.HELD, Step.FAILED))
        if row is None:
            return
        assert (row.delivery_key != model.key) == (model.buffer_id is not None), (
            "a new key only when it was there"
        )
        model.step, model.claim, model.resting = Step.QUEUED, None, False
        model.buffer_id, model.key = None, row.delivery_key

    @rule()
    def rewrite(self) -> None:
        """Let the person change the words."""
        row = self._do(lambda session: transitions.edit_unsent(session, self.post_id, caption="words"))
        at_work = self.model.step in (Step.RENDERING, Step.HOSTING)
        free = at_work or self.model.step in (None, Step.QUEUED, Step.HELD, Step.FAILED)
        assert (row is not None) == (free and not self.model.sent)
        if row is not None:
            self.model.step, self.model.claim = Step.QUEUED if at_work else self.model.step, None

    @rule(after=st.sampled_from([None, Step.QUEUED]))
    def let_go(self, after: Step | None) -> None:
        """Let the person give the post up, and use its photo again."""
        deleted = self._do(lambda session: transitions.delete_unsent(session, self.post_id))
        free = (None, Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.HELD, Step.FAILED)
        assert (deleted is not None) == (self.model.step in free and not self.model.sent)
        if deleted is not None:
            self._submit(after)  # its photo is free again

    @invariant()
    def the_row_agrees(self) -> None:
        """Compare the row with the model."""
        if not hasattr(self, "post_id"):
            return
        row = self._do(lambda session: session.scalar(select(PostRow).where(PostRow.id == self.post_id)))
        model = self.model
        assert row is not None
        assert row.step == model.step
        assert row.status in STATUS_OF[model.step]
        assert row.claim == model.claim
        assert (row.create_sent_at is not None) == model.sent
        assert row.buffer_post_id == model.buffer_id


def test_every_allowed_move_happens_and_every_other_is_refused(database_url: str) -> None:
    def machine() -> PostMachine:
        return PostMachine(database_url)

    run_state_machine_as_test(
        machine,  # type: ignore[arg-type]  # hypothesis takes any factory
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


@pytest.mark.parametrize("step", [None, *Step], ids=str)
def test_the_database_itself_refuses_a_status_that_the_step_does_not_bear_out(
    database_url: str, step: Step | None
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO personas (name) VALUES ('sarah')")
        connection.execute(
            "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
            " SELECT id, '/p', sha256('p'), 1, 1, 1, 'JPEG', now() FROM personas"
        )
        for status in PostStatus:
            insert = (
                "INSERT INTO posts (photo_id, persona_id, caption, delivery_key, share_mode, status, step,"
                " channel_id, buffer_post_id, posted_at, error_message, next_try_at)"
                " SELECT id, persona_id, 'words', 'k', 'addToQueue', %s, %s, 'c1', 'b1', now(), 'why', now()"
                " FROM photos"
            )
            if status in STATUS_OF[step]:
                connection.execute(insert, [status, step])
                connection.execute("DELETE FROM posts")
            else:
                with pytest.raises(psycopg.errors.CheckViolation):
                    connection.execute(insert, [status, step])
