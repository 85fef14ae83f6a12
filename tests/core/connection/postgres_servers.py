"""Real Postgres servers that listen on a port: the embedded one's programs, and those that Debian installs."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from fluffy_tui.core.embedded.server_account import ServerAccount

OWNER = "owner"
PASSWORD = "Zq7%Xk@9/Wv"
"""Of every role; with characters that have to be encoded in a URL."""
ENCODED = "Zq7%25Xk%409%2FWv"

DEBIANS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
"""Servers with TLS, which the embedded one lacks."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server with the superuser `owner`."""

    data: Path
    port: int
    account: ServerAccount
    binaries: Path

    def url(self, database: str = "postgres", user: str = OWNER, options: str = "") -> str:
        """Return an address as a user would write it."""
        return f"postgresql://{user}:{ENCODED}@127.0.0.1:{self.port}/{database}{options}"

    def sql(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    @contextmanager
    def access(self, *rules: str) -> Iterator[None]:
        """Put rules in front of pg_hba.conf for a while; the superuser stays welcome."""
        file = self.data / "pg_hba.conf"
        before = file.read_text()
        keep = f"host all {OWNER} 127.0.0.1/32 scram-sha-256\n"
        file.write_text(keep + "".join(f"{rule}\n" for rule in rules) + before)
        self._reload()
        try:
            yield
        finally:
            file.write_text(before)
            self._reload()

    @contextmanager
    def settings(self, **values: str) -> Iterator[None]:
        """Set server settings for a while."""
        self.sql(*(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in values.items()))
        self._reload()
        try:
            yield
        finally:
            self.sql("ALTER SYSTEM RESET ALL")
            self._reload()

    def control(self, *arguments: str | Path) -> None:
        """Run pg_ctl."""
        ended = self.account.run(
            [self.binaries / "pg_ctl", "-D", self.data, "-w", "-l", self.data / "log", *arguments],
            binaries=self.binaries,
        )
        assert ended.returncode == 0, ended.stdout + (self.data / "log").read_text()

    def _reload(self) -> None:
        """Reload the configuration, and wait until the server has done it."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            query = "SELECT pg_conf_load_time()"
            before = connection.execute(query).fetchone()
            connection.execute("SELECT pg_reload_conf()")
            while connection.execute(query).fetchone() == before:
                pass


@contextmanager
def running(binaries: Path) -> Iterator[PostgresServer]:
    """Run a new server, as an unprivileged account when the tests are root's."""
    place = Path(tempfile.mkdtemp(prefix="fluffy-servers-"))
    account = ServerAccount.for_cluster(place / "data")
    try:
        account.grant_passage(binaries / "postgres")
        account.private_folder(place)
        secret = place / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        made = account.run(
            [
                *(binaries / "initdb", "-D", place / "data", f"--username={OWNER}", f"--pwfile={secret}"),
                *("--auth-local=reject", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C"),
                "--no-sync",
            ],
            binaries=binaries,
        )
        assert made.returncode == 0, made.stdout
        with started(place / "data", account, binaries) as server:
            yield server
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def started(data: Path, account: ServerAccount, binaries: Path) -> Iterator[PostgresServer]:
    """Start the server of an existing data folder on a port of its own."""
    server = PostgresServer(data, free_port(), account, binaries)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(server.port),
        "unix_socket_directories": "",
        "fsync": "off",
    }
    server.control("-o", " ".join(f"-c {name}='{value}'" for name, value in options.items()), "start")
    try:
        yield server
    finally:
        server.control("-m", "immediate", "stop")


def free_port() -> int:
    """Return a port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
