"""Filters of the library that were given a name, for every persona and on every machine."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.core.database import Database
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.name_key import composed, name_key
from fluffy_tui.photos.tables import SavedFilterRow

LONGEST_NAME = 60
"""Characters."""


class SavedFilters:
    """The saved filters of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, str]:
        """Return the text of each filter by its name, in alphabetical order."""
        query = select(SavedFilterRow.name, SavedFilterRow.text).order_by(SavedFilterRow.key)
        async with self._database.transaction() as session:
            return dict((await session.execute(query)).all())

    async def save(self, name: str, text: str) -> str:
        """Save a filter in place of one of the same name; return the name as it is stored.

        Raises:
            FluffyError: the name is invalid; the message says why.
        """
        name = clean_filter_name(name)
        row = insert(SavedFilterRow).values(key=name_key(name), name=name, text=text)
        replaced = {"name": row.excluded.name, "text": row.excluded.text}
        async with self._database.transaction() as session:
            await session.execute(row.on_conflict_do_update(index_elements=["key"], set_=replaced))
        return name

    async def delete(self, name: str) -> str:
        """Delete a filter; return its name.

        Raises:
            FluffyError: there is none of that name.
        """
        name = clean_filter_name(name)
        gone = delete(SavedFilterRow).where(SavedFilterRow.key == name_key(name))
        async with self._database.transaction() as session:
            found: str | None = await session.scalar(gone.returning(SavedFilterRow.name))
        if found is None:
            raise FluffyError(f"There is no saved filter named {name}.", "Check the spelling.")
        return found


def clean_filter_name(name: str) -> str:
    """Return a name as it is stored, without a leading `@`.

    Raises:
        FluffyError: it is empty, too long, or has a quotation mark, which ends it in a filter.
    """
    clean = " ".join(UNSAFE.sub(" ", composed(name)).split()).lstrip("@").strip()
    if not clean:
        raise FluffyError("A saved filter needs a name.", "Enter at least one letter.")
    if len(clean) > LONGEST_NAME:
        raise FluffyError(f"The name has {len(clean)} characters.", f"Use at most {LONGEST_NAME}.")
    if '"' in clean:
        raise FluffyError("The name of a filter cannot have quotation marks.", "Leave them out.")
    return clean
