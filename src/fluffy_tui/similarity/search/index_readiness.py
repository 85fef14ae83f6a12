"""Why similar photos cannot be found yet: what is missing, or how many photos are indexed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.core.database import among
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.similarity.index.index_counts import count_indexed
from fluffy_tui.similarity.model import NoEmbeddings, NotIndexedYet
from fluffy_tui.similarity.models.onnx_model import BuiltinModel
from fluffy_tui.similarity.models.onnx_network import INSTALL
from fluffy_tui.similarity.tables import PHOTOS, IndexFailureRow


async def explained(
    session: AsyncSession, error: NoEmbeddings | NotIndexedYet, photo_ids: Sequence[int], has_service: bool
) -> FluffyError:
    """Return the error again that a search for these photos raised, with what is missing or how many are indexed."""
    if isinstance(error, NoEmbeddings) and not has_service and not BuiltinModel.is_installed():
        return NoEmbeddings("Photos cannot be compared: the extra `embed` is not installed.", INSTALL)
    if len(photo_ids) == 1 and (reason := await session.scalar(_reason(photo_ids))):
        return NotIndexedYet(f"This photo could not be indexed: {reason}", error.hint)
    persona_id = await session.scalar(
        select(func.min(PHOTOS.c.persona_id)).where(among(PHOTOS.c.id, photo_ids))
    )
    found = await count_indexed(session, persona_id) if persona_id is not None else []
    if not found:
        return error
    done = found[0].embedded.get(found[0].model, 0)
    message = f"Photos are still being indexed: {done:,} of {found[0].photos:,}."
    return type(error)(message, "The worker continues by itself; try again later.")


def _reason(photo_ids: Sequence[int]) -> Select[str]:
    return (
        select(IndexFailureRow.reason)
        .where(among(IndexFailureRow.photo_id, photo_ids), IndexFailureRow.reason != "")
        .limit(1)
    )
