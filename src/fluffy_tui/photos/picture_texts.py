"""The text in pictures: how it is stored, and the words by which it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Text,
    cast,
    false,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY, insert

from fluffy_tui.core.database import rows_of
from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.name_key import composed, name_key
from fluffy_tui.photos.tables import PhotoRow, PhotoTextRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.photos.model import PictureText

LONGEST_TEXT = 10_000
"""Characters that are kept of a picture's text; a dense page has five thousand."""
_LONGEST_WORD = 100
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_WITHOUT_BLANKS = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\u30fc]+")
"""Text in which nothing separates words."""
_LONGEST_PART = 8
"""Characters of such text that are compared."""


async def store_texts(session: AsyncSession, texts: Mapping[int, PictureText]) -> None:
    """Store the text in pictures by the ids of photos that are locked; a trigger removes it when a file changes."""
    if not texts:
        return
    cleaned = {photo_id: clean_text(one.text) for photo_id, one in texts.items()}
    found = rows_of(
        {"id": BigInteger(), "text": Text(), "words": Text(), "share": Float()},
        (
            (photo_id, text, "\n".join(search_words(text)), texts[photo_id].share)
            for photo_id, text in cleaned.items()
        ),
    )
    words = func.array_to_tsvector(func.string_to_array(found.c.words, "\n"))
    rows = select(PhotoRow.id, PhotoRow.persona_id, found.c.text, words).join(
        found, found.c.id == PhotoRow.id
    )
    insertion = insert(PhotoTextRow).from_select(["photo_id", "persona_id", "text", "words"], rows)
    await session.execute(insertion.on_conflict_do_nothing())
    await session.execute(
        update(PhotoRow)
        .where(PhotoRow.id == found.c.id)
        .values(text_share=found.c.share)
        .execution_options(synchronize_session=False)
    )


def clean_text(text: str) -> str:
    """Return a picture's text as it is stored: without what no terminal can take, and not too long."""
    lines = (" ".join(UNSAFE.sub(" ", line).split()) for line in composed(text).splitlines())
    return "\n".join(filter(None, lines))[:LONGEST_TEXT].rstrip()


def search_words(text: str) -> list[str]:
    """Return the words of which a search may type the beginning; where nothing separates words, any part is one."""
    found: dict[str, None] = {}
    for word in _WORD.findall(name_key(text)):
        found[word[:_LONGEST_WORD]] = None
        for run in _WITHOUT_BLANKS.finditer(word):
            for start in range(run.start(), run.end()):
                found[word[start : start + _LONGEST_PART]] = None
    return list(found)


def shows_words(photo_id: Any, persona_id: int, beginnings: str) -> ColumnElement[bool]:
    """Return the condition that in a photo's picture, words begin like each of these, ignoring case.

    They are looked up in the index once, whatever number of photos is then compared with them.
    """
    words = [
        word[:_LONGEST_PART] if _WITHOUT_BLANKS.match(word) else word[:_LONGEST_WORD]
        for word in _WORD.findall(name_key(beginnings))
    ]
    if not words:
        return false()
    every = cast(literal(" & ".join(f"'{word}':*" for word in words), Text()), TSQUERY())
    shown = PhotoTextRow
    of_them = select(shown.photo_id).where(shown.persona_id == persona_id, shown.words.op("@@")(every))
    condition: ColumnElement[bool] = photo_id.in_(of_them)
    return condition
