"""Photos selected in the library, to do something with all of them."""

from __future__ import annotations

from collections.abc import Iterable

from fluffy_tui.networks import MOST_PHOTOS


class PhotoSelection:
    """Selected photos in the order of their selection, whatever the list shows."""

    def __init__(self) -> None:
        self._ids: dict[int, None] = {}

    def __contains__(self, photo_id: object) -> bool:
        return photo_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> tuple[int, ...]:
        """The photos, the one selected first coming first."""
        return tuple(self._ids)

    @property
    def words(self) -> str:
        """How many there are, such as `4 selected`; empty for none."""
        return f"{len(self._ids):,} selected" if self._ids else ""

    @property
    def phrase(self) -> str:
        """The same within a sentence, such as `4 selected photos`; empty for none."""
        return f"{self.words} photo{'s' * (len(self) != 1)}" if self._ids else ""

    def too_many(self, fill: str) -> str:
        """Return why one post cannot have all selected photos; empty if it can.

        `fill` is the key that makes one post of each, or its action id in braces.
        """
        if len(self) <= MOST_PHOTOS:
            return ""
        return (
            f"A post takes at most {MOST_PHOTOS} photos, and {len(self):,} are selected. "
            f"Deselect some, or make one post of each with {fill}."
        )

    def toggle(self, photo_id: int) -> None:
        if photo_id in self._ids:
            del self._ids[photo_id]
        else:
            self._ids[photo_id] = None

    def remove(self, photo_ids: Iterable[int]) -> None:
        for photo_id in photo_ids:
            self._ids.pop(photo_id, None)

    def clear(self) -> None:
        self._ids.clear()
