"""Stores each persona's snippets: hashtag sets, and phrases with a short name."""

from __future__ import annotations

import re

import psycopg
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.core.database import Database
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.name_key import composed, name_key
from fluffy_tui.networks import clean_caption, hashtags
from fluffy_tui.personas.model import PersonaNotFound, Snippet, SnippetKind, SnippetNameTaken, SnippetNotFound
from fluffy_tui.personas.tables import SnippetRow

LONGEST_NAME = 60
"""Characters of a name."""
LONGEST_TEXT = 10_000
"""Characters of a text; more than any network accepts."""
_PHRASE_NAME = re.compile(r"[\w-]+")


class Snippets:
    """The hashtag sets and phrases of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, persona_id: int) -> list[Snippet]:
        """Return all snippets of a persona: hashtag sets first, each kind by name."""
        query = (
            select(SnippetRow)
            .where(SnippetRow.persona_id == persona_id)
            .order_by(SnippetRow.kind, func.lower(SnippetRow.name))
        )
        async with self._database.transaction() as session:
            return [_snippet(row) for row in await session.scalars(query)]

    async def create(self, persona_id: int, kind: SnippetKind, name: str, text: str) -> Snippet:
        """Create a snippet.

        Raises:
            SnippetNameTaken: the persona has one of this kind and name.
            PersonaNotFound: the persona does not exist.
            FluffyError: name or text is invalid; the message says why.
        """
        name, text = clean_name(kind, name), clean_text(kind, text)
        row = SnippetRow(persona_id=persona_id, kind=str(kind), name=name, text=text)
        try:
            async with self._database.transaction() as session:
                session.add(row)
                await session.flush()
                return _snippet(row)
        except IntegrityError as error:
            if isinstance(error.orig, psycopg.errors.ForeignKeyViolation):
                raise PersonaNotFound("That persona no longer exists.", "Choose another one.") from None
            raise _taken(name) from None

    async def change(self, snippet: Snippet, *, name: str | None = None, text: str | None = None) -> Snippet:
        """Change the name or text of a snippet.

        Raises:
            SnippetNameTaken: another one of its kind has the name.
            SnippetNotFound: it does not exist.
            FluffyError: name or text is invalid; the message says why.
        """
        name = snippet.name if name is None else clean_name(snippet.kind, name)
        text = snippet.text if text is None else clean_text(snippet.kind, text)
        try:
            async with self._database.transaction() as session:
                row = await _row(session, snippet.id)
                row.name, row.text = name, text
                await session.flush()
                return _snippet(row)
        except IntegrityError:
            raise _taken(name) from None

    async def delete(self, snippet: Snippet) -> None:
        """Delete a snippet; `create` with the same values restores it.

        Raises:
            SnippetNotFound: it does not exist.
        """
        async with self._database.transaction() as session:
            await session.delete(await _row(session, snippet.id))


def clean_name(kind: SnippetKind, name: str) -> str:
    """Return a name as it is stored, without a leading `#` or `;`.

    Raises:
        FluffyError: it is empty, too long, or a phrase's name is more than one word.
    """
    clean = composed(" ".join(name.replace("\0", "").split()).lstrip(";#＃").strip())
    if not clean:
        raise FluffyError("A snippet needs a name.", "Enter at least one letter.")
    if len(clean) > LONGEST_NAME:
        raise FluffyError(f"The name has {len(clean)} characters.", f"Use at most {LONGEST_NAME}.")
    if kind is SnippetKind.PHRASE and not _PHRASE_NAME.fullmatch(clean):
        raise FluffyError(
            f"“{clean}” cannot be typed as one word after a semicolon.",
            "Use letters and digits only, such as sig.",
        )
    return clean


def clean_text(kind: SnippetKind, text: str) -> str:
    """Return a text as it is stored: hashtags with `#` and without duplicates, a phrase as it was typed.

    Raises:
        FluffyError: it is empty, too long, or has a word that cannot be a hashtag.
    """
    if len(text) > LONGEST_TEXT:
        raise FluffyError(f"The text has {len(text):,} characters.", f"Use at most {LONGEST_TEXT:,}.")
    if kind is SnippetKind.PHRASE:
        clean = clean_caption(text)
        if not clean.strip():
            raise FluffyError("The text is empty.", "Enter the text to insert into captions.")
        return clean
    words = [
        f"#{word.lstrip('#＃')}" for word in re.split(r"[\s,]+", text.replace("\0", "")) if word.strip("#＃")
    ]
    if not words:
        raise FluffyError("There are no hashtags in it.", "Enter some, such as #sea #fog.")
    for word in words:
        if hashtags(word) != (word,):
            raise FluffyError(
                f"{word} is not a hashtag.", "A hashtag has letters, digits and _, with at least one letter."
            )
    by_case: dict[str, str] = {}
    for word in words:
        by_case.setdefault(name_key(word), word)
    return " ".join(by_case.values())


def _taken(name: str) -> SnippetNameTaken:
    return SnippetNameTaken(f"There is already one named {name}.", "Choose another name.")


async def _row(session: AsyncSession, snippet_id: int) -> SnippetRow:
    row = await session.get(SnippetRow, snippet_id)
    if row is None:
        raise SnippetNotFound("That snippet no longer exists.", "It was deleted elsewhere.")
    return row


def _snippet(row: SnippetRow) -> Snippet:
    return Snippet(row.id, row.persona_id, SnippetKind(row.kind), row.name, row.text)
