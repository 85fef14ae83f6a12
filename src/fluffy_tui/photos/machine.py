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


def this_machine(file: Path) -> Machine:
    """Return this machine; its id is kept in a file, which is written the first time.

    Raises:
        OSError: the file cannot be written.
    """
    name = socket.gethostname() or "unnamed"
    try:
        return Machine(file.read_text(encoding="ascii").strip(), name)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic_writer(file) as written:
            written.write(secrets.token_hex(8).encode())
        return Machine(file.read_text(encoding="ascii").strip(), name)
