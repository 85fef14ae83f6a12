"""The limits that a shell, a service manager or a container sets for this program and those that it starts."""

from __future__ import annotations

import errno
import resource
from contextlib import suppress
from pathlib import Path

OUT_OF_REACH = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EFBIG)
"""What the system says when one of them is reached."""

_GIGABYTE = 1 << 30
_LIMITS = (
    ("memory", resource.RLIMIT_AS, "ulimit -v", 1024, 4 * _GIGABYTE),
    ("memory", resource.RLIMIT_DATA, "ulimit -d", 1024, 4 * _GIGABYTE),
    ("size of a file", resource.RLIMIT_FSIZE, "ulimit -f", 1024, 4 * _GIGABYTE),
    ("processes", resource.RLIMIT_NPROC, "ulimit -u", 1, 512),
    ("open files", resource.RLIMIT_NOFILE, "ulimit -n", 1, 256),
)
"""What is limited, the command that shows it and its unit, and the value from which it is enough."""
_CGROUP_LIMITS = (
    ("memory", ("memory.max", "memory.limit_in_bytes"), _GIGABYTE),
    ("processes", ("pids.max",), 128),
)
"""What is limited, the files that say so in control groups (version 2 and 1), and the value from which it is enough."""
_CGROUPS, _OWN_GROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def limit_remedy() -> str:
    """Return which limits are so low that something may not start, and what to do; empty if none is."""
    low = [
        f"{what} ({command} {limit // unit})"
        for what, number, command, unit, enough in _LIMITS
        if 0 <= (limit := resource.getrlimit(number)[0]) < enough
    ]
    low += [
        f"{what} (of its control group, {most})"
        for what, names, enough in _CGROUP_LIMITS
        if (most := _cgroup_limit(names)) is not None and most < enough
    ]
    return f"Raise these limits where it was started, and try again: {', '.join(low)}." if low else ""


def _cgroup_limit(names: tuple[str, ...]) -> int | None:
    """Return a limit of this process's control group, the lowest of those above it; None where there is none."""
    found = []
    with suppress(OSError, ValueError):
        for line in _OWN_GROUP.read_text(encoding="utf-8").splitlines():
            _, controllers, group = line.split(":", 2)
            top = _CGROUPS / controllers
            place = top / group.lstrip("/")
            for folder in (place, *place.parents):
                for name in names if folder.is_relative_to(top) else ():
                    with suppress(OSError, ValueError):
                        found.append(int((folder / name).read_text(encoding="ascii")))
    return min(found, default=None)
