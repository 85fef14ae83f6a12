"""The folder of the embedded server's socket, and what its `postmaster.pid` says about it."""

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

PORT = "5432"
"""Only a part of the socket's name: the server listens on no network address."""

SOCKET_NAME = f".s.PGSQL.{PORT}"

_LONGEST_PATH = 103
"""Bytes of a path that fit into `sun_path` everywhere: 104 on macOS, 108 on Linux, with the final NUL."""


@dataclass(frozen=True, slots=True)
class PidFile:
    """What a running server writes into `postmaster.pid`.

    The lines are listed in PostgreSQL's `src/include/utils/pidfile.h`.
    """

    pid: int
    socket_folder: Path | None
    status: str
    """`starting`, `ready`, `stopping`, or empty when the server has not come that far."""

    @classmethod
    def read(cls, cluster: Path) -> PidFile | None:
        """Return what the file says; None when there is none or it cannot be understood."""
        try:
            text = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return None
        lines = [line.strip() for line in text.splitlines()] + [""] * 8
        if not lines[0].isdecimal() or int(lines[0]) < 2:
            return None
        return cls(int(lines[0]), Path(lines[4]) if lines[4] else None, lines[7])


def socket_folder(cluster: Path, uid: int) -> Path:
    """Return where the server puts its socket: the cluster folder itself where that is possible.

    Where its path is too long for a socket, or holds characters that mean something in a connection string,
    it is a private folder among the temporary files, named after the cluster and the account.
    """
    path = os.fspath(cluster)
    if len(os.fsencode(cluster / SOCKET_NAME)) <= _LONGEST_PATH and re.fullmatch(
        r"[\w ./+~-]*[\w./+~-]", path
    ):
        return cluster
    return Path(tempfile.gettempdir()) / f"{cluster_name(cluster)}-{uid}"


def cluster_name(cluster: Path) -> str:
    """Return a short name of this cluster's path; every process of its server carries it in its title."""
    return f"fluffy-tui-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]}"


def ready_folder(cluster: Path) -> Path | None:
    """Return the socket folder of the cluster's server if it takes connections, else None.

    It only asks the kernel whether somebody listens and takes under a millisecond. The folder is the one
    that the server names, which may have been started under another TMPDIR.
    """
    state = PidFile.read(cluster)
    if state is None or state.socket_folder is None or state.status != "ready":
        return None
    return state.socket_folder if _listens(state.socket_folder) else None


def _listens(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(folder / SOCKET_NAME))
        except BlockingIOError:  # the server is there; its queue of callers is full
            return True
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def connection_url(folder: Path) -> str:
    """Return the URL of our database behind the socket in `folder`.

    The port is named because the PGPORT of somebody's environment would otherwise change the socket's name.
    """
    return f"postgresql://{SUPERUSER}@/{DATABASE}?host={quote(os.fspath(folder), safe='/')}&port={PORT}"
