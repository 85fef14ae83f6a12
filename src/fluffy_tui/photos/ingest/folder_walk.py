"""Finds what may be a picture below folders, with size and time, before any file is opened.

Links are followed once; loops and other oddities are reported, the rest is skipped.
"""

from __future__ import annotations

import itertools
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from fluffy_tui.images import readable_path, unreadable
from fluffy_tui.photos.file_state import modified_time
from fluffy_tui.photos.metadata.companions import SIDECAR, Companions, Neighbours, companions_of
from fluffy_tui.photos.model import ICLOUD, RAW_BESIDE_PICTURE, FailedFile, FolderNotFound, PassedOver

_IMPORTED = (
    "jpg jpeg jpe jfif pjpeg pjp insp jps mpo png apng webp heic heif hif avif tif tiff gif bmp dib jxl"
)
_RAW = "3fr arw cr2 cr3 crw dcr dng erf fff gpr iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f"
"""What cameras write beside a JPEG or HEIC."""
_NOT_IMPORTED = (
    f"{_RAW} avci avifs exr hdp heics heifs j2k jp2 jpf jpx jxr pcx pgm ppm psb psd svg tga wdp xcf"
)

PICTURE_SUFFIXES = frozenset(f".{name}" for name in _IMPORTED.split())
"""A file with such a name that is no picture is reported."""

OTHER_PICTURES = frozenset(f".{name}" for name in _NOT_IMPORTED.split())
"""Pictures that cannot be imported; they are counted."""

_ODD_SUFFIX = re.compile(
    r"\.(\d*|(jpe?g|png|webp|heic|gif|tiff?)[-_:?&%!@;,=(\s](?!original).*)", re.IGNORECASE
)
"""Suffixes of files named for a time, a web site's address, or with more after a suffix; their content decides."""
_ICLOUD = ".icloud"
_RAW_KINDS = frozenset(_RAW.split())
_DATALESS = 0x40000000
"""SF_DATALESS of macOS: the file's name and size are here, and its content is only in iCloud."""

IMPOSSIBLE_TIME = "Its modification time is out of range; set another one, for example with touch."

_SYSTEM_FOLDERS = frozenset(
    {"@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found", "__macosx"}
)
"""Thumbnails and trash of network drives, Windows, Linux and macOS, in lower case."""


@dataclass(frozen=True, slots=True)
class Accompanied:
    """A file that may be a picture, with what lies beside it."""

    path: str
    companions: Companions


Walked: TypeAlias = str | Accompanied | FailedFile | PassedOver
"""A file that may be a picture, one that could not be examined, or one of a kind that cannot be imported."""


@dataclass(slots=True)
class Listing:
    """Some files of a walk."""

    files: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """Byte size and modification time, by absolute path."""
    companions: dict[str, Companions] = field(default_factory=dict)
    """What lies beside some of them, by the same path."""
    failed: list[FailedFile] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    skipped: int = 0


def existing_folders(folders: Sequence[Path]) -> list[Path]:
    """Return the folders as absolute paths without symbolic links, each once.

    Raises:
        FolderNotFound: one of them does not exist, is no folder, or cannot be listed.
    """
    resolved: dict[Path, None] = {}
    for folder in folders:
        try:
            absolute = real_path(folder)
            with os.scandir(absolute):
                resolved[absolute] = None
        except NotADirectoryError:
            raise _not_found(folder, "is a file, not a folder", "Give the folder that contains it.") from None
        except PermissionError:
            raise _not_found(
                folder, "cannot be read: you have no permission", "Ask its owner for access."
            ) from None
        except (FileNotFoundError, ValueError):  # ValueError: a NUL in the path
            raise _not_found(
                folder, "does not exist", "Check the spelling, or connect the disk that it is on."
            ) from None
        except OSError as error:
            failure = unreadable(error).named(f"The folder {readable_path(str(folder))}")
            raise FolderNotFound(failure.message, failure.hint) from None
    return list(resolved)


def real_path(path: Path) -> Path:
    """Return where a path that somebody has typed leads, with `~` and links resolved.

    Raises:
        OSError: there is nothing, or it cannot be reached.
        ValueError: it has a NUL.
    """
    return Path(os.path.realpath(os.path.expanduser(path), strict=True))  # noqa: PTH111 - pathlib differs by version


def has_picture_name(path: str) -> bool:
    """Return whether a file is named like a picture that can be imported."""
    return os.path.splitext(path)[1].lower() in PICTURE_SUFFIXES  # noqa: PTH122 - a Path costs ten times as much


def may_be_picture(path: str) -> bool:
    """Return whether a file's name does not rule out a picture; without a usual suffix its content decides."""
    name = os.path.basename(path)  # noqa: PTH119 - a Path costs ten times as much
    suffix = os.path.splitext(name)[1]  # noqa: PTH122
    return not suffix or suffix.lower() in PICTURE_SUFFIXES or _ODD_SUFFIX.fullmatch(suffix) is not None


def passed_over(path: str) -> PassedOver | None:
    """Return a file as a picture that cannot be imported, if its name says that it is one."""
    name = os.path.basename(path)  # noqa: PTH119
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122
    if suffix == _ICLOUD and name.startswith(".") and may_be_picture(name.removesuffix(_ICLOUD)):
        return PassedOver(readable_path(path), ICLOUD)
    if suffix in OTHER_PICTURES and not is_skipped(name):
        return PassedOver(readable_path(path), suffix[1:])
    return None


def pictures_of(sidecar: str) -> list[str]:
    """Return the paths that the pictures of a sidecar may have; none for a file that is no sidecar."""
    stem, suffix = os.path.splitext(sidecar)  # noqa: PTH122
    if suffix.lower() != SIDECAR:
        return []
    return [stem, *(f"{stem}{end}" for one in PICTURE_SUFFIXES for end in (one, one.upper()))]


