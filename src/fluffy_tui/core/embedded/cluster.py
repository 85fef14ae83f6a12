"""The embedded server's data folder: created once, atomically, and checked before each start."""

from __future__ import annotations

import logging
import os
import shutil
from typing import TYPE_CHECKING

from fluffy_tui.core.embedded.installation import MAJOR_VERSION
from fluffy_tui.core.embedded.process_limits import limit_remedy
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.plain_file import read_plain

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.core.embedded.server_account import ServerAccount

FULL = "the disk is full."
FREE_SPACE = "Free some space on that disk and try again."

DATABASE = "fluffy_tui"
"""The database in each of our clusters."""

SUPERUSER = "postgres"
"""The role that owns everything; only the server's account and root can reach the socket."""

_SETTINGS = {
    "jit": "off",  # compiling takes longer than our short queries
    "max_connections": "100",
    "shared_buffers": "256MB",  # enough for an index of 100,000 embeddings; unused buffers take no memory
}
"""Written to postgresql.conf, where the user may change them. Settings that safety depends on are set at each start."""

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # print nothing on the screen when there is no log file


def ensure_cluster(cluster: Path, account: ServerAccount, binaries: Path, *, lock: int) -> None:
    """Create the cluster in its folder if there is none, and reject one that this server cannot run.

    It is built under another name and then renamed, so a crash leaves either none or a complete one. The programs
    inherit `lock`, the descriptor of the held start lock: if this process is killed, the next one waits until they
    have ended before it removes what they left.

    Raises:
        DatabaseUnavailable: it cannot be created, or belongs to another major version.
        OSError: a folder cannot be written.
    """
    try:
        version = read_plain(cluster / "PG_VERSION", 1_000).decode(errors="replace").strip()
    except FileNotFoundError:
        _create(cluster, account, binaries, lock)
        return
    if version != MAJOR_VERSION:
        raise DatabaseUnavailable(
            f"The database in {cluster} was created by PostgreSQL {version}, "
            f"but this is PostgreSQL {MAJOR_VERSION}.",
            "Set DATABASE_URL to a server of that version, or move the folder away to start over.",
        )
    account.take_ownership(cluster)


def _create(cluster: Path, account: ServerAccount, binaries: Path, lock: int) -> None:
    if cluster.is_dir() and any(cluster.iterdir()):
        raise DatabaseUnavailable(
            f"The folder {cluster} has files in it but is not a PostgreSQL database.",
            "Move that folder away and try again.",
        )
    if not account.has_name:
        raise DatabaseUnavailable(
            f"PostgreSQL cannot create a database for the user {account.name}, who has no entry in /etc/passwd.",
            "Run as a user who has one (in a container, add one to the image), or set DATABASE_URL to a server.",
        )
    unfinished = cluster.with_name(f"{cluster.name}.new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    account.private_folder(unfinished)
    initdb: list[str | Path] = [
        *(binaries / "initdb", "-D", unfinished, f"--username={SUPERUSER}", "--no-instructions"),
        *("--auth-local=trust", "--auth-host=reject"),
        *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(f"--set={name}={value}" for name, value in _SETTINGS.items()),
    ]
    # A single-user server needs no socket, so the database is created in the same atomic step.
    single: list[str | Path] = [binaries / "postgres", "--single", "-j", "-D", unfinished, "template1"]
    try:
        _run(account, initdb, binaries, lock)
        _run(account, single, binaries, lock, text=f"CREATE DATABASE {DATABASE};\n\n")
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)  # free the space if the disk is full
        raise
    unfinished.rename(cluster)
    _sync(cluster.parent)


def _run(
    account: ServerAccount, command: list[str | Path], binaries: Path, lock: int, text: str = ""
) -> None:
    result = account.run(command, binaries=binaries, text=text, keep_open=(lock,))
    output = result.stdout.strip()
    failed = result.returncode != 0 or " ERROR:  " in output
    _log.log(logging.ERROR if failed else logging.DEBUG, "%s: %s", command[0], output)
    if failed:
        why = reason(output)
        remedy = FREE_SPACE if why == FULL else limit_remedy() or "Correct that and try again."
        raise DatabaseUnavailable(f"The database could not be created: {why}", remedy)


def reason(output: str) -> str:
    """Return the line of a PostgreSQL program's output that says why it failed."""
    if "No space left on device" in output:  # whatever else failed because of that
        return FULL
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for mark in ("PANIC:  ", "FATAL:  ", "ERROR:  ", "error: "):
        for line in lines:
            if mark in line:
                return _plain(line.split(mark, 1)[1])
    return _plain(lines[-1]) if lines else "it gave no reason."


def _plain(line: str) -> str:
    return line if line.endswith(".") else f"{line}."


def _sync(folder: Path) -> None:
    """Make the renaming survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
