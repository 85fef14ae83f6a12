"""The time zones of machines and personas."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Personas, home_zone, machine_zone


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (":Asia/Tokyo", "Asia/Tokyo"),
        ("/usr/share/zoneinfo/America/New_York", "America/New_York"),
        ("XYZ-2", "Etc/GMT-2"),
        ("XYZ5", "Etc/GMT+5"),
        ("XYZ-5:30", "UTC"),
        ("XYZ0", "UTC"),
    ],
)
def test_a_machines_zone_has_a_name_that_others_know(
    restored: pytest.MonkeyPatch, setting: str, name: str
) -> None:
    restored.setenv("TZ", setting)
    time.tzset()
    assert machine_zone() == name


def test_a_machine_without_the_variable_has_a_zone_too(restored: pytest.MonkeyPatch) -> None:
    restored.delenv("TZ", raising=False)
    time.tzset()
    assert machine_zone()


@pytest.mark.parametrize(
    ("stored", "channel", "expected"),
    [
        ("Europe/Berlin", None, "Europe/Berlin"),
        ("Europe/Berlin", "Asia/Tokyo", "Asia/Tokyo"),
        ("Europe/Berlin", "Mars/Olympus", "Europe/Berlin"),
        ("../etc", None, "UTC"),
        ("", None, "UTC"),
    ],
)
async def test_the_home_zone_is_the_main_channels_or_that_of_the_first_machine(
    database: Database, stored: str, channel: str | None, expected: str
) -> None:
    persona = await Personas(database, None).create("sarah")
    async with database.transaction() as session:
        await session.execute(text("UPDATE personas SET timezone = :zone"), {"zone": stored})
        if channel:
            await session.execute(
                text(
                    "INSERT INTO channels (id, organization_id, service, description)"
                    " VALUES ('c', 'o', 'x', jsonb_build_object('timezone', CAST(:zone AS text)))"
                ),
                {"zone": channel},
            )
            await session.execute(
                text("INSERT INTO persona_channels (persona_id, channel_id, position) VALUES (:id, 'c', 0)"),
                {"id": persona.id},
            )
        assert (await home_zone(session, persona.id)).key == expected
        assert (await home_zone(session, 0)).key == "UTC"


def test_zones_are_known_where_the_system_has_none() -> None:
    """As in small containers, where all times would be Greenwich's."""
    places = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[])
    try:
        assert zoneinfo.ZoneInfo.no_cache("Asia/Kathmandu").key == "Asia/Kathmandu"
    finally:
        zoneinfo.reset_tzpath(to=places)