def picture_stems(names: Iterable[str]) -> frozenset[str]:
    """Return the names of the pictures in a folder that can be imported, without suffix and in small letters.

    Those that are only in iCloud are among them.
    """
    real = (name[1:].removesuffix(_ICLOUD) if name.endswith(_ICLOUD) else name for name in names)
    return frozenset(os.path.splitext(name)[0].lower() for name in real if has_picture_name(name))  # noqa: PTH122


def is_raw(found: Walked) -> bool:
    """Return whether what a walk has found is a camera's raw file."""
    return isinstance(found, PassedOver) and found.kind in _RAW_KINDS


def told_apart(raw: PassedOver, stems: Set[str]) -> PassedOver:
    """Return a raw file as one beside its picture, if that is among those of its folder: it is no loss then."""
    has_picture = {raw.path.stem.lower(), raw.path.name.lower()} & stems
    return PassedOver(raw.path, RAW_BESIDE_PICTURE) if has_picture else raw


def is_dataless(status: os.stat_result) -> bool:
    """Return whether reading a file would first download it from iCloud."""
    return bool(getattr(status, "st_flags", 0) & _DATALESS)


def is_skipped(name: str) -> bool:
    """Return whether a file or folder of this name is hidden, or the system's own."""
    return name.startswith(".") or name.lower() in _SYSTEM_FOLDERS


def next_listing(walked: Iterator[Walked], count: int) -> Listing | None:
    """Take up to `count` files from a walk, or None when there are no more; blocks as long as the disk does."""
    listing = Listing()
    taken = 0
    for path in itertools.islice(walked, count):
        taken += 1
        if isinstance(path, FailedFile):
            listing.failed.append(path)
        elif isinstance(path, PassedOver):
            listing.passed_over.append(path)
        elif isinstance(path, Accompanied):
            _add(path.path, listing)
            listing.companions[path.path] = path.companions
        else:
            _add(path, listing)
    return listing if taken else None


def walk(folders: Iterable[Path], stop: threading.Event) -> Iterator[Walked]:
    """Yield the path of every file that may be a picture, what cannot be imported, and what could not be examined.

    Hidden files, hidden folders and the systems' own folders are skipped. Each folder is entered once, however
    many links lead there. Setting `stop` ends the walk before the next folder.
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
            yield FailedFile(readable_path(folder), f"The folder cannot be listed: {_reason(error)}.")
            continue
        folders_here: list[str] = []
        neighbours = Neighbours(entry.name for entry in listed)
        stems: frozenset[str] | None = None
        for entry in listed:
            for found in _candidates(entry, folders_here):
                if isinstance(found, PassedOver) and is_raw(found):
                    stems = picture_stems(one.name for one in listed) if stems is None else stems
                    yield told_apart(found, stems)
                else:
                    yield with_companions(found, neighbours.find) if neighbours else found
        waiting.extend(reversed(folders_here))


def with_companions(found: Walked, find: Callable[[str], str | None]) -> Walked:
    """Return what was found, with what lies beside it if that is a picture; see `companions_of`."""
    if isinstance(found, str) and (companions := companions_of(found, find)):
        return Accompanied(found, companions)
    return found


def _add(path: str, listing: Listing) -> None:
    try:
        path.encode()
        status = os.stat(path)  # noqa: PTH116 - a Path costs as much as the call itself
        modified_at = modified_time(status)
    except OverflowError:
        reason = IMPOSSIBLE_TIME
    except UnicodeEncodeError:
        reason = "Its name, or that of a folder above it, is not UTF-8; rename it."
    except OSError as error:
        reason = unreadable(error).sentence
    else:
        if is_dataless(status):
            listing.passed_over.append(PassedOver(readable_path(path), ICLOUD))
        else:
            listing.files[path] = (status.st_size, modified_at)
        return
    if has_picture_name(path):
        listing.failed.append(FailedFile(readable_path(path), reason))
    else:
        listing.skipped += 1


def _candidates(entry: os.DirEntry[str], folders_here: list[str]) -> Iterator[Walked]:
    """Yield one entry if it is a file of interest; a folder to enter is added to `folders_here`."""
    named_picture = has_picture_name(entry.name)
    other = None if named_picture else passed_over(entry.path)
    if is_skipped(entry.name) and other is None:
        return
    try:
        if entry.is_file():
            if other is not None:
                yield other
            elif named_picture or may_be_picture(entry.name):
                yield entry.path
        elif entry.is_dir():
            if entry.is_symlink() and _leads_up(entry.path):
                yield FailedFile(
                    readable_path(entry.path),
                    "A link back to a folder that contains it; it was not followed.",
                )
                return
            folders_here.append(entry.path)
        elif named_picture:
            yield FailedFile(readable_path(entry.path), _why_no_file(entry))
    except OSError as error:
        yield FailedFile(readable_path(entry.path), f"It cannot be examined: {_reason(error)}.")


def _leads_up(link: str) -> bool:
    """Return whether a link leads to the folder it lies in or to one above."""
    here = os.path.realpath(os.path.dirname(link))  # noqa: PTH120
    target = os.path.realpath(link)
    return here == target or here.startswith(target.rstrip("/") + "/")


def _why_no_file(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110
        return "A broken link."
    return "A pipe, socket or device named like a picture; it was not opened."


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "you have no permission"
    return (error.strerror or str(error)).lower()


def _not_found(folder: Path, why: str, hint: str) -> FolderNotFound:
    return FolderNotFound(f"The folder {readable_path(str(folder))} {why}.", hint)
