"""The job queue: Procrastinate on the same database, deferring inside the caller's own transaction."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from contextlib import aclosing, asynccontextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, LiteralString, TypeAlias, cast

import procrastinate
import psycopg
from procrastinate import exceptions, sql
from procrastinate.job_context import AbortReason, JobContext
from procrastinate.jobs import Status
from procrastinate.periodic import PeriodicDeferrer, PeriodicTask
from procrastinate.psycopg_connector import wrap_exceptions
from sqlalchemy import ColumnElement, select

from fluffy_tui.core.connection import ServerSilent, notifications, patient_connection
from fluffy_tui.core.database import Database, lost
from fluffy_tui.core.errors import DatabaseTooNew
from fluffy_tui.core.liveness import Liveness

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Iterable
    from datetime import datetime

    from procrastinate.connector import Notify
    from procrastinate.middleware import WorkerMiddleware
    from procrastinate.periodic import TaskAtTime
    from procrastinate.worker import Worker
    from psycopg.rows import DictRow
    from sqlalchemy.ext.asyncio import AsyncSession


log = logging.getLogger(__name__)


class JobEnded(Exception):
    """The job has already ended."""


HEARTBEAT_SECONDS = 5.0
"""How often a worker sends a heartbeat."""

STALLED_SECONDS = 20.0
"""A worker with a job but without a heartbeat for this long counts as dead; others take over its jobs."""

_WAKE_WAITERS = """
WITH next AS (
    SELECT waiting.queue_name,
        json_build_object('type', 'job_inserted', 'job_id', waiting.id)::text AS message
    FROM procrastinate_jobs AS waiting
    WHERE waiting.lock = %(lock)s AND waiting.status = 'todo'
    ORDER BY waiting.id LIMIT 1
)
SELECT pg_notify('procrastinate_any_queue_v1', message),
    pg_notify('procrastinate_queue_v1#' || queue_name, message)
FROM next
"""
"""Repeats what Procrastinate's trigger sends for a new job, to workers of all queues and of its own."""


POLL_SECONDS = 60.0
"""How often a worker without a job asks for one and sends a heartbeat; it is told of new jobs, and when one is due."""

LISTENERS_LOCK = 0x666C7577
"""The first half of an advisory lock that a worker's listening connection holds; the other one is the worker's id."""

IS_CONNECTED = f"""
EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
        AND classid = {LISTENERS_LOCK} AND objid = (w.id % 4294967296)::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""  # noqa: S608 - numbers of ours
"""Whether the process of a worker `w`, in a row of `procrastinate_workers`, is connected: it was not killed."""

HEARTBEAT_AGE = f"""
(extract(epoch FROM now() - w.last_heartbeat) - CASE WHEN {IS_CONNECTED} AND NOT EXISTS (
    SELECT FROM procrastinate_jobs WHERE worker_id = w.id AND status = 'doing'
) THEN {POLL_SECONDS} ELSE 0 END)
"""
"""For how many seconds a worker `w` has given no sign of life; may be negative.

One without a job sends heartbeats rarely, so that its database may rest, and is known to be alive by its connection.
"""

_HEARTBEAT = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %(worker_id)s RETURNING id"

_NEXT_DUE = """
SELECT CASE WHEN bool_or(coalesce(scheduled_at <= now(), true)) THEN 1
    ELSE extract(epoch FROM min(scheduled_at) - now()) END::float8 AS seconds
FROM procrastinate_jobs AS waiting
WHERE status = 'todo' AND queue_name = ANY (%(queues)s::varchar[]) AND (scheduled_at > now() OR NOT EXISTS (
    SELECT FROM procrastinate_jobs AS running WHERE running.lock = waiting.lock AND running.status = 'doing'
))
"""
"""In how many seconds to ask again, when there is no job to take now.

The row of a job that could be taken and was not is locked by a transaction at this moment, whose end is not notified.
"""

_JOB_INSERTED = '{"type": "job_inserted", "job_id": 0}'
"""What Procrastinate's trigger sends, for no particular job."""


