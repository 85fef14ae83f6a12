"""The stand-in's state folder: its data on disk, its last port, and who is serving it now."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.demo.stand_in.world import World
from fluffy_tui.plain_file import open_plain, read_plain

_MOST_BYTES = 1_000_000_000
"""The largest file that is read; years of posts take a thousandth of that."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a stand-in serves, and the key that it accepts."""

    url: str
    media_url: str
    key: str = field(repr=False)

    def to_json(self) -> dict[str, str]:
        """Return the three values, including the key, for the program that starts the demo."""
        return asdict(self)


class AlreadyServed(FluffyError):
    """Another stand-in serves this state folder; `address` says where."""

    def __init__(self, address: Address) -> None:
        super().__init__(f"The demo's Buffer is already running at {address.url}.", "Use that one.")
        self.address = address


class StateFolder:
    """A folder that one stand-in at a time serves.

    Two lock files: `running.lock` is held while the server runs, `starting.lock` only until its address is
    written, so that a second start sees either nothing or a complete address.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._starting: int | None = None
        self._running: int | None = None

    def claim(self) -> None:
        """Claim this folder; blocks while another program is starting.

        Raises:
            AlreadyServed: Another stand-in serves it.
            FluffyError: The folder cannot be created.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise FluffyError(f"The demo cannot use the folder {self.path}: {error.strerror}.") from error
        self._starting = self._lock("starting.lock")
        try:
            self._running = self._lock("running.lock", fcntl.LOCK_NB)
        except BlockingIOError:
            address = Address(**json.loads(read_plain(self.path / "address.json", _MOST_BYTES)))
            self._unlock_start()
            raise AlreadyServed(address) from None

    def announce(self, address: Address) -> None:
        """Let other programs find the server, now that it responds."""
        self._write("address.json", address.to_json())
        self._unlock_start()

    def release(self) -> None:
        """Release the folder."""
        self._unlock_start()
        if self._running is not None:
            os.close(self._running)
            self._running = None

    def wait_until_free(self) -> None:
        """Block until the server that claimed the folder has ended."""
        os.close(self._lock("running.lock"))

    def port(self) -> int:
        """Return the port of the last run, 0 if there was none."""
        try:
            address = json.loads(read_plain(self.path / "address.json", _MOST_BYTES))
            return int(address["url"].rsplit(":", 1)[1])
        except (OSError, ValueError, LookupError, TypeError, AttributeError):  # any port will do
            return 0

    def load(self) -> tuple[World, datetime] | None:
        """Return the world and the moment at which it was saved; None in a new folder.

        Raises:
            FluffyError: The file cannot be read.
        """
        path = self.path / "world.json"
        try:
            data = json.loads(read_plain(path, _MOST_BYTES))
            return World.from_json(data["world"]), datetime.fromisoformat(data["saved_at"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise FluffyError(
                f"The demo's Buffer cannot read its saved state in {path}.", "Delete that file to start over."
            ) from error

    def save(self, world: World, now: datetime) -> None:
        """Write the world; a reader sees either the old file or the new one."""
        self._write("world.json", {"saved_at": now.isoformat(), "world": world.to_json()})

    def _write(self, name: str, data: dict[str, Any]) -> None:
        write_atomically(self.path / name, json.dumps(data, ensure_ascii=False, indent=1), sync=False)

    def _lock(self, name: str, flags: int = 0) -> int:
        descriptor = open_plain(self.path / name, os.O_RDWR | os.O_CREAT)[0]
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | flags)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _unlock_start(self) -> None:
        if self._starting is not None:
            os.close(self._starting)
            self._starting = None
