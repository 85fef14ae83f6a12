"""The embedded PostgreSQL server: started by the first program that needs it, stopped by the last.

Every user of a cluster holds a shared lock on `<cluster>.users`; the kernel takes it back when a program
ends in any way, so there is no list of users that could be wrong. Starting and stopping happens under an
exclusive lock on `<cluster>.lock`. Both files stay: removing a lock file would let two programs lock
different files of that name.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fluffy_tui.core.embedded.account import Account
from fluffy_tui.core.embedded.cluster import ensure_cluster
from fluffy_tui.core.embedded.installation import installation_folders
from fluffy_tui.core.embedded.socket_folder import connection_url, ready_folder
from fluffy_tui.core.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.ENOENT}


class EmbeddedServer:
    """This program's share in the embedded server of one cluster.

    All methods block and may be called from any thread. Two objects, in one program or in several, are two
    users.

    Args:
        cluster: The folder of the database; made on the first start. `.lock`, `.users` and for a moment
            `.new` are put beside it.
        log: The server's own log file, cut at about a megabyte whenever a program starts.
        durable: False for data that may be lost with the machine's power, as a test run's; the server then waits
            for no disk. It counts for the program that starts the server.
    """

    def __init__(self, cluster: Path, *, log: Path, durable: bool = True) -> None:
        self._cluster = cluster
        self._server_log = log
        self._durable = durable
        self._users: int | None = None
        self._guard = threading.Lock()

    def start(self) -> str:
        """Make sure that the server runs and that it stays until `leave`; call it again after it was lost.

        Attaching to a running server takes about a millisecond. As root, an unprivileged account runs the
        server, and the parents of its folders become passable for others (see `Account.open_the_way`).

        Returns:
            The URL of the database, `postgresql://postgres@/fluffy_tui?host=…`.

        Raises:
            DatabaseUnavailable: it cannot be started; the text says why.
        """
        with self._guard:
            try:
                return connection_url(self._start())
            except OSError as error:
                raise _explain(error, self._cluster) from error

    def leave(self) -> None:
        """Give up this share, and stop the server if it was the last. Without a `start` it does nothing.

        Raises:
            DatabaseUnavailable: the data folder is no longer there or no longer ours.
        """
        with self._guard:
            if self._users is None:
                return
            users, self._users = self._users, None
            try:
                self._leave(users)
            except OSError as error:
                raise _explain(error, self._cluster) from error
            finally:
                _release(users)

    @property
    def is_running(self) -> bool:
        """Whether the server takes connections now, whoever started it."""
        try:
            return ready_folder(self._cluster.resolve()) is not None
        except OSError:  # what we may not look at is nothing that we could use
            return False

    def _start(self) -> Path:
        cluster = self._cluster.resolve()
        cluster.parent.mkdir(parents=True, exist_ok=True)
        account = Account.for_cluster(cluster)
        with _exclusive(_beside(cluster, ".lock"), account) as lock:
            joining = self._users is None
            if joining:
                self._users = _open(_beside(cluster, ".users"), account)
                fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                return ready_folder(cluster) or self._start_server(cluster, lock)
            except BaseException:
                if joining and self._users is not None:
                    _release(self._users)
                    self._users = None
                raise

    def _start_server(self, cluster: Path, lock: int) -> Path:
        from fluffy_tui.core.embedded.process import (
            ServerProcess,
        )  # psutil is slow to import, attaching needs none

        installation, libraries = installation_folders()
        binaries = installation / "bin"
        account = Account.for_cluster(cluster)  # now that nobody else can be making it
        for folder in filter(os.path.exists, (installation, libraries)):
            account.make_readable(folder)
            account.open_the_way(folder)
        account.open_the_way(cluster)
        ensure_cluster(cluster, account, binaries, lock=lock)
        return ServerProcess(cluster, account, binaries, self._server_log, self._durable).start()

    def _leave(self, users: int) -> None:
        cluster = self._cluster.resolve()
        account = Account.for_cluster(cluster)
        with _exclusive(_beside(cluster, ".lock"), account):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            from fluffy_tui.core.embedded.process import ServerProcess

            ServerProcess(cluster, account, installation_folders()[0] / "bin", self._server_log).stop()


@contextmanager
def embedded_server(cluster: Path, *, log: Path) -> Iterator[str]:
    """Yield the URL of the cluster's database, with its server running for as long as the block does.

    Args:
        cluster: See `EmbeddedServer`.
        log: See `EmbeddedServer`.

    Raises:
        DatabaseUnavailable: it cannot be started; the text says why.
    """
    server = EmbeddedServer(cluster, log=log)
    url = server.start()
    try:
        yield url
    finally:
        server.leave()


def _beside(cluster: Path, ending: str) -> Path:
    return cluster.with_name(cluster.name + ending)


def _open(path: Path, account: Account) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if account.is_other:  # root may look after a person's own database, who needs these files again
        os.fchown(descriptor, account.uid, account.gid)
    return descriptor


def _release(descriptor: int) -> None:
    """Unlock in so many words: a forked child would keep the lock that mere closing leaves to it."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


@contextmanager
def _exclusive(path: Path, account: Account) -> Iterator[int]:
    """Hold an exclusive lock; whoever has it bounds what it waits for, so everybody's turn comes."""
    descriptor = _open(path, account)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        _release(descriptor)


def _explain(error: OSError, cluster: Path) -> DatabaseUnavailable:
    place = error.filename or cluster
    if error.errno in _DISK_FULL:
        return DatabaseUnavailable(
            f"The disk is full, so the database in {cluster} cannot be used.",
            "Free some space, then start again.",
        )
    if error.errno in _NOT_ALLOWED:
        return DatabaseUnavailable(
            f"The database in {cluster} cannot be used: no permission for {place}.",
            "Make that yours (chown), or set FLUFFY_DATA_DIR to a folder that you can write to.",
        )
    if error.errno in _NO_FOLDER:
        return DatabaseUnavailable(
            f"The database cannot be kept in {cluster}: {place} is not a folder that can be used.",
            "Move what stands there away, or set FLUFFY_DATA_DIR to another folder.",
        )
    return DatabaseUnavailable(
        f"The database in {cluster} cannot be used: {error.strerror or error} ({place}).",
        "Set that right, or set DATABASE_URL to a PostgreSQL server with pgvector.",
    )
