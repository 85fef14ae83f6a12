"""Questions about likeness that the library answers with a list: more like this, least like the last posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.similarity import Relation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.similarity import Neighbour
    from fluffy_tui.tui.ports import SimilarityPort

LAST_POSTS = 9
"""Posts that a new one is to differ from: what Instagram's profile shows at a glance."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What was asked."""

    photo_ids: tuple[int, ...]
    """What is compared with."""
    words: str
    """The list's title, such as `like IMG_2041.HEIC · esc back`."""
    least: bool = False
    """Whether the photos that are farthest are wanted."""

    async def ask(self, similarity: SimilarityPort) -> Sequence[Neighbour]:
        """Return the persona's photos without a post that answer it, best first.

        Raises:
            FluffyError: it cannot be answered yet, and the text says why and how far the work is.
        """
        if self.least:
            return await similarity.least_like(self.photo_ids, fold=True)
        return await similarity.more_like(self.photo_ids[0], fold=True)


def distance_words(neighbour: Neighbour) -> str:
    """Return a distance with what it means, such as `0.12 same scene`; the number alone where it means nothing."""
    relation = "" if neighbour.relation is Relation.OTHER else f" {neighbour.relation}"
    return f"{neighbour.distance:.2f}{relation}"
