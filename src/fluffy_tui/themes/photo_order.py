"""In which order photos are taken for free slots: those of themes, and those without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from fluffy_tui.photos import Browse, Verdict
from fluffy_tui.themes.model import Theme, themes_by_photo
from fluffy_tui.themes.photo_choice import Candidate
from fluffy_tui.themes.tables import ThemePhotoRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Keywords, Photos

OF_EACH_THEME = 50
"""Photos of a theme among which those for the free slots are chosen; a batch has a few."""
PAGE, PAGES = 200, 5
"""Picked and unflagged photos that are looked through for those without a theme, at most."""
PREFERRED = tuple(
    column.desc() for column in (ThemePhotoRow.is_picked, ThemePhotoRow.shown_at, ThemePhotoRow.photo_id)
)
"""The order of a theme's photos, which is also that of its index: picked ones first, the newest first."""


async def photos_of_themes(
    database: Database, keywords: Keywords, themes: Sequence[Theme]
) -> Sequence[Candidate]:
    """Return photos that the themes have left: for each its picked ones first, the newest first."""
    photo = ThemePhotoRow
    rows: set[tuple[bool, datetime, int]] = set()
    async with database.transaction() as session:
        for theme in themes:
            query = (
                select(photo.is_picked, photo.shown_at, photo.photo_id)
                .where(photo.theme_id == theme.id)
                .order_by(*PREFERRED)
                .limit(OF_EACH_THEME)
            )
            found = await session.execute(query)
            rows |= {(row.is_picked, row.shown_at, row.photo_id) for row in found}
    themes_of = themes_by_photo(themes, await keywords.of([photo_id for _, _, photo_id in rows]))
    return [
        Candidate(photo_id, themes_of.get(photo_id, frozenset()), is_picked)
        for is_picked, _, photo_id in sorted(rows, reverse=True)
    ]


async def photos_without_theme(
    photos: Photos, keywords: Keywords, persona_id: int, themes: Sequence[Theme], count: int
) -> Sequence[Candidate]:
    """Return the newest photos without a theme: picked ones, then unflagged ones, so many of each at most."""
    found: dict[int, Candidate] = {}
    for verdict in (Verdict.PICK, Verdict.UNDECIDED):
        browse, wanted, after = Browse(verdict=verdict, missing=False), len(found) + count, None
        for _ in range(PAGES):
            ids = await photos.first_ids(persona_id, browse, limit=PAGE, after=after)
            themes_of = themes_by_photo(themes, await keywords.of(ids))
            for photo_id in ids:
                if photo_id not in themes_of and len(found) < wanted:
                    found[photo_id] = Candidate(photo_id, is_picked=verdict is Verdict.PICK)
            if len(found) == wanted or len(ids) < PAGE:
                break
            after = ids[-1]
    return [*found.values()]
