"""Real servers that listen on a port, one of each kind for a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.connection.postgres_servers import DEBIANS, PostgresServer, running
from fluffy_tui.core.embedded.installation import installation_folders


@pytest.fixture(scope="session")
def tcp_server() -> Iterator[PostgresServer]:
    """Yield a server made of the embedded one's programs: with pgvector, without TLS."""
    with running(installation_folders()[0] / "bin") as server:
        yield server


@pytest.fixture(scope="session")
def debian_server() -> Iterator[PostgresServer]:
    """Yield a server of Debian's: without pgvector, with TLS built in."""
    if not DEBIANS:
        pytest.skip("needs Debian's package postgresql")
    with running(DEBIANS[-1]) as server:
        yield server
