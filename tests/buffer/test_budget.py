"""The request budget is read from the headers of every reply."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from buffer.scripted_buffer import Reply, asking, error_entry
from fluffy_tui.buffer import Budget, BudgetWindow, BufferClient, BufferError
from fluffy_tui.buffer.budget import DAY, MONTH, QUARTER_HOUR
from fluffy_tui.buffer.response_headers import read_windows

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
LIMITS = '"100-in-15min";r=98;t=897', '"250-in-1day";r=12;t=4000', '"3000-in-30days";r=2000;t=99999'
POLICIES = (
    '"100-in-15min";q=100;w=900;pk=:a2V5:',
    '"250-in-1day";q=250;w=86400;pk=:a2V5:',
    '"3000-in-30days";q=3000;w=2592000;pk=:a2V5:',
)
ACCOUNT: dict[str, Any] = {"data": {"account": {"id": "1", "timezone": None, "organizations": []}}}


def check_three_windows(budget: Budget) -> None:
    """Assert the three windows of `LIMITS` and `POLICIES`."""
    assert list(budget.windows) == [QUARTER_HOUR, DAY, MONTH]
    assert [window.remaining for window in budget.windows.values()] == [98, 12, 2000]
    assert [window.quota for window in budget.windows.values()] == [100, 250, 3000]
    assert budget.remaining == 12
    assert budget.exhausted is None


async def budget_after(*headers: tuple[str, str]) -> Budget:
    """Return the budget after one reply with these headers."""
    async with asking(Reply(ACCOUNT, headers=headers)) as (client, _):
        assert client.budget == Budget()
        assert client.budget.remaining is None
        await client.account()
        return client.budget


async def test_repeated_header_lines() -> None:
    """One header line per window."""
    lines = [("RateLimit", item) for item in LIMITS] + [("RateLimit-Policy", item) for item in POLICIES]
    check_three_windows(await budget_after(*lines))


async def test_comma_joined_header() -> None:
    """All windows in one line."""
    joined = ("RateLimit", ", ".join(LIMITS)), ("RateLimit-Policy", ", ".join(POLICIES))
    check_three_windows(await budget_after(*joined))


async def test_reset_is_relative_to_the_reply() -> None:
    """Buffer sends seconds; a budget holds a time."""
    before = datetime.now(UTC)
    budget = await budget_after(("RateLimit", LIMITS[0]), ("RateLimit-Policy", POLICIES[0]))
    resets_at = budget.windows[QUARTER_HOUR].resets_at
    assert resets_at is not None
    assert timedelta(0) <= resets_at - before - timedelta(seconds=897) < timedelta(seconds=60)


def test_names_and_order_do_not_matter() -> None:
    """A name only links an item to its policy, even if it contains a comma."""
    headers = {
        "RateLimit": '"x,y";r=5;t=10, "burst";r=7;t=20',
        "RateLimit-Policy": '"burst";q=50;w=900, "x,y";q=60;w=86400',
    }
    assert read_windows(headers, NOW) == [
        BudgetWindow(DAY, 5, 60, NOW + timedelta(seconds=10)),
        BudgetWindow(QUARTER_HOUR, 7, 50, NOW + timedelta(seconds=20)),
    ]


def test_names_that_do_not_match_are_paired_by_position() -> None:
    """That works if there are as many items as policies."""
    headers = {"RateLimit": '"left";r=5', "RateLimit-Policy": '"policy";w=900'}
    assert read_windows(headers, NOW) == [BudgetWindow(QUARTER_HOUR, 5, None, None)]


@pytest.mark.parametrize(
    ("prefix", "reset", "resets_at"),
    [
        ("X-RateLimit", "1793613600", datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ("RateLimit", "2026-11-02T10:00:00.000Z", datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ("RateLimit", "soon", None),
    ],
)
def test_legacy_headers(prefix: str, reset: str, resets_at: datetime | None) -> None:
    """The older headers have one window, with its reset in two formats."""
    headers = {f"{prefix}-Limit": "100", f"{prefix}-Remaining": "42", f"{prefix}-Reset": reset}
    assert read_windows(headers, NOW) == [BudgetWindow(QUARTER_HOUR, 42, 100, resets_at)]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"RateLimit": "100 per minute, or so"},
        {"RateLimit": '"a";r=1'},
        {"RateLimit": '("a" "b");r=1', "RateLimit-Policy": '"a";w=900, "b";w=900'},
        {"RateLimit": '"a";r=many', "RateLimit-Policy": '"a";w=900'},
        {"RateLimit": "ünreadable", "RateLimit-Policy": '"a";w=900'},
        {"X-RateLimit-Remaining": "some"},
    ],
)
def test_invalid_headers_are_ignored(headers: dict[str, str]) -> None:
    """A header that is missing, truncated or malformed is not an error."""
    assert read_windows(headers, NOW) == []


def test_a_window_that_is_not_reported_again_is_kept() -> None:
    """A reply may report only some windows."""
    first, second = BudgetWindow(QUARTER_HOUR, 9, 100, None), BudgetWindow(DAY, 5, 250, None)
    budget = Budget().updated(first).updated(second)
    assert list(budget.windows.values()) == [first, second]
    assert budget.updated(BudgetWindow(DAY, 0, 250, None)).exhausted == BudgetWindow(DAY, 0, 250, None)


async def refused(client: BufferClient) -> BufferError:
    """Send a request that will be refused, and return the error."""
    with pytest.raises(BufferError) as caught:
        await client.account()
    return caught.value


@pytest.mark.parametrize(("window", "length"), [("15m", QUARTER_HOUR), ("24h", DAY), ("30d", MONTH)])
async def test_a_429_names_the_exhausted_window(window: str, length: int) -> None:
    """The body names the window, the header the time to wait."""
    body = {
        "errors": [error_entry("Too many requests from this client.", "RATE_LIMIT_EXCEEDED", window=window)]
    }
    async with asking(Reply(body, 429, (("Retry-After", "120"),))) as (client, _):
        error = await refused(client)
        assert (error.code, error.window, error.retry_after) == ("rate_limited", length, 120)
        assert client.budget.remaining == 0
        assert client.budget.exhausted is not None
        assert client.budget.exhausted.length == length
        assert "2 minutes" in error.hint


async def test_a_429_without_retry_after_waits_for_the_window() -> None:
    """The window's own reset replaces the missing header."""
    headers = (("RateLimit", '"a";r=0;t=600'), ("RateLimit-Policy", '"a";q=100;w=900'))
    async with asking(Reply("slow down", 429, headers)) as (client, _):
        error = await refused(client)
        assert error.retry_after == pytest.approx(600, abs=1)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "RateLimit",
                "RateLimit-Policy",
                "X-RateLimit-Remaining",
                "X-RateLimit-Limit",
                "X-RateLimit-Reset",
            ]
        ),
        st.text(st.characters(codec="ascii"))
        | st.from_regex(r'"x";[rqwt]=\d{1,15};[rqwt]=\d{1,15};[rqwt]=\d{1,15}'),
    )
)
def test_any_limit_is_bounded_or_ignored(headers: dict[str, str]) -> None:
    for window in read_windows(headers, NOW):
        assert 0 < window.length <= 2_592_000
        assert 0 <= window.remaining <= 1_000_000
        assert window.resets_at is None or window.resets_at <= NOW + timedelta(days=30)
