"""A field for the path of a folder, with suggestions."""

from __future__ import annotations

import asyncio
import os
import shlex
from pathlib import Path

from textual.suggester import Suggester
from textual.widgets import Input

from fluffy_tui.tui.keymap.bindings import Place, bindings


class FolderField(Input):
    """Takes a path that is typed, pasted or dropped onto the terminal; → accepts the suggestion."""

    BINDINGS = bindings(Place.IMPORT, only=("import.start",))

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(
            placeholder="~/Pictures/…",
            suggester=FolderSuggester(),
            compact=True,
            id=id,
            select_on_focus=False,
        )

    @property
    def folder(self) -> Path | None:
        """The folder in the field; None if the field is empty."""
        return typed_folder(self.value) if self.value.strip() else None


def typed_folder(text: str) -> Path:
    """Return the path that a text means: `~` is the home folder, and quotes around a dropped path are removed."""
    text = text.strip()
    if not _expanded(text).exists():
        try:
            words = shlex.split(text)
        except ValueError:  # an unfinished quote is part of the name
            words = []
        if len(words) == 1:
            text = words[0]
    return _expanded(text).absolute()


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # there is no such ~user
        return Path(text)


class FolderSuggester(Suggester):
    """Suggests the first subfolder that starts with what was typed, as a shell does."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the text with the folder's name completed."""
        return await asyncio.to_thread(suggest_folder, value)


def suggest_folder(text: str) -> str | None:
    """Return the text with the last name completed to an existing folder; hidden ones only after a dot."""
    head, slash, beginning = text.rpartition("/")
    if not slash:
        return None
    try:
        with os.scandir(_expanded(head + slash)) as entries:
            names = sorted(
                entry.name for entry in entries if entry.name.startswith(beginning) and entry.is_dir()
            )
    except (OSError, ValueError):
        return None
    found = next((name for name in names if beginning or not name.startswith(".")), None)
    return None if found is None or found == beginning else f"{head}{slash}{found}"
