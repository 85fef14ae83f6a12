"""Who runs the embedded server's programs: the person, or an unprivileged account when the person is root."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import IO

_FALLBACK_UID = 65534
"""The "overflow" id that Linux and BSD reserve for nobody."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group that own the cluster and run its programs.

    PostgreSQL refuses to run as root, so root hands all of it to the owner of the existing cluster, else to
    the account `postgres`, else to `nobody`.
    """

    uid: int
    gid: int

    @classmethod
    def for_cluster(cls, cluster: Path) -> Account:
        """Choose the account for this cluster folder, which need not exist yet."""
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
        """True when root has to hand work and folders to this account."""
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
        """Run a program as this account, in a session of its own so that ctrl+c in the terminal spares it.

        The environment is built anew: no `PG…` variable, home folder or locale of the person can change what
        the server does.

        Args:
            command: The program and its arguments; no shell looks at them.
            binaries: The folder of the PostgreSQL programs.
            log: Where the standard error goes; without it, both outputs are returned as `stdout`.
            text: What the program reads from its standard input.
            keep_open: File descriptors that the program inherits.

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

    def open_the_way(self, folder: Path) -> None:
        """Let this account pass through the parents of `folder`, so that it can reach it.

        Only for root, whose home and data folders are usually closed. What is added is the execute bit for
        others on the parents that lack it, nothing else: such a folder still cannot be listed. A file in it
        whose own mode lets everyone read it can then be read by whoever knows its name.
        """
        if not self.is_other:
            return
        for parent in folder.parents:
            status = parent.stat()
            needed = stat.S_IXUSR if status.st_uid == self.uid else stat.S_IXOTH
            if not status.st_mode & needed:
                parent.chmod(stat.S_IMODE(status.st_mode) | needed)

    def make_readable(self, installation: Path) -> None:
        """Let this account read and execute the server's own files below `installation`.

        Only for root, and only where the package was installed under a umask that shut everyone else out.
        Nothing outside that folder is touched; it holds published programs, no secrets.
        """
        if not self.is_other or installation.stat().st_mode & stat.S_IROTH:
            return
        for path in _tree(installation):
            if not path.is_symlink():
                mode = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))

    def take(self, folder: Path) -> None:
        """Make this account the owner of `folder` and all in it, as PostgreSQL demands of a cluster."""
        if self.is_other and folder.lstat().st_uid != self.uid:
            for path in _tree(folder):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def private_folder(self, folder: Path) -> None:
        """Create `folder` for this account alone, or make sure that an existing one is exactly that.

        Raises:
            DatabaseUnavailable: something else stands there: a link, a file, or somebody else's folder, as
                another user of the machine could put into a shared temporary folder.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (self.uid, os.geteuid()):
            raise DatabaseUnavailable(
                f"{folder} is needed for the database but belongs to somebody else.",
                "Remove it, or point TMPDIR to a folder of your own.",
            )
        folder.chmod(0o700)
        if self.is_other:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)


def _tree(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")
