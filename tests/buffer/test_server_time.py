"""Buffer's clock: read from headers that may say anything, and never back within their precision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.buffer.server_time import ServerTime


@given(st.text())
def test_any_date_header_is_read_or_ignored(date: str) -> None:
    time = ServerTime()
    time.read(date)
    time.now()


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"]
)
def test_an_absurd_date_is_not_the_time(date: str | None) -> None:
    time = ServerTime()
    time.read(date)
    assert not time.is_known


def test_what_is_done_later_has_a_later_time_although_a_date_has_whole_seconds_only() -> None:
    time = ServerTime()
    second = datetime(2026, 5, 1, 10, 0, 0, tzinfo=UTC)
    time.read(format_datetime(second, usegmt=True))
    before = time.now()
    time.read(format_datetime(second, usegmt=True))
    assert time.now() > before


@pytest.mark.parametrize("jump", [timedelta(seconds=1), timedelta(seconds=-1), timedelta(hours=-3)])
def test_a_clock_that_is_set_is_followed(jump: timedelta) -> None:
    time = ServerTime()
    second = datetime(2026, 5, 1, 10, 0, 0, tzinfo=UTC)
    time.read(format_datetime(second, usegmt=True))
    time.read(format_datetime(second + jump, usegmt=True))
    assert second + jump <= time.now() < second + jump + timedelta(seconds=1)
