"""Watches folders until it is stopped: imports what is there, then whatever is added, changed or removed."""

from __future__ import annotations

import asyncio
import itertools
import logging
import stat
from collections import Counter
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.images import readable_path
from fluffy_tui.photos.ingest.import_scope import ChangedPaths, ImportScope, WholeFolders
from fluffy_tui.photos.model import FailedFile, ImportSummary

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

    from fluffy_tui.photos.ingest.importer import Importer

log = logging.getLogger(__name__)

RESTART_SECONDS = 0.5
"""Pause before watching begins again, so that a file that is being written does not keep a processor busy."""

LOOK_SECONDS = 2.0
"""How often to look whether the watched folders are there and are still the same ones, and whether the database is."""

_Identity: TypeAlias = tuple[int, int]
"""What identifies a folder: its disk, and its number there."""


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
        on_presence: Called in the event loop when a folder is gone, with False, and when it is back, with True.
        on_outage: Awaited whenever the database does not take what is to be written, with how often it has not so far.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        persona_name: str,
        importer: Callable[[ImportScope], Importer],
        *,
        on_round: Callable[[ImportSummary], None],
        on_presence: Callable[[Path, bool], None],
        on_outage: Callable[[DatabaseUnavailable, int], Awaitable[None]],
    ) -> None:
        self._folders = folders
        self._importer = importer
        self._on_round = on_round
        self._on_presence = on_presence
        self._on_outage = on_outage
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

        A folder that is gone, with the disk that it is on perhaps, is watched again when it is back. While the database
        does not respond or its disk is full, what is to be imported waits.

        Raises:
            WatchRefused: the system cannot watch so many folders, or one of this kind.
        """
        async with aclosing(_changes(self._folders, self._on_presence)) as changes:
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
            finally:
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)

    async def _import(self, scope: ImportScope, paths: Sequence[str]) -> None:
        for attempt in itertools.count(1):
            self._current = self._importer(scope)
            try:
                done = await self._current.run()
                break
            except DatabaseUnavailable as error:
                self._done, self._current = _together(self._done, self._current.summary()), None
                await self._on_outage(error, attempt)
                await asyncio.sleep(LOOK_SECONDS)
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


async def _changes(
    folders: Sequence[Path], on_presence: Callable[[Path, bool], None]
) -> AsyncGenerator[list[str], None]:
    """Yield the paths below the folders that have changed, those of the same moment together.

    What becomes of a folder itself counts as a change of everything in it. One that is not there is looked for until
    it is back, since no system reports a disk that is plugged in again.
    """
    known = _identities(folders, {})
    try:
        while True:
            removed: list[str] = []
            if there := {folder: one for folder, one in known.items() if one is not None}:
                async with aclosing(_reported(there, removed)) as reported:
                    async for paths in reported:
                        yield paths
            else:
                await asyncio.sleep(LOOK_SECONDS)
            now = await asyncio.to_thread(_identities, folders, known)
            others = [folder for folder in folders if now[folder] != known[folder] or str(folder) in removed]
            for folder in others:
                if (now[folder] is None) is not (known[folder] is None):
                    on_presence(folder, now[folder] is not None)
            known = now
            if others:
                yield [str(folder) for folder in others]
    except (
        OSError,
        RuntimeError,
    ) as error:  # RuntimeError: what watchfiles raises for errors of its Rust side
        raise WatchRefused(
            f"The folders cannot be watched: {error}.",
            "Raise fs.inotify.max_user_watches, or set WATCHFILES_FORCE_POLLING=1 for network drives.",
        ) from error


async def _reported(there: Mapping[Path, _Identity], removed: list[str]) -> AsyncGenerator[list[str], None]:
    """Yield what changes in folders until they have to be watched again; those that were removed are added to a list.

    Watching breaks off at a name that is not UTF-8, with an exception group. Then everything counts as changed.
    """
    import watchfiles

    stop = asyncio.Event()
    looking = asyncio.create_task(_look_after(there, stop), name="check the watched folders")
    reported = watchfiles.awatch(
        *there, watch_filter=None, rust_timeout=0, stop_event=stop, ignore_permission_denied=True
    )
    roots = {str(folder) for folder in there}
    try:
        async with aclosing(reported):
            async for changes in reported:
                yield sorted({path for _, path in changes})
                removed += [
                    path for what, path in changes if what is watchfiles.Change.deleted and path in roots
                ]
                if removed:  # a new folder of that name is not watched yet
                    return
    except FileNotFoundError as error:  # it has vanished just now
        log.info("watching begins again: %s", error)
        await asyncio.sleep(RESTART_SECONDS)
    except ExceptionGroup as group:
        log.info("watching begins again: %s", group.exceptions)
        await asyncio.sleep(RESTART_SECONDS)
        yield sorted(roots)
    finally:
        looking.cancel()


async def _look_after(there: Mapping[Path, _Identity], stop: asyncio.Event) -> None:
    """Set `stop` once a folder is not there any more, or another one is in its place, such as a disk."""
    while await asyncio.to_thread(_identities, list(there), there) == there:
        await asyncio.sleep(LOOK_SECONDS)
    stop.set()


def _identities(
    folders: Sequence[Path], known: Mapping[Path, _Identity | None]
) -> dict[Path, _Identity | None]:
    """Return which folder is at each place, None where none is; one that only cannot be examined is still the same."""
    found: dict[Path, _Identity | None] = {}
    for folder in folders:
        try:
            status = folder.stat()
        except (FileNotFoundError, NotADirectoryError):
            found[folder] = None
        except OSError as error:
            log.info("a watched folder cannot be examined now: %s", error)
            found[folder] = known.get(folder)
        else:
            found[folder] = (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None
    return found


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
