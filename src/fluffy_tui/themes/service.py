"""Stores themes, and reads what is planned of them and which photos they have left."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, true
from sqlalchemy.exc import IntegrityError

from fluffy_tui.name_key import name_key
from fluffy_tui.personas import Persona, PersonaNotFound
from fluffy_tui.photos import clean_keyword
from fluffy_tui.scheduling import channel_zone
from fluffy_tui.themes.model import (
    COUNTED_UP_TO,
    Theme,
    ThemeNotFound,
    ThemeSupply,
    check_theme,
    themes_by_photo,
)
from fluffy_tui.themes.photo_choice import Choice, choose
from fluffy_tui.themes.photo_order import PREFERRED, photos_of_themes, photos_without_theme
from fluffy_tui.themes.tables import ThemePhotoRow, ThemeRow
from fluffy_tui.themes.theme_calendar import WINDOW, ThemeCalendar, ThemedPost

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Keywords, Photos
    from fluffy_tui.scheduling import Planning


class Themes:
    """The themes of one database."""

    def __init__(self, database: Database, photos: Photos, keywords: Keywords, planning: Planning) -> None:
        self._database = database
        self._photos, self._keywords, self._planning = photos, keywords, planning

    async def list(self, persona_id: int) -> Sequence[Theme]:
        """Return a persona's themes by keyword."""
        async with self._database.transaction() as session:
            return await _themes(session, persona_id)

    async def supplies(self) -> dict[int, tuple[ThemeSupply, ...]]:
        """Return all themes with what they have left, by persona id; those of a persona by keyword."""
        photo = ThemePhotoRow
        some = (
            select(photo.photo_id)
            .where(photo.theme_id == ThemeRow.id)
            .order_by(*PREFERRED)  # as the index has them: else Postgres looks through those of other themes
            .limit(COUNTED_UP_TO)
            .correlate(ThemeRow)
            .subquery("some")
        )
        left = select(func.count().label("number")).select_from(some).lateral("left_over")
        query = select(ThemeRow, left.c.number).join(left, true()).order_by(ThemeRow.persona_id, ThemeRow.key)
        found: defaultdict[int, tuple[ThemeSupply, ...]] = defaultdict(tuple)
        async with self._database.transaction() as session:
            for row, number in await session.execute(query):
                found[row.persona_id] += (ThemeSupply(_theme(row), number),)
        return dict(found)

    async def create(self, persona_id: int, keyword: str, share: int, rest_days: int) -> Theme:
        """Create a theme.

        Raises:
            ThemeRefused: it is not valid; the message says why.
            PersonaNotFound: the persona does not exist.
        """
        keyword = clean_keyword(keyword)
        try:
            async with self._database.transaction() as session:
                check_theme(keyword, share, rest_days, await _themes_to_change(session, persona_id))
                row = ThemeRow(persona_id=persona_id, share=share, rest_days=rest_days)
                _name(row, keyword)
                session.add(row)
                await session.flush()
                return _theme(row)
        except IntegrityError:
            raise PersonaNotFound("That persona no longer exists.", "Choose another one.") from None

    async def change(self, theme: Theme, keyword: str, share: int, rest_days: int) -> Theme:
        """Change a theme.

        Raises:
            ThemeRefused: it is not valid any more; the message says why.
            ThemeNotFound: it does not exist.
        """
        keyword = clean_keyword(keyword)
        async with self._database.transaction() as session:
            others = [
                other for other in await _themes_to_change(session, theme.persona_id) if other.id != theme.id
            ]
            row = await _row(session, theme.id)
            check_theme(keyword, share, rest_days, others)
            row.share, row.rest_days = share, rest_days
            _name(row, keyword)
            await session.flush()
            return _theme(row)

    async def delete(self, theme: Theme) -> None:
        """Delete a theme; `create` with the same values restores it.

        Raises:
            ThemeNotFound: it does not exist.
        """
        async with self._database.transaction() as session:
            await session.delete(await _row(session, theme.id))

    async def calendar(self, persona: Persona, now: datetime, photo_ids: Iterable[int] = ()) -> ThemeCalendar:
        """Return a persona's themes, its posts on the main channel, and the themes of some photos.

        Posts that went out count for 28 days, and longer for the rest of a theme.
        """
        themes = tuple(await self.list(persona.id))
        if not themes:
            return ThemeCalendar(())
        since = max(WINDOW, timedelta(days=max(theme.rest_days for theme in themes)))
        agenda = await self._planning.agenda(persona, now, now - since - timedelta(days=1))
        planned = [item for item in agenda.planned if item.post.persona_id == persona.id]
        zone = channel_zone(agenda.channel) if agenda.channel else None
        ids = {photo_id for item in planned for photo_id in item.post.photo_ids} | {*photo_ids}
        themes_of = themes_by_photo(themes, await self._keywords.of(ids))
        posts = tuple(
            ThemedPost(
                item.at.astimezone(zone).date(),
                frozenset().union(*(themes_of.get(photo_id, ()) for photo_id in item.post.photo_ids)),
            )
            for item in planned
        )
        return ThemeCalendar(themes, posts, themes_of)

    async def choose(self, persona: Persona, now: datetime, slots: Sequence[datetime]) -> Choice:
        """Choose photos for free slots of the main channel, as `photo_choice.choose` does."""
        calendar = await self.calendar(persona, now)
        zone = channel_zone(persona.channel) if persona.channel else None
        days = [slot.astimezone(zone).date() for slot in slots]
        themed = await photos_of_themes(self._database, self._keywords, calendar.themes)
        unthemed = await photos_without_theme(
            self._photos, self._keywords, persona.id, calendar.themes, len(slots)
        )
        return choose(calendar, [*themed, *unthemed], days)


async def _themes(session: AsyncSession, persona_id: int) -> list[Theme]:
    query = select(ThemeRow).where(ThemeRow.persona_id == persona_id).order_by(ThemeRow.key)
    return [_theme(row) for row in await session.scalars(query)]


async def _themes_to_change(session: AsyncSession, persona_id: int) -> list[Theme]:
    """Return a persona's themes, which nobody else changes until the end of the transaction: shares are added up."""
    lock = func.hashtextextended(f"themes of {persona_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    return await _themes(session, persona_id)


async def _row(session: AsyncSession, theme_id: int) -> ThemeRow:
    row = await session.get(ThemeRow, theme_id)
    if row is None:
        raise ThemeNotFound("That theme no longer exists.", "It was deleted elsewhere.")
    return row


def _name(row: ThemeRow, keyword: str) -> None:
    row.keyword, row.key = keyword, name_key(keyword)


def _theme(row: ThemeRow) -> Theme:
    return Theme(row.id, row.persona_id, row.keyword, row.share, row.rest_days)
