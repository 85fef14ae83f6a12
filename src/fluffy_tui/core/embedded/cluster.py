"""The embedded server's data: made once, in one step, and checked before each start."""

from __future__ import annotations

import logging
import os
import shutil
from typing import TYPE_CHECKING

from fluffy_tui.core.embedded.installation import MAJOR_VERSION
from fluffy_tui.core.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.core.embedded.account import Account

_FULL = "the disk is full."

DATABASE = "fluffy_tui"
"""The database that every cluster of ours holds."""

SUPERUSER = "postgres"
"""The database role that owns everything; only the server's account and root can reach the socket."""

_SETTINGS = {
    "jit": "off",  # compiling costs more than our short queries take
    "max_connections": "100",
    "shared_buffers": "256MB",  # an index of 100,000 embeddings is read in full; what is not used takes no memory
}
"""Written into postgresql.conf, where a person may change them. What safety rests on is set at each start."""

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # without a log file, nothing may appear on the screen


def ensure_cluster(cluster: Path, account: Account, binaries: Path, *, lock: int) -> None:
    """Create the cluster if there is none, and refuse one that this server cannot run.

    It is built beside its place and renamed, so a crash at any instant leaves either none or a whole one.

    Args:
        cluster: Its folder.
        account: Who runs and owns it.
        binaries: The folder of the PostgreSQL programs.
        lock: The descriptor of the held start lock. The programs inherit it: should this process be killed,
            the next one waits until they have ended before it clears away what they left.

    Raises:
        DatabaseUnavailable: it cannot be made, or belongs to another major version.
        OSError: a folder cannot be written.
    """
    try:
        version = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        _create(cluster, account, binaries, lock)
        return
    if version != MAJOR_VERSION:
        raise DatabaseUnavailable(
            f"The database in {cluster} was made by PostgreSQL {version}, "
            f"but this is PostgreSQL {MAJOR_VERSION}.",
            "Set DATABASE_URL to a server of that version, or move the folder away to begin anew.",
        )
    account.take(cluster)


def _create(cluster: Path, account: Account, binaries: Path, lock: int) -> None:
    if cluster.is_dir() and any(cluster.iterdir()):
        raise DatabaseUnavailable(
            f"The database folder {cluster} holds something that is no PostgreSQL database.",
            "Move that folder away, then start again.",
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
    # A single-user server needs no socket, and so the database is part of the same one step.
    single: list[str | Path] = [binaries / "postgres", "--single", "-j", "-D", unfinished, "template1"]
    try:
        _run(account, initdb, binaries, lock)
        _run(account, single, binaries, lock, text=f"CREATE DATABASE {DATABASE};\n\n")
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)  # on a full disk it would take the last of the space
        raise
    unfinished.rename(cluster)
    _sync(cluster.parent)


def _run(account: Account, command: list[str | Path], binaries: Path, lock: int, text: str = "") -> None:
    result = account.run(command, binaries=binaries, text=text, keep_open=(lock,))
    said = result.stdout.strip()
    failed = result.returncode != 0 or " ERROR:  " in said
    _log.log(logging.ERROR if failed else logging.DEBUG, "%s: %s", command[0], said)
    if failed:
        why = reason(said)
        remedy = "Free some space" if why == _FULL else "Set that right"
        raise DatabaseUnavailable(f"The database could not be created: {why}", f"{remedy}, then start again.")


def reason(said: str) -> str:
    """Pick out of a PostgreSQL program's output the line that says why it gave up."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for mark in ("PANIC:  ", "FATAL:  ", "ERROR:  ", "error: "):
        for line in lines:
            if mark in line:
                return _plain(line.split(mark, 1)[1])
    return _plain(lines[-1]) if lines else "it gave no reason."


def _plain(line: str) -> str:
    if "No space left on device" in line:
        return _FULL
    return line if line.endswith(".") else f"{line}."


def _sync(folder: Path) -> None:
    """Make the renaming survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
