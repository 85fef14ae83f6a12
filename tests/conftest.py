"""A real Postgres for every test: one embedded server a run, one migrated template, a fresh copy per test."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import shutil
import signal
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path

import _pytest.pathlib
import hypothesis
import psycopg
import pytest
import textual.constants
from _pytest.unraisableexception import gc_collect_iterations_key
from psycopg import sql
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from fluffy_tui.core.database import Database
from fluffy_tui.core.embedded import EmbeddedServer
from fluffy_tui.core.migration_runner import migrate
from fresh_database import fresh_database, with_name
from pressed_keys import PressedKeys

# textual-image asks the terminal at import; without a standard input it cannot, and every run looks the same.
sys.__stdin__ = None  # type: ignore[misc]

# Whatever terminal a run is started in, its apps paint pictures as in most people's: for one with fewer colours, each
# pixel's nearest colour is looked for. Textual has read the variable by now, the programs of the tests will.
os.environ["TEXTUAL_COLOR_SYSTEM"] = textual.constants.COLOR_SYSTEM = "truecolor"  # type: ignore[misc]

for _variable in [name for name in os.environ if name.startswith(("FLUFFY_", "BUFFER_", "AWS_"))]:
    del os.environ[_variable]
os.environ.pop("DATABASE_URL", None)

# A container often tells Python to keep nothing of what it compiles. Each of the hundred processes of a run would then
# compile the whole program again, and pytest rewrite every test.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

MEMORY = Path("/dev/shm")
"""A file system in memory."""
PLENTY = 8 << 30
"""Bytes free there, many times what a run takes."""

# Photos, homes and databases are written for nearly every test, and a disk's file system takes longer to make, copy and
# delete them than most tests take for anything else: each database alone has six hundred files.
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > PLENTY:
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

# A run keeps some hundred thousand objects for good (modules, snapshots), which the collector's usual pace would walk
# through again and again: a quarter of the time of an app's test.
gc.set_threshold(100_000, 50, 100)
gc.disable()  # until all tests are collected

# pytest names the newest of the folders of each test by a link, keeps the link when it deletes the folder, and looks
# through all that there are for the number of the next.
_pytest.pathlib._force_symlink = lambda root, target, link_to: None

# The same examples in every run, so that none fails first when something else lands; "fresh" draws others, by hand.
# No deadline: a busy machine is no fault of the code.
hypothesis.settings.register_profile("fresh", deadline=None)
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("quick", deadline=None, derandomize=True, max_examples=10)
hypothesis.settings.load_profile("same")

_transact = Database.transaction
_in_transaction: set[tuple[int, int]] = set()


@asynccontextmanager
async def _transaction(database: Database) -> AsyncIterator[AsyncSession]:
    """Refuse a transaction within another: with few connections, several of them would wait for each other."""
    mine = (id(database), id(asyncio.current_task()))
    assert mine not in _in_transaction, "a transaction within another"
    _in_transaction.add(mine)
    try:
        async with _transact(database) as session:
            yield session
    finally:
        _in_transaction.discard(mine)


Database.transaction = _transaction  # type: ignore[method-assign, assignment]

WHOLE_PROGRAMS = frozenset({"make_app", "running", "place", "patient"})
"""The fixtures of tests that run the whole app or a worker, each of which takes a second or so."""


WAITING = frozenset({"faults", "journey", "scheduling"})
"""Folders with tests that mostly wait for workers and other programs."""


def pytest_configure(config: pytest.Config) -> None:
    """Watch whether the tests of the screens press every key, and have what is started here hear every signal.

    A run in the background of a script ignores `ctrl+c`, or the end of its terminal, and would hand that on.
    """
    for ignored in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(ignored) is signal.SIG_IGN:
            signal.signal(ignored, signal.default_int_handler if ignored is signal.SIGINT else signal.SIG_DFL)
    config.pluginmanager.register(PressedKeys(), "pressed-keys")
    config.stash[gc_collect_iterations_key] = 2  # at the end of a process, instead of five


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make fast` leaves out, by where it is and by what it asks for, and put tests in an order.

    Each of the README's four processes begins with a quarter of the tests. Three of them begin with tests that wait,
    which two of them would still do when nothing else is left; the fourth has the processors meanwhile.
    """
    for item in items:
        if folder_of(item.path) == "journey":
            item.add_marker(pytest.mark.journey)
        elif folder_of(item.path) == "faults":
            item.add_marker(pytest.mark.faults)
        fixtures = set(getattr(item, "fixturenames", ()))
        if "snap_compare" in fixtures:
            item.add_marker(pytest.mark.snapshot)
        if fixtures & WHOLE_PROGRAMS:
            item.add_marker(pytest.mark.slow)
    waiting = [item for item in items if folder_of(item.path) in WAITING]
    computing = [item for item in items if folder_of(item.path) not in WAITING]
    third, quarter = -(-len(waiting) // 3), len(items) // 4
    items[:] = []
    while waiting:
        items += waiting[:third] + computing[: max(0, quarter - third)]
        waiting, computing = waiting[third:], computing[max(0, quarter - third) :]
    items += computing


def pytest_collection_finish() -> None:
    """Let garbage be collected, but not what is imported by now: a process would end with a walk through all of it."""
    gc.freeze()
    gc.enable()


@cache
def folder_of(path: Path) -> str:
    """Return the folder of `tests` that a test is in."""
    return path.relative_to(Path(__file__).parent).parts[0]


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keep every test away from the settings and data of whoever runs it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    return home


@pytest.fixture
def own_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Yield where a log may be opened, which is closed again; until then, none is open."""
    root, level = logging.getLogger(), logging.getLogger().level
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(logging, "raiseExceptions", True)
    yield tmp_path / "data" / "fluffy-tui.log"
    for handler in root.handlers:
        handler.close()
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Yield the URL of the run's Postgres server; the processes of one run share it.

    `TEST_DATABASE_URL` names a server of one's own instead, to try another version; its account may create
    databases. The embedded server is not kept below pytest's own folder, which every run of root's makes private
    again, and so unreachable for the account that a server of root's runs as.
    """
    if own := os.environ.get("TEST_DATABASE_URL"):
        yield own
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    place = Path(tempfile.gettempdir()) / f"fluffy-tests-{run}"
    place.mkdir(exist_ok=True)
    server = EmbeddedServer(place / "postgres", log=place / "postgres.log", durable=False)
    try:
        yield server.start()
    finally:
        server.release()
        if not server.is_running:
            shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """Leave to the system when it writes: no test turns the power off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """Let the databases of a run share compiled statements, whose keys name the dialect: each is of the same kind."""
    cache: dict[object, object] = {}
    engine = partial(create_async_engine, execution_options={"compiled_cache": cache})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fluffy_tui.core.database.create_async_engine", engine)
        patch.setattr(PGDialectAsync_psycopg, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(PGDialectAsync_psycopg, "__hash__", lambda dialect: hash(type(dialect)))
        yield


@pytest.fixture(scope="session")
def template_name(server_url: str) -> Iterator[str]:
    """Yield the name of a migrated, empty database."""
    name = f"template_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(with_name(server_url, name))
    yield name
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database_url(server_url: str, template_name: str) -> Iterator[str]:
    """Yield the URL of a fresh, migrated database."""
    with fresh_database(server_url, template_name) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Yield an open connection pool on a fresh database."""
    database = Database(database_url)
    yield database
    await database.close()
