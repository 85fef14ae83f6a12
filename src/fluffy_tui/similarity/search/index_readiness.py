"""Why a question about likeness cannot be answered yet, in words that say how far the work is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from fluffy_tui.similarity.index.index_counts import progress
from fluffy_tui.similarity.model import NoEmbeddings, NotIndexedYet
from fluffy_tui.similarity.models.builtin_model import INSTALL, BuiltinModel
from fluffy_tui.similarity.tables import PHOTOS, IndexFailureRow, among

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.core.errors import FluffyError


async def explained(
    session: AsyncSession, error: NoEmbeddings | NotIndexedYet, photo_ids: Sequence[int], has_service: bool
) -> FluffyError:
    """Return the error again, with what is missing or how far the photos have been looked at.

    Args:
        session: A transaction.
        error: What was found out.
        photo_ids: What was asked about.
        has_service: Whether an image_embed service is set.
    """
    if isinstance(error, NoEmbeddings) and not has_service and not BuiltinModel.is_installed():
        return NoEmbeddings("Pictures cannot be compared here: the extra `embed` is not installed.", INSTALL)
    if len(photo_ids) == 1 and (reason := await session.scalar(_reason(photo_ids))):
        return NotIndexedYet(f"This picture could not be looked at: {reason}", error.hint)
    persona_id = await session.scalar(
        select(func.min(PHOTOS.c.persona_id)).where(among(PHOTOS.c.id, photo_ids))
    )
    found = await progress(session, persona_id) if persona_id is not None else []
    if not found:
        return error
    done = found[0].embedded.get(found[0].model, 0)
    words = f"Still looking at pictures: {done:,} of {found[0].photos:,}."
    return type(error)(words, "The worker goes on by itself; try again later.")


def _reason(photo_ids: Sequence[int]) -> Select[str]:
    return (
        select(IndexFailureRow.reason)
        .where(among(IndexFailureRow.photo_id, photo_ids), IndexFailureRow.reason != "")
        .limit(1)
    )
