"""Export all posts as plain rows, for a spreadsheet or another program; read in pages, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import select

from fluffy_tui.scheduling.tables import PostRow
from fluffy_tui.scheduling.timings import FOREVER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Persona, Personas
    from fluffy_tui.photos import Photo, Photos

COLUMNS = (
    "id",
    "persona",
    "photo_path",
    "photo_sha256",
    "caption",
    "alt_text",
    "status",
    "step",
    "channel",
    "network",
    "share_mode",
    "requested_at_time",
    "scheduled_at",
    "posted_at",
    "external_link",
    "buffer_post_id",
    "media_url",
    "error_code",
    "error_message",
    "attempts",
    "next_try_at",
    "created_at",
    "updated_at",
)
"""The columns of an export, in order; new ones are only ever added at the end."""

PAGE = 500


@dataclass(frozen=True, slots=True)
class PostExport:
    """Reads posts for an export."""

    columns: ClassVar[tuple[str, ...]] = COLUMNS
    database: Database
    personas: Personas
    photos: Photos

    async def rows(self, persona: Persona | None = None) -> AsyncIterator[dict[str, str | int | None]]:
        """Yield every post, or those of one persona, oldest first, with a value for each of `COLUMNS`.

        Times are ISO 8601 in UTC with their zone. A post that is added while the export runs may be included.
        """
        names = {each.id: each.name for each in await self.personas.list()}
        channels: dict[str, tuple[str | None, str | None]] = {}
        after = 0
        while True:
            query = select(PostRow).where(PostRow.id > after).order_by(PostRow.id).limit(PAGE)
            if persona is not None:
                query = query.where(PostRow.persona_id == persona.id)
            async with self.database.transaction() as session:
                page = list((await session.execute(query)).scalars())
            if not page:
                return
            photos = await self.photos.by_ids([post.photo_id for post in page])
            for channel_id in {post.channel_id for post in page if post.channel_id} - channels.keys():
                channels[channel_id] = await self._channel(channel_id)
            for post in page:
                yield _row(
                    post, names, photos.get(post.photo_id), channels.get(post.channel_id or "", _NO_CHANNEL)
                )
            after = page[-1].id

    async def _channel(self, channel_id: str) -> tuple[str | None, str | None]:
        """Return name and network of a channel, or its id if the channel is no longer known."""
        channel = await self.personas.known_channel(channel_id, within=FOREVER)
        return (channel.name, str(channel.service)) if channel else (channel_id, None)


_NO_CHANNEL = (None, None)


def _row(
    post: PostRow, names: dict[int, str], photo: Photo | None, channel: tuple[str | None, str | None]
) -> dict[str, str | int | None]:
    own: dict[str, Any] = {name: _plain(getattr(post, name)) for name in COLUMNS if hasattr(PostRow, name)}
    other = {
        "persona": names.get(post.persona_id, str(post.persona_id)),
        "photo_path": str(photo.path) if photo else None,
        "photo_sha256": photo.sha256 if photo else None,
        "channel": channel[0],
        "network": channel[1],
    }
    return {name: other[name] if name in other else own[name] for name in COLUMNS}


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
