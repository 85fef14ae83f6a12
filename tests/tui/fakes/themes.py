"""Themes in memory, with the calendar and the choice of the service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from fluffy_tui.photos import Browse, Verdict, clean_keyword
from fluffy_tui.scheduling import channel_zone
from fluffy_tui.themes import (
    Candidate,
    Choice,
    Theme,
    ThemeCalendar,
    ThemedPost,
    ThemeNotFound,
    ThemeSupply,
    choose,
)
from fluffy_tui.themes.model import COUNTED_UP_TO, check_theme, themes_by_photo

if TYPE_CHECKING:
    from fluffy_tui.core.errors import FluffyError
    from fluffy_tui.personas import Persona
    from tui.fakes.keywords import FakeKeywords
    from tui.fakes.photos import FakePhotos
    from tui.fakes.planning import FakePlanning


class FakeThemes:
    """Themes with the order and the refusals of the service; none at first."""

    def __init__(self, photos: FakePhotos, keywords: FakeKeywords, planning: FakePlanning) -> None:
        self._photos, self._keywords, self._planning = photos, keywords, planning
        self.kept: dict[int, Theme] = {}
        self.on_change: Callable[[int], None] = lambda persona_id: None
        self.error: FluffyError | None = None
        """Raised by the next change."""

    async def list(self, persona_id: int) -> Sequence[Theme]:
        """Return a persona's themes."""
        mine = [theme for theme in self.kept.values() if theme.persona_id == persona_id]
        return sorted(mine, key=lambda theme: theme.key)

    async def supplies(self) -> dict[int, tuple[ThemeSupply, ...]]:
        """Return all themes with what they have left."""
        found: dict[int, tuple[ThemeSupply, ...]] = {}
        for theme in sorted(self.kept.values(), key=lambda theme: (theme.persona_id, theme.key)):
            free = await self._free(theme.persona_id)
            themes_of = themes_by_photo([theme], await self._keywords.of(free))
            supply = ThemeSupply(theme, min(COUNTED_UP_TO, len(themes_of)))
            found[theme.persona_id] = (*found.get(theme.persona_id, ()), supply)
        return found

    async def create(self, persona_id: int, keyword: str, share: int, rest_days: int) -> Theme:
        """Create a theme."""
        self._raise()
        keyword = clean_keyword(keyword)
        check_theme(keyword, share, rest_days, await self.list(persona_id))
        made = Theme(max(self.kept, default=0) + 1, persona_id, keyword, share, rest_days)
        return self._keep(made)

    async def change(self, theme: Theme, keyword: str, share: int, rest_days: int) -> Theme:
        """Change a theme."""
        self._raise()
        if theme.id not in self.kept:
            raise ThemeNotFound("It was deleted already.")
        keyword = clean_keyword(keyword)
        others = [other for other in await self.list(theme.persona_id) if other.id != theme.id]
        check_theme(keyword, share, rest_days, others)
        return self._keep(replace(theme, keyword=keyword, share=share, rest_days=rest_days))

    async def delete(self, theme: Theme) -> None:
        """Delete a theme."""
        self._raise()
        if self.kept.pop(theme.id, None) is None:
            raise ThemeNotFound("It was deleted already.")
        self.on_change(theme.persona_id)

    async def calendar(self, persona: Persona, now: datetime, photo_ids: Iterable[int] = ()) -> ThemeCalendar:
        """Return the themes, the posts and the themes of some photos."""
        themes = tuple(await self.list(persona.id))
        if not themes:
            return ThemeCalendar(())
        agenda = await self._planning.agenda(persona, now, datetime.min.replace(tzinfo=now.tzinfo))
        planned = [item for item in agenda.planned if item.post.persona_id == persona.id]
        ids = {photo_id for item in planned for photo_id in item.post.photo_ids} | {*photo_ids}
        themes_of = themes_by_photo(themes, await self._keywords.of(ids))
        posts = tuple(
            ThemedPost(
                item.at.astimezone(channel_zone(agenda.channel) if agenda.channel else None).date(),
                frozenset().union(*(themes_of.get(photo_id, ()) for photo_id in item.post.photo_ids)),
            )
            for item in planned
        )
        return ThemeCalendar(themes, posts, themes_of)

    async def choose(self, persona: Persona, now: datetime, slots: Sequence[datetime]) -> Choice:
        """Choose photos for free slots, from all there are."""
        free = await self._free(persona.id)
        calendar = await self.calendar(persona, now, free)
        candidates = [
            Candidate(
                photo_id,
                calendar.themes_of.get(photo_id, frozenset()),
                self._photos.photos[photo_id].verdict == Verdict.PICK,
            )
            for photo_id in free
        ]
        zone = channel_zone(persona.channel) if persona.channel else None
        return choose(calendar, candidates, [slot.astimezone(zone).date() for slot in slots])

    async def _free(self, persona_id: int) -> Sequence[int]:
        """Return the photos without a post that are not rejected, the newest first."""
        ids = await self._photos.ids(persona_id, Browse(missing=False))
        return [photo_id for photo_id in ids if self._photos.photos[photo_id].verdict != Verdict.REJECT]

    def _keep(self, theme: Theme) -> Theme:
        self.kept[theme.id] = theme
        self.on_change(theme.persona_id)
        return theme

    def _raise(self) -> None:
        error, self.error = self.error, None
        if error is not None:
            raise error
