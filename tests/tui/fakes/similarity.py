"""Similar photos in memory: the distance is that of the ids, and a test says how many photos are indexed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import Photo
from fluffy_tui.similarity import EarlierPost, IndexCounts, Neighbour, NotIndexedYet, OutsideMatch, Relation


class FakeSimilarity:
    """Photos with close ids are similar.

    Args:
        photos: Returns the ids of a persona's photos.
        scheduled: Returns the ids of photos that have a post.
    """

    def __init__(self, photos: Callable[[int], Sequence[Photo]], scheduled: Callable[[], set[int]]) -> None:
        self._photos = photos
        self._scheduled = scheduled
        self.error: FluffyError | None = None
        """Raised by the next queries, as if nothing were indexed."""
        self.hashed: int | None = None
        """How many photos are hashed; None for all."""
        self.counted = 0
        """How often the progress was read."""
        self.earlier_posts: dict[int, EarlierPost] | None = None
        """By photo id; None if the photos are not indexed."""
        self.elsewhere: dict[int, OutsideMatch] = {}
        """Posts from elsewhere with the same picture, by photo id."""
        self.stacks: dict[int, int] = {}
        self.related_asked: list[int] = []
        """The photos that others were compared with."""
        self.failures: dict[int, str] = {}
        """Why photos could not be decoded, by id."""

    async def more_like(
        self, photo_id: int, *, limit: int = 24, unscheduled_only: bool = True, fold: bool = False
    ) -> Sequence[Neighbour]:
        """Return photos by the distance of their ids."""
        return self._answer([photo_id], farthest=False, unscheduled_only=unscheduled_only)[:limit]

    async def related(self, photo_id: int, others: Sequence[int]) -> Sequence[Neighbour]:
        """Return some photos by the distance of their ids."""
        self.related_asked.append(photo_id)
        found = self._answer([photo_id], farthest=False, unscheduled_only=False, most=10**6)
        return [neighbour for neighbour in found if neighbour.photo_id in others]

    async def least_like(self, photo_ids: Sequence[int], *, fold: bool = False) -> Sequence[Neighbour]:
        """Return up to 24 photos whose ids are far from all of these."""
        return self._answer(photo_ids, farthest=True)

    async def recent_photos(self, persona_id: int, *, last: int = 9) -> Sequence[int]:
        """Return the photos with a post, the highest id first."""
        mine = {photo.id for photo in self._photos(persona_id)}
        return sorted(self._scheduled() & mine, reverse=True)[:last]

    async def progress(self, persona_id: int | None = None) -> Sequence[IndexCounts]:
        """Return how many of the persona's photos are indexed."""
        self.counted += 1
        count = len(self._photos(persona_id or 0))
        hashed = count if self.hashed is None else self.hashed
        return [IndexCounts(persona_id or 0, count, hashed, {"fake": hashed}, 0, "fake")] if count else []

    async def posted_before(self, photo: Photo) -> EarlierPost | None:
        """Return the earlier post; raises NotIndexedYet if that is unknown."""
        if self.earlier_posts is None:
            raise NotIndexedYet("Not indexed yet.")
        return self.earlier_posts.get(photo.id)

    async def posted_elsewhere(self, photo: Photo) -> OutsideMatch | None:
        """Return what is in `elsewhere`."""
        return self.elsewhere.get(photo.id)

    async def copies(self, photo_ids: Sequence[int]) -> dict[int, int]:
        """Return the stacks in `stacks`."""
        return {id_: self.stacks[id_] for id_ in photo_ids if id_ in self.stacks}

    async def unreadable(self, photo_ids: Sequence[int]) -> dict[int, str]:
        """Return the failures in `failures`."""
        return {id_: self.failures[id_] for id_ in photo_ids if id_ in self.failures}

    def _answer(
        self, photo_ids: Sequence[int], *, farthest: bool, unscheduled_only: bool = True, most: int = 24
    ) -> Sequence[Neighbour]:
        if self.error is not None:
            raise self.error
        persona = next(
            persona for persona in (1, 2, 3) if any(photo.id in photo_ids for photo in self._photos(persona))
        )
        found = [
            Neighbour(photo.id, distance, Relation.SAME_SCENE if distance <= 0.12 else Relation.OTHER)
            for photo in self._photos(persona)
            if photo.id not in photo_ids and not (unscheduled_only and photo.id in self._scheduled())
            for distance in [min(abs(photo.id - other) for other in photo_ids) / 25]
        ]
        return sorted(found, key=lambda one: (one.distance, one.photo_id), reverse=farthest)[:most]
