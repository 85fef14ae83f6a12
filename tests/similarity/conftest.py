"""A library to index, and a stand-in for image_embed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fluffy_tui.core.database import Database
from similarity.image_embed_stand_in import ImageEmbedStandIn, image_embed_stand_in
from similarity.similarity_place import Place, open_place


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> Place:
    """Return an empty library."""
    return await open_place(database, tmp_path / "photos")


@pytest.fixture
async def stand_in() -> AsyncIterator[ImageEmbedStandIn]:
    """Yield a running image_embed."""
    async with image_embed_stand_in() as running:
        yield running
