"""Stores what files say about their photos, without undoing what the user has decided since.

What was taken over is kept (`photo_metadata`). A value that has changed in the file since then is taken over again,
unless the user has changed the photo's; a keyword is added or taken away only if the file did just that. So another
import of the same files changes nothing. A sidecar that is not newer than the one that was read last is passed over.

Two machines may know different times of a photo, by its name, by Takeout or by its file: the better source counts, and
of the same source the earlier time. So it does not matter which of them imports it first. What was found by earlier
rules does not count any more once one of the machines has dated the photo by the present ones.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from fluffy_tui.core.database import among
from fluffy_tui.photos.keywords import keyed
from fluffy_tui.photos.metadata.xmp import Xmp
from fluffy_tui.photos.model import DATE_RULES, DateSource, KeywordSource
from fluffy_tui.photos.tables import PhotoMetadataRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.photos.ingest.file_reader import FoundFile

_FILES = """
    WITH file AS (
        SELECT * FROM jsonb_to_recordset(CAST(:files AS jsonb)) AS file (
            photo_id bigint, persona_id bigint, taken_at timestamp, dated_by text, is_moved boolean, has_xmp boolean,
            sidecar_modified_at timestamptz, stars smallint, verdict text, keys text[], folder_keys text[],
            keywords jsonb, label text, title text, description text, alt_text text
        )
    )
"""
_RATE = """
    UPDATE photos SET
        stars = CASE WHEN photos.stars = coalesce(base.stars, 0) THEN file.stars ELSE photos.stars END,
        verdict = CASE WHEN photos.verdict IS NOT DISTINCT FROM base.verdict THEN file.verdict ELSE photos.verdict END
    FROM file LEFT JOIN photo_metadata AS base USING (photo_id)
    WHERE photos.id = file.photo_id
        AND (file.stars, file.verdict) IS DISTINCT FROM (coalesce(base.stars, 0), base.verdict)
"""
_REMOVE = """
    DELETE FROM photo_keywords AS known USING file LEFT JOIN photo_metadata AS base USING (photo_id)
    WHERE known.photo_id = file.photo_id AND (
        known.source = 'xmp' AND known.key = ANY (base.keys) AND known.key <> ALL (file.keys)
        OR known.source = 'folder' AND file.is_moved AND known.key <> ALL (file.folder_keys)
    )
"""
_ADD = """
    INSERT INTO photo_keywords (photo_id, key, source, persona_id, word)
    SELECT file.photo_id, word.key, word.source, file.persona_id, word.word
    FROM file CROSS JOIN LATERAL jsonb_to_recordset(file.keywords) AS word (key text, source text, word text)
        JOIN photos ON photos.id = file.photo_id LEFT JOIN photo_metadata AS base USING (photo_id)
    WHERE CASE word.source
        WHEN 'xmp' THEN word.key <> ALL (coalesce(base.keys, '{}'))
        ELSE file.is_moved OR photos.dated_by IS NULL
    END
    ON CONFLICT DO NOTHING
"""
_DATE = """
    UPDATE photos SET taken_at = file.taken_at, dated_by = file.dated_by FROM file
    WHERE photos.id = file.photo_id
    AND (photos.taken_at, photos.dated_by) IS DISTINCT FROM (file.taken_at, file.dated_by) AND (
        photos.dated_by IS NULL
        OR NOT EXISTS (
            SELECT FROM photo_places AS place WHERE place.photo_id = photos.id AND place.date_rules >= :rules OFFSET 0
        )
        OR (array_position(CAST(:sources AS text[]), file.dated_by), file.taken_at)
            < (array_position(CAST(:sources AS text[]), photos.dated_by), photos.taken_at)
    )
"""
_NOTE = """
    INSERT INTO photo_metadata
        (photo_id, sidecar_modified_at, stars, verdict, keys, label, title, description, alt_text)
    SELECT photo_id, sidecar_modified_at, stars, verdict, keys, label, title, description, alt_text
    FROM file WHERE has_xmp OR EXISTS (SELECT FROM photo_metadata AS base WHERE base.photo_id = file.photo_id)
    ON CONFLICT (photo_id) DO UPDATE SET
        sidecar_modified_at = excluded.sidecar_modified_at, stars = excluded.stars, verdict = excluded.verdict,
        keys = excluded.keys, label = excluded.label, title = excluded.title, description = excluded.description,
        alt_text = excluded.alt_text
