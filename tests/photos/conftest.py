"""A library to import into."""

from __future__ import annotations

import pytest

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Photos
from photos.photo_files import make_library


@pytest.fixture
async def library(database: Database) -> tuple[Photos, Persona]:
    """Return the photos service and a persona without photos."""
    return await make_library(database)
