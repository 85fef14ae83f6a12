"""Picks and rejects: shown at once, stored one after another, and undone in turn."""

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

UNDO_LIMIT = 1_000
"""Decisions that can be undone."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict that the user gave."""

    before: Photo
    """The photo with its previous verdict."""
    verdict: Verdict
    index: int
    """Where it was in the list."""
    at: datetime
    is_joined: bool = False
    """Whether `undo` reverts it together with the decision before it."""

    @property
    def after(self) -> Photo:
        """The photo with the new verdict."""
        return replace(self.before, verdict=None if self.verdict is Verdict.UNDECIDED else self.verdict.value)


class Triage:
    """The decisions that were made in one library, and those of them that are not stored yet.

    Args:
        photos: Stores them.
    """

    def __init__(self, photos: PhotosPort) -> None:
        self._photos = photos
        self._decisions: deque[Decision] = deque(maxlen=UNDO_LIMIT)
        self._queue: deque[tuple[int, Verdict]] = deque()
        self._lock = asyncio.Lock()

    @property
    def last(self) -> Decision | None:
        """The decision that `undo` reverts."""
        return self._decisions[-1] if self._decisions else None

    def decide(
        self, photo: Photo, verdict: Verdict, index: int, at: datetime, *, joined: bool = False
    ) -> Decision:
        """Make a decision, for `store` to store; joined, it is one step of undo with the one before it."""
        decision = Decision(photo, verdict, index, at, joined)
        self._decisions.append(decision)
        self._queue.append((photo.id, verdict))
        return decision

    def undo(self) -> list[Decision]:
        """Revert the last decision and those joined with it, for `store` to store, and return them, the first first.

        Raises:
            IndexError: there is none.
        """
        undone = [self._decisions.pop()]
        while undone[-1].is_joined and self._decisions:
            undone.append(self._decisions.pop())
        for before in (decision.before for decision in undone):
            self._queue.append((before.id, Verdict(before.verdict) if before.verdict else Verdict.UNDECIDED))
        return undone[::-1]

    @property
    def is_stored(self) -> bool:
        """Whether every decision is stored."""
        return not self._queue

    def is_storing(self, photo_id: int) -> bool:
        """Whether a decision about this photo is not stored yet."""
        return any(id_ == photo_id for id_, _ in self._queue)

    async def store(self) -> None:
        """Store all decisions in order; on an error the remaining ones are dropped, and the list has to be reloaded."""
        async with self._lock:  # keys are faster than the database
            try:
                while self._queue:
                    await self._photos.decide(*self._queue[0])
                    self._queue.popleft()
            except BaseException:
                self._queue.clear()
                self._decisions.clear()
                raise
