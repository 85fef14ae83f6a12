"""Watches folders until it is stopped: imports what is there, then whatever is added, changed or removed."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.images import readable_path
from fluffy_tui.photos.ingest.folder_walk import existing_folders
from fluffy_tui.photos.ingest.import_scope import ChangedPaths, ImportScope, WholeFolders
from fluffy_tui.photos.model import FailedFile, ImportSummary

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from fluffy_tui.photos.ingest.importer import Importer

log = logging.getLogger(__name__)

RESTART_SECONDS = 0.5
"""Pause before watching begins again, so that a file that is being written does not keep a processor busy."""


class WatchRefused(FluffyError):
    """The system cannot watch a folder."""


class Watch:
    """A first import of some folders, then one for every change in them; `run` it once.

    A file that cannot be read may still be written by another program, so it is tried again at its next change. What
    cannot be read after its last change has failed.

    Args:
        folders: As `folder_walk.existing_folders` returns them.
        importer: Makes an import of a scope.
        on_round: Called in the event loop with the summary of the first import, and then of each that had
            something to do.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        persona_name: str,
        importer: Callable[[ImportScope], Importer],
        *,
        on_round: Callable[[ImportSummary], None],
    ) -> None:
        self._folders = folders
        self._importer = importer
        self._on_round = on_round
        self._done = ImportSummary(persona_name, 0, 0, 0, 0, 0, (), 0.0)
        self._failed: dict[Path, FailedFile] = {}
        self._current: Importer | None = None

    def summary(self) -> ImportSummary:
        """Return the totals so far; interrupted if that was in the middle of an import."""
        if self._current is None:
            return replace(self._done, failed=tuple(self._failed.values()))
        current = self._current.summary(interrupted=True)
        failed = {**self._failed, **{file.path: file for file in current.failed}}
        return replace(_together(self._done, current), failed=tuple(failed.values()), interrupted=True)

    async def run(self) -> None:
        """Import, then watch, until cancelled; what was committed is kept.

        Raises:
            WatchRefused: the system cannot watch so many folders, or one of this kind.
            FolderNotFound: one of the folders is no longer there.
        """
        async with aclosing(_changes(self._folders)) as changes:
            upcoming = asyncio.ensure_future(anext(changes))
            try:
                await asyncio.sleep(
                    0
                )  # its first step starts watching, so nothing is missed between two imports
                if not upcoming.done():
                    await self._import(WholeFolders(self._folders), ())
                while True:
                    paths = await upcoming
                    upcoming = asyncio.ensure_future(anext(changes))
                    await self._import(ChangedPaths(paths, self._folders), paths)
                    await asyncio.to_thread(_refuse_vanished, self._folders)
            finally:
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)

    async def _import(self, scope: ImportScope, paths: Sequence[str]) -> None:
        self._current = self._importer(scope)
        done = await self._current.run()
        self._current = None
        self._done = _together(self._done, done)
        for path in paths:
            self._failed.pop(readable_path(path), None)
        self._failed.update({file.path: file for file in done.failed})
        counts = (
            done.imported,
            done.moved,
            done.known_elsewhere,
            done.duplicates,
            done.missing,
            done.redated,
        )
        if not paths or any((*counts, done.failed, done.passed_over)):
            self._on_round(done)


async def _changes(folders: Sequence[Path]) -> AsyncGenerator[list[str], None]:
    """Yield the paths below the folders that have changed, those of the same moment together.

    Watching breaks off at a name that is not UTF-8, with an exception group. Then it begins again, and everything
    counts as changed.
    """
    import watchfiles

    try:
        while True:
            reported = watchfiles.awatch(
                *folders, watch_filter=None, rust_timeout=0, ignore_permission_denied=True
            )
            try:
                async with aclosing(reported):
                    async for changes in reported:
                        yield sorted({path for _, path in changes})
            except ExceptionGroup as group:
                log.info("watching begins again: %s", group.exceptions)
                await asyncio.sleep(RESTART_SECONDS)
                yield [str(folder) for folder in folders]
    except (
        OSError,
        RuntimeError,
    ) as error:  # RuntimeError: what watchfiles raises for errors of its Rust side
        raise WatchRefused(
            f"The folders cannot be watched: {error}.",
            "Raise fs.inotify.max_user_watches, or set WATCHFILES_FORCE_POLLING=1 for network drives.",
        ) from error


def _refuse_vanished(folders: Sequence[Path]) -> None:
    """Raise FolderNotFound if a folder is no longer there; one that only cannot be read may be readable again."""
    for folder in folders:
        try:
            folder.stat()
        except (FileNotFoundError, NotADirectoryError):
            existing_folders([folder])
        except OSError as error:
            log.info("a watched folder cannot be examined now: %s", error)


def _together(before: ImportSummary, more: ImportSummary) -> ImportSummary:
    return replace(
        more,
        imported=before.imported + more.imported,
        unchanged=before.unchanged + more.unchanged,
        moved=before.moved + more.moved,
        known_elsewhere=before.known_elsewhere + more.known_elsewhere,
        duplicates=before.duplicates + more.duplicates,
        missing=before.missing + more.missing,
        redated=before.redated + more.redated,
        seconds=before.seconds + more.seconds,
        passed_over=Counter(before.passed_over) + Counter(more.passed_over),
        damaged_xmp=before.damaged_xmp + more.damaged_xmp,
    )
