"""Finds what may be a picture below folders: links followed once, loops and oddities said, the rest passed over."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.photos.model import FailedFile, FolderNotFound

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator, Sequence

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".heic", ".heif", ".hif", ".avif"}
)
"""A file that is named so and is no picture is worth a word; other files are passed over in silence."""

_SYSTEM_FOLDERS = frozenset(
    {"@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found", "__macosx"}
)
"""Thumbnails and waste bins of network drives, Windows, Linux and macOS, in small letters."""


def existing_folders(folders: Sequence[Path]) -> list[Path]:
    """Return the folders as absolute paths without symbolic links, each once.

    Raises:
        FolderNotFound: one of them does not exist, is no folder, or cannot be listed.
    """
    resolved: dict[Path, None] = {}
    for folder in folders:
        try:
            absolute = folder.expanduser().resolve(strict=True)
            with os.scandir(absolute):
                resolved[absolute] = None
        except NotADirectoryError:
            raise _not_found(folder, "is a file, not a folder", "Name the folder it lies in.") from None
        except PermissionError:
            raise _not_found(folder, "may not be read by you", "Ask its owner for permission.") from None
        except (FileNotFoundError, ValueError):  # ValueError: a NUL in the path
            raise _not_found(folder, "does not exist", "Check how it is spelt.") from None
        except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself, or no home for ~name
            raise _not_found(folder, f"cannot be opened ({error})", "Check the disk.") from None
    return list(resolved)


def readable_path(path: str) -> Path:
    """Return `path` fit for showing and storing: bytes that are not UTF-8 become backslash escapes."""
    return Path(os.fsencode(path).decode("utf-8", "backslashreplace"))


def has_picture_name(path: str) -> bool:
    """Tell whether a file is named like a picture that can be imported."""
    return os.path.splitext(path)[1].lower() in PICTURE_SUFFIXES  # noqa: PTH122 - a Path costs ten times as much


def is_passed_over(name: str) -> bool:
    """Tell whether a file or folder of this name is hidden, or the system's own."""
    return name.startswith(".") or name.lower() in _SYSTEM_FOLDERS


def walk(folders: Iterable[Path], stop: threading.Event) -> Iterator[str | FailedFile]:
    """Yield the path of every file that may be a picture, and what could not be looked at.

    Files without any suffix are yielded too, since their content may be a picture. Hidden files, hidden folders
    and the systems' own folders are passed over. Each folder is entered once, however many links lead there.
    Setting `stop` ends the walk before the next folder.
    """
    entered: set[tuple[int, int]] = set()
    waiting = [str(folder) for folder in reversed(list(folders))]
    while waiting and not stop.is_set():
        folder = waiting.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield FailedFile(readable_path(folder), f"The folder cannot be listed: {_plainly(error)}.")
            continue
        folders_here: list[str] = []
        for entry in listed:
            yield from _candidates(entry, folders_here)
        waiting.extend(reversed(folders_here))


def _candidates(entry: os.DirEntry[str], folders_here: list[str]) -> Iterator[str | FailedFile]:
    """Yield one entry if it is a file of interest; a folder to enter is added to `folders_here`."""
    if is_passed_over(entry.name):
        return
    named_picture = has_picture_name(entry.name)
    try:
        if entry.is_file():
            if named_picture or "." not in entry.name:
                yield entry.path
        elif entry.is_dir():
            if entry.is_symlink() and _leads_up(entry.path):
                yield FailedFile(
                    readable_path(entry.path),
                    "A link back to a folder that holds it; it was not followed.",
                )
                return
            folders_here.append(entry.path)
            if named_picture:
                yield FailedFile(
                    readable_path(entry.path),
                    "A folder with a picture's name; what lies in it was looked at.",
                )
        elif named_picture:
            yield FailedFile(readable_path(entry.path), _why_no_file(entry))
    except OSError as error:
        yield FailedFile(readable_path(entry.path), f"It cannot be looked at: {_plainly(error)}.")


def _leads_up(link: str) -> bool:
    """Tell whether a link leads to the folder it lies in or to one above."""
    here = os.path.realpath(os.path.dirname(link))  # noqa: PTH120
    target = os.path.realpath(link)
    return here == target or here.startswith(target.rstrip("/") + "/")


def _why_no_file(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110
        return "A link that leads nowhere."
    return "A pipe, socket or device with a picture's name; it was not opened."


def _plainly(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "you have no permission"
    return (error.strerror or str(error)).lower()


def _not_found(folder: Path, why: str, hint: str) -> FolderNotFound:
    return FolderNotFound(f"The folder {readable_path(str(folder))} {why}.", hint)
