"""Picks, rejects and stars: shown at once, stored one after another, and undone in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fluffy_tui.photos import MOST_STARS, Photo, Verdict

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.ports import PhotosPort

UNDO_LIMIT = 1_000
"""Decisions that can be undone."""


STARS = "stars"


@dataclass(frozen=True, slots=True)
class Decision:
    """A flag or stars that the user gave."""

    before: Photo
    """The photo as it was."""
    after: Photo
    index: int
    """Where it was in the list."""
    at: datetime
    is_flag: bool
    """Whether it is a flag, after which it is the next photo's turn; stars may be given one by one."""
    is_joined: bool = False
    """Whether `undo` reverts it together with the decision before it."""


class Triage:
    """The decisions that were made in one library, and those of them that are not stored yet."""

    def __init__(self, photos: PhotosPort) -> None:
        self._photos = photos
        self._decisions: deque[Decision] = deque(maxlen=UNDO_LIMIT)
        self._queue: deque[tuple[Photo, Photo]] = deque()
        self._lock = asyncio.Lock()
        self._submits: dict[int, tuple[datetime, int]] = {}
        """When each post since the first decision was submitted, by the database's clock, and its group, by its id."""
        self._warned_of = 0

    @property
    def last(self) -> Decision | None:
        """The decision that `undo` reverts."""
        return self._decisions[-1] if self._decisions else None

    def decide(
        self, photo: Photo, decision: str, index: int, at: datetime, *, joined: bool = False
    ) -> Decision:
        """Make a decision about a photo at an index of the list, for `store` to store.

        It is a verdict, or `stars` with a number, which counts from the present one if it has a sign. If `joined`, it
        is one step of undo with the decision before it.
        """
        after = _decided(photo, decision)
        made = Decision(photo, after, index, at, not decision.startswith(STARS), joined)
        if made.is_flag or after != photo:
            self._decisions.append(made)
            self._queue.append((photo, after))
        return made

    def undo(self) -> list[Decision]:
        """Revert the last decision and those joined with it, for `store` to store, and return them, the first first.

        Raises:
            IndexError: there is none.
        """
        undone = [self._decisions.pop()]
        while undone[-1].is_joined and self._decisions:
            undone.append(self._decisions.pop())
        self._queue.extend((decision.after, decision.before) for decision in undone)
        return undone[::-1]

    def follow_submit(self, post_id: int, post: Post | None) -> None:
        """Note a post that was submitted, or that it does not exist any more."""
        if post is None:
            self._submits.pop(post_id, None)
        elif self._decisions and post.step is not None:
            self._submits[post_id] = (post.created_at, post.group_id)

    def warns_of_submit(self, database_lead: timedelta) -> bool:
        """Return whether a post was submitted after the last decision; true only once for each submission."""
        last = self._decisions[-1].at + database_lead
        later = [submit for submit in self._submits.values() if submit[0] > last]
        warned, self._warned_of = self._warned_of, max(later, default=(last, self._warned_of))[1]
        return bool(later) and warned != self._warned_of

    @property
    def is_stored(self) -> bool:
        return not self._queue

    def is_storing(self, photo_id: int) -> bool:
        """Whether a decision about this photo is not stored yet."""
        return any(photo.id == photo_id for _, photo in self._queue)

    async def store(self) -> None:
        """Store all decisions in order; on an error the remaining ones are dropped, and the list has to be reloaded."""
        async with self._lock:  # keys are faster than the database
            try:
                while self._queue:
                    before, after = self._queue[0]
                    if before.stars != after.stars:
                        await self._photos.rate([after.id], after.stars)
                    else:
                        await self._photos.decide(after.id, Verdict(after.verdict or Verdict.UNDECIDED))
                    self._queue.popleft()
            except BaseException:
                self._queue.clear()
                self._decisions.clear()
                raise


def _decided(photo: Photo, decision: str) -> Photo:
    kind, _, number = decision.partition(" ")
    if kind != STARS:
        return replace(photo, verdict=None if kind == Verdict.UNDECIDED else kind)
    stars = int(number) + (photo.stars if number[0] in "+-" else 0)
    return replace(photo, stars=max(0, min(stars, MOST_STARS)))
