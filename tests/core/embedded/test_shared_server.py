"""Programs share the embedded server: the first starts it, the last stops it, whatever crashes in between."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from core.embedded.database_folder import USER, DatabaseFolder, url_of, value
from fluffy_tui.core.embedded import embedded_server
from fluffy_tui.core.embedded.server_account import ServerAccount
from fluffy_tui.core.embedded.server_process import _ended
from fluffy_tui.core.embedded.socket_folder import SOCKET_NAME

pytestmark = pytest.mark.slow


@pytest.fixture
def empty_place() -> Iterator[DatabaseFolder]:
    """Yield an empty data folder; afterwards stop its server and remove it."""
    with tempfile.TemporaryDirectory(prefix="fluffy-") as name:
        place = DatabaseFolder(Path(name).resolve() / "data")
        place.folder.mkdir()
        yield place
        for program in place.programs:
            if program.poll() is None:
                program.kill()
            program.communicate()
        server = place.server()
        if server.is_running:
            server.start()
            server.release()


@pytest.fixture(scope="module")
def pristine() -> Iterator[Path]:
    """Yield the folder of a stopped, empty cluster; copying it takes a tenth of the time that creating one takes."""
    with tempfile.TemporaryDirectory(prefix="fluffy-") as name:
        cluster = Path(name) / "postgres"
        with embedded_server(cluster, log=cluster.with_name("postgres.log")):
            pass
        yield cluster


@pytest.fixture
def place(empty_place: DatabaseFolder, pristine: Path) -> DatabaseFolder:
    """Return a data folder with a cluster whose server is stopped."""
    shutil.copytree(pristine, empty_place.cluster)
    return empty_place


def test_a_new_server_is_durable_and_private_and_has_pgvector(empty_place: DatabaseFolder) -> None:
    with embedded_server(empty_place.cluster, log=empty_place.log) as url:
        assert url.startswith("postgresql://postgres@/fluffy_tui?host=")
        value(url, "CREATE EXTENSION vector")
        assert value(url, "SELECT '[3,4]'::vector <-> '[0,0]'") == 5.0
        settings = {
            name: value(url, f"SHOW {name}")
            for name in ("fsync", "synchronous_commit", "data_checksums", "jit", "listen_addresses")
        }
        assert settings == {
            "fsync": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "jit": "off",
            "listen_addresses": "",
        }
        assert value(url, "SELECT upper('ärger') || current_setting('server_encoding')") == "ÄRGERUTF8"
        assert empty_place.cluster.stat().st_mode & 0o777 == 0o700
    assert not empty_place.server().is_running
    assert empty_place.log.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in empty_place.folder.iterdir()) == [
        "postgres",
        "postgres.lock",
        "postgres.log",
        "postgres.users",
    ]


def test_the_last_user_stops_the_server_and_the_data_remains(place: DatabaseFolder) -> None:
    first, second = place.server(), place.server()
    url = first.start()
    value(url, "CREATE TABLE kept AS SELECT 42 AS n")
    assert second.start() == url
    first.release()
    first.release()
    assert second.is_running
    assert value(url, "SELECT n FROM kept") == 42
    second.release()
    assert not second.is_running
    assert value(first.start(), "SELECT n FROM kept") == 42
    first.release()


def test_the_server_outlives_the_program_that_started_it(place: DatabaseFolder) -> None:
    starter = place.program()
    url = url_of(starter)
    user = place.server()
    user.start()
    assert starter.communicate()[1] == ""
    assert starter.returncode == 0
    assert value(url, "SELECT 1") == 1
    user.release()
    assert not user.is_running


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(place: DatabaseFolder) -> None:
    with embedded_server(place.cluster, log=place.log):
        server = place.postmaster().pid
        assert os.getsid(server) != os.getsid(0)
        assert os.getpgid(server) != os.getpgrp()


def test_four_programs_at_once_on_an_empty_folder_share_one_server(empty_place: DatabaseFolder) -> None:
    programs = [empty_place.program() for _ in range(4)]
    urls = {url_of(program) for program in programs}
    assert len(urls) == 1
    assert value(urls.pop(), "SELECT 1") == 1
    assert [program.communicate() for program in programs] == [("", "")] * 4
    assert not empty_place.server().is_running


def test_the_next_user_takes_over_and_stops_the_server_of_a_killed_one(place: DatabaseFolder) -> None:
    program = place.program()
    url = url_of(program)
    started = value(url, "SELECT pg_postmaster_start_time()")
    program.kill()
    program.wait()
    user = place.server()
    assert user.is_running
    assert value(user.start(), "SELECT pg_postmaster_start_time()") == started
    user.release()
    assert not user.is_running


def test_a_killed_server_with_busy_children_is_restarted_with_its_data(place: DatabaseFolder) -> None:
    user = place.server()
    url = user.start()
    value(url, "CREATE TABLE kept AS SELECT 42 AS n")
    with psycopg.connect(url) as busy:
        busy.execute("SELECT 1")
        server = place.postmaster()
        server.kill()
        assert _ended(server, 10)
        assert user.start() == url
        assert value(url, "SELECT n FROM kept") == 42
        with pytest.raises(psycopg.OperationalError):
            busy.execute("SELECT 1")
    user.release()
    assert not user.is_running


def test_a_socket_that_only_a_child_of_a_killed_server_has_is_no_server(place: DatabaseFolder) -> None:
    user = place.server()
    with embedded_server(place.cluster, log=place.log):
        state = (place.cluster / "postmaster.pid").read_text()
    with subprocess.Popen(["true"]) as dead:
        pass
    (place.cluster / "postmaster.pid").write_text(state.replace(state.split()[0], str(dead.pid), 1))
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(place.cluster / SOCKET_NAME))
        left.listen()
        assert not user.is_running


@pytest.mark.parametrize(
    "content", ["", "garbage\n", "-1\n", "{pid}\n", "{pid}\nx\n0\n5432\n/x\n\n\nready\n"]
)
def test_leftovers_of_a_dead_server_do_not_prevent_the_next_start(
    place: DatabaseFolder, content: str
) -> None:
    with embedded_server(place.cluster, log=place.log):
        pass
    account = ServerAccount.for_cluster(place.cluster)
    user = account.uid if account.is_other else None
    with subprocess.Popen(["sleep", "300"], cwd="/", user=user) as stranger:
        try:
            for name in ("postmaster.pid", f"{SOCKET_NAME}.lock", SOCKET_NAME):
                left = place.cluster / name
                left.write_text(content.format(pid=stranger.pid))
                os.chown(left, account.uid, account.gid)
            with embedded_server(place.cluster, log=place.log) as url:
                assert value(url, "SELECT 1") == 1
            assert stranger.poll() is None
        finally:
            stranger.kill()


@pytest.mark.parametrize("damaged", ["postmaster.pid", SOCKET_NAME])
def test_a_server_with_damaged_files_is_replaced_and_never_runs_twice(
    place: DatabaseFolder, damaged: str
) -> None:
    user = place.server()
    user.start()
    before = place.postmaster()
    (place.cluster / damaged).write_text("") if damaged.endswith("pid") else (
        place.cluster / damaged
    ).unlink()
    assert not user.is_running
    assert value(user.start(), "SELECT 1") == 1
    assert not before.is_running() or before.status() == psutil.STATUS_ZOMBIE
    user.release()
    assert not user.is_running


def test_a_server_with_a_damaged_pid_file_is_still_stopped(place: DatabaseFolder) -> None:
    user = place.server()
    user.start()
    before = place.postmaster()
    (place.cluster / "postmaster.pid").write_text("")
    user.release()
    assert not before.is_running() or before.status() == psutil.STATUS_ZOMBIE


def test_a_program_waits_for_a_server_that_is_still_starting(place: DatabaseFolder) -> None:
    user = place.server()
    user.start()
    pid_file = place.cluster / "postmaster.pid"
    ready = pid_file.read_text()
    pid_file.write_text(ready.replace("ready", "starting"))
    assert not user.is_running
    program = place.program()
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(0.5)  # it has to wait until the server reports that it is ready
    pid_file.write_text(ready)
    assert value(url_of(program), "SELECT 1") == 1
    user.release()


def test_an_unfinished_cluster_is_created_again(empty_place: DatabaseFolder) -> None:
    unfinished = empty_place.folder / "postgres.new"
    unfinished.mkdir(mode=0o700)
    (unfinished / "PG_VERSION").write_text("18\n")
    (unfinished / "base").mkdir()
    empty_place.cluster.mkdir()
    with embedded_server(empty_place.cluster, log=empty_place.log) as url:
        assert value(url, "SELECT 1") == 1
    assert not unfinished.exists()


def test_a_program_killed_while_creating_the_cluster_does_not_block_the_next(
    empty_place: DatabaseFolder,
) -> None:
    program = empty_place.program()
    unfinished = empty_place.folder / "postgres.new"
    while program.poll() is None and not unfinished.exists():
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(0.01)
    program.kill()
    program.wait()
    assert not (empty_place.cluster / "PG_VERSION").exists()
    with embedded_server(empty_place.cluster, log=empty_place.log) as url:
        assert value(url, "SELECT 1") == 1
    assert not unfinished.exists()


@pytest.mark.parametrize(
    "name", ["deep/" + "long-" * 20 + "folder", "with space", "with,comma", "o'brien \"&$x"]
)
def test_any_folder_name_works_and_no_temporary_files_remain(
    place: DatabaseFolder, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = place.folder / "t"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    (place.folder / name).mkdir(parents=True)
    place.cluster = place.cluster.rename(place.folder / name / "postgres")
    first = place.server()
    url = first.start()
    assert value(url, "SELECT 1") == 1
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")  # a service may have another TMPDIR
    second = place.server()
    assert second.start() == url
    first.release()
    second.release()
    assert not first.is_running
    assert list(temporary.iterdir()) == []


def test_it_prints_nothing_and_ignores_the_environment(empty_place: DatabaseFolder) -> None:
    temporary = empty_place.folder / "t"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", USER, empty_place.cluster, empty_place.log],
        check=True,
        capture_output=True,
        env={"HOME": "/nonexistent", "TMPDIR": str(temporary), "PGPORT": "1", "PGDATA": "/", "LC_ALL": "xx"},
        input="",
        text=True,
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
    assert list(temporary.iterdir()) == []


def test_a_moved_folder_works_in_its_new_place(place: DatabaseFolder) -> None:
    with embedded_server(place.cluster, log=place.log) as url:
        value(url, "CREATE TABLE kept AS SELECT 42 AS n")
    place.cluster = place.cluster.rename(place.folder / "elsewhere")
    with embedded_server(place.cluster, log=place.log) as url:
        assert value(url, "SELECT n FROM kept") == 42


def test_the_servers_log_is_shortened_while_it_runs(place: DatabaseFolder) -> None:
    place.log.write_bytes(b"old\n" * 300_000)
    with embedded_server(place.cluster, log=place.log):
        assert b"ready to accept connections" in place.log.read_bytes()
        assert place.log.stat().st_size < 10_000
        assert place.log.with_name("postgres.log.1").stat().st_size == 1 << 20


def test_a_restart_after_a_crash_prints_nothing(place: DatabaseFolder) -> None:
    starter = place.program()
    url_of(starter)
    server = place.postmaster()
    server.kill()
    assert _ended(server, 10)
    second = place.program()
    assert value(url_of(second), "SELECT 1") == 1
    assert [starter.communicate()[1], second.communicate()[1]] == ["", ""]
    assert not place.server().is_running


def test_a_stopped_server_shuts_down_cleanly(place: DatabaseFolder) -> None:
    with embedded_server(place.cluster, log=place.log) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE never_committed ()")
        server = place.server()
        server.start()
        server.release()
        assert place.postmaster().is_running()
    assert "database system is shut down" in place.log.read_text()
