"""The folder of the embedded server's socket, and the server's state in `postmaster.pid`."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from fluffy_tui.core.embedded.cluster import DATABASE, SUPERUSER
from fluffy_tui.plain_file import read_plain

PORT = "5432"
"""Only a part of the socket's name: the server listens on no network address."""

SOCKET_NAME = f".s.PGSQL.{PORT}"

_LONGEST_PATH = 103
"""Bytes of a path that fit into `sun_path` everywhere: 104 on macOS, 108 on Linux, including the final NUL."""


@dataclass(frozen=True, slots=True)
class PidFile:
    """What a running server writes to `postmaster.pid`.

    The lines are listed in PostgreSQL's `src/include/utils/pidfile.h`.
    """

    pid: int
    socket_folder: Path | None
    status: str
    """`starting`, `ready`, `stopping`, or empty if the server has not written it yet."""

    @classmethod
    def read(cls, cluster: Path) -> PidFile | None:
        """Return the file's content; None if there is none or it is invalid."""
        try:
            text = os.fsdecode(read_plain(cluster / "postmaster.pid", 10_000))
        except FileNotFoundError:
            return None
        lines = [line.strip() for line in text.splitlines()] + [""] * 8
        if not lines[0].isdecimal() or int(lines[0]) < 2:
            return None
        return cls(int(lines[0]), Path(lines[4]) if lines[4] else None, lines[7])


def socket_folder(cluster: Path, uid: int) -> Path:
    """Return the folder of the server's socket: the cluster folder itself if possible.

    If its path is too long for a socket, or has characters with a meaning in connection strings, it is a private
    folder in the temporary folder, named after the cluster and the account.
    """
    path = os.fspath(cluster)
    if len(os.fsencode(cluster / SOCKET_NAME)) <= _LONGEST_PATH and re.fullmatch(
        r"[\w ./+~-]*[\w./+~-]", path
    ):
        return cluster
    return Path(tempfile.gettempdir()) / f"{cluster_name(cluster)}-{uid}"


def cluster_name(cluster: Path) -> str:
    """Return a short name for this cluster's path, which all processes of its server have in their titles."""
    return f"fluffy-tui-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]}"


def ready_folder(cluster: Path) -> Path | None:
    """Return the socket folder of the cluster's server if it accepts connections, else None.

    It only asks the kernel whether somebody listens, which takes less than a millisecond. The folder is the one that
    the server reports, which may have been started with another TMPDIR.
    """
    state = PidFile.read(cluster)
    if state is None or state.socket_folder is None or state.status != "ready":
        return None
    return state.socket_folder if _exists(state.pid) and _listens(state.socket_folder) else None


def _exists(pid: int) -> bool:
    """Return whether there is such a process; of a killed server, a child may still have the socket for a moment."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's
        pass
    return True


def _listens(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(folder / SOCKET_NAME))
        except BlockingIOError:  # the server is running, but its backlog is full
            return True
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def connection_url(folder: Path) -> str:
    """Return the URL of our database on the socket in `folder`.

    It has a port because the environment's PGPORT would otherwise change the socket's name.
    """
    return f"postgresql://{SUPERUSER}@/{DATABASE}?host={quote(os.fspath(folder), safe='/')}&port={PORT}"
