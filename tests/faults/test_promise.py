"""The promise, by a model: two terminals and five workers on a few photos and channels, each in trouble at any call.

No photo is in two posts of one channel unless a live one is posted again, nothing is created twice, and in the end
every row is true.
`PROMISE_EXAMPLES` in the environment is the number of examples, for a run of minutes by hand.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
from collections import Counter, defaultdict
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, cast

from hypothesis import HealthCheck, Phase, seed, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from procrastinate.jobs import Status
from sqlalchemy import text

from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.buffer import BufferClient, BufferError, Code, NextStep
from fluffy_tui.core.database import Database
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.demo import Channel, Kind, Post as BufferPost, StandIn, WallClock, Window, World, week
from fluffy_tui.scheduling import (
    ON_THE_WAY,
    NotPossibleNow,
    OutcomeUnknown,
    Post,
    PostNotFound,
    PostPhoto,
    Reason,
    ScheduleResult,
    Step,
)
from scheduling.workplace import stand_in_settings, write_photo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
    from pathlib import Path

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo

SEED, EXAMPLES, STEPS = 1, 5, 8
"""Of a normal run: always the same examples, but for what happens first at the same time."""
PHOTOS, TERMINALS, WORKERS = 5, 2, 5
NETWORKS = {"ada.frames": "instagram", "ben.sky": "bluesky", "Cleo & Co": "facebook"}
ARRIVES_WITHIN = 250.0
"""Seconds within which what was sent is carried out; `Timings.settle` relies on 300."""
ROUNDS = 60
"""Within so many rounds of five minutes everything has to be settled, once nothing fails any more."""

CHANGES = ("createPost", "editPost", "deletePost")
Fault = tuple[Kind, str, dict[str, Any]]
FAULTS: list[Fault] = [
    *(
        (kind, operation, {})
        for operation in CHANGES
        for kind in (
            Kind.ACCEPT_THEN_DROP,
            Kind.DROP_BEFORE,
            Kind.SERVER_ERROR_BEFORE,
            Kind.SERVER_ERROR_AFTER,
            Kind.UNEXPECTED,
        )
    ),
    *((Kind.UNEXPECTED, operation, {"after": True}) for operation in CHANGES),
    *((kind, operation, {}) for operation in CHANGES[:2] for kind in (Kind.DROP_ASSET, Kind.DROP_ONE_ASSET)),
    *((Kind.DROP_BEFORE, operation, {}) for operation in ("post", "posts")),
    *((kind, "posts", {}) for kind in (Kind.NULL_EDGES, Kind.NULL_NODES)),
    (Kind.RATE_LIMITED, "createPost", {"seconds": 60}),
    (Kind.QUEUE_FULL, "createPost", {}),
]
DROPPED: list[Fault] = [fault for fault in FAULTS if fault[0] in (Kind.DROP_ASSET, Kind.DROP_ONE_ASSET)]
LOST = (Kind.ACCEPT_THEN_DROP, Kind.SERVER_ERROR_AFTER, Kind.UNEXPECTED)
"""Whoever sent it does not hear that it was carried out."""
INCOMPLETE_AND_LOST: list[tuple[Fault, ...]] = [
    (dropped, (lost, dropped[1], {"after": True} if lost is Kind.UNEXPECTED else {}))
    for dropped in DROPPED
    for lost in LOST
]
"""Both happen to the same request: what is there without a picture has to be found without an answer."""

CLEARED = (
    "posts",
    "post_photos",
    "planned_edits",
    "post_events",
    "withdrawn_deliveries",
    "unknown_posts",
    "hosted_pictures",
    "buffer_comparisons",
    "follow_rounds",
    "request_budget",
    "procrastinate_jobs",
    "procrastinate_workers",
    "worker_names",
)
TIME_PASSES = (
    "UPDATE posts SET create_sent_at = create_sent_at - :by, next_try_at = next_try_at - :by"
    " WHERE create_sent_at IS NOT NULL OR next_try_at IS NOT NULL",
    "UPDATE planned_edits SET begun_at = begun_at - :by, sent_at = sent_at - :by",
    "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - :by WHERE status = 'todo'",
    "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - :by WHERE id <> ALL (:alive)",
    "UPDATE request_budget SET resets_at = resets_at - :by, seen_at = seen_at - :by",
)
"""What makes time pass for everything that is stored by the database's clock."""

