"""A data folder for an embedded server, and other programs that use it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import psycopg

from fluffy_tui.core.embedded import EmbeddedServer

USER = """
import sys
from pathlib import Path
from fluffy_tui.core.embedded import embedded_server
with embedded_server(Path(sys.argv[1]), log=Path(sys.argv[2])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


class DatabaseFolder:
    """A private data folder with a path short enough for a socket, and the programs that use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = folder / "postgres"
        self.log = folder / "postgres.log"
        self.programs: list[subprocess.Popen[str]] = []

    def server(self) -> EmbeddedServer:
        """Return another user of the cluster, in this program."""
        return EmbeddedServer(self.cluster, log=self.log)

    def program(self) -> subprocess.Popen[str]:
        """Start another program that uses the server until its standard input ends."""
        program = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", USER, self.cluster, self.log],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.programs.append(program)
        return program

    def postmaster(self) -> psutil.Process:
        """Return the server's process."""
        return psutil.Process(int((self.cluster / "postmaster.pid").read_text().split()[0]))


def url_of(program: subprocess.Popen[str]) -> str:
    """Wait until the program uses the server, and return its URL."""
    assert program.stdout is not None
    return program.stdout.readline().strip()


def value(url: str, query: str) -> object:
    """Run one statement and return the first value of its result, if it has one."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
    return row and row[0]
