"""Home folders for the programs of the journeys, which their own Postgres can reach."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.embedded import EmbeddedServer
from fluffy_tui.core.migration_runner import migrate
from fluffy_tui.demo import StandIn, write_sample_photos
from journey.installation import Installation, installed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from journey.terminal import Terminal


def reachable_home() -> Path:
    """Return a new home outside of pytest's folder, which the account that runs root's server can enter.

    Each run by root makes pytest's folder private again, so a second run would lock out the servers of the first.
    """
    home = Path(tempfile.mkdtemp(prefix="fluffy-home-"))
    home.chmod(0o755)
    return home


@pytest.fixture
def own_home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep every journey away from the settings and data of the user who runs it."""
    del own_home
    home = reachable_home()
    monkeypatch.setenv("HOME", str(home))
    yield home
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def shared_folder(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """Lend a folder that all processes of a run share to one of them, which fills it unless another one has."""
    own = factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place / name


@pytest.fixture(scope="session")
def sample_photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo's sample photos, written once for all processes of a run, because that takes seconds."""
    with shared_folder(tmp_path_factory, "sample-photos") as folder:
        write_sample_photos(folder, datetime.now().astimezone())
    return folder


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of a migrated, empty database, made once for all processes of a run for the same reason.

    The first start of the program itself is left to the tests of newcomers.
    """
    with shared_folder(tmp_path_factory, "new-database") as files:
        if not files.exists():
            place = reachable_home()
            server = EmbeddedServer(place / "postgres", log=place / "postgres.log", durable=False)
            migrate(server.start())
            server.release()
            shutil.copytree(place / "postgres", files)
            shutil.rmtree(place)
    return files


@pytest.fixture
def reachable_place() -> Iterator[Path]:
    """Return a folder that the account which runs root's server can enter."""
    place = reachable_home()
    yield place
    shutil.rmtree(place, ignore_errors=True)


def opened_before(home: Path, new_database: Path, sample_photos: Path) -> Path:
    """Copy the sample photos and the database to where the demo of this home expects them, and return the home."""
    demo = home / ".local/share/fluffy-tui/demo"
    shutil.copytree(sample_photos, demo / "photos")
    shutil.copytree(new_database, demo / "postgres")
    return home


def own_photos(home: Path) -> str:
    """Return the folder of sarah's sample photos, for a demo without sample posts."""
    return str(home / ".local/share/fluffy-tui/demo/photos/sarah")


def sample_posts_are_sent(terminal: Terminal) -> None:
    """Wait until all posts are in Buffer: before that, quitting is asked about, and the worker goes on."""
    terminal.until(lambda text: " · " in text.splitlines()[0] and "queued" not in text.splitlines()[0])


@pytest.fixture
def demo_home(own_home: Path, new_database: Path, sample_photos: Path) -> Path:
    """Return a home that already has the demo's photos and its database."""
    return opened_before(own_home, new_database, sample_photos)


@pytest.fixture
def used_home(own_home: Path, new_database: Path) -> Path:
    """Return a home that already has a database."""
    shutil.copytree(new_database, own_home / ".local/share/fluffy-tui/postgres")
    return own_home


@pytest.fixture(scope="module")
def shared_demo_home(new_database: Path, sample_photos: Path) -> Iterator[Path]:
    """Return a home that several demos use, one after the other."""
    home = opened_before(reachable_home(), new_database, sample_photos)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def installation(tmp_path: Path, database_url: str) -> AsyncIterator[Installation]:
    """Yield an installation with a new database and a running stand-in for Buffer."""
    async with StandIn(media=tmp_path / "media") as stand_in:
        yield installed(tmp_path, stand_in, database_url)
