"""Work that indexing gives way to, such as making the pictures of a post that a user waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class UrgentWork:
    """What of it is under way in this process; as long as there is any, no photo is begun, and no text is read."""

    def __init__(self) -> None:
        self._under_way = 0
        self._none, self._some = asyncio.Event(), asyncio.Event()

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Have indexing wait until the end of the block, however that is reached; in the event loop's thread."""
        self._under_way += 1
        self._none.clear()
        self._some.set()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._none.set()
                self._some.clear()

    @property
    def is_under_way(self) -> bool:
        """Whether any is under way; may be asked in any thread."""
        return self._under_way > 0

    async def started(self) -> None:
        """Return as soon as there is some."""
        await self._some.wait()

    async def finished(self) -> None:
        """Return as soon as there is none."""
        while self._under_way:
            await self._none.wait()
