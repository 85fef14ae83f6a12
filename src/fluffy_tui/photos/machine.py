"""Which machine this is: a path only says where a file is together with a machine."""

from __future__ import annotations

import errno
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from fluffy_tui.core.atomic_file import atomic_writer
from fluffy_tui.core.embedded.folder_owner import folder_remedy
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.images import PhotoUnreadable, open_regular

_LONGEST_ID = 100
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)
"""Errors of file systems without hard links, as on memory cards and network drives."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One installation whose photos are at paths of its own."""

    id: str
    name: str
    """For people, such as `studio`; may change."""


UNKNOWN = Machine("", "")
"""Where photos are that were imported before machines were noted: any machine may find them at their path."""


def this_machine(file: Path) -> Machine:
    """Return this machine; its id is kept in a file, which is written the first time.

    Raises:
        FluffyError: the file cannot be written, or has no id; a new one would make all photos those of another machine.
    """
    name = socket.gethostname() or "unnamed"
    if not os.path.lexists(file):
        try:
            _write_once(file, secrets.token_hex(8))
        except OSError as error:
            raise FluffyError(
                f"The id of this machine cannot be written to {file}: {error.strerror}.",
                folder_remedy(error, file.parent),
            ) from None
    try:
        with open_regular(str(file)) as opened:
            machine_id = opened.read(_LONGEST_ID).decode("ascii").strip()
    except (OSError, UnicodeDecodeError, PhotoUnreadable):
        machine_id = ""
    if not machine_id:
        raise FluffyError(
            f"The id of this machine cannot be read from {file}.",
            "Restore the file from a backup, or delete it and import your folders again.",
        )
    return Machine(machine_id, name)


def _write_once(file: Path, machine_id: str) -> None:
    """Write the id, unless another process that starts at the same time has written one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    own = file.with_name(f".machine.{machine_id}")
    with atomic_writer(own) as written:
        written.write(machine_id.encode())
    try:
        file.hardlink_to(own)
    except FileExistsError:
        return  # its id counts
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if not file.exists():
            own.replace(file)
    finally:
        own.unlink(missing_ok=True)
