"""pgbouncer between the program and a real server: sessions are fine, shared transactions need a direct address."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

import fluffy_tui.bootstrap  # noqa: F401 - imports every table
from core.connection.postgres_servers import OWNER, PASSWORD, PostgresServer, free_port
from fluffy_tui.core.connection import check_direct_address, read_address, read_direct_address
from fluffy_tui.core.embedded.server_account import ServerAccount
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.migration_runner import migrate
from fluffy_tui.demo import StandIn
from scheduling.workplace import workplace

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/opt/homebrew/bin:/usr/local/bin")

pytestmark = [
    pytest.mark.servers,
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="needs Debian's package pgbouncer"),
]


@contextmanager
def pgbouncer(server: PostgresServer, **settings: str) -> Iterator[str]:
    """Run pgbouncer in front of the server, and yield the address through it."""
    place = server.data.with_name("pgbouncer")
    account = ServerAccount.for_cluster(server.data)
    account.private_folder(place)
    port = free_port()
    (place / "users").write_text(f'"{OWNER}" "{PASSWORD}"\n')
    lines = {
        "listen_addr": "127.0.0.1",
        "listen_port": str(port),
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": str(place / "users"),
        "logfile": str(place / "log"),
        **settings,
    }
    configuration = place / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\n"
        + "".join(f"{name} = {value}\n" for name, value in lines.items())
    )
    account.take_ownership(place)
    for file in place.iterdir():
        file.chmod(0o644)
    assert PROGRAM is not None
    process = subprocess.Popen(
        [PROGRAM, configuration],
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=account.uid if account.is_other else None,
        group=account.gid if account.is_other else None,
        extra_groups=() if account.is_other else None,
    )
    try:
        while not listens(port):
            assert process.poll() is None, (place / "log").read_text()
        yield read_address(server.url("photos").replace(f":{server.port}/", f":{port}/"))
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(place)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def server(tcp_server: PostgresServer) -> Iterator[PostgresServer]:
    tcp_server.sql("CREATE DATABASE photos")
    yield tcp_server
    tcp_server.sql("DROP DATABASE photos WITH (FORCE)")


@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize("round_robin", ["0", "1"])
def test_shared_connections_are_refused_before_anything_is_changed(
    server: PostgresServer, mode: str, round_robin: str
) -> None:
    with pgbouncer(server, pool_mode=mode, server_round_robin=round_robin) as address:
        for _ in range(3):  # with more connections in the pool
            with pytest.raises(DatabaseUnavailable) as caught:
                migrate(address)
            assert "pool_mode=transaction" in caught.value.message
            assert "Set DATABASE_DIRECT_URL to the server's own address" in caught.value.hint
    with psycopg.connect(server.url("photos")) as connection:
        assert connection.execute("SELECT to_regclass('personas')").fetchone() == (None,)


@pytest.mark.parametrize("mode", ["session", "transaction"])
async def test_posts_are_delivered_and_every_change_is_noticed(
    server: PostgresServer, tmp_path: Path, mode: str
) -> None:
    """By a worker and an app; each statement is run often enough to be prepared."""
    media, direct = tmp_path / "media", server.url("photos") if mode == "transaction" else None
    with pgbouncer(server, pool_mode=mode, server_round_robin="1") as address:
        async with (
            StandIn(media=media) as stand_in,
            workplace(address, tmp_path, stand_in, media, direct_url=direct) as place,
        ):
            worker = place.worker_process(tmp_path / "worker.log")
            for number in range(8):
                await place.arrived(f"number {number}", number)
            worker.release()
            assert await worker.ended() == 0
            assert len(place.in_buffer()) == 8
    assert "prepared statement" not in (tmp_path / "worker.log").read_text()


def test_the_direct_address_has_to_lead_to_the_same_database(server: PostgresServer) -> None:
    with pgbouncer(server, pool_mode="transaction") as address:
        check_direct_address(address, read_direct_address(server.url("photos")))
        for other in (
            server.url("postgres"),
            server.url("photos", options="?options=-csearch_path%3Dnowhere"),
        ):
            with pytest.raises(DatabaseUnavailable) as caught:
                check_direct_address(address, read_direct_address(other))
            assert "DATABASE_DIRECT_URL leads to another database than DATABASE_URL" in caught.value.message
            assert "the same database" in caught.value.hint


def test_an_invalid_direct_address_is_refused_by_its_name(server: PostgresServer) -> None:
    with pgbouncer(server, pool_mode="transaction", server_round_robin="1") as address:
        with pytest.raises(DatabaseUnavailable, match="DATABASE_DIRECT_URL leads to a pooler"):
            check_direct_address(address, address)
        absent = read_direct_address(server.url("absent"))
        with pytest.raises(DatabaseUnavailable, match="correct its name in DATABASE_DIRECT_URL"):
            check_direct_address(address, absent)
        with pytest.raises(DatabaseUnavailable, match="correct its name in DATABASE_URL"):
            check_direct_address(absent, address)
    with pytest.raises(DatabaseUnavailable, match="DATABASE_DIRECT_URL is not the address of a Postgres"):
        read_direct_address("mysql://a/b")