LAST = """
    WITH RECURSIVE chain AS (
        SELECT id AS submission, id AS last FROM posts WHERE lead_post_id IS NULL
        UNION ALL SELECT submission, posts.id FROM chain JOIN posts ON again_of_id = last
    ), lasts AS (SELECT submission, max(last) AS last FROM chain GROUP BY submission)
"""
"""The submission that holds the photos of each: itself, or the last one that posts them again."""
TAKES = "(status <> 'failed' OR error_code = 'image_dropped' AND buffer_post_id IS NOT NULL)"
TAKEN_TWICE = f"""
    {LAST}, shown AS (
        SELECT submission, last, channel_id, status, (photo ->> 'photo_id')::bigint AS photo_id
        FROM posts JOIN lasts ON submission = coalesce(lead_post_id, id),
            jsonb_array_elements(photos) AS listed (photo)
        WHERE {TAKES}
    )
    SELECT photo_id FROM shown GROUP BY photo_id HAVING count(DISTINCT last) > 1
    UNION SELECT photo_id FROM shown WHERE status <> 'posted'
        GROUP BY photo_id HAVING count(DISTINCT submission) > 1
    UNION SELECT photo_id FROM shown GROUP BY photo_id, submission HAVING count(*) > count(DISTINCT channel_id)
"""
LISTED_WRONGLY = f"""
    {LAST}, shown AS (
        SELECT DISTINCT (photo ->> 'photo_id')::bigint AS photo_id, last AS post_id
        FROM (
            SELECT id, photos FROM posts UNION ALL SELECT post_id, photos FROM planned_edits
        ) AS lists JOIN posts USING (id) JOIN lasts ON submission = coalesce(lead_post_id, posts.id),
            jsonb_array_elements(lists.photos) AS listed (photo)
        WHERE {TAKES}
    ), listed AS (SELECT photo_id, post_id FROM post_photos)
    (TABLE shown EXCEPT TABLE listed) UNION ALL (TABLE listed EXCEPT TABLE shown)
    UNION ALL SELECT id, 0 FROM photos WHERE is_scheduled <> (id IN (SELECT photo_id FROM listed))
"""

KEY = re.compile(r"/([0-9a-f]{32})[-_0-9a-f]*\.jpg$")
"""In a picture's address: which post it is of, in any version."""

numbers = itertools.count(1)


class Killed(BaseException):
    """The process is gone."""


@dataclass(frozen=True)
class Trouble:
    """What happens to a process in a round, by the number of its calls of the database and of Buffer."""

    dies_after: int | None = None
    """How many calls it makes. If the last is a request, that is carried out later."""
    waits_before: int | None = None
    """Before which call it comes to rest until the others of the round are done."""
    loses: str = ""
    """To which change of Buffer's it gets no answer, and which is carried out later."""


@dataclass
class Life:
    """One process in a round."""

    trouble: Trouble
    calls: int = 0
    others_done: asyncio.Event = field(default_factory=asyncio.Event)
    has_lost: bool = False
    late: list[Callable[[], Awaitable[object]]] = field(default_factory=list)
    """Requests that have left and are not carried out yet."""

    @property
    def is_over(self) -> bool:
        """Whether nothing that the process still does has any effect."""
        return self.calls == self.trouble.dies_after

    async def call(self) -> None:
        """Make a call when it is time, or be killed before it."""
        if self.calls == self.trouble.waits_before:
            await self.others_done.wait()
        if self.is_over:
            raise Killed
        self.calls += 1


class MortalDatabase:
    """The database of a process that has trouble before transactions."""

    def __init__(self, database: Database, life: Life) -> None:
        self._database, self._life = database, life

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """Open a transaction, if the process lives."""
        await self._life.call()
        async with self._database.transaction() as session:
            yield session


