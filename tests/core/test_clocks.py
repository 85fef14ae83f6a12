"""Words for clocks that differ."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fluffy_tui.core import clocks
from fluffy_tui.core.clocks import months_later, skew_words, unknown_zone


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (61, "1 minute ahead of Buffer's clock"),
        (-61, "1 minute behind Buffer's clock"),
        (-420, "7 minutes behind Buffer's clock"),
        (7199, "2 h 0 min ahead of Buffer's clock"),
        (-90_000, "25 h 0 min behind Buffer's clock"),
    ],
)
def test_a_skew_is_given_in_minutes_and_hours(seconds: int, words: str) -> None:
    assert skew_words(timedelta(seconds=seconds), "Buffer's") == words


def test_months_are_counted_by_the_calendar() -> None:
    assert months_later(datetime(2026, 11, 30, tzinfo=UTC), 3) == datetime(2027, 2, 28, tzinfo=UTC)
    assert months_later(datetime(2026, 1, 31, tzinfo=UTC), 0) == datetime(2026, 1, 31, tzinfo=UTC)
    assert months_later(datetime(2026, 12, 1, tzinfo=UTC), 12) == datetime(2027, 12, 1, tzinfo=UTC)
    assert months_later(date(2026, 3, 31), -1) == date(2026, 2, 28)


@pytest.mark.parametrize(
    "name",
    [
        "Mars/Olympus",
        ":Europe/Berlni",
        "Berlin",
        "CET ",
        "+02:00",
        "/nowhere/Berlin",
        "/dev/zero",
        "Europe",
        "é",
    ],
)
def test_a_zone_that_the_system_counts_as_utc_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", name)
    time.tzset()
    assert time.timezone == 0, "says the system"
    assert (
        unknown_zone()
        == f"TZ is set to {name.removeprefix(':')}, which is not among the system's time zones."
    )
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "name",
    [
        "",
        ":",
        "UTC",
        "Etc/UTC",
        "GMT",
        "Europe/Berlin",
        ":Asia/Kolkata",
        "EST5EDT",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "<+05>-5",
    ],
)
def test_a_zone_that_the_system_knows_is_not(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", name)
    assert unknown_zone() == ""


def test_without_a_zone_in_the_environment_the_systems_own_has_to_be_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    localtime = tmp_path / "localtime"
    monkeypatch.setattr(clocks, "_LOCALTIME", localtime)
    assert unknown_zone() == "", "UTC, as in a container"
    localtime.symlink_to("/nowhere/Europe/Berlin")
    assert unknown_zone() == f"{localtime} is damaged or missing."
    localtime.unlink()
    localtime.write_bytes(bytes(100))
    assert unknown_zone() == f"{localtime} is damaged or missing."
    localtime.write_bytes(b"TZif2" + bytes(100))
    assert unknown_zone() == ""
