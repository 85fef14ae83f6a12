"""A folder of this machine that a web server of yours serves."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.media.errors import MediaHostError
from fluffy_tui.media.media_host import POSTS, PUT_SECONDS, time_limit
from fluffy_tui.media.public_fetch import verify_public

_PASSING = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE)
"""Disk errors that can go away without a change of settings."""

_PAGES = ("index.html", "index.htm", "index.php")
"""The file that web servers show for the address of a folder."""


P = ParamSpec("P")
R = TypeVar("R")


class DirectoryHost:
    """Copies pictures into a folder, each in one step, readable for everybody.

    Args:
        directory: The folder; it is created when the first picture is stored.
        base_url: Public address of that folder, without a slash at the end.
    """

    def __init__(self, directory: Path, base_url: str) -> None:
        self.directory = directory
        self.base_url = base_url.rstrip("/")

    def __repr__(self) -> str:
        return f"DirectoryHost({str(self.directory)!r}, {self.base_url!r})"

    async def put(self, key: str, data: bytes) -> str:
        """Write the picture and return its public address."""
        await self._on_disk(self._write, key, data)
        return f"{self.base_url}/{key}"

    async def verify(self, url: str, data: bytes) -> None:
        """Fetch the address and compare."""
        await verify_public(url, data)

    async def delete(self, key: str) -> None:
        """Remove the file, if it is there."""
        await self._on_disk(self._remove, key)

    async def list_keys(self) -> list[str]:
        """Return the keys of the pictures in the folder, sorted."""
        return await self._on_disk(self._list)

    async def _on_disk(self, action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            async with time_limit(
                PUT_SECONDS, f"The media folder {self.directory}", "Check that its disk responds."
            ):
                return await asyncio.to_thread(action, *args, **kwargs)
        except OSError as error:
            raise MediaHostError(
                f"The media folder {self.directory} cannot be used: {error.strerror or error}.",
                "Free some space on that disk."
                if error.errno in (errno.ENOSPC, errno.EDQUOT)
                else "Check FLUFFY_MEDIA_DIRECTORY, and that you may write to that folder.",
                temporary=error.errno in _PASSING,
            ) from error

    def _write(self, key: str, data: bytes) -> None:
        target = self.directory / key
        self._create_folders(target.parent)
        if key.startswith(POSTS):
            self._hide_listing(target.parent)
            self._hide_listing(self.directory)
        write_atomically(target, data, mode=0o644)  # so that nobody ever fetches half a picture

    def _hide_listing(self, folder: Path) -> None:
        """Put an empty page into a folder that has none: without one, web servers may list its files."""
        if not any((folder / name).exists() for name in _PAGES):
            write_atomically(folder / _PAGES[0], b"", mode=0o644)

    def _remove(self, key: str) -> None:
        (self.directory / key).unlink(missing_ok=True)

    def _list(self) -> list[str]:
        found = (self.directory / POSTS).glob("*.jpg")
        return sorted(path.relative_to(self.directory).as_posix() for path in found if path.name[0] != ".")

    def _create_folders(self, folder: Path) -> None:
        """Create the folder so that a web server of another user can read it, whatever the umask says."""
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            with suppress(PermissionError):  # memory cards keep no permissions, and the folder is ours
                path.chmod(0o755)
