"""The embedded PostgreSQL server: started by the first program that needs it, stopped by the last.

Every program that uses a cluster holds a shared lock on `<cluster>.users`. The kernel releases it however the program
ends, so there is no list of users that could be wrong. Starting and stopping happens under an exclusive lock on
`<cluster>.lock`. Both files are never removed: otherwise two programs could lock different files of that name.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fluffy_tui.core.embedded.cluster import ensure_cluster, reason
from fluffy_tui.core.embedded.folder_owner import DISK_FULL, folder_remedy
from fluffy_tui.core.embedded.installation import installation_folders
from fluffy_tui.core.embedded.process_limits import OUT_OF_REACH, limit_remedy
from fluffy_tui.core.embedded.server_account import ServerAccount
from fluffy_tui.core.embedded.socket_folder import connection_url, ready_folder
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.plain_file import NotPlain, open_plain

_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.ENOENT}


class EmbeddedServer:
    """Shared use of the embedded server of one cluster.

    All methods block and may be called from any thread. Two objects, in one program or in several, are two users.

    Args:
        cluster: The folder of the database, created at the first start, with `.lock`, `.users` and temporarily `.new`
            beside it.
        log: The server's own log file, shortened to about a megabyte whenever a program starts.
        durable: False for data that may be lost in a power failure, as in tests; the server then does not wait for
            the disk. Only matters for the program that starts the server.
    """

    def __init__(self, cluster: Path, *, log: Path, durable: bool = True) -> None:
        self._cluster = cluster
        self._server_log = log
        self._durable = durable
        self._users: int | None = None
        self._guard = threading.Lock()

    def start(self) -> str:
        """Make sure that the server runs, and keeps running until `release`; call it again if the server was lost.

        Using a running server takes about a millisecond. For root, an unprivileged account runs the server, and gets
        permission to enter the parents of its folders (see `ServerAccount.grant_passage`).

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

    def release(self) -> None:
        """Stop using the server, and stop it if nobody else uses it. Without a `start` it does nothing.

        Raises:
            DatabaseUnavailable: the data folder no longer exists or no longer belongs to us.
        """
        with self._guard:
            if self._users is None:
                return
            users, self._users = self._users, None
            try:
                self._release(users)
            except OSError as error:
                raise _explain(error, self._cluster) from error
            finally:
                _unlock(users)

    @property
    def is_running(self) -> bool:
        """Whether the server accepts connections now, whoever started it."""
        try:
            return ready_folder(self._cluster.resolve()) is not None
        except OSError:  # a folder that we cannot read is of no use
            return False

    def _start(self) -> Path:
        cluster = self._cluster.resolve()
        cluster.parent.mkdir(parents=True, exist_ok=True)
        account = ServerAccount.for_cluster(cluster)
        with _exclusive(_beside(cluster, ".lock"), account) as lock:
            joining = self._users is None
            if joining:
                self._users = _open(_beside(cluster, ".users"), account)
                fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                return ready_folder(cluster) or self._start_server(cluster, lock)
            except BaseException:
                if joining and self._users is not None:
                    _unlock(self._users)
                    self._users = None
                raise

    def _start_server(self, cluster: Path, lock: int) -> Path:
        # psutil is slow to import, and using a running server does not need it
        from fluffy_tui.core.embedded.server_process import ServerProcess

        installation, libraries = installation_folders()
        binaries = installation / "bin"
        account = ServerAccount.for_cluster(cluster)  # again, now that nobody else can be creating it
        _make_runnable(installation, libraries, account)
        account.grant_passage(cluster)
        ensure_cluster(cluster, account, binaries, lock=lock)
        return ServerProcess(cluster, account, binaries, self._server_log, self._durable).start()

    def _release(self, users: int) -> None:
        cluster = self._cluster.resolve()
        account = ServerAccount.for_cluster(cluster)
        with _exclusive(_beside(cluster, ".lock"), account):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            from fluffy_tui.core.embedded.server_process import ServerProcess

            ServerProcess(cluster, account, installation_folders()[0] / "bin", self._server_log).stop()


