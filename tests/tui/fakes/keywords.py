"""Keywords in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from fluffy_tui.name_key import name_key
from fluffy_tui.photos import Keyword, KeywordSource

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo


class FakeKeywords:
    """Keywords of drawn photos, by their key and source."""

    def __init__(self, photos: Mapping[int, Photo]) -> None:
        self._photos = photos
        self.kept: dict[int, dict[tuple[str, KeywordSource], str]] = {}
        self.on_change: Callable[[int], None] = lambda persona_id: None

    async def of(self, photo_ids: Iterable[int]) -> dict[int, tuple[Keyword, ...]]:
        """Return the keywords of photos."""
        return {photo_id: found for photo_id in photo_ids if (found := self._listed(photo_id))}

    async def add(self, photo_ids: Iterable[int], words: Iterable[str]) -> None:
        """Give photos keywords."""
        cleaned = [" ".join(word.split()).lstrip("#") for word in words]
        for photo_id in photo_ids:
            if photo_id in self._photos:
                mine = self.kept.setdefault(photo_id, {})
                for word in filter(None, cleaned):
                    mine.setdefault((name_key(word), KeywordSource.HAND), word)
                self.on_change(self._photos[photo_id].persona_id)

    async def remove(self, photo_ids: Iterable[int], words: Iterable[str]) -> None:
        """Take keywords away."""
        gone = {name_key(word) for word in words}
        for photo_id in photo_ids:
            mine = self.kept.get(photo_id, {})
            self.kept[photo_id] = {place: word for place, word in mine.items() if place[0] not in gone}
            self.on_change(self._photos[photo_id].persona_id)

    async def complete(self, persona_id: int, beginning: str) -> Sequence[str]:
        """Return the keywords that begin like this."""
        found = {
            key: word
            for photo_id, words in sorted(self.kept.items(), reverse=True)
            for (key, _), word in words.items()
            if self._photos[photo_id].persona_id == persona_id
            and key.startswith(name_key(beginning.lstrip()))
        }
        return [found[key] for key in sorted(found)][:8]

    def _listed(self, photo_id: int) -> tuple[Keyword, ...]:
        mine = sorted(self.kept.get(photo_id, {}).items())
        sources: dict[str, tuple[KeywordSource, ...]] = {}
        words: dict[str, str] = {}
        for (key, source), word in mine:
            sources[key] = (*sources.get(key, ()), source)
            words.setdefault(key, word)
        return tuple(Keyword(words[key], sources[key]) for key in words)