"""


async def take_over_new(
    session: AsyncSession, persona_id: int, files: Mapping[int, FoundFile], pick_from: int | None
) -> None:
    """Store what files say about new photos, whose dates, stars and flags are stored already; by photo id."""
    noted = [
        _values(photo_id, persona_id, file, pick_from, is_moved=True)
        for photo_id, file in files.items()
        if file.folder_keywords or _has_xmp(file)
    ]
    if noted:
        await _run(session, noted, _ADD, _NOTE)


async def take_over(
    session: AsyncSession,
    persona_id: int,
    files: Mapping[int, FoundFile],
    pick_from: int | None,
    *,
    moved: Iterable[int],
    replaced: Iterable[int],
) -> int:
    """Store what files say about known photos, by photo id, and return how many of these have another time now.

    From `pick_from` stars on a photo counts as picked; None if none does. Those `moved` are in another folder than
    before, those `replaced` have another content.
    """
    moved = set(moved)
    newest = await newest_sidecars(session, files)
    for photo_id in replaced:
        newest.pop(photo_id, None)
    noted = {
        photo_id: _values(photo_id, persona_id, file, pick_from, is_moved=photo_id in moved)
        for photo_id, file in files.items()
    }
    newer = [
        values
        for photo_id, values in noted.items()
        if _says_something(files[photo_id])
        and _is_newer(files[photo_id].sidecar_modified_at, newest.get(photo_id))
    ]
    if newer:
        await _run(session, newer, _RATE, _REMOVE, _ADD, _NOTE)
    return await _run(session, list(noted.values()), _DATE)


async def newest_sidecars(session: AsyncSession, photo_ids: Collection[int]) -> dict[int, datetime]:
    """Return when the newest sidecar was written that was read of these photos, of those that have any."""
    if not photo_ids:
        return {}
    row = PhotoMetadataRow
    query = select(row.photo_id, row.sidecar_modified_at).where(
        among(row.photo_id, photo_ids), row.sidecar_modified_at.is_not(None)
    )
    return {photo_id: moment for photo_id, moment in await session.execute(query) if moment is not None}


def _says_something(file: FoundFile) -> bool:
    """Return whether a file may say what is not stored; of a known content without XMP there is nothing."""
    return bool(file.bytes_read or file.folder_keywords or _has_xmp(file))


def _is_newer(sidecar: datetime | None, known: datetime | None) -> bool:
    return known is None or (sidecar is not None and sidecar > known)


async def _run(session: AsyncSession, files: Sequence[Mapping[str, Any]], *statements: str) -> int:
    """Run statements about files, and return how many rows the last one has changed."""
    values: dict[str, Any] = {"files": json.dumps(files)}
    dating = {"sources": [source.value for source in DateSource], "rules": DATE_RULES}
    changed = 0
    for statement in statements:
        more = dating if statement is _DATE else {}
        result: Any = await session.execute(text(_FILES + statement), values | more)
        changed = result.rowcount
    return changed


def _has_xmp(file: FoundFile) -> bool:
    return file.xmp != Xmp()


def _values(
    photo_id: int, persona_id: int, file: FoundFile, pick_from: int | None, *, is_moved: bool
) -> dict[str, Any]:
    words = {
        KeywordSource.XMP: keyed(file.xmp.keywords or ()),
        KeywordSource.FOLDER: keyed(file.folder_keywords),
    }
    sidecar = file.sidecar_modified_at
    return {
        "photo_id": photo_id,
        "persona_id": persona_id,
        "taken_at": file.taken_at.isoformat(),
        "dated_by": file.dated_by.value,
        "is_moved": is_moved,
        "has_xmp": sidecar is not None or _has_xmp(file),
        "sidecar_modified_at": sidecar and sidecar.isoformat(),
        "stars": file.xmp.stars,
        "verdict": file.xmp.verdict(pick_from),
        "keys": list(words[KeywordSource.XMP]),
        "folder_keys": list(words[KeywordSource.FOLDER]),
        "keywords": [
            {"key": key, "source": source.value, "word": word}
            for source, by_key in words.items()
            for key, word in by_key.items()
        ],
        "label": file.xmp.label or "",
        "title": file.xmp.title or "",
        "description": file.xmp.description or "",
        "alt_text": file.xmp.alt_text or "",
    }
