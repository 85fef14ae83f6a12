"""An app without any settings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.paths import Paths
from tui.conftest import Driver, Running
from tui.fakes import FakeServices, FakeSetup

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

Fresh = Callable[..., AbstractAsyncContextManager[Driver]]


def seen(driver: Driver) -> str:
    """Return everything on the screen."""
    return driver.screen_text()


@pytest.fixture
def setup(tmp_path: Path) -> FakeSetup:
    return FakeSetup(Paths(config_file=tmp_path / "config.toml", data=tmp_path / "data"))


@pytest.fixture
def bare_setup(tmp_path: Path) -> FakeSetup:
    return FakeSetup(Paths(config_file=tmp_path / "config.toml", data=tmp_path / "data"), bare=True)


@pytest.fixture
def fresh(running: Running, services: FakeServices, bare_setup: FakeSetup) -> Fresh:
    @asynccontextmanager
    async def run(size: tuple[int, int] = (80, 24), **options: Any) -> AsyncIterator[Driver]:
        services.personas.personas.clear()
        async with running(size=size, setup=bare_setup, **options) as driver:
            yield driver

    return run
