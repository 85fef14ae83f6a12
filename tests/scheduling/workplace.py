"""Everything that delivery tests need: real services, a stand-in Buffer, photos on disk, and short timings."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from PIL import Image
from sqlalchemy import text

from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.demo import StandIn
from fluffy_tui.media import Fit, Framing, Part, Shape
from fluffy_tui.paths import Paths
from fluffy_tui.scheduling import Post, PostPhoto, Step, TaggedPerson, Timings, work
from fluffy_tui.settings import MediaHostKind, Secret, Settings
from fluffy_tui.similarity.index.model_registry import ModelRegistry
from fluffy_tui.similarity.index.worklist import Stage, Worklist
from fluffy_tui.similarity.models.onnx_model import DESCRIPTION
from forked_program import ForkedProgram
from scheduling import quick_programs
from scheduling.quick_programs import QUICK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from fluffy_tui.demo import Post as BufferPost
    from fluffy_tui.demo.stand_in.graphql.execution import Request
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo


def write_photo(path: Path, number: int = 0, size: tuple[int, int] = (400, 500)) -> Path:
    """Write a small picture; a JPEG differs from those of other numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_gradient(size, path.suffix.lower()).replace(_ANY_NUMBER, b"photo %08d" % number))
    return path


_ANY_NUMBER = b"photo ########"


@cache
def _gradient(size: tuple[int, int], suffix: str) -> bytes:
    """Return a picture whose comment is filled in for each photo: it is coded once, but written hundreds of times."""
    file = BytesIO()
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    picture.save(file, Image.registered_extensions()[suffix], comment=_ANY_NUMBER)
    return file.getvalue()


