"""Which account runs the embedded server: the user's own, or an unprivileged one if the user is root."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fluffy_tui.core.embedded.folder_owner import account_name
from fluffy_tui.core.errors import DatabaseUnavailable

_FALLBACK_UID = 65534
"""The "overflow" id that Linux and BSD reserve for nobody."""


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """The user and group that own the cluster and run its server.

    PostgreSQL refuses to run as root. Root therefore uses the owner of the existing cluster, else the account
    `postgres`, else `nobody`.
    """

    uid: int
    gid: int

    @classmethod
    def for_cluster(cls, cluster: Path) -> ServerAccount:
        """Choose the account for this cluster folder, which may not exist yet."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if cluster.is_dir():
            owner = cluster.stat()
            if owner.st_uid != 0:
                return cls(owner.st_uid, owner.st_gid)
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        return cls(_FALLBACK_UID, _FALLBACK_UID)

    @property
    def is_other(self) -> bool:
        """Whether it differs from the current one, which is root."""
        return os.geteuid() == 0

    def run(
        self,
        command: Sequence[str | Path],
        *,
        binaries: Path,
        log: IO[bytes] | None = None,
        text: str = "",
        keep_open: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, in a session of its own so that ctrl+c in the terminal does not reach it.

        Its environment is minimal: no `PG…` variable, home folder or locale of the user can affect the server. It
        reads `text`, and inherits the descriptors `keep_open`. Its standard error goes to `log`; without that, both
        outputs are returned as `stdout`.

        Raises:
            OSError: the program cannot be executed.
        """
        return subprocess.run(  # noqa: S603 - the installed PostgreSQL programs and /bin/sh, by full path
            [str(part) for part in command],
            check=False,
            cwd="/",
            encoding="utf-8",
            env={"PATH": f"{binaries}{os.pathsep}{os.defpath}", "LC_ALL": "C"},
            errors="replace",
            input=text,
            pass_fds=keep_open,
            start_new_session=True,
            stderr=subprocess.STDOUT if log is None else log,
            stdout=subprocess.PIPE,
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=() if self.is_other else None,
        )

    def grant_passage(self, folder: Path) -> None:
        """Let this account enter the parents of `folder`, so that it can reach it.

        Only for root, whose home and data folders are usually closed to others. It adds the execute permission for
        others where it is missing, nothing else: such a folder still cannot be listed, but a file in it that
        everyone may read can then be read by whoever knows its name.

        Raises:
            OSError: the permission cannot be added.
        """
        if self.is_other:
            for parent in _parents(folder):
                if missing := self._missing_permission(parent):
                    parent.chmod(stat.S_IMODE(parent.stat().st_mode) | missing)

    def closed_parent(self, path: Path) -> Path | None:
        """Return the first folder on the way to `path` that this account cannot enter, if there is one."""
        return next((parent for parent in _parents(path) if self._missing_permission(parent)), None)

    def _missing_permission(self, folder: Path) -> int:
        if not self.is_other:
            return 0 if os.access(folder, os.X_OK) else stat.S_IXOTH
        status = folder.stat()
        needed = stat.S_IXUSR if status.st_uid == self.uid else stat.S_IXOTH
        return 0 if status.st_mode & needed else needed

    @property
    def name(self) -> str:
        """The user's name, or its number if it has none."""
        return account_name(self.uid)

    @property
    def has_name(self) -> bool:
        """Whether the user has an entry in the system's list of users."""
        return self.name != str(self.uid)

    def make_readable(self, installation: Path) -> None:
        """Let this account read and execute the server's own files below `installation`.

        Only for root, and only if the package was installed with a umask that keeps others out. Nothing outside that
        folder is changed; it holds published programs, no secrets.
        """
        if not self.is_other or installation.stat().st_mode & stat.S_IROTH:
            return
        for path in _tree(installation):
            if not path.is_symlink():
                mode = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))

    def take_ownership(self, folder: Path) -> None:
        """Make this account the owner of `folder` and everything in it, as PostgreSQL requires for a cluster."""
        if self.is_other and folder.lstat().st_uid != self.uid:
            for path in _tree(folder):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def private_folder(self, folder: Path) -> None:
        """Create `folder` for this account alone, or make sure that it is such a folder.

        Raises:
            DatabaseUnavailable: there is a link, a file, or a folder of somebody else, as another user of this
                computer could create in a shared temporary folder.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (self.uid, os.geteuid()):
            raise DatabaseUnavailable(
                f"The database needs {folder}, but it belongs to somebody else.",
                "Remove it, or set TMPDIR to a folder of your own.",
            )
        folder.chmod(0o700)
        if self.is_other:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)


def _parents(path: Path) -> list[Path]:
    """Return every folder on the way to `path`, also those that links lead through, outermost first."""
    parents = {*path.parents, *path.resolve().parents}
    return sorted(parents, key=lambda parent: len(parent.parts))


def _tree(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")
