"""Stores what somebody decided about a photo, and says what was decided before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from fluffy_tui.photos.model import PhotoNotFound
from fluffy_tui.photos.query.browse import Verdict
from fluffy_tui.photos.tables import PhotoRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def decide(session: AsyncSession, photo_id: int, verdict: Verdict) -> Verdict:
    """Store a verdict and return the one before; two at a time take turns.

    Raises:
        PhotoNotFound: there is no photo with that id.
    """
    locked = select(PhotoRow.verdict).where(PhotoRow.id == photo_id).with_for_update()
    found = (await session.execute(locked)).one_or_none()
    if found is None:
        raise PhotoNotFound(f"There is no photo {photo_id}.", "It may have been deleted meanwhile.")
    stored = None if verdict is Verdict.UNDECIDED else verdict.value
    if stored != found.verdict:
        await session.execute(update(PhotoRow).where(PhotoRow.id == photo_id).values(verdict=stored))
    return Verdict.UNDECIDED if found.verdict is None else Verdict(found.verdict)
