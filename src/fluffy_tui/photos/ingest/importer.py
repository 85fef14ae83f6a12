"""The import: folders walked in one thread, large files read in several, rows written in batches, memory flat.

Sizes and times on the disk are compared with the library before a file is opened, so an unchanged folder costs no
more than its listing. One coroutine pulls everything: at most two thousand files are in progress, and cancelling
it loses only those. While a batch is written, the next one is read.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections import Counter, deque
from contextlib import aclosing
from functools import partial
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from fluffy_tui.core.child_process import in_daemon_thread
from fluffy_tui.images import PhotoUnreadable, readable_path
from fluffy_tui.photos.ingest.file_reader import FoundFile, read_files
from fluffy_tui.photos.ingest.folder_walk import Listing, next_listing
from fluffy_tui.photos.model import FailedFile, ImportProgress, ImportSummary
from fluffy_tui.photos.silent_disk import SignOfLife, from_disk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping

    from fluffy_tui.photos.file_state import KnownContent
    from fluffy_tui.photos.ingest.catalogue import Catalogue, StoredBatch
    from fluffy_tui.photos.ingest.import_scope import ImportScope
    from fluffy_tui.photos.metadata.companions import Companions

log = logging.getLogger(__name__)

UNLISTED = "What follows in this folder or the next was not listed: the disk does not answer."
REFUSED = "The database does not accept it; the log file says why."

_LISTED_AT_ONCE = 1_000
_BATCH_ROWS = 1_000
_BATCH_SECONDS = 1.0
"""A batch is written after this time even if it is small, so that slow disks show photos early and lose little."""
_MANY = 5_000
"""New photos from which the database's statistics are out of date."""
_SLICE_FILES = 32
_SLICE_BYTES = 16 << 20
_SMALL_SLICE = 2 << 20
"""Bytes up to which reading a slice is mostly Python, which several threads do more slowly than one."""
_TURN_SECONDS = 0.05
"""Longer than reading a small slice takes if its files are in memory. From a slow disk, several are read at a time: no
system tells a thread beforehand that a read will wait for the disk, so only time can."""