@dataclass
class Workplace:
    """Services with one persona on the stand-in's Instagram channel."""

    services: Services
    stand_in: StandIn
    settings: Settings
    persona: Persona
    folder: Path
    children: list[ForkedProgram] = field(default_factory=list)
    """Processes that were started; none outlives the workplace."""

    async def photo(self, number: int = 0, *, is_indexed: bool = True) -> Photo:
        """Return a new imported photo; no worker has to index it any more, like most photos that are posted."""
        path = write_photo(self.folder / f"IMG_{number:04}.jpg", number)
        if is_indexed:
            await self._look_for_photos_to_index()
        await self.services.photos.import_folders([self.folder], self.persona, on_progress=lambda _: None)
        if is_indexed:
            await self.execute("DELETE FROM photos_to_index")
        found = await self.services.photos.unscheduled(self.persona)
        return next(photo for photo in found if photo.path == path)

    async def _look_for_photos_to_index(self) -> None:
        """Do what a machine's first worker does, which would have all photos indexed."""
        model = await ModelRegistry(self.services.database).register(DESCRIPTION)
        here = self.services.photos.machine.id
        await Worklist(self.services.database, Stage.SCAN, here, finds_faces=True).claim(model.id, most=0)

    async def on_two_channels(self) -> tuple[str, str]:
        """Give the persona another channel besides its own, and return both ids."""
        channels = await self.services.personas.available_channels()
        other = next(channel.id for channel in channels if channel.service == "bluesky")
        own = str(self.persona.buffer_channel_id)
        self.persona = await self.services.personas.set_channels(self.persona, {own: None, other: None})
        return own, other

    async def panorama(self, *tags: tuple[TaggedPerson, ...]) -> list[PostPhoto]:
        """Return a new panorama in two parts, with the people in each, beside a new photo."""
        path = write_photo(self.folder / "wide.jpg", 77, (1600, 800))
        await self.photo()
        found = await self.services.photos.unscheduled(self.persona)
        wide = next(photo for photo in found if photo.path == path)
        framing = Framing(Fit.CROP, Shape.SQUARE)
        return [
            PostPhoto(wide.id, "", f"part {number}", replace(framing, part=Part(number, 2)), own)
            for number, own in enumerate(tags or ((), ()), 1)
        ]

    async def submit(self, caption: str = "fog on the pier", number: int = 0) -> Post:
        """Submit a new photo."""
        return await self.schedule(await self.photo(number), caption)

    async def schedule(self, photo: Photo | PostPhoto | int, caption: str, **options: Any) -> Post:
        """Submit a photo, with what `schedule_post` takes."""
        result = await self.services.scheduling.schedule_post(photo, caption, **options)
        assert result.ok and result.post is not None, result.reason
        return result.post

    async def post(self, post_id: int) -> Post:
        """Return a post as it is now."""
        post = await self.services.scheduling.post(post_id)
        assert post is not None, "the post is gone"
        return post

    async def accepted(self, caption: str = "fog on the pier", number: int = 0) -> Post:
        """Submit a new photo, deliver its post, and return that."""
        submitted = await self.submit(caption, number)
        await self.services.delivery.deliver(submitted.id)
        post = await self.post(submitted.id)
        assert post.step is Step.ACCEPTED, post.error_message
        return post

    async def arrived(self, caption: str = "fog on the pier", number: int = 0) -> Post:
        """Submit a new photo, and return its post once a worker has brought it to Buffer."""
        post = await self.submit(caption, number)
        return await self.until(post.id, lambda now: now.step is Step.ACCEPTED)

    async def live(self, number: int) -> Post:
        """Return a new post that is live since a moment, by the stand-in's clock, which the test sets."""
        post = await self.submit(number=number)
        await self.services.delivery.deliver(post.id)
        status_sync = replace(self.services.status_sync, now=self.stand_in.clock.now)
        await status_sync.run()
        remote = self.in_buffer()[-1]
        assert remote.due_at is not None
        await self.stand_in.advance((remote.due_at - self.stand_in.clock.now()).total_seconds() + 60)
        await status_sync.run()
        found = await self.post(post.id)
        assert found.step is Step.LIVE
        return found

    def requests(self) -> list[Request]:
        """Return the requests that Buffer received, without what a worker lists by the clock."""
        by_the_clock = ("SentPosts", "Metrics")
        return [each for each in self.stand_in.requests if each.operation_name not in by_the_clock]

    def in_buffer(self) -> list[BufferPost]:
        """Return the stand-in's posts on the persona's channel, oldest first."""
        return [post for post in self.stand_in.posts() if post.channel_id == self.persona.buffer_channel_id]

    async def until(self, post_id: int, holds: Callable[[Post], bool]) -> Post:
        """Wait until `holds` is true for the post, and return it."""
        async with aclosing(self.services.events()) as events:
            async for event in events:
                if isinstance(event, Connected) or (
                    isinstance(event, PostChanged) and event.post_id == post_id
                ):
                    post = await self.post(post_id)
                    if holds(post):
                        return post
        raise AssertionError("the events ended")

    async def execute(self, statement: str) -> None:
        """Run one SQL statement, to put the database into a state that takes long to reach."""
        async with self.services.database.transaction() as session:
            await session.execute(text(statement))

    async def waiting(self) -> list[str]:
        """Return the statements that wait for a locked row; those at a barrier do not count."""
        query = (
            "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND wait_event <> 'advisory'"
        )
        # Those of the services may all be waiting.
        async with await psycopg.AsyncConnection.connect(self.services.database.url) as connection:
            return [row[0] async for row in await connection.execute(query)]

    async def until_one_waits(self, *fragments: str) -> None:
        """Wait until a statement waits for a locked row; if fragments are given, one that contains any of them."""
        while not any(part in query for query in await self.waiting() for part in fragments or ("",)):
            await asyncio.sleep(0.01)  # Postgres sends no event when somebody waits for a lock

    async def until_one_takes_turns(self) -> None:
        """Wait until somebody waits to give photos to posts."""
        waiting = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
        )
        async with await psycopg.AsyncConnection.connect(self.services.database.url) as connection:
            while not await (await connection.execute(waiting)).fetchone():
                await connection.rollback()  # within a transaction the view stays as it is

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """Run a worker in this process."""
        stop = asyncio.Event()
        task = asyncio.create_task(
            work(
                self.services.delivery,
                self.services.recovery,
                self.services.status_sync,
                stop,
                before_start=self.services.reach_server,
            )
        )
        try:
            yield
        finally:
            stop.set()
            await task

    def worker_process(self, log: Path, **timings: float) -> ForkedProgram:
        """Start a worker process with the quick timings, except for those given."""
        return self._process(log, partial(quick_programs.work, **timings))

    def worker_process_with(self, log: Path, variables: Mapping[str, str], **timings: float) -> ForkedProgram:
        """Start a worker process with variables on which the start of a process depends."""
        return self._process(log, partial(quick_programs.work_anew, **timings), variables)

    def keyless_worker_process(self, log: Path) -> ForkedProgram:
        """Start the program's own worker without a Buffer key."""
        return self._process(log, quick_programs.main_worker, {"BUFFER_API_KEY": ""})

    def edit_process(self, log: Path, post_id: int) -> ForkedProgram:
        """Start a process that makes the picture of a post square."""
        return self._process(log, partial(quick_programs.make_square, post_id))

    def _process(
        self, log: Path, program: Callable[[], object], variables: Mapping[str, str] | None = None
    ) -> ForkedProgram:
        child = ForkedProgram(program, {**self._environment, **(variables or {})}, log)
        self.children.append(child)
        return child

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **self._addresses,
            "FLUFFY_DATA_DIR": str(self.settings.paths.data),
            **self.variables,
        }

    @property
    def variables(self) -> dict[str, str]:
        """The settings of a program on the same Buffer and media host."""
        return stand_in_variables(self.stand_in, self.settings.media_directory)

    @property
    def _addresses(self) -> dict[str, str]:
        settings = self.settings
        given = {"DATABASE_URL": settings.database_url, "DATABASE_DIRECT_URL": settings.database_direct_url}
        return {name: address.reveal() for name, address in given.items() if address}

    async def end_children(self) -> None:
        """End what a failed test has left running."""
        for child in self.children:
            child.kill()
            await child.ended()


