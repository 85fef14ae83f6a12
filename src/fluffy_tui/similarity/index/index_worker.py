"""The background work on the library: look at photos, embed them, and change over to a model that is complete."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.similarity.index.index_counts import add_failures, tell
from fluffy_tui.similarity.index.model_registry import Models
from fluffy_tui.similarity.index.photo_scan import Look, look, picture_or_failure, rendition, step_back
from fluffy_tui.similarity.index.scan_results import store
from fluffy_tui.similarity.index.worklist import Failure, Stage, Worklist
from fluffy_tui.similarity.model import ImageEmbedUnavailable, ModelUnavailable
from fluffy_tui.similarity.models.image_embed import EmbedRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Photo, Photos
    from fluffy_tui.similarity.index.worklist import Task
    from fluffy_tui.similarity.model import EmbeddingModel
    from fluffy_tui.similarity.models.builtin_model import BuiltinModel
    from fluffy_tui.similarity.models.image_embed import ImageEmbed

log = logging.getLogger(__name__)

PHOTOS_AT_ONCE = 16
"""Photos of one job of looking, which takes about a second."""

ASKED_AT_ONCE = 4
"""Photos of one job of asking; each may take the service minutes."""


class LibraryWork:
    """Does one job at a time of each stage, in a few threads that step back behind everybody else's.

    Args:
        database: Open.
        photos: Knows the photos.
        builtin: The built-in model, installed or not.
        image_embed: The service, where one is set; its vectors are then the wanted ones.
        threads: Pictures decoded side by side.
    """

    def __init__(
        self,
        database: Database,
        photos: Photos,
        builtin: BuiltinModel,
        image_embed: ImageEmbed | None,
        *,
        threads: int | None = None,
    ) -> None:
        self._database = database
        self._photos = photos
        self._builtin = builtin
        self._image_embed = image_embed
        self._models = Models(database)
        self._to_look_at = Worklist(database, Stage.LOOK)
        self._to_ask_about = Worklist(database, Stage.ASK)
        self._said = ""
        self._closed = threading.Event()
        self._pool = ThreadPoolExecutor(
            threads or max(1, (os.cpu_count() or 2) // 2), thread_name_prefix="library", initializer=step_back
        )

    def close(self) -> None:
        """Let the threads end after the pictures they are at."""
        self._closed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def asks(self) -> bool:
        """Whether there is a service to ask."""
        return self._image_embed is not None

    async def look(self, after: int) -> int | None:
        """Look at the next photos that lack hashes or the built-in model's vectors.

        Args:
            after: The last photo of this round so far; 0 for a new round.

        Returns:
            The last photo now, or None when the round found no more.
        """
        model = await self._builtin_model()
        tasks = await self._to_look_at.begin(after, model.id if model else None, most=PHOTOS_AT_ONCE)
        if not tasks:
            if model is not None and self._image_embed is None:
                await self._models.change_over(model, Stage.LOOK)
            return None
        known = await self._photos.by_ids([task.photo_id for task in tasks])
        results = await asyncio.gather(
            *(self._in_thread(known[task.photo_id], task, model) for task in tasks if task.photo_id in known)
        )
        await self._keep(self._to_look_at, tasks, results, model)
        return tasks[-1].photo_id

    async def ask(self, after: int) -> int | None:
        """Ask the image_embed service about the next photos that lack its vectors.

        Args:
            after: The last photo of this round so far; 0 for a new round.

        Returns:
            The last photo now, or None when the round found no more.

        Raises:
            ImageEmbedUnavailable: it is of no use to ask about more photos now.
        """
        if self._image_embed is None:
            return None
        model = await self._models.enter(self._image_embed.description)
        tasks = await self._to_ask_about.begin(after, model.id, most=ASKED_AT_ONCE)
        if not tasks:
            await self._models.change_over(model, Stage.ASK)
            return None
        known = await self._photos.by_ids([task.photo_id for task in tasks])
        for number, task in enumerate(tasks):
            try:
                await self._ask_about(self._image_embed, known.get(task.photo_id), task, model)
            except ImageEmbedUnavailable as error:
                failure = Failure(task.photo_id, error.message, final=False)
                await self._keep(self._to_ask_about, tasks[number:], [failure], model)
                raise
        return tasks[-1].photo_id

    async def _builtin_model(self) -> EmbeddingModel | None:
        """Return the built-in model where its vectors are wanted: for want of a service, or of anything better yet."""
        if self._image_embed is not None:
            active = await self._models.active()
            if active is not None and active.name != self._builtin.description.name:
                return None
        if not await self._loaded():
            return None
        return await self._models.enter(self._builtin.description)

    async def _loaded(self) -> bool:
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._builtin.load)
        except ModelUnavailable as error:
            if str(error) != self._said:
                log.warning("%s", error)
                self._said = str(error)
            return False
        return True

    def _in_thread(
        self, photo: Photo, task: Task, model: EmbeddingModel | None
    ) -> asyncio.Future[Look | Failure | None]:
        builtin = self._builtin if model is not None and task.vector else None
        work = partial(self._look_unless_closed, photo, bits=task.bits, model=builtin)
        return asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _look_unless_closed(
        self, photo: Photo, *, bits: bool, model: BuiltinModel | None
    ) -> Look | Failure | None:
        return None if self._closed.is_set() else look(photo, bits=bits, model=model)

    async def _ask_about(
        self, service: ImageEmbed, photo: Photo | None, task: Task, model: EmbeddingModel
    ) -> None:
        if photo is None:
            return
        decode = partial(picture_or_failure, photo, partial(rendition, for_service=True))
        picture = await asyncio.get_running_loop().run_in_executor(self._pool, decode)
        if isinstance(picture, Failure):
            await self._keep(self._to_ask_about, [task], [picture], model)
            return
        answer = await service.embed(picture)
        if isinstance(answer, EmbedRefused):
            failure = Failure(task.photo_id, answer.reason, final=answer.final)
            await self._keep(self._to_ask_about, [task], [failure], model)
            return
        seen = Look(photo.id, bytes.fromhex(photo.sha256), vector=answer)
        await self._keep(self._to_ask_about, [task], [seen], model)

    async def _keep(
        self,
        worklist: Worklist,
        tasks: Sequence[Task],
        results: Sequence[Look | Failure | None],
        model: EmbeddingModel | None,
    ) -> None:
        """Store what came of the tasks, and end them all."""
        failures = [result for result in results if isinstance(result, Failure)]
        failed = {failure.photo_id for failure in failures}
        async with self._database.transaction() as session:
            gains = await store(session, [result for result in results if isinstance(result, Look)], model)
            if failed:
                await add_failures(session, gains, failed)
            await tell(session, gains)
            done = [task.photo_id for task in tasks if task.photo_id not in failed]
            await worklist.settle(session, done, failures)