class _Connector(procrastinate.PsycopgConnector):
    """Ends jobs more carefully than Procrastinate 3.10 does, and wakes the worker when one is due.

    When the connection breaks while a job's end is written, Procrastinate gives up. The job then stays `doing` under
    a live worker, where no recovery looks for it, and its lock blocks every later job of its channel. And a job that
    waited for the lock is only found at the next poll, so a channel's posts would go out one per second.

    It also stops Procrastinate's heartbeat, which runs in a task of its own, when jobs make no progress. Without a job,
    a heartbeat is sent only when it asks for one, in the same transaction.

    Procrastinate finds jobs whose time has come, and jobs inserted while it does not listen or has just asked, only by
    polling. To poll less than once a second, which keeps a database awake for nothing, it is notified of them here.

    It has no pool of its own, since a server may allow few connections.

    Args:
        database: lends connections.
        name: under which a worker is registered, see `program_name`.
    """

    def __init__(self, database: Database, name: str) -> None:
        super().__init__()
        self._database = database
        self._name = name
        self.liveness = Liveness()
        self._worker_id = 0
        self._locks: dict[int, str | None] = {}
        """Of the jobs that run here, by id: the row of one that has ended may be deleted."""

    _notify: Notify | None = None
    _heard = False
    """Whether a notification came since the worker last began to ask for a job."""
    _alarm: asyncio.TimerHandle | None = None

    async def open_async(self, pool: object = None) -> None:
        """Do nothing: the database is open."""

    async def close_async(self) -> None:
        """Do nothing: others use the database."""

    @asynccontextmanager
    async def _get_cursor(
        self, connection: psycopg.AsyncConnection[Any] | None = None
    ) -> AsyncGenerator[psycopg.AsyncCursor[DictRow], None]:
        async with (
            nullcontext(connection) if connection else self._database.connection() as lent,
            super()._get_cursor(lent) as cursor,
        ):
            yield cursor

    @asynccontextmanager
    async def _get_standalone_connection(self) -> AsyncGenerator[psycopg.AsyncConnection[Any], None]:
        async with await patient_connection(self._database.url, application_name=self._name) as connection:
            yield connection

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        if query == sql.queries["register_worker"]:
            async with wrap_exceptions(), self._database.connection() as connection:
                # the trigger that keeps the names of workers reads it
                await connection.execute("SELECT set_config('application_name', %s, true)", [self._name])
                registered: dict[str, Any] = await self.execute_query_one_async_with_connection(
                    connection, query, **arguments
                )
                self._worker_id = registered["worker_id"]
                self._locks.clear()
                return registered
        if query != sql.queries["fetch_job"]:
            return cast("dict[str, Any]", await super().execute_query_one_async(query, **arguments))
        if self._database.too_new is not None:
            raise self._database.too_new  # it would only take jobs from those who can do them
        self._heard = False
        async with wrap_exceptions(), self._database.connection() as connection:
            ask = partial(self.execute_query_one_async_with_connection, connection)
            if not self.liveness.is_hung:  # before a job is taken: others take over those of a worker without
                await ask(_HEARTBEAT, worker_id=self._worker_id)
            row: dict[str, Any] = await ask(query, **arguments)
            due = None if row["id"] else await ask(_NEXT_DUE, queues=arguments["queues"])
        self.liveness.note_progress()
        if due is None:
            self._locks[row["id"]] = row["lock"]
        else:
            self._wake_in(0.0 if self._heard else due["seconds"])
        return row

    def _wake_in(self, seconds: float | None) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        if seconds is not None:
            self._alarm = asyncio.get_running_loop().call_later(seconds, self._wake)

    def _wake(self) -> None:
        if self._notify is not None:
            self._heard = True
            self._waking = asyncio.ensure_future(self._notify(channel="", payload=_JOB_INSERTED))

    async def _loop_notify(
        self, on_notification: Notify, connection: psycopg.AsyncConnection[Any], timeout: float = 0.0
    ) -> None:
        self._notify = on_notification
        self._wake()  # for what was inserted before it listened
        try:
            listener = (LISTENERS_LOCK << 32) + self._worker_id % 2**32
            await connection.execute("SELECT pg_advisory_lock_shared(%s)", [listener])
            async with aclosing(notifications(connection, lambda: not self._locks)) as heard:
                async for notify in heard:
                    self._heard = True
                    await on_notification(channel=notify.channel, payload=notify.payload)
        except psycopg.OperationalError as error:  # Procrastinate then listens again
            if isinstance(error, ServerSilent):
                self._database.cut()

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        if query == sql.queries["update_heartbeat"]:
            if self.liveness.is_hung:
                log.warning("no heartbeat: no progress for %.0f seconds", self.liveness.stuck_seconds)
            elif self._locks:
                await super().execute_query_async(query, **arguments)
            return
        if query != sql.queries["finish_job"]:
            await super().execute_query_async(query, **arguments)
            return
        try:
            await super().execute_query_async(query, **arguments)
        except exceptions.ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.OperationalError):
                raise
            log.warning("the connection broke while the end of job %s was written", arguments.get("job_id"))
            # The pool returns a connection that was just checked, or waits for the server to come back.
            await super().execute_query_async(query, **arguments)
        if lock := self._locks.pop(arguments["job_id"], None):
            await super().execute_query_async(_WAKE_WAITERS, lock=lock)
        if self._database.too_new is not None:  # as the job has found out
            self._wake()


