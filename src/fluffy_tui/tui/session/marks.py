"""Photos that a person marks in the library, to do something with all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Marks:
    """Marked photos in the order in which they were marked, whatever is listed meanwhile."""

    def __init__(self) -> None:
        self._ids: dict[int, None] = {}

    def __contains__(self, photo_id: object) -> bool:
        return photo_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> tuple[int, ...]:
        """The photos, the one marked first coming first."""
        return tuple(self._ids)

    @property
    def words(self) -> str:
        """How many there are, such as `4 marked`; empty for none."""
        return f"{len(self._ids):,} marked" if self._ids else ""

    @property
    def told(self) -> str:
        """Which photos are meant, within a sentence, such as `4 marked photos`; empty for none."""
        return f"{self.words} photo{'s' * (len(self) != 1)}" if self._ids else ""

    def toggle(self, photo_id: int) -> None:
        """Mark a photo, or take its mark away."""
        if photo_id in self._ids:
            del self._ids[photo_id]
        else:
            self._ids[photo_id] = None

    def drop(self, photo_ids: Iterable[int]) -> None:
        """Take the marks of these photos away, as far as they have any."""
        for photo_id in photo_ids:
            self._ids.pop(photo_id, None)

    def clear(self) -> None:
        """Take all marks away."""
        self._ids.clear()
