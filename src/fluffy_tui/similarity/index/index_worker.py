"""The background work on the index: scan photos, embed them, and activate a model when it is complete."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import or_

from fluffy_tui.freed_memory import return_freed
from fluffy_tui.photos import PhotoUnreadable, from_disk
from fluffy_tui.similarity.index.index_counts import add_failures, notify
from fluffy_tui.similarity.index.model_registry import ModelRegistry
from fluffy_tui.similarity.index.photo_scan import PhotoScan, lower_priority, picture_for_service, read, scan
from fluffy_tui.similarity.index.scan_results import store
from fluffy_tui.similarity.index.urgent_work import UrgentWork
from fluffy_tui.similarity.index.worklist import Failure, Stage, Worklist
from fluffy_tui.similarity.model import ImageEmbedUnavailable, ModelUnavailable
from fluffy_tui.similarity.models.image_embed import EmbedRefused
from fluffy_tui.similarity.models.onnx_network import NOT_INSTALLED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy import ColumnElement

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Photo, Photos
    from fluffy_tui.similarity.index.worklist import Task
    from fluffy_tui.similarity.model import EmbeddingModel
    from fluffy_tui.similarity.models.face_finder import FaceFinder
    from fluffy_tui.similarity.models.image_embed import ImageEmbed
    from fluffy_tui.similarity.models.onnx_model import BuiltinModel
    from fluffy_tui.similarity.models.text_reader import TextReader

log = logging.getLogger(__name__)

T = TypeVar("T")

SCANNED_AT_ONCE = 16
"""Photos of one job of scanning, which takes about a second."""

EMBEDDED_AT_ONCE = 4
"""Photos of one job of the service; each may take minutes."""


READ_IN_A_JOB = 60
"""Photos of one job of reading, one after another; each takes about a second, and the next job seconds to start."""


class IndexWorker:
    """Does one job of each stage at a time, in a few threads of low priority.

    No photo is begun while urgent work is under way.

    Args:
        builtin: The built-in model, installed or not.
        image_embed: The service, if one is set; its vectors are then the wanted ones.
        reader: Reads the text in pictures; None where that is not installed.
        faces: Finds faces; None where that is not installed.
        urgent: What it gives way to.
        threads: Pictures decoded side by side.
    """

    def __init__(
        self,
        database: Database,
        photos: Photos,
        builtin: BuiltinModel,
        image_embed: ImageEmbed | None,
        reader: TextReader | None = None,
        faces: FaceFinder | None = None,
        *,
        urgent: UrgentWork | None = None,
        threads: int | None = None,
    ) -> None:
        self._database = database
        self._photos = photos
        self._builtin = builtin
        self._image_embed = image_embed
        self._reader = reader
        self._faces = faces
        self._urgent = urgent or UrgentWork()
        self._models = ModelRegistry(database)
        self.machine_id = photos.machine.id
        """Whose photos it indexes: those of which this machine has the file."""
        self._to_scan = Worklist(database, Stage.SCAN, self.machine_id, finds_faces=faces is not None)
        self._to_embed = Worklist(database, Stage.EMBED, self.machine_id)
        self._to_read = Worklist(database, Stage.READ, self.machine_id)
        self._logged = False
        self._closed = threading.Event()
        self._threads = threads or max(1, (os.cpu_count() or 2) // 2)
        self._places = asyncio.Semaphore(self._threads)
        self._silent = 0
        """Photos in a row whose disk did not answer."""
        self._pool = self._new_pool()

    def _new_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="library", initializer=lower_priority)

    def close(self) -> None:
        """Stop the threads after the current pictures."""
        self._closed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._reader is not None:
            self._reader.rest()

    @property
    def has_service(self) -> bool:
        """Whether an image_embed service is set."""
        return self._image_embed is not None

    @property
    def has_reader(self) -> bool:
        """Whether the text in pictures is read."""
        return self._reader is not None

    def has_due_photos(self) -> ColumnElement[bool]:
        """Return the condition that a photo is due for any stage."""
        return or_(*(worklist.is_due() for worklist in (self._to_scan, self._to_embed, self._to_read)))

    async def scan(self, on_claim: Callable[[], Awaitable[None]] | None = None) -> bool:
        """Scan the next photos that lack hashes, scores or the built-in model's vectors; return whether there were any.

        `on_claim` is awaited when photos have been claimed, so that others can be claimed while these are scanned.
        """
        await self._urgent.finished()
        model = await self._wanted_model()
        tasks = await self._to_scan.claim(model.id if model else None, most=SCANNED_AT_ONCE)
        if not tasks:
            if model is not None and self._image_embed is None:
                await self._models.activate_if_complete(model, Stage.SCAN)
            return_freed()
            return False
        if on_claim is not None:
            await on_claim()
        if any(task.vector for task in tasks):
            await self._load_model(tasks)
        known = await self._photos.by_ids([task.photo_id for task in tasks])
        results = await asyncio.gather(
            *(self._scan(known[task.photo_id], task, model) for task in tasks if task.photo_id in known)
        )
        await self._finish(self._to_scan, tasks, results, model)
        return True

    async def embed(self) -> bool:
        """Have the image_embed service embed the next photos that lack its vectors.

        Returns:
            Whether there were any.

        Raises:
            ImageEmbedUnavailable: there is no point in asking about more photos now.
        """
        if self._image_embed is None:
            return False
        model = await self._models.register(self._image_embed.description)
        tasks = await self._to_embed.claim(model.id, most=EMBEDDED_AT_ONCE)
        if not tasks:
            await self._models.activate_if_complete(model, Stage.EMBED)
            return False
        known = await self._photos.by_ids([task.photo_id for task in tasks])
        for number, task in enumerate(tasks):
            try:
                result = await self._from_service(self._image_embed, known.get(task.photo_id))
            except ImageEmbedUnavailable as error:
                failure = Failure(task.photo_id, error.message, final=False)
                await self._finish(self._to_embed, tasks[number:], [failure], model)
                raise
            await self._finish(self._to_embed, [task], [result], model)
        return True

    async def read(self, stop: asyncio.Event | None = None) -> bool:
        """Read the text in the next photos, one after another, as long as no photo waits to be scanned.

        Return whether there are more. `stop` ends it at once; then the photo that is being read is due again.

        Raises:
            ModelUnavailable: there is no point in reading more photos now.
        """
        if self._reader is None:
            return False
        for _ in range(READ_IN_A_JOB):
            await self._urgent.finished()
            if (stop is not None and stop.is_set()) or not await self._to_scan.is_empty():
                return False
            tasks = await self._to_read.claim(None, most=1)
            if not tasks:
                self._reader.rest()
                return False
            known = await self._photos.by_ids([task.photo_id for task in tasks])
            results: list[PhotoScan | Failure] = []
            unavailable: ModelUnavailable | None = None
            for photo in known.values():
                try:
                    if (result := await self._read(photo, self._reader, stop)) is not None:
                        results.append(result)
                except ModelUnavailable as error:
                    unavailable = error
                    results.append(Failure(photo.id, str(error), final=False))
            if self._closed.is_set():  # which has ended the reader, so that nothing is known of the photo
                return False
            await self._finish(self._to_read, tasks, results, None)
            if unavailable is not None:
                raise unavailable
        return True

    async def _read(
        self, photo: Photo, reader: TextReader, stop: asyncio.Event | None
    ) -> PhotoScan | Failure | None:
        """Read the text in a photo; None if that was ended, as a busy machine takes a minute for a photo.

        Urgent work ends it, too: the reader takes as much memory as making pictures does.
        """
        reading = asyncio.ensure_future(self._read_or_give_up(photo, reader))
        ends = [
            asyncio.ensure_future(end) for end in ((stop or asyncio.Event()).wait(), self._urgent.started())
        ]
        await asyncio.wait((reading, *ends), return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        if reading.done():
            return reading.result()
        reader.rest()
        (result,) = await asyncio.gather(reading, return_exceptions=True)
        return (
            result if isinstance(result, PhotoScan) else None
        )  # a failure tells of the end, not of the photo

    async def _read_or_give_up(self, photo: Photo, reader: TextReader) -> PhotoScan | Failure:
        try:
            return await from_disk(partial(read, photo, reader))
        except PhotoUnreadable as error:
            return Failure(photo.id, error.sentence, final=False)

    async def _wanted_model(self) -> EmbeddingModel | None:
        """Return the built-in model if its vectors are wanted: without a service, or until its model is active."""
        if self._image_embed is not None:
            active = await self._models.active()
            if active is not None and active.name != self._builtin.description.name:
                return None
        if not self._builtin.is_installed():
            if not self._logged:
                log.warning("%s", NOT_INSTALLED)
                self._logged = True
            return None
        return await self._models.register(self._builtin.description)

    async def _load_model(self, tasks: Sequence[Task]) -> None:
        """Load the built-in model, now that there are photos for it: a worker without any does not need the memory."""
        try:
            await asyncio.to_thread(self._builtin.load)  # not after the photos for which the pool is busy
        except Exception:
            await self._finish(self._to_scan, tasks, [], None)  # it is not their fault
            raise

    async def _in_thread(self, photo: Photo, work: Callable[[], T]) -> T | Failure:
        """Return what `work` returns, or that the photo's disk hangs: its thread is then left alone, and replaced."""
        async with self._places:
            pool = self._pool
            try:
                result = await from_disk(work, pool=pool, hung_before=self._silent)
            except PhotoUnreadable as error:
                self._silent += 1
                if self._pool is pool and not self._closed.is_set():
                    pool.shutdown(wait=False)
                    self._pool = self._new_pool()
                return Failure(photo.id, error.sentence, final=False)
        self._silent = 0
        return result

    async def _scan(
        self, photo: Photo, task: Task, model: EmbeddingModel | None
    ) -> PhotoScan | Failure | None:
        builtin = self._builtin if model is not None and task.vector else None
        return await self._in_thread(photo, partial(self._scan_if_free, photo, task, builtin))

    def _scan_if_free(
        self, photo: Photo, task: Task, model: BuiltinModel | None
    ) -> PhotoScan | Failure | None:
        """Scan a photo; None if the worker is closed or gives way, so that the photo is due again."""
        if self._closed.is_set() or self._urgent.is_under_way:
            return None
        return scan(photo, bits=task.bits, scores=task.scores, faces=self._faces, model=model)

    async def _from_service(self, service: ImageEmbed, photo: Photo | None) -> PhotoScan | Failure | None:
        if photo is None:
            return None
        await self._urgent.finished()
        picture = await self._in_thread(photo, partial(picture_for_service, photo))
        if isinstance(picture, Failure):
            return picture
        answer = await service.embed(picture)
        if isinstance(answer, EmbedRefused):
            return Failure(photo.id, answer.reason, final=answer.final)
        return PhotoScan(photo.id, bytes.fromhex(photo.sha256), vector=answer)

    async def _finish(
        self,
        worklist: Worklist,
        tasks: Sequence[Task],
        results: Sequence[PhotoScan | Failure | None],
        model: EmbeddingModel | None,
    ) -> None:
        failures = [result for result in results if isinstance(result, Failure)]
        async with self._database.transaction() as session:
            scans = [result for result in results if isinstance(result, PhotoScan)]
            stored, gains = await store(session, scans, model)
            before = {task.photo_id for task in tasks if task.has_failed}
            now = {failure.photo_id for failure in failures}
            if before or now:
                await add_failures(session, gains, before, now)
            await notify(session, gains)
            await worklist.finish(session, tasks, stored, failures)