class Importer:
    """One import for one persona; `run` it once.

    Args:
        on_progress: Called in the event loop, about every thirty files.
        on_failed: Called in the event loop for each file that could not be imported, as it happens.
    """

    def __init__(
        self,
        scope: ImportScope,
        persona_name: str,
        catalogue: Catalogue,
        *,
        on_progress: Callable[[ImportProgress], None] = lambda _: None,
        on_failed: Callable[[FailedFile], None] = lambda _: None,
    ) -> None:
        self._scope = scope
        self._persona_name = persona_name
        self._catalogue = catalogue
        self._on_progress = on_progress
        self._on_failed = on_failed
        self._stop = threading.Event()
        self._turn = threading.Lock()
        """Held by the thread that reads a small slice."""
        self._started = time.monotonic()
        self._seen = self._imported = self._unchanged = self._moved = self._duplicates = self._missing = 0
        self._known_elsewhere = self._damaged_xmp = self._redated = 0
        self._bytes_read = self._silent = 0
        self._total: int | None = None
        self._failed: list[FailedFile] = []
        self._passed_over: Counter[str] = Counter()
        self._batch: list[FoundFile] = []
        self._batch_began = self._started
        self._writing: asyncio.Task[None] | None = None
        """Writes the batch before this one."""

    def progress(self) -> ImportProgress:
        """Return how far the import has got."""
        return ImportProgress(
            seen=self._seen,
            total=self._total,
            imported=self._imported,
            failed=len(self._failed),
            bytes_read=self._bytes_read,
            seconds=time.monotonic() - self._started,
        )

    def summary(self, *, interrupted: bool = False) -> ImportSummary:
        """Return the totals so far; also after `run` was cancelled."""
        return ImportSummary(
            persona=self._persona_name,
            imported=self._imported,
            unchanged=self._unchanged,
            moved=self._moved,
            known_elsewhere=self._known_elsewhere,
            duplicates=self._duplicates,
            missing=self._missing,
            failed=tuple(self._failed),
            seconds=time.monotonic() - self._started,
            interrupted=interrupted,
            passed_over=dict(self._passed_over),
            damaged_xmp=self._damaged_xmp,
            redated=self._redated,
        )

    async def run(self) -> ImportSummary:
        """Import everything, then mark what has vanished.

        Cancelling stops the threads within a megabyte's reading and keeps what was committed.
        """
        self._started = self._batch_began = time.monotonic()
        counting = asyncio.create_task(self._count(), name="count the files to import")
        try:
            await self._read_all(os.cpu_count() or 2)
            if not self._silent:  # a disk that hangs would not say what is missing either
                await counting
                self._missing += await self._catalogue.mark_missing(self._scope.places)
            if self._imported >= _MANY:
                await self._catalogue.analyze()
        finally:
            self._stop.set()
            counting.cancel()
            if (
                self._writing is not None
            ):  # finished all the same, or the summary would omit what was committed
                await asyncio.gather(self._writing, return_exceptions=True)
        self._on_progress(self.progress())
        return self.summary()

    async def _count(self) -> None:
        """Count the files during the import, by names alone, so that the time left can be estimated."""
        self._total = await in_daemon_thread(lambda: sum(1 for _ in self._scope.walk(self._stop)))

    async def _read_all(self, workers: int) -> None:
        places = asyncio.Semaphore(workers)
        in_progress: deque[asyncio.Future[list[FoundFile | FailedFile | None]]] = deque()
        try:
            async with aclosing(self._worth_reading()) as slices:
                async for files, companions, contents in slices:
                    reading = self._read_slice(places, files, companions, contents)
                    in_progress.append(asyncio.ensure_future(reading))
                    if len(in_progress) > 4 * workers:
                        await self._collect(await in_progress.popleft())
            while in_progress:
                await self._collect(await in_progress.popleft())
        finally:
            for reading_on in in_progress:
                reading_on.cancel()
        await self._commit()
        await self._written()

    async def _read_slice(
        self,
        places: asyncio.Semaphore,
        files: dict[str, int],
        companions: Mapping[str, Companions],
        contents: Mapping[str, KnownContent],
    ) -> list[FoundFile | FailedFile | None]:
        """Read a slice; a file whose disk hangs has failed after a while, and the others are read."""
        results: list[FoundFile | FailedFile | None] = []
        async with places:
            while len(results) < len(files):
                rest, read = dict(islice(files.items(), len(results), None)), list[Any]()
                sign = SignOfLife(self._stop)
                try:
                    reading = partial(self._read, rest, companions, contents, sign, read)
                    return results + await from_disk(reading, sign=sign, hung_before=self._silent)
                except PhotoUnreadable as error:
                    self._silent += 1
                    results += read  # without what comes late
                    hanging = next(islice(files, len(results), None))
                    results.append(FailedFile(readable_path(hanging), error.sentence))
        return results

    def _read(
        self,
        files: Mapping[str, int],
        companions: Mapping[str, Companions],
        contents: Mapping[str, KnownContent],
        sign: SignOfLife,
        results: list[FoundFile | FailedFile | None],
    ) -> list[FoundFile | FailedFile | None]:
        """Read a slice; small ones in turn, unless the disk is slow."""
        has_turn = sum(files.values()) <= _SMALL_SLICE and self._turn.acquire(timeout=_TURN_SECONDS)
        try:
            return read_files(files, sign, companions, self._scope.roots, contents, results)
        finally:
            if has_turn:
                self._turn.release()

    async def _worth_reading(
        self,
    ) -> AsyncGenerator[tuple[dict[str, int], Mapping[str, Companions], Mapping[str, KnownContent]], None]:
        """Yield paths and byte sizes of new and changed files, in slices of about as much work each.

        Also what lies beside them, and what is known of those of which only the head is read.
        """
        async with aclosing(self._listings()) as listings:
            async for listing in listings:
                known = await self._catalogue.unchanged(listing.files, listing.companions)
                self._unchanged += len(known.photos)
                self._duplicates += len(known.copies)
                skipped = known.photos | known.copies
                self._seen += len(skipped) + len(listing.failed) + len(listing.passed_over) + listing.skipped
                self._passed_over.update(one.kind for one in listing.passed_over)
                for failed in listing.failed:
                    self._fail(failed)
                self._on_progress(self.progress())
                files = (
                    (path, 0 if path in known.contents else size)
                    for path, (size, _) in listing.files.items()
                    if path not in skipped
                )
                for one in _slices(files):
                    yield one, listing.companions, known.contents

    async def _listings(self) -> AsyncGenerator[Listing, None]:
        """Yield what is on the disk, reading one listing ahead so that disk and database work at the same time.

        Raises:
            PhotoUnreadable: a disk does not answer, and nothing says which photos are on it.
        """
        sign = SignOfLife(self._stop)
        walked = takewhile(lambda _: not sign.is_set(), self._scope.walk(self._stop))
        last = next(iter(self._scope.places), "")

        def listed() -> asyncio.Future[Listing | None]:
            reading = partial(next_listing, walked, _LISTED_AT_ONCE)
            return asyncio.ensure_future(from_disk(reading, sign=sign))

        ahead = listed()
        try:
            while listing := await ahead:
                ahead = listed()
                last = os.path.dirname(next(reversed(listing.files), "")) or last  # noqa: PTH120
                yield listing
        except PhotoUnreadable:
            self._silent += 1
            if not last:
                raise
            self._fail(FailedFile(readable_path(last), UNLISTED))
        finally:
            ahead.cancel()

    async def _collect(self, results: list[FoundFile | FailedFile | None]) -> None:
        for result in results:
            self._seen += 1
            if isinstance(result, FoundFile):
                self._bytes_read += result.bytes_read
                self._batch.append(result)
                self._damaged_xmp += result.has_damaged_xmp
                if result.failed_sidecar is not None:
                    self._fail(result.failed_sidecar)
            elif result is not None:
                self._fail(result)
        if len(self._batch) >= _BATCH_ROWS or time.monotonic() - self._batch_began > _BATCH_SECONDS:
            await self._commit()
        self._on_progress(self.progress())

    async def _commit(self) -> None:
        """Begin to write the batch, once the one before it is written."""
        await self._written()
        batch, self._batch = self._batch, []
        if batch:
            self._writing = asyncio.create_task(self._store(batch), name="write a batch of photos")
        self._batch_began = time.monotonic()

    async def _written(self) -> None:
        """Wait until the current batch is written."""
        if self._writing is not None:
            await asyncio.shield(self._writing)
            self._writing = None

    async def _store(self, batch: list[FoundFile]) -> None:
        """Write a batch; if the database refuses it, write its halves, so that one bad file costs no other."""
        try:
            self._add(await self._catalogue.store(batch))
        except (SQLAlchemyError, ValueError, OverflowError):
            if len(batch) == 1:
                log.exception("the database refuses a photo")
                self._fail(FailedFile(readable_path(batch[0].path), REFUSED))
                return
            middle = len(batch) // 2
            await self._store(batch[:middle])
            await self._store(batch[middle:])

    def _add(self, stored: StoredBatch) -> None:
        self._imported += stored.imported
        self._unchanged += stored.unchanged
        self._moved += stored.moved
        self._known_elsewhere += stored.known_elsewhere
        self._duplicates += stored.duplicates
        self._missing += stored.missing
        self._redated += stored.redated
        for failed in stored.failed:
            self._fail(failed)

    def _fail(self, failed: FailedFile) -> None:
        self._failed.append(failed)
        self._on_failed(failed)


def _slices(files: Iterable[tuple[str, int]]) -> Iterator[dict[str, int]]:
    """Cut paths with their byte sizes into parts that take about equally long to read."""
    part: dict[str, int] = {}
    bytes_together = 0
    for path, size in files:
        part[path] = size
        bytes_together += size
        if len(part) == _SLICE_FILES or bytes_together >= _SLICE_BYTES:
            yield part
            part, bytes_together = {}, 0
    if part:
        yield part