@contextmanager
def embedded_server(cluster: Path, *, log: Path) -> Iterator[str]:
    """Yield the URL of the cluster's database, with its server running for the length of the block.

    Raises:
        DatabaseUnavailable: it cannot be started; the text says why.
    """
    server = EmbeddedServer(cluster, log=log)
    url = server.start()
    try:
        yield url
    finally:
        server.release()


def _make_runnable(installation: Path, libraries: Path, account: ServerAccount) -> None:
    """Make sure that the account can run the server's programs, which root may have to arrange.

    Raises:
        DatabaseUnavailable: it cannot; the text says which folder is closed to it.
    """
    program = installation / "bin" / "postgres"
    why = ""
    if account.is_other:
        try:
            for folder in filter(os.path.exists, (installation, libraries)):
                account.make_readable(folder)
                account.grant_passage(folder)
            result = account.run([program, "--version"], binaries=program.parent)
            if result.returncode == 0:
                return
            why = reason(result.stdout)
        except OSError as error:
            why = f"{error.strerror or error}."
    closed = account.closed_parent(program) or account.closed_parent(libraries)
    if closed is not None:
        why = f"it cannot enter the folder {closed}."
    if why and closed is None and (limits := limit_remedy()):
        raise DatabaseUnavailable(f"The database server cannot be started: {program}: {why}", limits)
    if why:
        cause = "PostgreSQL refuses to run as root, and the user" if account.is_other else "The user"
        raise DatabaseUnavailable(
            f"{cause} {account.name} cannot run {program}: {why}",
            (f"Run: chmod o+x {shlex.quote(os.fspath(closed))}. Or install" if closed else "Install")
            + " fluffy-tui where every user can run it, such as in /opt, or set DATABASE_URL to a PostgreSQL server.",
        )


def _beside(cluster: Path, ending: str) -> Path:
    return cluster.with_name(cluster.name + ending)


def _open(path: Path, account: ServerAccount) -> int:
    descriptor, _ = open_plain(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW)
    if account.is_other:  # root may be using another user's database, who needs these files later
        os.fchown(descriptor, account.uid, account.gid)
    return descriptor


def _unlock(descriptor: int) -> None:
    """Unlock explicitly: if a forked child has the descriptor too, closing it here does not unlock."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


@contextmanager
def _exclusive(path: Path, account: ServerAccount) -> Iterator[int]:
    """Hold an exclusive lock; every holder has time limits, so nobody waits forever."""
    descriptor = _open(path, account)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        _unlock(descriptor)


def _explain(error: OSError, cluster: Path) -> DatabaseUnavailable:
    place = error.filename or cluster
    if isinstance(error, NotPlain):
        what = str(error.strerror).lower()
        return DatabaseUnavailable(
            f"The database in {cluster} cannot be used: {place} {what}.",
            folder_remedy(error, cluster.parent),
        )
    if error.errno in DISK_FULL:
        return DatabaseUnavailable(
            f"The disk is full, so the database in {cluster} cannot be used.",
            folder_remedy(error, cluster.parent),
        )
    if error.errno in _NOT_ALLOWED:
        return DatabaseUnavailable(
            f"The database in {cluster} cannot be used: no permission for {place}.",
            folder_remedy(error, cluster.parent),
        )
    if error.errno in _NO_FOLDER:
        return DatabaseUnavailable(
            f"The database cannot be stored in {cluster}: {place} is not a usable folder.",
            "Move it away, or set FLUFFY_DATA_DIR to another folder.",
        )
    limits = limit_remedy() if error.errno in OUT_OF_REACH else ""
    return DatabaseUnavailable(
        f"The database in {cluster} cannot be used: {error.strerror or error} ({place}).",
        limits or "Correct that, or set DATABASE_URL to a PostgreSQL server with pgvector.",
    )
