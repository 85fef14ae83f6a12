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
    ("memory", resource.RLIMIT_AS, "ulimit -v", 4 * _GIGABYTE),
    ("memory", resource.RLIMIT_DATA, "ulimit -d", 4 * _GIGABYTE),
    ("a file", resource.RLIMIT_FSIZE, "ulimit -f", 4 * _GIGABYTE),
    ("processes", resource.RLIMIT_NPROC, "ulimit -u", 512),
    ("open files", resource.RLIMIT_NOFILE, "ulimit -n", 256),
)
"""What is limited, the command that sets it, and from which value on it is in nobody's way."""
_CGROUP_LIMITS = (("memory", "memory.max", _GIGABYTE), ("processes", "pids.max", 128))
_CGROUPS = Path("/sys/fs/cgroup")


def limit_remedy() -> str:
    """Return which limits are so low that something may not start, and what to do; empty if none is."""
    low = [
        f"{_amount(limit, what)} ({command})"
        for what, number, command, enough in _LIMITS
        if 0 <= (limit := resource.getrlimit(number)[0]) < enough
    ]
    low += [
        f"{_amount(limit, what)} ({name} of the container or service)"
        for what, name, enough in _CGROUP_LIMITS
        if (limit := _cgroup_limit(name)) is not None and limit < enough
    ]
    return f"Raise the limits of this session and try again: it has {', '.join(low)}." if low else ""


def _amount(limit: int, what: str) -> str:
    return f"{limit / 1e6:,.0f} MB for {what}" if what in ("memory", "a file") else f"{limit:,} {what}"


def _cgroup_limit(name: str) -> int | None:
    """Return a limit of this process's control group, the lowest of those above it; None where there is none."""
    found = []
    with suppress(OSError, ValueError):
        group = Path("/proc/self/cgroup").read_text(encoding="utf-8").strip().rpartition("::/")[2]
        for folder in (_CGROUPS / group, *(_CGROUPS / group).parents):
            with suppress(OSError, ValueError):
                found.append(int((folder / name).read_text(encoding="ascii")))
    return min(found, default=None)
