"""Writes down what is being typed, off the event loop and in order."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.session.drafts import Draft, Drafts


class DraftWriter:
    """Keeps the text of one photo; an older text never overwrites a newer one, whichever thread is faster.

    Args:
        drafts: where texts are kept.
        photo: whose text it is.
    """

    def __init__(self, drafts: Drafts, photo: Photo) -> None:
        self._drafts = drafts
        self._photo = photo
        self._lock = threading.Lock()
        self._newest = 0
        self._written = 0

    async def keep(self, text: Draft) -> None:
        """Write a text in a thread.

        Raises:
            OSError: the disk refuses.
        """
        self._newest += 1
        await asyncio.to_thread(self._write, self._newest, text)

    def keep_now(self, text: Draft) -> None:
        """Write a text before returning, as when leaving.

        Raises:
            OSError: the disk refuses.
        """
        self._newest += 1
        self._write(self._newest, text)

    def forget(self) -> None:
        """Remove the text, and refuse whatever is still to be written.

        Raises:
            OSError: the disk refuses.
        """
        with self._lock:
            self._written = self._newest + 1_000_000
            self._drafts.forget(self._photo)

    def _write(self, number: int, text: Draft) -> None:
        with self._lock:
            if number > self._written:
                self._drafts.save(self._photo, text)
                self._written = number