Condition: TypeAlias = Callable[[Mapping[str, Any]], ColumnElement[bool]]
"""From a worker's context, what the database has to show for a periodic task to have anything to do."""


class _PeriodicDeferrer(PeriodicDeferrer):
    """Queues each periodic task for the last of its times only, by the clock as it is, and if it has anything to do.

    Procrastinate queues them for every time since the last one. A clock that is set back would stop them until it is
    that late again; after one that is set forward, or a laptop's sleep, there would be one for every minute. And each
    job costs five transactions, so one question is asked for all of them.
    """

    def __init__(self, queue: _Queue, context: Mapping[str, Any]) -> None:
        super().__init__(queue.periodic_registry, **queue.periodic_defaults)
        self._queue = queue
        self._context = context

    async def defer_jobs(self, jobs_to_defer: Iterable[TaskAtTime]) -> None:
        due = list(jobs_to_defer)
        conditions = {
            number: self._queue.conditions[task.task.name](self._context)
            for number, (task, _) in enumerate(due)
            if task.task.name in self._queue.conditions
        }
        if conditions:
            async with self._queue.database.transaction() as session:
                answers = (await session.execute(select(*conditions.values()))).one()
            needless = {number for number, answer in zip(conditions, answers, strict=True) if not answer}
            due = [job for number, job in enumerate(due) if number not in needless]
        await super().defer_jobs(due)

    def get_timestamps(
        self, periodic_task: PeriodicTask[Any, Any, Any], since: int | None, until: float
    ) -> Iterable[int]:
        if since is None or since > until:
            yield from super().get_timestamps(periodic_task, None, until)
            return
        periodic_task.croniter.set_current(start_time=until)
        last = round(periodic_task.croniter.get_prev(ret_type=float))
        if last > since:
            yield last


class _Queue(procrastinate.App):
    """Procrastinate's app, with periodic tasks that cope with any clock."""

    def __init__(self, database: Database, **options: Any) -> None:
        super().__init__(**options)
        self.database = database
        self.conditions: dict[str, Condition] = {}
        """By the name of a periodic task; one without a condition always runs."""

    def _worker(self, **options: Any) -> Worker:
        worker = super()._worker(**options)
        deferrer = _PeriodicDeferrer(self, worker.additional_context or {})
        worker._periodic_deferrer = deferrer.worker  # type: ignore[method-assign]  # noqa: SLF001 - the only way to it
        return worker


def build_queue(database: Database, name: str | None = None) -> procrastinate.App:
    """Return the Procrastinate app on an open database; its worker is registered as `name`, by default the database's.

    Deferring through `defer` uses the caller's connection.
    """
    return _Queue(
        database,
        connector=_Connector(database, name or database.name),
        worker_defaults={
            "concurrency": 4,
            "shutdown_graceful_timeout": 10.0,
            "delete_jobs": "never",
            "update_heartbeat_interval": HEARTBEAT_SECONDS,
            "stalled_worker_timeout": STALLED_SECONDS,
            "install_signal_handlers": False,
        },
        periodic_defaults={"max_delay": 60.0},
    )


def add_condition(queue: procrastinate.App, task: str, condition: Condition) -> None:
    """Have a periodic task run only if there is something to do for it, which is asked each time that it is due.

    It is one question to the database for all tasks, so a condition is cheap, and may hold too often but never too
    rarely.
    """
    if isinstance(queue, _Queue):
        queue.conditions[task] = condition


async def defer(
    session: AsyncSession,
    queue: procrastinate.App,
    task: str,
    *,
    arguments: dict[str, Any],
    lock: str | None = None,
    at: datetime | None = None,
    on: str | None = None,
) -> None:
    """Defer a job on the session's own connection, so that it commits or rolls back with everything else.

    Args:
        session: the open transaction; it is flushed first, since the raw connection bypasses autoflush.
        queue: the app that knows the task.
        task: the task's full name.
        arguments: JSON values for the task.
        lock: at most one job with this lock runs at a time. Never combine it with `at`: a job that waits
            for its time would block every later one.
        at: earliest start.
        on: name of the queue, if not that of the task.

    Raises:
        DatabaseUnavailable: the database is away.
    """
    await session.flush()
    raw = await (await session.connection()).get_raw_connection()
    deferrer = queue.configure_task(
        task,
        allow_unknown=False,
        connection=raw.driver_connection,
        lock=lock,
        schedule_at=at,
        **({} if on is None else {"queue": on}),
    )
    try:
        await deferrer.defer_async(**arguments)
    except exceptions.ConnectorException as error:
        if isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
            raise lost(error) from error
        raise


