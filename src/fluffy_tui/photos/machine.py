"""Which machine this is: a path says where a file is only together with the machine."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.core.atomic_file import atomic_writer

if TYPE_CHECKING:
    from pathlib import Path


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
        OSError: the file cannot be written.
    """
    name = socket.gethostname() or "unnamed"
    try:
        return Machine(file.read_text(encoding="ascii").strip(), name)
    except FileNotFoundError:
        _write_once(file, secrets.token_hex(8))
        return Machine(file.read_text(encoding="ascii").strip(), name)


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
    finally:
        own.unlink()
