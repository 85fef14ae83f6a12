"""The list of the pictures on the media host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.scheduling.delivery_key import picture_name
from fluffy_tui.scheduling.tables import HostedPictureRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.scheduling.post_photo import PostPhoto


async def list_pictures(session: AsyncSession, key: str, photos: Sequence[PostPhoto]) -> None:
    """List the pictures of a post before they are uploaded, so that everything on the host is known.

    The transaction is committed before the upload begins. The delivery key is the post's, or that of a planned edit.
    """
    rows = [
        {"name": picture_name(key, place, photo.sha256), "delivery_key": key}
        for place, photo in enumerate(photos)
        if photo.media_url is None
    ]
    if rows:
        again = {"hosted_at": func.now(), "verified_at": None, "left_at": None, "trouble": None}
        statement = insert(HostedPictureRow).values(rows)
        await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=again))