async def end_job(session: AsyncSession, job_id: int) -> None:
    """End a dead worker's job as failed, so that it commits or rolls back with the rest of the session.

    Raises:
        JobEnded: it has already ended; the transaction can only be rolled back.
        DatabaseUnavailable: the database is away.
    """
    await session.flush()
    raw = await (await session.connection()).get_raw_connection()
    connection = cast("psycopg.AsyncConnection[Any]", raw.driver_connection)
    try:
        await connection.execute(
            sql.queries["finish_job"],
            {"job_id": job_id, "status": Status.FAILED.value, "delete_job": False},
        )
        ended = await connection.execute("SELECT lock FROM procrastinate_jobs WHERE id = %s", [job_id])
        if found := await ended.fetchone():
            await connection.execute(_WAKE_WAITERS, {"lock": found[0]})
    except psycopg.errors.RaiseException as error:
        raise JobEnded(f"job {job_id} has already ended") from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise lost(error) from error


async def run_worker(
    queue: procrastinate.App,
    stop: asyncio.Event,
    *,
    context: dict[str, Any],
    before_start: Callable[[], Awaitable[None]],
    liveness: Liveness | None = None,
    **options: Any,
) -> None:
    """Keep a worker running until `stop` is set, restarting it whenever it ends by itself.

    Procrastinate 3.10 leaves a worker without its listener after a short outage of the database, or lets it return
    or raise after a long one. Its maintainers advise to restart it, which also registers a new heartbeat.

    Args:
        queue: the app with its tasks.
        stop: set to let running jobs finish and return.
        context: passed to every task as `context.additional_context`.
        before_start: awaited before every start, for example to bring the embedded server back.
        liveness: tracks the progress of the loop and its jobs; without progress there is no heartbeat.
        options: further options of Procrastinate's worker.

    Raises:
        DatabaseTooNew: a newer program has migrated the database; nothing is done in it any more.
    """
    delay = 0.5
    loop = asyncio.get_running_loop()
    liveness = liveness or Liveness()
    if isinstance(queue.connector, _Connector):
        queue.connector.liveness = liveness
    while not stop.is_set():
        started = loop.time()
        liveness.note_progress()
        try:
            await before_start()
            async with queue.open_async():
                await _run_until(queue, stop, liveness, additional_context=context, **options)
        except DatabaseTooNew:
            raise
        except (exceptions.ConnectorException, OSError) as error:
            log.warning("the worker lost the database: %s", type(error).__name__)
        except Exception:
            # A worker that fails for an unknown reason must appear in the log and must restart.
            log.exception("the worker stopped unexpectedly")
        if stop.is_set():
            return
        delay = 0.5 if loop.time() - started > 60 else min(delay * 2, 10.0)
        await _wait(stop, delay * random.uniform(0.5, 1.0))  # noqa: S311 - spreads restarts, guards nothing


async def _run_until(
    queue: procrastinate.App, stop: asyncio.Event, liveness: Liveness, **options: Any
) -> None:
    async def track(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        with liveness.track_job():
            return await call_next()

    middleware: list[WorkerMiddleware] = [track, _abort_or_shutdown]
    # an idle loop makes progress by polling alone
    options.setdefault("fetch_job_polling_interval", min(POLL_SECONDS, liveness.limit / 5))
    worker = asyncio.create_task(
        queue.run_worker_async(worker_middleware=middleware, **options), name="worker"
    )
    stopping = asyncio.create_task(stop.wait(), name="worker-stop")
    try:
        await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not worker.done():
            await _stop_worker(worker)
    if worker.done() and not worker.cancelled():
        worker.result()


async def _stop_worker(worker: asyncio.Task[None]) -> None:
    """Cancel once and wait; cancel again, which orphans jobs, only if the database is frozen."""
    worker.cancel()
    done, _ = await asyncio.wait({worker}, timeout=15)
    if not done:
        worker.cancel()
        await asyncio.wait({worker}, timeout=7)


async def _abort_or_shutdown(
    call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker
) -> Any:
    """End a job that the user aborted; leave one that a shutdown interrupted, to be resumed."""
    try:
        return await call_next()
    except asyncio.CancelledError:
        if context.abort_reason() is AbortReason.USER_REQUEST:
            raise exceptions.JobAborted from None
        raise


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
