"""A field for the path of a folder, with the folders that it may mean."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from textual import on, work
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from fluffy_tui.core.child_process import in_daemon_thread
from fluffy_tui.photos import has_picture_name
from fluffy_tui.tui.keymap.bindings import Place, bindings

SHOWN_FOLDERS = 8
"""How many folders are listed; of the rest only the number is shown."""
COUNTED_ENTRIES = 2_000
"""How much of a folder is looked at to count its photos: a network drive lists slowly."""


@dataclass(frozen=True, slots=True)
class FolderFound:
    """A folder whose name begins with what was typed, or the one that was."""

    name: str
    """Empty for the folder that was typed."""
    photos: int
    """Files in it that are named like pictures, without those in its subfolders."""
    subfolders: int
    is_counted: bool
    """Whether it was counted to the end; a folder that cannot be opened counts as empty."""


class FolderField(Input):
    """Takes a path that is typed, pasted or dropped onto the terminal; → and tab accept the suggestion."""

    BINDINGS = bindings(Place.IMPORT, only=("import.start", "import.complete"))

    class Listed(Message):
        """The folders that the path may mean have been found, and how many are not among them."""

        def __init__(self, found: Sequence[FolderFound], more: int) -> None:
            super().__init__()
            self.found = found
            self.more = more

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

    @on(Input.Changed)
    @work(group="folders", exclusive=True, exit_on_error=False, description="listing folders")
    async def _list(self) -> None:
        text = self.value
        names = await in_daemon_thread(partial(choices, text))
        if text != self.value:
            return  # more was typed meanwhile
        found = await in_daemon_thread(partial(count_photos, text, names[:SHOWN_FOLDERS]))
        if text == self.value:
            self.post_message(self.Listed(found, len(names) - len(found)))

    @work(group="folder-name", exclusive=True, exit_on_error=False, description="completing a folder's name")
    async def action_complete(self) -> None:
        """Complete the name as far as it is clear, or to the first folder if it is not; an empty field is left."""
        text = self.value
        if not text:
            self.screen.focus_next()
            return
        completed = await in_daemon_thread(partial(completed_folder, text))
        if completed is not None and text == self.value:
            self.value = completed
            self.cursor_position = len(completed)


def typed_folder(text: str) -> Path:
    """Return the path that a text means: `~` is the home folder, and quotes around a dropped path are removed."""
    text = text.strip()
    if not os.path.exists(_expanded(text)):  # noqa: PTH110 - a path may be too long, or lead where we may not look
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
        return await in_daemon_thread(partial(suggest_folder, value))


def suggest_folder(text: str) -> str | None:
    """Return the text with the last name completed to an existing folder; hidden ones only after a dot."""
    names = folder_names(text)
    beginning = _parts(text)[1]
    return None if not names or names[0] == beginning else f"{_parts(text)[0]}{names[0]}"


def completed_folder(text: str) -> str | None:
    """Return the text with what all folders that begin with it have in common, with a slash behind a whole name.

    If they have no more in common, it is completed to the first. None if there is no such folder.
    """
    names, (head, beginning) = folder_names(text), _parts(text)
    if not names:
        return None
    common = os.path.commonprefix(names)  # noqa: RUF071 - of letters, as meant
    is_whole = len(names) == 1 or len(common) <= len(beginning)
    return f"{head}{names[0]}/" if is_whole else f"{head}{common}"


def folder_names(text: str) -> list[str]:
    """Return the names of the folders that a path may mean, in order; hidden ones only after a dot."""
    head, beginning = _parts(text)
    if not head:
        return []
    try:
        with os.scandir(_expanded(head)) as entries:
            names = sorted(
                entry.name for entry in entries if entry.name.startswith(beginning) and entry.is_dir()
            )
    except (OSError, ValueError):
        return []
    return [name for name in names if beginning or not name.startswith(".")]


def choices(text: str) -> list[str]:
    """Return the names of the folders to list for a path; an empty one is the folder that the path is."""
    names, (head, beginning) = folder_names(text), _parts(text)
    if head and not beginning and os.path.isdir(_expanded(head)):  # noqa: PTH112 - it may be where we may not look
        return ["", *names]
    return [""] if names == [beginning] else names


def count_photos(text: str, names: Sequence[str]) -> list[FolderFound]:
    """Return those folders beside a path, with what is in each."""
    folder = _expanded(_parts(text)[0])
    return [_counted(folder / name if name else _expanded(text), name) for name in names]


def _counted(folder: Path, name: str) -> FolderFound:
    photos = subfolders = looked_at = 0
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, COUNTED_ENTRIES):
                looked_at += 1
                if entry.is_dir():
                    subfolders += not entry.name.startswith(".")
                else:
                    photos += has_picture_name(entry.name)
    except OSError:
        return FolderFound(name, 0, 0, is_counted=True)
    return FolderFound(name, photos, subfolders, is_counted=looked_at < COUNTED_ENTRIES)


def _parts(text: str) -> tuple[str, str]:
    """Return a path up to its last slash, and what follows; without a slash the first part is empty."""
    head, slash, beginning = text.rpartition("/")
    return head + slash, beginning
