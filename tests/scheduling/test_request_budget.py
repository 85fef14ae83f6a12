"""The request budget is shared through the database, and nothing is sent while it is used up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from fluffy_tui.buffer import Budget, BudgetWindow
from fluffy_tui.demo import StandIn, Window
from fluffy_tui.scheduling import RequestBudget, Step, key_fingerprint, request_budget
from fluffy_tui.settings import Secret

if TYPE_CHECKING:
    from fluffy_tui.core.database import Database
    from scheduling.workplace import Workplace


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def test_another_process_knows_what_a_reply_reported(place: Workplace, database: Database) -> None:
    await place.services.personas.available_channels()
    await place.services.delivery.budget.written()
    other = RequestBudget(database, key_fingerprint(Secret(place.stand_in.key)))
    windows = (await other.current()).windows
    assert set(windows) == {900, 86_400, 2_592_000}
    assert windows[900].quota == 100
    assert windows[900].remaining < 100
    assert await place.services.scheduling.budget() == await other.current()


async def test_a_new_key_has_its_own_budget(database: Database) -> None:
    old, new = (
        RequestBudget(database, key_fingerprint(Secret("old"))),
        RequestBudget(database, key_fingerprint(Secret("new"))),
    )
    old.note(Budget().updated(BudgetWindow(2_592_000, 0, 3000, soon(1_000_000))))
    assert await old.closed_for() is not None
    assert await new.closed_for() is None
    assert (await new.current()).windows == {}


async def test_the_key_is_not_stored(place: Workplace) -> None:
    await place.services.personas.available_channels()
    await place.services.delivery.budget.written()
    async with place.services.database.transaction() as session:
        rows = (
            (await session.execute(text("SELECT request_budget::text FROM request_budget"))).scalars().all()
        )
    assert rows
    assert all(place.stand_in.key not in row for row in rows)


@pytest.mark.parametrize(
    ("remaining", "reserve", "is_open"), [(1, 0, True), (0, 0, False), (20, 20, False), (21, 20, True)]
)
async def test_a_reserve_is_kept(database: Database, remaining: int, reserve: int, is_open: bool) -> None:
    budget = RequestBudget(database, "fingerprint")
    budget.note(Budget().updated(BudgetWindow(900, remaining, 100, soon(60))))
    assert (await budget.closed_for(reserve=reserve) is None) == is_open


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_wrong_clock_neither_shortens_nor_lengthens_a_window(
    database: Database, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    """The clock of one machine is wrong; the window that it reported ends for all at the same moment."""

    class WrongClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(minutes=minutes)

    wrong, right = RequestBudget(database, "fingerprint"), RequestBudget(database, "fingerprint")
    with monkeypatch.context() as patch:
        patch.setattr(request_budget, "datetime", WrongClock)
        wrong.note(Budget().updated(BudgetWindow(900, 0, 100, soon(60) + timedelta(minutes=minutes))))
        closed = await wrong.closed_for()
        assert closed is not None
        assert 30 < closed[1] < 90
    closed = await right.closed_for()
    assert closed is not None
    assert 30 < closed[1] < 90


async def test_a_window_is_full_again_after_its_reset(database: Database) -> None:
    budget = RequestBudget(database, "fingerprint")
    budget.note(Budget().updated(BudgetWindow(900, 0, 100, soon(-1)), BudgetWindow(86_400, 5, 250, soon(60))))
    assert await budget.closed_for() is None
    assert (await budget.current()).remaining == 5


async def test_the_wait_is_that_of_the_window_that_resets_last(database: Database) -> None:
    budget = RequestBudget(database, "fingerprint")
    budget.note(
        Budget().updated(BudgetWindow(900, 0, 100, soon(60)), BudgetWindow(86_400, 0, 250, soon(3600)))
    )
    closed = await budget.closed_for()
    assert closed is not None
    assert closed[0].length == 86_400
    assert 3500 < closed[1] <= 3600


async def test_nothing_is_sent_while_the_budget_is_used_up(place: Workplace) -> None:
    post = await place.submit()
    place.services.delivery.budget.note(Budget().updated(BudgetWindow(900, 0, 100, soon(300))))
    before = len(place.stand_in.requests)
    await place.services.delivery.deliver(post.id)
    held = await place.post(post.id)
    assert (held.step, held.error_code) == (Step.HELD, "rate_limited")
    assert held.next_try_at is not None
    assert timedelta(seconds=250) < held.next_try_at - datetime.now(UTC) <= timedelta(seconds=301)
    assert len(place.stand_in.requests) == before


async def test_a_request_succeeds_even_if_the_budget_cannot_be_stored(place: Workplace) -> None:
    await place.execute("ALTER TABLE request_budget RENAME TO away")
    assert await place.services.personas.available_channels()
    await place.services.delivery.budget.written()


class TestASmallBudget:
    """Deliveries with a budget that runs out in between."""

    @pytest.fixture
    async def stand_in(self, tmp_path: object) -> object:
        """Yield a stand-in that allows eight requests in two seconds."""
        from pathlib import Path

        windows = (Window("15m", "2s", 2, 8),)
        async with StandIn(media=Path(str(tmp_path)) / "media", windows=windows) as running:
            yield running

    async def test_everything_is_sent_within_the_budget(self, place: Workplace) -> None:
        """Every post arrives, however often the budget runs out."""
        posts = [await place.submit(f"number {number}", number) for number in range(6)]
        async with place.worker():
            for post in posts:
                await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
        assert [remote.text for remote in place.in_buffer()] == [f"number {n}" for n in range(6)]
