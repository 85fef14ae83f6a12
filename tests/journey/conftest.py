"""A home for the programs of the journeys that their own Postgres can reach."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


def reachable_home() -> Path:
    """Return a new home out of pytest's own folder, for the account that root's servers run as.

    Every run of root's makes that folder private again, so a second run would lock the first one's servers out.
    """
    home = Path(tempfile.mkdtemp(prefix="fluffy-home-"))
    home.chmod(0o755)
    return home


@pytest.fixture
def own_home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep every journey away from the settings and data of whoever runs it."""
    del own_home
    home = reachable_home()
    monkeypatch.setenv("HOME", str(home))
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def demo_home() -> Iterator[Path]:
    """Return a home for several demos, one after the other: the first paints the sample photos for all."""
    home = reachable_home()
    yield home
    shutil.rmtree(home, ignore_errors=True)
