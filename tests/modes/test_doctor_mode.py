"""`--doctor` with working and broken services."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from fluffy_tui.core.job_queue import LISTENERS_LOCK
from fluffy_tui.demo import Kind, StandIn
from modes.program import Ended, quick_fluffy as fluffy
from scheduling.workplace import stand_in_variables

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(database_url: str, tmp_path: Path, stand_in: StandIn) -> dict[str, str]:
    return {"DATABASE_URL": database_url, **stand_in_variables(stand_in, tmp_path / "media")}


def checks(ended: Ended) -> dict[str, dict[str, str]]:
    return {line["check"]: line for line in ended.events}


async def doctor(home: Path, environment: dict[str, str], *arguments: str) -> Ended:
    return await asyncio.to_thread(lambda: fluffy(home, "--doctor", *arguments, **environment))


async def test_status_is_0_when_everything_works(own_home: Path, environment: dict[str, str]) -> None:
    ended = await doctor(own_home, environment, "--json")
    found = checks(ended)
    assert ended.status == 0, ended.out + ended.err
    assert {
        found[name]["status"]
        for name in ("files", "database", "buffer key", "clock", "request budget", "media host")
    } == {"ok"}
    assert found["worker"]["status"] == "warn"
    assert found["image_embed"]["status"] == "skip"
    assert not any(environment["BUFFER_API_KEY"] in line for line in ended.out.splitlines())


async def test_a_clock_that_differs_is_named(
    own_home: Path, environment: dict[str, str], stand_in: StandIn
) -> None:
    await stand_in.advance(3 * 3600.0)
    clock = checks(await doctor(own_home, environment, "--json"))["clock"]
    assert (clock["status"], clock["detail"]) == (
        "warn",
        "this computer's is 3 h 0 min behind Buffer's clock",
    )


async def test_a_time_zone_that_the_system_does_not_know_is_named(
    own_home: Path, environment: dict[str, str]
) -> None:
    clock = checks(await doctor(own_home, {**environment, "TZ": "Mars/Olympus"}, "--json"))["clock"]
    assert clock["status"] == "warn"
    assert clock["detail"].startswith("TZ is set to Mars/Olympus, which is not among")
    assert "Europe/Berlin" in clock["remedy"]


async def test_text_output_starts_with_a_sign(own_home: Path, environment: dict[str, str]) -> None:
    ended = await doctor(own_home, environment)
    assert ended.out.splitlines()[1].startswith("✓ database: PostgreSQL ")


async def test_a_rejected_key_fails_with_a_remedy(
    own_home: Path, environment: dict[str, str], stand_in: StandIn
) -> None:
    stand_in.faults.add(Kind.BAD_KEY, count=10)
    ended = await doctor(own_home, environment, "--json")
    key = checks(ended)["buffer key"]
    assert ended.status == 1
    assert key["status"] == "fail"
    assert "BUFFER_API_KEY" in key["remedy"]


async def test_a_channel_with_a_problem_is_named(
    own_home: Path, environment: dict[str, str], stand_in: StandIn
) -> None:
    ended = await doctor(own_home, environment, "--json")
    lines = ended.events
    assert any(line["check"] == "channel" and "paused" in line["detail"] for line in lines)


async def test_a_media_host_that_serves_something_else_fails(
    own_home: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    ended = await doctor(own_home, {**environment, "FLUFFY_MEDIA_DIRECTORY": str(elsewhere)}, "--json")
    assert ended.status == 1
    assert checks(ended)["media host"]["status"] == "fail"
    assert list(elsewhere.rglob("*.jpg")) == []


async def test_a_wrong_media_address_is_reported_as_such(own_home: Path, environment: dict[str, str]) -> None:
    wrong = {**environment, "FLUFFY_MEDIA_BASE_URL": "https://example.org/?folder=photos"}
    media_host = checks(await doctor(own_home, wrong, "--json"))["media host"]
    assert media_host["status"] == "fail"
    assert "FLUFFY_MEDIA_BASE_URL" in media_host["detail"] + media_host["remedy"]
    assert "not set" not in media_host["detail"]


async def test_without_settings_the_checks_fail_but_the_embedded_database_works(own_home: Path) -> None:
    ended = await doctor(own_home, {}, "--json")
    found = checks(ended)
    assert ended.status == 1
    assert ended.err == ""
    assert found["database"]["status"] == "ok"
    assert "embedded" in found["database"]["detail"]
    assert found["buffer key"]["status"] == found["media host"]["status"] == "fail"


async def test_a_database_that_does_not_respond_fails(own_home: Path) -> None:
    ended = await doctor(own_home, {"DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:1/x"}, "--json")
    assert ended.status == 1
    assert checks(ended)["database"]["status"] == "fail"
    assert "hunter2" not in ended.out + ended.err


UNHURRIED = "-5 minutes"
"""The age of a heartbeat that stays fresh for as long as a busy computer takes."""


async def test_a_worker_without_a_key_is_distinguished_from_one_that_delivers(
    own_home: Path, environment: dict[str, str]
) -> None:
    await doctor(own_home, environment)  # migrates the database
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        register(connection, "indexer", "keyless:47", UNHURRIED)
        worker = checks(await doctor(own_home, environment, "--json"))["worker"]
        assert worker["status"] == "warn"
        says = "none can deliver: keyless:47 (only indexes: no Buffer key or no media host)"
        assert worker["detail"] == says
        register(connection, "worker", "here:48", UNHURRIED)
        register(connection, "library", "here:48", UNHURRIED)
        worker = checks(await doctor(own_home, environment, "--json"))["worker"]
        assert worker["status"] == "ok"
        assert worker["detail"].startswith("2 running: here:48 (heartbeat ")
        assert worker["detail"].endswith("keyless:47 (only indexes: no Buffer key or no media host)")
        register(connection, "uploader", "keyless:47", UNHURRIED)
        uploader = checks(await doctor(own_home, environment, "--json"))["worker"]
    assert uploader["detail"].endswith("keyless:47 (uploads pictures and indexes: no Buffer key)")


def register(connection: psycopg.Connection, purpose: str, process: str, age: str = "1 second") -> None:
    """Register a worker as its connection would."""
    connection.execute(
        "SELECT set_config('application_name', %s, false)", [f"fluffy-tui {purpose} {process}"]
    )
    connection.execute(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)", [age]
    )


async def test_a_worker_that_runs_but_does_not_deliver_is_stuck(
    own_home: Path, environment: dict[str, str]
) -> None:
    await doctor(own_home, environment)  # migrates the database
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        register(connection, "worker", "here:47", "10 minutes")
        register(connection, "library", "here:47", UNHURRIED)
        worker = checks(await doctor(own_home, environment, "--json"))["worker"]
        assert worker["detail"].startswith("none is running"), "it was killed"
        connection.execute(
            f"SELECT pg_advisory_lock_shared(({LISTENERS_LOCK}::bigint << 32) + max(id)) FROM procrastinate_workers"
        )
        worker = checks(await doctor(own_home, environment, "--json"))["worker"]
    assert worker["status"] == "warn"
    assert worker["detail"].startswith("here:47 is stuck: no delivery for 6")
    assert "End that process" in worker["remedy"]
