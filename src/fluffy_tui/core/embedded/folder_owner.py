"""Who owns a file that this user may not use: usually root, because the program ran once with sudo."""

from __future__ import annotations

import errno
import os
import pwd
import shlex
from pathlib import Path

from fluffy_tui.plain_file import NotPlain

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def folder_remedy(error: OSError, folder: Path) -> str:
    """Return what to do about a data folder that cannot be used."""
    if isinstance(error, NotPlain):
        return "Move it away and try again."
    if error.errno in DISK_FULL:
        return "Free some space on that disk and try again."
    taken = _taken_by_another(Path(error.filename or folder)) or _taken_by_another(folder)
    if taken is not None:
        owner, own = account_name(taken.lstat().st_uid), account_name(os.geteuid())
        whole = folder if taken.is_relative_to(folder) else taken
        return f"{taken} belongs to {owner}. Run: sudo chown -R {own} {shlex.quote(os.fspath(whole))}"
    return "Make it writable, or set FLUFFY_DATA_DIR to a folder of your own."


def account_name(uid: int) -> str:
    """Return a user's name, or its number if it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _taken_by_another(path: Path) -> Path | None:
    """Return the outermost file or folder of another user on the way to `path` that is in a folder of this one."""
    in_own = False
    for place in reversed([path, *path.parents]):
        try:
            owner = place.lstat().st_uid
        except OSError:
            return None
        if in_own and owner != os.geteuid():
            return place
        in_own = owner == os.geteuid()
    return None
