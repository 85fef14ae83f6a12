"""Import of single files that the user names, wherever they are."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

from fluffy_tui.core.errors import UsageError
from fluffy_tui.images import readable_path, unreadable
from fluffy_tui.photos.ingest.file_reader import FoundFile, read_files
from fluffy_tui.photos.ingest.folder_walk import Listing, Walked, next_listing, real_path, with_companions
from fluffy_tui.photos.metadata.companions import spelled_in
from fluffy_tui.photos.model import FailedFile, Photo
from fluffy_tui.photos.silent_disk import SignOfLife, from_disk

NO_PICTURE = "It is not a picture that can be imported."


@dataclass(frozen=True, slots=True)
class SingleFiles:
    """The scope of an import of files that were named one by one, by absolute path, hidden ones too."""

    paths: Sequence[str]

    def walk(self, stop: threading.Event) -> Iterator[Walked]:
        """Yield the files; blocks."""
        return (with_companions(path, spelled_in(str(Path(path).parent))) for path in self.paths)

    @property
    def places(self) -> Sequence[str]:
        """Nowhere: what has vanished around them is not looked for."""
        return ()

    @property
    def roots(self) -> Sequence[str]:
        """None: the folders that they are in were not named."""
        return ()


def existing_file(path: Path) -> Path:
    """Return a file's absolute path without symbolic links; blocks.

    Raises:
        UsageError: there is no such file, or it is a folder.
    """
    shown = readable_path(str(path))
    try:
        absolute = real_path(path)
        is_folder = absolute.is_dir()
    except PermissionError:
        raise UsageError(
            f"{shown} cannot be read: you have no permission.", "Ask its owner for access."
        ) from None
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise UsageError(
            f"{shown} does not exist.", "Check the spelling, or connect the disk that it is on."
        ) from None
    except OSError as error:
        failure = unreadable(error).named(str(shown))
        raise UsageError(failure.message, failure.hint) from None
    if is_folder:
        raise UsageError(f"{shown} is a folder.", "Name the files in it, or import it with --import.")
    return absolute


async def read_single_files(paths: Sequence[str]) -> tuple[list[FoundFile], list[FailedFile]]:
    """Read files without importing them; also return those, and sidecars of theirs, that cannot be read, and why.

    Raises:
        PhotoUnreadable: a disk does not answer.
    """
    sign = SignOfLife(threading.Event())

    def read_all() -> tuple[Listing, list[FoundFile | FailedFile | None]]:
        walked = SingleFiles(paths).walk(threading.Event())
        listing = next_listing(takewhile(lambda _: not sign.is_set(), walked), len(paths)) or Listing()
        return listing, read_files(listing.files, sign, listing.companions)

    listing, read = await from_disk(read_all, sign=sign)
    failed = [*listing.failed, *(file for file in read if isinstance(file, FailedFile))]
    found = [file for file in read if isinstance(file, FoundFile)]
    return found, [*failed, *(file.failed_sidecar for file in found if file.failed_sidecar)]


def with_failures(
    paths: Sequence[str], photos: Mapping[str, Photo], failed: Sequence[FailedFile]
) -> dict[str, Photo | FailedFile]:
    """Return for each path its photo, or why there is none."""
    by_path = {file.path: file for file in failed}
    result: dict[str, Photo | FailedFile] = {}
    for path in paths:
        shown = readable_path(path)
        result[path] = by_path.get(shown) or photos.get(path) or FailedFile(shown, NO_PICTURE)
    return result


def photo_of_file(file: FoundFile, known: Photo | None, persona_id: int) -> Photo:
    """Return the photo that a file will be once it is imported; its id is 0 if no known photo has its content."""
    if known is not None:
        return replace(known, path=Path(file.path), modified_at=file.modified_at, elsewhere="")
    return Photo(
        id=0,
        persona_id=persona_id,
        path=Path(file.path),
        sha256=file.sha256.hex(),
        byte_size=file.byte_size,
        width=file.width,
        height=file.height,
        format=file.format,
        taken_at=file.taken_at,
        modified_at=file.modified_at,
        missing_since=None,
        verdict=None,
        created_at=datetime.now(UTC),
        dated_by=file.dated_by,
    )
