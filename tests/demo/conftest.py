"""A new stand-in Buffer for each test that needs one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.stand_in_caller import Caller, serving


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Caller]:
    """Yield a caller of a new stand-in."""
    async with serving(tmp_path) as caller:
        yield caller