def stand_in_variables(stand_in: StandIn, media: Path | None) -> dict[str, str]:
    """Return the settings of a program on a stand-in that serves a folder of media."""
    return {
        "FLUFFY_BUFFER_URL": stand_in.url,
        "BUFFER_API_KEY": stand_in.key,
        "FLUFFY_MEDIA_HOST": "directory",
        "FLUFFY_MEDIA_DIRECTORY": str(media),
        "FLUFFY_MEDIA_BASE_URL": stand_in.media_url,
    }


def stand_in_settings(stand_in: StandIn, database_url: str | None, folder: Path, **others: Any) -> Settings:
    """Return the settings of a program in a folder, on a stand-in that serves the folder's `media`."""
    settings = Settings(
        paths=Paths(config_file=folder / "config.toml", data=folder / "data"),
        database_url=Secret(database_url) if database_url else None,
        buffer_api_key=Secret(stand_in.key),
        buffer_url=stand_in.url,
        media_host=MediaHostKind.DIRECTORY,
        media_base_url=stand_in.media_url,
        media_directory=folder / "media",
    )
    return replace(settings, **others)


@asynccontextmanager
async def workplace(
    database_url: str,
    tmp_path: Path,
    stand_in: StandIn,
    media: Path,
    *,
    timings: Timings = QUICK,
    media_url: str | None = None,
    direct_url: str | None = None,
    role: str = "app",
) -> AsyncIterator[Workplace]:
    """Open a workplace on a fresh database.

    `media_url` is where the media folder is served, if not by the stand-in; `direct_url` is the database's address if
    `database_url` is a pooler's; `role` is what its process is called in the database.
    """
    settings = stand_in_settings(
        stand_in,
        database_url,
        tmp_path,
        database_direct_url=Secret(direct_url) if direct_url else None,
        media_base_url=media_url or stand_in.media_url,
        media_directory=media,
        undo_seconds=0.0,
    )
    unhurried = replace(timings, request_timeout=60.0, settle=65.0)  # a busy machine must not fail the setup
    async with open_services(settings, timings=unhurried) as services:
        channels = {channel.name: channel for channel in await services.personas.available_channels()}
        persona = await services.personas.create("sarah")
        persona = await services.personas.set_channel(persona, channels["sarah.frames"].id)
    async with open_services(settings, timings=timings, role=role) as services:
        place = Workplace(services, stand_in, settings, persona, tmp_path / "photos")
        try:
            yield place
        finally:
            await place.end_children()


class Barrier:
    """Blocks processes that are about to write a row that meets a condition, until it is removed.

    A trigger takes an advisory lock that this object already holds, so the worker stops at an exact place.
    """

    KEY = 4711

    def __init__(self, url: str, condition: str, *, before: str = "UPDATE ON posts") -> None:
        self._url = url
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SELECT pg_advisory_lock(%s)", [self.KEY])
        self._connection.execute(
            f"""
            CREATE FUNCTION barrier() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock_shared({self.KEY});
                RETURN NEW;
            END $$
            """
        )
        self._connection.execute(
            f"CREATE TRIGGER barrier BEFORE {before} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION barrier()"
        )

    async def reached(self) -> None:
        """Wait until somebody is blocked."""
        query = (  # all databases are listed, and other tests use barriers with this key
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND objid = %s AND NOT granted"
        )
        while True:  # Postgres sends no event when somebody waits for a lock
            row = self._connection.execute(query, [self.KEY]).fetchone()
            if row and row[0]:
                return
            await asyncio.sleep(0.01)

    def remove(self) -> None:
        """Unblock everybody, and remove the trigger."""
        self._connection.close()
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("DROP FUNCTION barrier CASCADE")
