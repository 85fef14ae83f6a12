"""Fetch the thumbnails of posts from elsewhere, which are kept in the database, so that every machine has them."""

from __future__ import annotations

import asyncio
import io
import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, null, select, update

from fluffy_tui.core.database import Database
from fluffy_tui.images import PhotoUnreadable, decode_to_fit
from fluffy_tui.media import PictureNotFetched, fetch_foreign_picture
from fluffy_tui.scheduling.tables import OutsidePostRow
from fluffy_tui.similarity import picture_bits

log = logging.getLogger(__name__)

SIDE = 320
"""Pixels of the longer side of what is kept: some 20 kB."""
QUALITY = 80
AT_ONCE = 12
"""Thumbnails of one call."""
MOST_ATTEMPTS = 3
PAUSE = timedelta(hours=2)
"""Between two attempts; the networks' addresses expire after some days."""


def has_due_thumbnails() -> ColumnElement[bool]:
    """Return the condition that a thumbnail is due."""
    return exists().where(OutsidePostRow.next_try_at <= func.now())


async def fetch_thumbnails(database: Database, *, may_be_local: bool) -> set[str]:
    """Fetch some thumbnails that are due, those of the last posts first; return the channels that have new ones.

    An attempt is counted before it is made, so that a picture that kills a worker is not tried forever. Whether this
    computer may be asked, `fetch_foreign_picture` explains.
    """
    row = OutsidePostRow
    due = (
        select(row.id)
        .where(row.next_try_at <= func.now())
        .order_by(row.sent_at.desc())
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(row)
        .where(row.id.in_(due))
        .values(
            attempts=row.attempts + 1,
            next_try_at=case((row.attempts + 1 < MOST_ATTEMPTS, func.now() + PAUSE), else_=null()),
        )
        .returning(row.id, row.channel_id, row.thumbnail_url)
    )
    async with database.transaction() as session:
        claimed = (await session.execute(claim)).all()
    if not claimed:
        return set()
    jobs = [_fetched(each.thumbnail_url or "", may_be_local=may_be_local) for each in claimed]
    fetched = await asyncio.gather(*jobs)
    found = {each.id: values for each, values in zip(claimed, fetched, strict=True) if values is not None}
    async with database.transaction() as session:
        for post_id, values in found.items():
            await session.execute(update(row).where(row.id == post_id).values(**values, next_try_at=None))
    return {each.channel_id for each in claimed if each.id in found}


async def _fetched(url: str, *, may_be_local: bool) -> dict[str, Any] | None:
    """Return what is stored of a thumbnail; None if it cannot be had now."""
    try:
        content = await fetch_foreign_picture(url, may_be_local=may_be_local)
        return await asyncio.to_thread(_small, content)
    except (PictureNotFetched, PhotoUnreadable) as error:
        log.info("a thumbnail cannot be had: %s", error)
    return None


def _small(content: bytes) -> dict[str, Any]:
    picture = decode_to_fit(content, SIDE, SIDE)
    bits = picture_bits(picture)
    jpeg = io.BytesIO()
    picture.info.clear()
    picture.save(jpeg, "JPEG", quality=QUALITY)
    return {"thumbnail": jpeg.getvalue(), "pdq": bits.pdq, "pdq_quality": bits.pdq_quality}
