"""A fluffy-train database, and an installation without Buffer that adopts it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.paths import Paths
from fluffy_tui.settings import Secret, Settings
from modes.adopt.train_schema import TrainRows, train_rows


@pytest.fixture
def train(server_url: str, template_name: str) -> Iterator[TrainRows]:
    """Yield an empty fluffy-train database."""
    del template_name  # it makes the server ready
    with train_rows(server_url) as rows:
        yield rows


@pytest.fixture
async def services(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    """Yield the services of the installation."""
    paths = Paths(config_file=tmp_path / "config.toml", data=tmp_path / "data")
    async with open_services(Settings(paths=paths, database_url=Secret(database_url))) as opened:
        yield opened
