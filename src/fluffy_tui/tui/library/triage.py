"""Decisions about photos: shown at once, stored one after the other, undone in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fluffy_tui.photos import Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.ports import PhotosPort

REMEMBERED = 1_000
"""Decisions that can be undone."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict that somebody gave."""

    before: Photo
    """The photo as it was."""
    verdict: Verdict
    index: int
    """Where it stood in the list."""
    at: datetime

    @property
    def after(self) -> Photo:
        """The photo as it is from then on."""
        return with_verdict(self.before, self.verdict)


class Triage:
    """The decisions of one library, and those of them that are not stored yet.

    Args:
        photos: Where they are stored.
    """

    def __init__(self, photos: PhotosPort) -> None:
        self._photos = photos
        self._made: deque[Decision] = deque(maxlen=REMEMBERED)
        self._to_store: deque[tuple[Photo, Verdict]] = deque()
        self._storing = asyncio.Lock()

    @property
    def last(self) -> Decision | None:
        """The decision that would be undone."""
        return self._made[-1] if self._made else None

    def decide(self, photo: Photo, verdict: Verdict, index: int, at: datetime) -> Decision:
        """Note a decision, to be stored by `store`."""
        decision = Decision(photo, verdict, index, at)
        self._made.append(decision)
        self._to_store.append((photo, verdict))
        return decision

    def undo(self) -> Decision:
        """Take the last decision back, to be stored by `store`; raises IndexError when there is none."""
        decision = self._made.pop()
        self._to_store.append((decision.before, verdict_of(decision.before)))
        return decision

    def is_storing(self, photo_id: int) -> bool:
        """Whether a decision about this photo is yet to be stored."""
        return any(photo.id == photo_id for photo, _ in self._to_store)

    async def store(self) -> None:
        """Store what was decided, in the order it was; on an error the rest is let go, and the list read anew."""
        async with self._storing:  # keys come faster than decisions are stored
            try:
                while self._to_store:
                    photo, verdict = self._to_store[0]
                    await self._photos.decide(photo.id, verdict)
                    self._to_store.popleft()
            except BaseException:
                self._to_store.clear()
                self._made.clear()
                raise


def verdict_of(photo: Photo) -> Verdict:
    """Return what was decided about a photo."""
    return Verdict(photo.verdict) if photo.verdict else Verdict.UNDECIDED


def with_verdict(photo: Photo, verdict: Verdict) -> Photo:
    """Return the photo with this verdict."""
    return replace(photo, verdict=None if verdict is Verdict.UNDECIDED else verdict.value)
