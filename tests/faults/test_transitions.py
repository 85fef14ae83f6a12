"""Every transition of a post against a small model: what is allowed happens, everything else is refused."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings, strategies as st
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

import fluffy_tui.bootstrap  # noqa: F401 - the foreign keys of a post need all tables
from fluffy_tui.buffer import BufferPost, BufferStatus
from fluffy_tui.core.database import Database
from fluffy_tui.scheduling import ON_THE_WAY, PostPhoto, PostStatus, Step, transitions
from fluffy_tui.scheduling.delivery_key import new_delivery_key
from fluffy_tui.scheduling.tables import PostRow
from post_sql import photos_json

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
STEPS = {
    BufferStatus.SCHEDULED: Step.ACCEPTED,
    BufferStatus.SENDING: Step.PUBLISHING,
    BufferStatus.SENT: Step.LIVE,
    BufferStatus.ERROR: Step.FAILED,
}
"""The step that Buffer's status of a post leads to."""

ids = itertools.count(1)


def buffer_post(status: BufferStatus, post_id: str) -> BufferPost:
    """Return a post as Buffer returns it."""
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
    """One post, its old and new attempts, its user, and Buffer."""

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
                photos=(PostPhoto(self._photo_id, "00" * 32),),
                persona_id=persona_id,
                caption="words",
                delivery_key=new_delivery_key("00" * 32),
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
            step=step, claim=None, paused=False, sent=False, lost=False, buffer_id=None, key=row.delivery_key
        )
        self.model.waits = False

    @property
    def on_the_way(self) -> bool:
        """Whether the post is submitted and not accepted yet."""
        return self.model.step in ON_THE_WAY

    @rule(target=attempts)
    def claim(self) -> Any:
        """Begin an attempt."""
        row = self._do(lambda session: transitions.claim(session, self.post_id))
        model = self.model
        allowed = self.on_the_way and not model.paused and not model.waits
        assert (row is not None) == allowed
        if row is None:
            return multiple()
        maybe_sent = model.step in (Step.SENDING, Step.UNCONFIRMED)
        model.step = Step.UNCONFIRMED if maybe_sent else Step.RENDERING
        model.claim = row.claim
        return row

    def _may(self, attempt: PostRow) -> bool:
        same = attempt.id == self.post_id and attempt.claim == self.model.claim
        return same and self.model.claim is not None and self.on_the_way

    @rule(attempt=attempts, to=st.sampled_from([Step.RENDERING, Step.HOSTING, Step.SENDING]))
    def move(self, attempt: PostRow, to: Step) -> None:
        """Move the post in an attempt, new or old."""
        values = {"create_sent_at": func.now()} if to is Step.SENDING else {}
        moved = self._do(lambda session: transitions.move(session, attempt, to, **values))
        assert moved == self._may(attempt)
        if moved:
            self.model.step = to
            self.model.sent = self.model.sent or to is Step.SENDING

    @rule(attempt=attempts)
    def lose(self, attempt: PostRow) -> None:
        """Give up a create in an attempt."""
        lost = self._do(lambda session: transitions.lose_create(session, attempt, Step.RENDERING))
        assert lost == self._may(attempt)
        if lost:
            self.model.step, self.model.sent, self.model.lost = Step.RENDERING, False, True

    @rule(attempt=attempts)
    def fail(self, attempt: PostRow) -> None:
        """Fail the post in an attempt."""
        moved = self._do(
            lambda session: transitions.fail(session, attempt, "rejected", "Buffer refused this.")
        )
        assert moved == self._may(attempt)
        if moved:
            self.model.step, self.model.claim, self.model.sent = Step.FAILED, None, False
            self.model.waits = False

    @rule(
        attempt=attempts,
        step=st.sampled_from([Step.HELD, Step.UNCONFIRMED]),
        minutes=st.sampled_from([-1, 5]),
    )
    def pause(self, attempt: PostRow, step: Step, minutes: int) -> None:
        """Pause the post in an attempt, until later or until now."""
        until = datetime.now(UTC) + timedelta(minutes=minutes)
        moved = self._do(
            lambda session: transitions.pause(session, attempt, step, "queue_full", "Full.", until)
        )
        assert moved == self._may(attempt)
        if moved:
            self.model.step, self.model.claim, self.model.paused = step, None, minutes > 0
            self.model.sent = self.model.sent and step is Step.UNCONFIRMED
            self.model.waits = False

    @rule(attempt=attempts)
    def wait_for_machine(self, attempt: PostRow) -> None:
        """Have another machine make the picture."""
        until = datetime.now(UTC) - timedelta(minutes=1)
        moved = self._do(
            lambda session: transitions.pause(
                session, attempt, Step.HELD, "photo_elsewhere", "It waits.", until, waits_for_machines=["1"]
            )
        )
        assert moved == self._may(attempt)
        if moved:
            self.model.step, self.model.claim, self.model.paused = Step.HELD, None, False
            self.model.sent, self.model.waits = False, True

    @rule(target=attempts, machine_id=st.sampled_from(["1", "2"]))
    def claim_picture(self, machine_id: str) -> Any:
        """Begin to make the picture on a machine, which nobody else does at the same time, and nobody sends it."""
        row = self._do(lambda session: transitions.claim_picture(session, self.post_id, machine_id))
        model = self.model
        preparing = model.step in (Step.QUEUED, Step.HELD, Step.RENDERING, Step.HOSTING)
        allowed = model.waits and machine_id == "1" and preparing and not model.sent and model.claim is None
        assert (row is not None) == allowed
        if row is None:
            return multiple()
        model.step, model.claim, model.paused = Step.RENDERING, row.claim, False
        return row

    @rule(attempt=attempts)
    def picture_uploaded(self, attempt: PostRow) -> None:
        """Finish the picture in an attempt."""
        moved = self._do(lambda session: transitions.picture_uploaded(session, attempt))
        assert moved == self._may(attempt)
        if moved:
            self.model.step, self.model.claim, self.model.waits = Step.QUEUED, None, False

    @precondition(lambda self: self.model.paused)
    @rule()
    def time_passes(self) -> None:
        """Let the time of the next attempt come."""
        self._do(lambda session: session.execute(text("UPDATE posts SET next_try_at = now()")))
        self.model.paused = False

    @rule(status=st.sampled_from(list(STEPS)))
    def appears_in_buffer(self, status: BufferStatus) -> None:
        """Find the post in Buffer."""
        found = buffer_post(status, f"b{next(ids)}")
        recorded = self._do(lambda session: transitions.record_creation(session, self.post_id, found))
        assert recorded == self.on_the_way
        if recorded:
            self.model.step, self.model.buffer_id = STEPS[status], found.id
            self.model.claim, self.model.paused, self.model.sent = None, False, False
            self.model.waits = False

    @precondition(lambda self: self.model.buffer_id is not None)
    @rule(status=st.sampled_from(list(STEPS)), ours=st.booleans())
    def buffer_answers(self, status: BufferStatus, ours: bool) -> None:
        """Let Buffer return this post, or another one."""
        row = self._do(lambda session: session.get_one(PostRow, self.post_id))
        found = buffer_post(status, self.model.buffer_id if ours else "another")
        self._do(lambda session: transitions.record_status(session, row, found))
        if ours and self.model.step is not Step.LIVE:
            self.model.step = STEPS[status]

    @precondition(lambda self: self.model.buffer_id is not None)
    @rule()
    def is_deleted_in_buffer(self) -> None:
        """Let the post be deleted in Buffer."""
        row = self._do(lambda session: session.get_one(PostRow, self.post_id))
        gone = self._do(lambda session: transitions.record_removal(session, row))
        assert gone == (self.model.step in IN_BUFFER)
        if gone:
            self.model.step = Step.FAILED

    @rule()
    def retry(self) -> None:
        """Let the user retry."""
        row = self._do(lambda session: transitions.requeue(session, self.post_id))
        model = self.model
        assert (row is not None) == (model.step in (None, Step.HELD, Step.FAILED))
        if row is None:
            return
        assert (row.delivery_key != model.key) == (model.buffer_id is not None), (
            "a new key only if it was in Buffer"
        )
        model.step, model.claim, model.paused, model.waits = Step.QUEUED, None, False, False
        self._is_other_version(row)
        model.buffer_id = None

    def _is_other_version(self, row: PostRow) -> None:
        stem, _, version = row.delivery_key.partition("-")
        assert stem == self.model.key.partition("-")[0], "it is the same post"
        assert version or row.delivery_key == self.model.key
        self.model.key = row.delivery_key

    @rule(new_picture=st.booleans())
    def edit(self, new_picture: bool) -> None:
        """Let the user change the caption, and the picture."""

        async def change(session: AsyncSession) -> PostRow | None:
            row = await session.get_one(PostRow, self.post_id)
            return await transitions.edit_unsent(
                session, row, row.photos, new_pictures=new_picture, caption="words"
            )

        row = self._do(change)
        in_progress = self.model.step in (Step.RENDERING, Step.HOSTING)
        free = in_progress or self.model.step in (None, Step.QUEUED, Step.HELD, Step.FAILED)
        assert (row is not None) == (free and not self.model.sent)
        if row is not None:
            self.model.step, self.model.claim = Step.QUEUED if in_progress else self.model.step, None
            self.model.waits = self.model.waits and not in_progress
            assert (row.delivery_key != self.model.key) == (new_picture or self.model.lost)
            self._is_other_version(row)

    @rule(after=st.sampled_from([None, Step.QUEUED]))
    def cancel(self, after: Step | None) -> None:
        """Let the user cancel the post and use its photo again."""
        deleted = self._do(lambda session: transitions.delete_unsent(session, [self.post_id]))
        free = (None, Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.HELD, Step.FAILED)
        assert bool(deleted) == (self.model.step in free and not self.model.sent)
        if deleted:
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
        assert (row.waits_for_machines is not None) == model.waits
        assert row.buffer_post_id == model.buffer_id


def test_every_allowed_transition_happens_and_every_other_is_refused(database_url: str) -> None:
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
def test_the_database_refuses_a_status_that_does_not_fit_the_step(
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
                "INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode, status, step,"
                " channel_id, buffer_post_id, posted_at, error_message, next_try_at)"
                f" SELECT id, {photos_json()}, persona_id, 'words', 'k', 'addToQueue', %s, %s, 'c1', 'b1',"
                " now(), 'why', now() FROM photos"
            )
            if status in STATUS_OF[step]:
                connection.execute(insert, [status, step])
                connection.execute("DELETE FROM posts")
            else:
                with pytest.raises(psycopg.errors.CheckViolation):
                    connection.execute(insert, [status, step])
