"""The request budget, shared by all processes with the same key: read before a request, updated after it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from fluffy_tui.buffer import Budget, BudgetWindow
from fluffy_tui.core.database import Database, database_now
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling.tables import RequestBudgetRow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from sqlalchemy.dialects.postgresql import Insert
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.personas import Personas
    from fluffy_tui.settings import Secret

log = logging.getLogger(__name__)

RESERVE = 20
"""Requests in each window that status checks leave for posts that are still to be sent."""


def key_fingerprint(key: Secret | None) -> str:
    """Return a short hash that tells keys apart; the key cannot be recovered from it."""
    return "" if key is None else hashlib.sha256(key.reveal().encode()).hexdigest()[:12]


class RequestBudget:
    """The budget as Buffer last reported it to any process with this database, for the key with this fingerprint."""

    def __init__(self, database: Database, fingerprint: str) -> None:
        self._database = database
        self._fingerprint = fingerprint
        self._latest: Budget | None = None
        self._writing: asyncio.Task[None] | None = None

    def note(self, budget: Budget) -> None:
        """Store what a reply reported. Returns at once: neither a slow nor a lost database delays a request."""
        self._latest = budget
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="request-budget")

    async def written(self) -> None:
        """Wait until everything that was noted is stored, or could not be."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def current(self) -> Budget:
        """Return the windows as last reported; one that has ended is left out, since its budget is full again."""
        await self.written()
        query = select(RequestBudgetRow).where(
            RequestBudgetRow.key_mark == self._fingerprint,
            (RequestBudgetRow.resets_at > func.now())
            | RequestBudgetRow.resets_at.is_(None)
            & (RequestBudgetRow.seen_at + RequestBudgetRow.window_seconds * _SECOND > func.now()),
        )
        async with self._database.transaction() as session:
            rows = (await session.execute(query.order_by(RequestBudgetRow.window_seconds))).scalars().all()
            lead = await _lead(session)
        return Budget(MappingProxyType({row.window_seconds: _window(row, lead) for row in rows}))

    async def may_ask(self) -> bool:
        """Return whether a request may be sent that does not send a post; the last requests are reserved for posts."""
        return await self.closed_for(reserve=RESERVE) is None

    async def organizations(
        self, personas: Personas, buffer: BufferClient | None
    ) -> AsyncIterator[tuple[BufferClient, str, Sequence[str]]]:
        """Yield the client, and each organisation with its channels, for as long as Buffer may be asked about them."""
        if buffer is None:
            return
        for organization_id, channel_ids in (await personas.channels_by_organization()).items():
            if not await self.may_ask():
                log.info("Buffer is not asked: the remaining requests are reserved for posts")
                return
            yield buffer, organization_id, channel_ids

    async def closed_for(self, *, reserve: int = 0) -> tuple[BudgetWindow, float] | None:
        """Return the window that forbids a request now, and for how many seconds; None if one may be sent.

        `reserve` is how many requests must remain; at most a fifth of a window's quota.
        """
        windows = (await self.current()).windows.values()
        spent = [window for window in windows if window.remaining <= _reserved(window, reserve)]
        if not spent:
            return None
        last = max(spent, key=lambda window: _seconds(window))
        return last, _seconds(last)

    async def forget_exhausted(self) -> None:
        """Forget which windows are used up, so that the next request asks Buffer itself."""
        await self.written()
        async with self._database.transaction() as session:
            await session.execute(
                delete(RequestBudgetRow).where(
                    RequestBudgetRow.key_mark == self._fingerprint, RequestBudgetRow.remaining <= 0
                )
            )

    async def _write(self) -> None:
        while (budget := self._latest) is not None:
            self._latest = None
            try:
                await self._store(budget.windows.values())
            except (FluffyError, SQLAlchemyError, OSError) as error:
                log.warning("the request budget could not be stored: %s", type(error).__name__)

    async def _store(self, windows: Iterable[BudgetWindow]) -> None:
        async with self._database.transaction() as session:
            lead = await _lead(session)
            seen_at = datetime.now(UTC) + lead
            for window in windows:
                facts = {
                    "key_mark": self._fingerprint,
                    "window_seconds": window.length,
                    "quota": window.quota,
                    "remaining": window.remaining,
                    "resets_at": window.resets_at and window.resets_at + lead,
                    "seen_at": seen_at,
                }
                await session.execute(_storing(), facts)


@cache
def _storing() -> Insert:
    """Return the statement that stores a window, unless a later report of it is stored."""
    row = insert(RequestBudgetRow)
    facts = {name: row.excluded[name] for name in ("quota", "remaining", "resets_at", "seen_at")}
    return row.on_conflict_do_update(
        index_elements=["key_mark", "window_seconds"],
        set_=facts,
        where=RequestBudgetRow.seen_at <= row.excluded.seen_at,
    )


_SECOND = func.make_interval(0, 0, 0, 0, 0, 0, 1)


async def _lead(session: AsyncSession) -> timedelta:
    """Return how far the database's clock, of which all stored times are, is ahead of this computer's: whole seconds.

    A fraction would change with every answer, and with it what is said about the same window.
    """
    lead = await database_now(session) - datetime.now(UTC)
    return timedelta(seconds=round(lead.total_seconds()))


def _window(row: RequestBudgetRow, lead: timedelta) -> BudgetWindow:
    return BudgetWindow(row.window_seconds, row.remaining, row.quota, row.resets_at and row.resets_at - lead)


def _reserved(window: BudgetWindow, reserve: int) -> int:
    return reserve if window.quota is None else min(reserve, window.quota // 5)


def _seconds(window: BudgetWindow) -> float:
    """Return how long to wait for a used-up window; its whole length if Buffer did not say."""
    if window.resets_at is None:
        return float(window.length)
    return max(0.0, (window.resets_at - datetime.now(UTC)).total_seconds())
