"""Keywords of photos: words by which they are found, each with where it comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Text, delete, func, literal, select, true
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.core.database import Database, among, array_of, rows_of
from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.name_key import composed, name_key
from fluffy_tui.photos.model import LONGEST_KEYWORD, Keyword, KeywordSource
from fluffy_tui.photos.tables import PhotoKeywordRow, PhotoRow, begins_with


class Keywords:
    """The keywords of all photos of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, photo_ids: Iterable[int]) -> dict[int, tuple[Keyword, ...]]:
        """Return the keywords of photos in alphabetical order, by photo id; nothing for photos without any."""
        row = PhotoKeywordRow
        query = (
            select(row.photo_id, row.key, row.word, row.source)
            .where(among(row.photo_id, photo_ids))
            .order_by(row.photo_id, row.key, row.source)
        )
        found: defaultdict[int, dict[str, Keyword]] = defaultdict(dict)
        async with self._database.transaction() as session:
            for photo_id, key, word, source in await session.execute(query):
                known = found[photo_id].get(key, Keyword(word, ()))
                found[photo_id][key] = Keyword(known.word, (*known.sources, KeywordSource(source)))
        return {photo_id: tuple(keywords.values()) for photo_id, keywords in found.items()}

    async def add(
        self, photo_ids: Iterable[int], words: Iterable[str], source: KeywordSource = KeywordSource.HAND
    ) -> None:
        """Give every one of some photos every one of some keywords; those it already has from this source stay."""
        by_key = keyed(words)
        word = rows_of({"key": Text(), "word": Text()}, by_key.items())
        rows = (
            select(PhotoRow.id, word.c.key, literal(source.value, Text()), PhotoRow.persona_id, word.c.word)
            .join(word, true())
            .where(among(PhotoRow.id, photo_ids))
        )
        insertion = insert(PhotoKeywordRow).from_select(
            ["photo_id", "key", "source", "persona_id", "word"], rows
        )
        async with self._database.transaction() as session:
            await session.execute(insertion.on_conflict_do_nothing())

    async def remove(self, photo_ids: Iterable[int], words: Iterable[str]) -> None:
        """Take keywords away from photos, wherever they come from."""
        row = PhotoKeywordRow
        has_key = row.key == func.any(array_of(list(keyed(words)), Text()))
        async with self._database.transaction() as session:
            await session.execute(delete(row).where(among(row.photo_id, photo_ids), has_key))

    async def complete(self, persona_id: int, beginning: str, limit: int = 8) -> Sequence[str]:
        """Return the first of a persona's keywords in alphabetical order that begin like this, ignoring case.

        Each is one look-up in the index, whatever number of photos has it.
        """
        row, start = PhotoKeywordRow, name_key(beginning.lstrip())

        def next_one(condition: Any) -> Any:
            return (
                select(row.key, row.word)
                .where(row.persona_id == persona_id, begins_with(row.key, start), condition)
                .order_by(row.key, row.photo_id)
                .limit(1)
            )

        first = next_one(true()).subquery()
        found = select(first.c.key, first.c.word, literal(1, BigInteger()).label("number")).cte(
            "found", recursive=True
        )
        later = next_one(row.key > found.c.key).correlate(found).lateral("later")
        found = found.union_all(
            select(later.c.key, later.c.word, found.c.number + 1)
            .join(later, true())
            .where(found.c.number < limit)
        )
        async with self._database.transaction() as session:
            return list(await session.scalars(select(found.c.word).order_by(found.c.number)))


def clean_keyword(text: str) -> str:
    """Return a keyword as it is stored: on one line, without a leading `#`; nothing if it is none."""
    return " ".join(UNSAFE.sub(" ", composed(text)).split()).lstrip("#＃").strip()


def keyed(words: Iterable[str]) -> dict[str, str]:
    """Return words as they are stored by what they are compared by: the first spelling of each, none too long."""
    found: dict[str, str] = {}
    for word in filter(None, map(clean_keyword, words)):
        if len(word) <= LONGEST_KEYWORD:
            found.setdefault(name_key(word), word)
    return found
