"""Export all posts as plain rows, for a spreadsheet or another program; read in pages, however many there are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import select

from fluffy_tui.scheduling.post_names import NamedPost, PostNames
from fluffy_tui.scheduling.results.post_results import Results, results_of
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Persona, Personas
    from fluffy_tui.photos import Photos

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
    "photo_paths",
    "first_comment",
    "lead_post_id",
    "reactions",
    "comments",
    "saves",
    "reach",
    "metrics_as_of",
    "alt_texts",
    "tags",
    "ai_generated",
    "ai_assisted",
    "again_of_id",
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

    async def rows(self, persona: Persona | None = None) -> AsyncIterator[dict[str, str | float | None]]:
        """Yield every post, or those of one persona, oldest first, with a value for each of `COLUMNS`.

        Alt texts and people tags are JSON, a list with an entry for each picture of the post in their order. Times
        are ISO 8601 in UTC with their zone. A post that is added while the export runs may be included.
        """
        names = PostNames(self.personas, self.photos)
        after = 0
        while True:
            query = select(PostRow).where(PostRow.id > after).order_by(PostRow.id).limit(PAGE)
            if persona is not None:
                query = query.where(PostRow.persona_id == persona.id)
            async with self.database.transaction() as session:
                page = list(await session.scalars(query))
            if not page:
                return
            posts = [row.to_post() for row in page]
            results = await results_of(self.database, posts)
            for named, row in zip(await names.of(posts), page, strict=True):
                yield _row(named, row, results.get(row.id, Results()))
            after = page[-1].id


def _row(named: NamedPost, row: PostRow, results: Results) -> dict[str, str | float | None]:
    own: dict[str, Any] = {name: _plain(getattr(row, name)) for name in COLUMNS if hasattr(PostRow, name)}
    cover = next((photo for photo in named.photos if photo.id == named.post.photo_id), None)
    other: dict[str, Any] = {
        "alt_text": named.post.alt_text,
        "alt_texts": _json([photo.alt_text for photo in named.post.photos]),
        "tags": _json([photo.to_json()["tags"] for photo in named.post.photos]),
        "media_url": named.post.cover.media_url,
        "photo_paths": "\n".join(named.paths),
        "persona": named.persona,
        "photo_path": str(cover.path) if cover else None,
        "photo_sha256": cover.sha256 if cover else None,
        "channel": named.channel,
        "network": named.network,
        "metrics_as_of": _plain(results.as_of),
        **{name: results.by_type.get(name) for name in ("reactions", "comments", "saves", "reach")},
    }
    return {name: other[name] if name in other else own[name] for name in COLUMNS}


def _json(value: list[Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