class MortalBuffer:
    """Buffer's client in a process that has trouble before any request, or between request and answer."""

    def __init__(self, buffer: BufferClient, life: Life) -> None:
        self._buffer, self._life = buffer, life
        self.time = buffer.time

    async def _sent(self, request: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        life = self._life
        await life.call()
        loses = not life.has_lost and request.__name__ == life.trouble.loses
        if not life.is_over and not loses:
            return await request(*arguments)
        life.late.append(lambda: request(*arguments))
        if life.is_over:
            raise Killed
        life.has_lost = True
        raise BufferError(Code.NO_ANSWER, NextStep.LOOK_FIRST)

    async def channel(self, channel_id: str) -> Any:
        """Pass on."""
        return await self._sent(self._buffer.channel, channel_id)

    async def post(self, post_id: str) -> Any:
        """Pass on."""
        return await self._sent(self._buffer.post, post_id)

    async def posts(self, *arguments: Any, **conditions: Any) -> AsyncIterator[Any]:
        """Pass on."""
        await self._life.call()
        async for post in self._buffer.posts(*arguments, **conditions):
            yield post

    async def create_post(self, new: Any) -> Any:
        """Pass on."""
        return await self._sent(self._buffer.create_post, new)

    async def edit_post(self, post_id: str, new: Any) -> Any:
        """Pass on."""
        return await self._sent(self._buffer.edit_post, post_id, new)

    async def delete_post(self, post_id: str) -> Any:
        """Pass on."""
        return await self._sent(self._buffer.delete_post, post_id)


def mortal(part: Any, life: Life) -> Any:
    """Return a part of the services as one process has it that lives so long."""
    return replace(
        part,
        database=cast("Database", MortalDatabase(part.database, life)),
        buffer=cast("BufferClient", MortalBuffer(part.buffer, life)),
    )


def shown(photo: Photo) -> PostPhoto:
    """Return a photo as it is submitted; its alt text says in Buffer which one it is."""
    return PostPhoto(photo.id, photo.sha256, f"photo {photo.id}")


def keys_of(post: BufferPost) -> set[str]:
    """Return of which post of ours the pictures in Buffer are."""
    found = [KEY.search(asset.source) for asset in post.assets]
    return {each[1] for each in found if each}


class WatchedWorld(World):
    """What Buffer has; it notes when something is there twice."""

    def __init__(self) -> None:
        super().__init__(scheduled_posts=1_000)
        for name, service in NETWORKS.items():
            self.add_channel(Channel(name, service, "UTC"))
        self.publish_nothing_before(datetime.now(UTC))
        self.twice: list[str] = []

    def publish_nothing_before(self, now: datetime) -> None:
        """Let no slot come while an example runs: some hours pass in each."""
        day = f"{now + timedelta(days=3):%a}".lower()
        for channel in self.channels.values():
            channel.posting_schedule = week(day, "12:00")

    def add_post(self, post: BufferPost) -> BufferPost:
        """Add a post, beside which there must be no other one of the same delivery."""
        keys = keys_of(post)
        for other in self.posts_of(post.channel_id):
            if other.text == post.text or keys & keys_of(other):
                self.twice.append(f"{post.text!r} was created beside {other.text!r}")
        return super().add_post(post)


@dataclass
class Site:
    """Everything that all examples share: the stand-in, the photos, and the services of each process."""

    stand_in: StandIn
    world: WatchedWorld
    terminals: list[Services]
    workers: list[Services]
    persona: Persona
    photos: list[Photo]

    async def fetch(self, statement: str, **values: Any) -> list[Any]:
        """Run one SQL statement, and return its rows if it has any."""
        async with self.terminals[0].database.transaction() as session:
            result = await session.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []  # type: ignore[attr-defined]

    async def clear(self) -> None:
        """Start from nothing, but for the photos."""
        await self.fetch(f"TRUNCATE {', '.join(CLEARED)} RESTART IDENTITY CASCADE")
        self.world.posts.clear()
        self.world.twice.clear()
        self.world.publish_nothing_before(self.stand_in.clock.now())
        self.stand_in.faults.clear()
        self.stand_in.requests.clear()


async def open_site(stack: AsyncExitStack, url: str, folder: Path) -> Site:
    """Open everything; it is closed with the stack."""
    world = WatchedWorld()
    stand_in = await stack.enter_async_context(
        StandIn(
            media=folder / "media",
            clock=WallClock(),
            world=world,
            windows=(Window("15m", "15min", 900, 1_000_000),),
            duplicate_window=timedelta(0),  # it must not hide a second create
        )
    )
    options = stand_in_settings(stand_in, url, folder, undo_seconds=0.0, post_again_months=0)
    opened = [
        await stack.enter_async_context(open_services(options, role=role))
        for role in ["app"] * TERMINALS + ["worker"] * WORKERS
    ]
    services = opened[0]
    channels = {channel.name: channel.id for channel in await services.personas.available_channels()}
    persona = await services.personas.create("ada")
    persona = await services.personas.set_channels(persona, {channels[name]: None for name in NETWORKS})
    for number in range(PHOTOS):
        write_photo(folder / "photos" / f"IMG_{number}.jpg", number)
    await services.photos.import_folders([folder / "photos"], persona)
    photos = await services.photos.unscheduled(persona)
    return Site(stand_in, world, opened[:TERMINALS], opened[TERMINALS:], persona, photos)


@dataclass(frozen=True)
class Act:
    """What one process does in a round."""

    kind: str
    which: int = 0
    photos: tuple[int, ...] = ()
    channels: tuple[int, ...] = ()
    trouble: Trouble = Trouble()


def lists(size: int, most: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Return a strategy for some different numbers below `size`."""
    return st.lists(st.integers(0, size - 1), min_size=1, max_size=most, unique=True).map(tuple)


def troubles(*lost: str) -> st.SearchStrategy[Trouble]:
    """Return a strategy for troubles; `lost` are the methods whose answer may be lost."""
    calls = st.integers(0, 12)
    return st.one_of(
        st.just(Trouble()),
        calls.map(Trouble),
        calls.map(lambda call: Trouble(waits_before=call)),
        st.sampled_from(lost).map(lambda name: Trouble(loses=name)),
        st.sampled_from(lost).map(lambda name: Trouble(loses=name)),
    )


which = st.integers(0, 7)
submits = st.builds(Act, st.just("submit"), photos=lists(PHOTOS, 3), channels=lists(len(NETWORKS), 3))
changes = st.builds(
    Act,
    st.sampled_from(["cancel", "caption", "reorder", "remove", "add", "retry", "again"]),
    which,
    lists(PHOTOS, 1),
    trouble=troubles("edit_post", "delete_post"),
)
agains = st.builds(
    Act,
    st.just("again"),
    st.integers(0, 1),
    channels=lists(len(NETWORKS), 3),
    trouble=st.just(Trouble()) | st.integers(0, 6).map(lambda call: Trouble(waits_before=call)),
)
words = st.builds(Act, st.just("caption"))
pictures = st.builds(Act, st.sampled_from(["reorder", "remove", "add"]), photos=lists(PHOTOS, 1))
overtaken = st.tuples(
    st.tuples(pictures, words)
    | st.tuples(words, pictures)
    | st.tuples(words | pictures, st.just(Act("cancel"))),
    st.sampled_from([8, 6, 7, 9]),
).map(lambda drawn: (replace(drawn[0][0], trouble=Trouble(waits_before=drawn[1])), drawn[0][1]))
"""What two people do, and before which call the first one comes to rest: it has read the post by then.

What is drawn most comes first: before call 8 the plan is about to be made of a post that has another caption now.
"""
faults: st.SearchStrategy[tuple[Fault, ...]] = (
    st.just(()) | st.sampled_from(FAULTS).map(lambda fault: (fault,)) | st.sampled_from(INCOMPLETE_AND_LOST)
)
drops: st.SearchStrategy[tuple[Fault, ...]] = st.just(()) | st.sampled_from(DROPPED).map(
    lambda fault: (fault,)
)
"""What happens to a request that is carried out late."""
deliveries = st.builds(Act, st.sampled_from(["job", "deliver"]), which, trouble=troubles("create_post"))


@dataclass
class Told:
    """What the answers said about one post; only these can be true."""

    captions: set[str]
    photos: set[tuple[int, ...]]
    ever: set[str]
    """All captions that it may have had in Buffer."""
    is_gone: bool = False
    may_be_gone: bool = False


class PromiseMachine(RuleBasedStateMachine):
    """What people and processes do at the same time, and what must always be true."""

    def __init__(self, runner: asyncio.Runner, site: Site) -> None:
        super().__init__()
        self._runner, self._site = runner, site
        self.told: dict[int, Told] = {}
        self.alive: dict[int, int] = {}
        """The registered workers, by number."""
        self.passed = 0.0
        self.late: list[tuple[float, Callable[[], Awaitable[object]]]] = []

    @initialize(acts=st.lists(submits, min_size=1, max_size=3), faults=faults, is_delivered=st.booleans())
    def begins(self, acts: list[Act], faults: tuple[Fault, ...], *, is_delivered: bool) -> None:
        """Begin with what is submitted at the same time, and may be in Buffer already."""
        self._do(self._site.clear())
        self._do(self._round(acts))
        if is_delivered:
            self._do(self._work())
        self._fail(faults)

    @rule(acts=st.lists(deliveries, min_size=1, max_size=WORKERS), faults=faults)
    def deliver(self, acts: list[Act], faults: tuple[Fault, ...]) -> None:
        """Let workers deliver at the same time."""
        self._fail(faults)
        self._do(self._round(acts))

    @rule()
    def look_again(self) -> None:
        """Let workers go on soon after a request without an answer, which may not be carried out yet.

        Whether there is one depends on what happens first, so it is no precondition: drawing has to go the same way.
        """
        if self.late:
            self._do(self._look_again())

    @rule(acts=st.lists(changes, min_size=2, max_size=3), which=which, faults=faults)
    def change(self, acts: list[Act], which: int, faults: tuple[Fault, ...]) -> None:
        """Let people change one post at the same time."""
        self._fail(faults)
        self._do(self._round([replace(act, which=which) for act in acts]))

    @rule(pairs=st.lists(overtaken, min_size=2, max_size=3))
    def overtake(self, pairs: list[tuple[Act, Act]]) -> None:
        """Let one person change a post while another one, who was first, comes to rest; one pair for each post."""
        self._do(self._work())  # most can be in Buffer then
        count = len(self._runner.run(self._posts()))
        self._do(self._round([replace(act, which=n) for n, pair in enumerate(pairs[:count]) for act in pair]))

    @rule(lost=words | pictures, which=which, later=words | pictures)
    def overtake_in_buffer(self, lost: Act, which: int, later: Act) -> None:
        """Let a person change a post whose last change has had no answer, and has not been carried out either."""
        self._do(self._work())
        self._do(self._round([replace(lost, which=which, trouble=Trouble(loses="edit_post"))]))
        self._do(self._round([replace(later, which=which)]))

    @rule(acts=st.lists(agains | submits | deliveries, min_size=2, max_size=4), faults=faults)
    def post_again(self, acts: list[Act], faults: tuple[Fault, ...]) -> None:
        """Let what Buffer has go out, then let people post it again at the same time."""
        self._do(self._work())
        self._do(self._go_out())
        self._fail(faults)
        self._do(self._round(acts))

    @rule()
    def go_out(self) -> None:
        """Let what Buffer has go out, whatever is known of it here."""
        self._do(self._go_out())

    @rule(acts=st.lists(submits | changes | deliveries, min_size=2, max_size=4), faults=faults)
    def everything(self, acts: list[Act], faults: tuple[Fault, ...]) -> None:
        """Do all of this at the same time."""
        self._fail(faults)
        self._do(self._round(acts))

    @rule(faults=drops)
    def arrive(self, faults: tuple[Fault, ...]) -> None:
        """Let the requests of processes that were killed be carried out."""
        if self.late:
            self._fail(faults)
            self._do(self._arrive(self.passed))

    @rule(seconds=st.sampled_from([60, 320]), faults=drops)
    def time_passes(self, seconds: int, faults: tuple[Fault, ...]) -> None:
        """Let time pass, after which the worker looks for what was left behind."""
        self._fail(faults)
        self._do(self._time_passes(seconds))

    @invariant()
    def holds(self) -> None:
        """Check what is true at every moment."""
        if self.told:
            self._do(self._check())

    def teardown(self) -> None:
        """Let everything settle, and compare both sides."""
        if self.told:
            self._do(self._end())

    def _do(self, action: Coroutine[Any, Any, None]) -> None:
        """Run something; after a failure nothing more is to be compared."""
        try:
            self._runner.run(action)
        except BaseException:
            self.told.clear()
            raise

    def _fail(self, faults: tuple[Fault, ...]) -> None:
        """Let the next request of a kind fail."""
        for kind, operation, options in faults:
            self._site.stand_in.faults.add(kind, operation=operation, **options)

    async def _round(self, acts: Sequence[Act]) -> None:
        """Let each act be done by a process of its own."""
        posts = sorted(await self._posts(), key=lambda post: post.id)
        on_their_way = [post for post in posts if post.step in ON_THE_WAY]
        lives = [Life(act.trouble) for act in acts]
        running: list[asyncio.Task[Any]] = []
        others: list[asyncio.Task[Any]] = []
        wanted: list[Any] = []
        for number, (act, life) in enumerate(zip(acts, lives, strict=True)):
            post = value = None
            if act.kind == "submit":
                action: Coroutine[Any, Any, Any] = self._submit(act, number)
            elif act.kind == "job":
                action = self._job(number, life)
            elif act.kind == "deliver" and on_their_way:
                post = on_their_way[act.which % len(on_their_way)]
                action = mortal(self._site.workers[number].delivery, life).deliver(post.id)
            elif act.kind != "deliver" and posts:
                post = posts[act.which % len(posts)]
                action, value = self._change(act, post, number, life)
            else:
                continue
            running.append(asyncio.create_task(action))
            wanted.append((act.kind, post, value) if post else None)
            if act.trouble.waits_before is None:
                others.append(running[-1])
        if others:
            await asyncio.wait(others)
        for life in lives:
            life.others_done.set()
        results = await asyncio.gather(*running, return_exceptions=True)
        for result in results:
            expected = isinstance(result, FluffyError) and not isinstance(result, DatabaseUnavailable)
            if isinstance(result, BaseException) and not expected and not isinstance(result, Killed):
                raise result
        self.late += [(self.passed, request) for life in lives for request in life.late]
        for result in results:
            if isinstance(result, ScheduleResult):
                self._note_submission(result)
        self._note_changes([(*what, result) for what, result in zip(wanted, results, strict=True) if what])
        await self._obey()

    def _change(self, act: Act, post: Post, number: int, life: Life) -> tuple[Coroutine[Any, Any, Any], Any]:
        """Return what is done to a post, and the value that it gets."""
        scheduling = mortal(self._site.terminals[number % TERMINALS].scheduling, life)
        if act.kind == "caption":
            caption = f"words {next(numbers)}"
            return scheduling.edit(post.id, caption=caption), caption
        if act.kind == "cancel":
            return self._cancel(scheduling, post), None
        if act.kind == "retry":
            return scheduling.retry(post.id), None
        if act.kind == "again":
            photos = [photo.without_picture() for photo in post.photos]
            return self._submitted(scheduling, photos, act.channels or (0,), again=True), None
        photo = self._site.photos[act.photos[0]]
        edited = {
            "reorder": post.photos[::-1],
            "remove": post.photos[1:] or post.photos,
            "add": (*post.photos, shown(photo)),
        }[act.kind]
        return scheduling.edit(post.id, photos=edited), tuple(each.photo_id for each in edited)

    async def _submit(self, act: Act, number: int) -> ScheduleResult:
        photos = [shown(self._site.photos[number]) for number in act.photos]
        scheduling = self._site.terminals[number % TERMINALS].scheduling
        return await self._submitted(scheduling, photos, act.channels)

    async def _submitted(
        self, scheduling: Any, photos: Sequence[PostPhoto], on: Sequence[int], *, again: bool = False
    ) -> ScheduleResult:
        channels = [self._site.persona.channels[number].id for number in on]
        result: ScheduleResult = await scheduling.schedule_post(
            photos[0],
            "words",
            more_photos=photos[1:],
            channels=channels,
            captions={channel: f"words {next(numbers)}" for channel in channels},
            again=again,
        )
        return result

    async def _cancel(self, scheduling: Any, post: Post) -> None:
        """Cancel a post; one without its pictures is deleted in Buffer first, as its message says."""
        current = await self._site.terminals[0].scheduling.post(post.id)
        is_there = current is not None and current.step is Step.FAILED and current.buffer_post_id
        if current is not None and is_there and current.error_code == Code.IMAGE_DROPPED:
            self._site.world.posts.pop(str(current.buffer_post_id), None)
        await scheduling.cancel(post.id)

    async def _job(self, number: int, life: Life) -> None:
        """Let a worker do the next job; if it is killed, another one starts in its place."""
        services = self._site.workers[number]
        manager = services.delivery.queue.job_manager
        if number not in self.alive:
            services.delivery.comparison.forget()
            self.alive[number] = await manager.register_worker()
        job = await manager.fetch_job(queues=["delivery"], worker_id=self.alive[number])
        if job is None:
            return
        delivery = mortal(services.delivery, life)
        action = {"delivery:deliver": delivery.deliver, "delivery:wake": delivery.wake}[job.task_name]
        try:
            await action(job.task_kwargs["post_id"])
        except Killed:
            del self.alive[number]
            raise
        await manager.finish_job(job, Status.SUCCEEDED, delete_job=False)

    def _note_submission(self, result: ScheduleResult) -> None:
        assert result.ok or result.code is Reason.ALREADY_SCHEDULED, result.reason
        for post in result.posts:
            photos = tuple(photo.photo_id for photo in post.photos)
            self.told[post.id] = Told({post.caption}, {photos}, {post.caption})

    def _note_changes(self, changes: Sequence[tuple[str, Post, Any, Any]]) -> None:
        """Take over what the answers of one round say; of several changes at the same time, each may be the last."""
        done: dict[tuple[int, bool], set[Any]] = defaultdict(set)
        unknown: dict[tuple[int, bool], set[Any]] = defaultdict(set)
        for kind, post, value, result in changes:
            told = self.told[post.id]
            if kind == "cancel":
                told.may_be_gone = True
                told.is_gone |= result is None or isinstance(result, PostNotFound)
            if kind in ("deliver", "cancel", "retry", "again"):
                continue
            if isinstance(value, str):
                told.ever.add(value)
            of = (post.id, isinstance(value, str))
            if isinstance(result, Post):
                done[of].add(value)
            elif isinstance(result, Killed | OutcomeUnknown | BufferError):
                unknown[of].add(value)
        for of in {*done, *unknown}:
            told = self.told[of[0]]
            values = cast("set[Any]", told.captions if of[1] else told.photos)
            if done[of]:
                values.clear()
            values |= done[of] | unknown[of]

    async def _obey(self) -> None:
        """Delete in Buffer by hand what a failed post's message says."""
        for post in await self._posts():
            if post.error_code == Code.IMAGE_DROPPED and post.buffer_post_id is None:
                for remote in [*self._site.world.posts.values()]:
                    if remote.text in self.told[post.id].ever and len(remote.assets) < len(post.photos):
                        del self._site.world.posts[remote.id]

    async def _arrive(self, sent_until: float) -> None:
        """Carry out the requests that left until then."""
        due = [request for sent, request in self.late if sent <= sent_until]
        self.late = [entry for entry in self.late if entry[0] > sent_until]
        for request in due:
            try:
                await request()
            except BufferError:
                continue  # nobody hears it
        await self._obey()

    async def _go_out(self) -> None:
        """Let Buffer publish what is whole, and let half an hour pass, after which it is asked."""
        await self._time_passes(60)
        query = "SELECT left(delivery_key, 32), jsonb_array_length(photos) FROM posts"
        pictures = dict(await self._site.fetch(query))
        for remote in self._site.world.posts.values():
            [key] = keys_of(remote) or {""}
            if remote.status == "scheduled" and len(remote.assets) >= pictures.get(key, 1):
                remote.status, remote.external_link = "sent", f"{self._site.stand_in.url}/p/{remote.id}"
                remote.sent_at = remote.updated_at = self._site.stand_in.clock.now()
        await self._time_passes(1_900)
        # The database's clock stands still here, so for it Buffer publishes in the future.
        await self._site.fetch("UPDATE posts SET posted_at = now() WHERE posted_at > now()")

    async def _look_again(self) -> None:
        await self._pass(10)
        await self._round([Act("deliver", number) for number in range(WORKERS)])

    async def _time_passes(self, seconds: float) -> None:
        """Let time pass, and look for what was left behind."""
        await self._pass(seconds)
        services = self._site.workers[0]
        await services.recovery.run()
        await services.status_sync.run()
        await self._obey()

    async def _pass(self, seconds: float) -> None:
        await self._arrive(self.passed + seconds - ARRIVES_WITHIN)
        self.passed += seconds
        await self._site.stand_in.advance(seconds)
        for statement in TIME_PASSES:
            values: dict[str, Any] = {}
            if ":by" in statement:
                values["by"] = timedelta(seconds=seconds)
            if ":alive" in statement:
                values["alive"] = [*self.alive.values()]
            await self._site.fetch(statement, **values)
        clients = [cast("BufferClient", each.buffer) for each in (*self._site.terminals, *self._site.workers)]
        await clients[0].account()  # its reply shows what time it is there now
        for client in clients[1:]:
            client.time.read(format_datetime(clients[0].time.now(), usegmt=True))

    async def _posts(self) -> list[Post]:
        return await self._site.terminals[0].scheduling.posts()

    async def _check(self) -> None:
        site = self._site
        assert not site.world.twice, site.world.twice
        assert not await site.fetch(TAKEN_TWICE), "a photo is in two posts"
        assert not await site.fetch(LISTED_WRONGLY), "the list of taken photos is wrong"
        places = Counter(
            (remote.channel_id, asset.alt_text)
            for remote in site.stand_in.posts()
            for asset in remote.assets
            if remote.status != "sent"
        )
        assert not [place for place, times in places.items() if times > 1], "a photo is in Buffer twice"
        posts = {post.id: post for post in await self._posts()}
        assert posts.keys() <= self.told.keys(), "nobody was told of it"
        for post_id, told in self.told.items():
            if post_id not in posts:
                assert told.may_be_gone, f"post {post_id} is gone, and nobody cancelled it"
                continue
            post = posts[post_id]
            photos = tuple(photo.photo_id for photo in post.photos)
            assert not told.is_gone, f"post {post_id} was cancelled, and is there"
            assert post.caption in told.captions, f"{post.caption} is none of {told.captions}"
            assert photos in told.photos, f"{photos} are none of {told.photos}"

    async def _end(self) -> None:
        """Let everything settle and compare; then retry what has failed, and compare again."""
        self._site.stand_in.faults.clear()
        if self.late:
            await self._look_again()
        await self._arrive(self.passed)
        await self._settle()
        await self._compare()
        failed = [post for post in await self._posts() if post.step is Step.FAILED]
        if not failed:
            return
        scheduling = self._site.terminals[0].scheduling
        for post in failed:
            try:
                await scheduling.retry(post.id)
            except NotPossibleNow:
                others = [other for other in await self._posts() if other.group_id != post.group_id]
                assert any(other.has_its_photos and other.photo_ids & post.photo_ids for other in others)
                await scheduling.cancel(post.id)
                self.told[post.id].may_be_gone = self.told[post.id].is_gone = True
        await self._settle()
        await self._compare()
        failed = [post for post in await self._posts() if post.step not in (Step.ACCEPTED, Step.LIVE)]
        assert not failed, "they were retried, and nothing fails any more"

    async def _settle(self) -> None:
        for _ in range(ROUNDS):
            await self._work()
            await self._check()
            if not await self._unsettled():
                return
            await self._time_passes(320)
        raise AssertionError(f"not settled: {await self._unsettled()}")

    async def _work(self) -> None:
        """Do all jobs whose time has come."""
        while True:
            before = await self._done()
            await self._round([Act("job")] * WORKERS)
            if await self._done() == before:
                return

    async def _done(self) -> int:
        rows = await self._site.fetch("SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'")
        return int(rows[0][0])

    async def _unsettled(self) -> list[Any]:
        remote = self._site.world.posts
        return [
            *await self._site.fetch("SELECT post_id, token FROM planned_edits"),
            *await self._site.fetch("SELECT delivery_key FROM withdrawn_deliveries"),
            *await self._site.fetch(
                "SELECT id FROM posts WHERE lost_creates > 0 AND buffer_post_id IS NOT NULL"
            ),
            *(
                (post.id, post.step, post.error_code)
                for post in await self._posts()
                if post.step in ON_THE_WAY
                or (
                    post.step is Step.ACCEPTED
                    and (post.buffer_post_id not in remote or remote[post.buffer_post_id].status == "sent")
                )
            ),
        ]

    async def _compare(self) -> None:
        """Compare every row with what Buffer has."""
        site = self._site
        keys = dict(await site.fetch("SELECT id, left(delivery_key, 32) FROM posts"))
        theirs: dict[str, list[BufferPost]] = defaultdict(list)
        left = set(site.world.posts)
        for remote in site.stand_in.posts():
            for key in keys_of(remote):
                theirs[key].append(remote)
        for post in await self._posts():
            found = theirs[keys[post.id]]
            who = f"post {post.id} ({post.step}, {post.error_code}: {post.error_message})"
            if post.step is Step.FAILED:
                assert post.error_message
                if post.error_code == Code.IMAGE_DROPPED:  # then it is there, and says so
                    left -= {post.buffer_post_id or ""}
                continue
            [remote] = found
            assert post.step is (Step.LIVE if remote.status == "sent" else Step.ACCEPTED), who
            left.remove(remote.id)
            assert (remote.id, remote.channel_id) == (post.buffer_post_id, post.channel_id), who
            assert remote.text == post.caption, who
            wanted = [photo.media_url for photo in post.photos]
            if post.error_code == Code.IMAGE_DROPPED:  # published without some, and says so
                wanted = wanted[: len(remote.assets)]
            assert [asset.source for asset in remote.assets] == wanted, who
        assert not left, [site.world.posts[remote] for remote in left]
        taken = {row[0] for row in await site.fetch("SELECT photo_id FROM post_photos")}
        free = {photo.id for photo in await site.terminals[1].photos.unscheduled(site.persona)}
        assert free == {photo.id for photo in site.photos} - taken


def test_the_promise_holds_whatever_people_and_processes_do_at_the_same_time(
    database_url: str, tmp_path: Path
) -> None:
    by_hand = os.environ.get("PROMISE_EXAMPLES")
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        site = runner.run(open_site(stack, database_url, tmp_path))

        def machine() -> PromiseMachine:
            return PromiseMachine(runner, site)

        try:
            run_state_machine_as_test(
                machine if by_hand else seed(SEED)(machine),  # type: ignore[arg-type]  # any factory will do
                settings=settings(
                    max_examples=int(by_hand or EXAMPLES),
                    database=None,
                    derandomize=not by_hand,
                    stateful_step_count=STEPS,
                    deadline=None,
                    report_multiple_bugs=False,
                    suppress_health_check=list(HealthCheck),
                    phases=set(Phase) - {Phase.explain} if by_hand else [Phase.generate],
                ),
            )
        finally:
            runner.run(stack.aclose())
