"""The world behind the screens, in memory: the ports of `fluffy_tui.tui.ports` with fixed data.

Everything happens in January 2027 around `NOW`; pictures are gradients drawn into the folder given.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from fluffy_tui.buffer import Budget, Channel, Service, ShareMode, SlotDay
from fluffy_tui.core.app_events import (
    Connected,
    Disconnected,
    Event,
    PhotosChanged,
    PostChanged,
    VerdictChanged,
)
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import Framing
from fluffy_tui.networks import caption_problem, rules_for
from fluffy_tui.personas import Persona, PersonaNameTaken
from fluffy_tui.photos import Photo
from fluffy_tui.scheduling import (
    NotPossibleNow,
    PersonaCounts,
    Post,
    PostEvent,
    PostNotFound,
    PostStatus,
    Problem,
    ProblemKind,
    Reason,
    Remedy,
    ScheduleResult,
    Step,
)
from tui.fake_alike import FakeAlike
from tui.fake_photos import MARKUP as MARKUP
from tui.fake_photos import FakePhotos
from tui.fake_planning import FakePlanning
from tui.fake_snippets import FakeSnippets

if TYPE_CHECKING:
    from fluffy_tui.tui.ports import OpenServices, Services

NOW = datetime(2027, 1, 12, 14, 30, tzinfo=UTC)
"""The moment at which the fake world stands: a Tuesday, 09:30 in New York."""


WEEK = tuple(SlotDay(day, ("09:00", "18:00")) for day in ("mon", "tue", "wed", "thu", "fri"))


def make_channel(id_: str, name: str, service: Service, **changes: object) -> Channel:
    """Return a healthy channel in New York, with changes."""
    channel = Channel(
        id=id_,
        organization_id="org-1",
        name=name,
        display_name=None,
        service=service,
        service_id=f"service-{id_}",
        timezone="America/New_York",
        posting_schedule=WEEK,
    )
    return replace(channel, **changes)  # type: ignore[arg-type]


Channels = list[Channel]

CHANNELS: Channels = [
    make_channel("channel-1", "sarah.ig", Service.INSTAGRAM),
    make_channel("channel-2", "northlight", Service.BLUESKY, timezone="Europe/Berlin"),
    make_channel("channel-3", "oldpage", Service.FACEBOOK, is_disconnected=True),
    make_channel("channel-4", "quiet", Service.MASTODON, is_queue_paused=True),
]


def make_persona(id_: int, name: str, channel: Channel | None) -> Persona:
    """Return a persona."""
    return Persona(
        id=id_,
        name=name,
        description="",
        buffer_channel_id=channel.id if channel else None,
        channel=channel,
        created_at=NOW - timedelta(days=30),
    )


_SHAPES = ((120, 150), (160, 90), (120, 120), (150, 100), (108, 192))


def draw_picture(path: Path, number: int, *, flat: bool) -> tuple[int, int]:
    """Draw a small JPEG whose colours depend on its number, as a gradient or in one colour; return its size."""
    width, height = _SHAPES[number % len(_SHAPES)]
    blue = number * 37 % 256
    picture = Image.new("RGB", (width, height), (number * 83 % 256, 96, blue))
    if not flat:
        across = Image.linear_gradient("L").rotate(90).resize((width, height))
        down = Image.linear_gradient("L").resize((width, height))
        picture = Image.merge("RGB", (across, down, Image.new("L", (width, height), blue)))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return width, height


def make_photo(
    folder: Path, id_: int, persona_id: int, *, name: str | None = None, flat: bool = False
) -> Photo:
    """Draw a photo and return it as the library knows it; higher ids are newer."""
    path = folder / (name or f"IMG_{2000 + id_}.JPG")
    width, height = draw_picture(path, id_, flat=flat)
    content = path.read_bytes()
    taken = datetime(2026, 11, 1, 8, tzinfo=UTC) + timedelta(hours=7 * id_)
    return Photo(
        id=id_,
        persona_id=persona_id,
        path=path,
        sha256=sha256(content).hexdigest(),
        byte_size=len(content),
        width=width,
        height=height,
        format="JPEG",
        taken_at=taken,
        modified_at=taken,
        missing_since=None,
        verdict=None,
        created_at=taken,
    )


def make_post(id_: int, photo: Photo, caption: str, step: Step | None, **changes: object) -> Post:
    """Return a post that has come as far as `step`, with everything that the step implies."""
    status = {
        Step.ACCEPTED: PostStatus.SCHEDULED,
        Step.PUBLISHING: PostStatus.SCHEDULED,
        Step.LIVE: PostStatus.POSTED,
        Step.FAILED: PostStatus.FAILED,
    }.get(step or Step.QUEUED, PostStatus.DRAFT)
    in_buffer = status in (PostStatus.SCHEDULED, PostStatus.POSTED)
    created = NOW - timedelta(days=2) + timedelta(minutes=id_)
    post = Post(
        id=id_,
        photo_id=photo.id,
        persona_id=photo.persona_id,
        caption=caption,
        alt_text="",
        status=status,
        step=step,
        share_mode=ShareMode.ADD_TO_QUEUE,
        requested_at_time=None,
        channel_id="channel-1",
        buffer_post_id=f"buffer-{id_}" if in_buffer else None,
        scheduled_at=NOW + timedelta(hours=23, minutes=30) if in_buffer else None,
        posted_at=None,
        next_try_at=None,
        attempts=1,
        error_code=None,
        error_message=None,
        media_url=None,
        rendition=None,
        external_link=None,
        created_at=created,
        updated_at=created,
    )
    return replace(post, **changes)  # type: ignore[arg-type]


_POSTS: tuple[tuple[str, Step | None, dict[str, object]], ...] = (
    (
        "first snow",
        Step.LIVE,
        {
            "scheduled_at": NOW - timedelta(hours=26),
            "posted_at": NOW - timedelta(hours=26) + timedelta(seconds=14),
            "external_link": "https://www.instagram.com/p/abc/",
        },
    ),
    ("coffee first", Step.ACCEPTED, {}),
    ("just going out", Step.PUBLISHING, {"scheduled_at": NOW - timedelta(seconds=20)}),
    (
        f"a caption with {MARKUP} in it",
        Step.FAILED,
        {
            "error_code": "image_unreadable",
            "error_message": f"Buffer could not read the picture {MARKUP} from its address.",
        },
    ),
    ("a draft that was kept", None, {"error_message": "No Buffer key is set."}),
    (
        "cat",
        Step.HELD,
        {
            "error_code": "queue_full",
            "error_message": "The channel's queue in Buffer is full.",
            "next_try_at": NOW + timedelta(hours=8, minutes=30),
        },
    ),
    ("was it sent?", Step.UNCONFIRMED, {"error_message": "No answer came from Buffer."}),
    ("beach walk, day 3. the fog did not lift until noon", Step.SENDING, {}),
    ("hosting this one", Step.HOSTING, {}),
    ("rendering this one", Step.RENDERING, {}),
    ("waiting for its turn", Step.QUEUED, {}),
)


_TROUBLES: dict[Step | None, tuple[ProblemKind, str, str, tuple[Remedy, ...]]] = {
    Step.FAILED: (
        ProblemKind.FAILED,
        "This post was not published.",
        "Nothing more happens by itself.",
        (Remedy.RETRY, Remedy.EDIT, Remedy.RESCHEDULE, Remedy.CANCEL),
    ),
    Step.HELD: (
        ProblemKind.HELD,
        "This post has to wait.",
        "It is tried again by itself.",
        (Remedy.RETRY, Remedy.MOVE_UP, Remedy.EDIT, Remedy.RESCHEDULE, Remedy.CANCEL),
    ),
    Step.UNCONFIRMED: (
        ProblemKind.UNCONFIRMED,
        "It is not known whether Buffer has this post.",
        "Buffer is looked at again; nothing is sent twice.",
        (Remedy.OPEN_IN_BUFFER,),
    ),
    None: (
        ProblemKind.DRAFT_KEPT,
        "Kept as a draft, not sent.",
        "It stays a draft until it is sent.",
        (Remedy.RETRY, Remedy.EDIT, Remedy.CANCEL),
    ),
}


def trouble_of(post: Post) -> Problem:
    """Return the line of the inbox for a post that is failed, held, unconfirmed or a draft."""
    kind, what, then, actions = _TROUBLES[post.step]
    return Problem(
        kind,
        what,
        post.error_message or "",
        then,
        post.next_try_at,
        actions,
        post,
        post.persona_id,
        post.channel_id,
    )


class FakePersonas:
    """Three personas: one healthy, one on Bluesky, one without a channel whose name looks like markup."""

    def __init__(self) -> None:
        self.personas = {
            1: make_persona(1, "sarah", CHANNELS[0]),
            2: make_persona(2, "northern light", CHANNELS[1]),
            3: make_persona(3, MARKUP, None),
        }
        self.channels_error: FluffyError | None = None
        self.channels: Channels = [*CHANNELS]

    async def list(self) -> list[Persona]:
        """Return all personas by name."""
        return sorted(self.personas.values(), key=lambda persona: persona.name.casefold())

    async def create(self, name: str, description: str = "") -> Persona:
        """Make a persona."""
        self._refuse_taken(name)
        persona = replace(
            make_persona(max(self.personas, default=0) + 1, name, None), description=description
        )
        self.personas[persona.id] = persona
        return persona

    async def rename(self, persona: Persona, name: str) -> Persona:
        """Give a persona another name."""
        self._refuse_taken(name, besides=persona.id)
        return self._store(replace(self.personas[persona.id], name=name))

    async def available_channels(self) -> Channels:
        """Return the channels, or raise what `channels_error` holds."""
        if self.channels_error is not None:
            raise self.channels_error
        return [*self.channels]

    async def set_channel(self, persona: Persona, channel_id: str, board_id: str | None = None) -> Persona:
        """Choose the channel of a persona."""
        channel = next(channel for channel in self.channels if channel.id == channel_id)
        chosen = {"buffer_channel_id": channel_id, "channel": channel, "pinterest_board_id": board_id}
        return self._store(replace(self.personas[persona.id], **chosen))  # type: ignore[arg-type]

    def _store(self, persona: Persona) -> Persona:
        self.personas[persona.id] = persona
        return persona

    def _refuse_taken(self, name: str, besides: int = 0) -> None:
        for persona in self.personas.values():
            if persona.id != besides and persona.name.casefold() == name.casefold():
                raise PersonaNameTaken(
                    f"There is a persona named {persona.name} already.", "Take another name."
                )


class FakeScheduling:
    """Posts in every step; what is submitted is queued at once and moves when the test says so."""

    def __init__(self, posts: Sequence[Post], photos: Sequence[Photo], personas: FakePersonas) -> None:
        self.all_posts = {post.id: post for post in posts}
        self._photos = {photo.id: photo for photo in photos}
        self._personas = personas
        self.submitted: list[dict[str, object]] = []
        self.refusal: ScheduleResult | None = None
        self.error: Exception | None = None
        """Raised by every reading call, as when the database is away."""
        self.not_possible: FluffyError | None = None
        """Raised by the next change of mind, as when Buffer was faster."""
        self.places: dict[int, int] = {}
        """Places in line that differ from the order of submission."""
        self.events: dict[int, list[PostEvent]] = {}
        self.the_budget = Budget()
        self.edits: list[dict[str, object]] = []
        self.uploaded_again: list[int] = []
        self.other_troubles: list[Problem] = []
        """Troubles that are no post's own: of a channel, of the worker, of the budget."""
        self.on_change: Callable[[Post], None] = lambda post: None

    async def schedule_post(
        self,
        photo: Photo,
        caption: str,
        *,
        alt_text: str = "",
        share_mode: ShareMode = ShareMode.ADD_TO_QUEUE,
        at: datetime | None = None,
        framing: Framing = Framing(),
    ) -> ScheduleResult:
        """Queue a post, or refuse as the service would; `refusal` forces an answer."""
        self._raise()
        self.submitted.append(
            {
                "photo": photo,
                "caption": caption,
                "alt_text": alt_text,
                "share_mode": share_mode,
                "at": at,
                "framing": framing,
            }
        )
        if self.refusal is not None:
            return self.refusal
        existing = next((post for post in self.all_posts.values() if post.photo_id == photo.id), None)
        if existing is not None:
            return ScheduleResult(False, existing, "This photo has a post already.", Reason.ALREADY_SCHEDULED)
        channel = self._personas.personas[photo.persona_id].channel
        if channel is None:
            return ScheduleResult(False, None, "The persona has no channel.", Reason.NO_CHANNEL)
        problem = caption_problem(caption, rules_for(channel.service))
        if problem is not None:
            code = Reason.CAPTION_EMPTY if not caption.strip() else Reason.CAPTION_TOO_LONG
            return ScheduleResult(False, None, str(problem), code)
        post = make_post(
            max(self.all_posts, default=0) + 1,
            photo,
            caption,
            Step.QUEUED,
            alt_text=alt_text,
            share_mode=share_mode,
            requested_at_time=at,
            framing=framing,
        )
        self._store(post)
        return ScheduleResult(True, post)

    async def posts(
        self,
        persona: Persona | None = None,
        *,
        limit: int = 200,
        before_id: int | None = None,
        steps: Collection[Step | None] | None = None,
    ) -> list[Post]:
        """Return posts, newest first."""
        self._raise()
        mine = [
            post
            for post in sorted(self.all_posts.values(), key=lambda post: -post.id)
            if (persona is None or post.persona_id == persona.id)
            and (before_id is None or post.id < before_id)
            and (steps is None or post.step in steps)
        ]
        return mine[:limit]

    async def post(self, post_id: int) -> Post | None:
        """Return one post."""
        self._raise()
        return self.all_posts.get(post_id)

    async def on_their_way(self) -> list[Post]:
        """Return the posts between submission and acceptance, oldest first."""
        from fluffy_tui.scheduling import ON_THE_WAY

        self._raise()
        return [
            post for post in sorted(self.all_posts.values(), key=lambda p: p.id) if post.step in ON_THE_WAY
        ]

    async def counts(self) -> dict[int, PersonaCounts]:
        """Count."""
        self._raise()
        taken = {post.photo_id for post in self.all_posts.values()}
        result = {}
        for persona_id in self._personas.personas:
            status = Counter(post.status for post in self.all_posts.values() if post.persona_id == persona_id)
            mine = [photo for photo in self._photos.values() if photo.persona_id == persona_id]
            result[persona_id] = PersonaCounts(
                unscheduled=sum(photo.id not in taken for photo in mine),
                drafts=status[PostStatus.DRAFT],
                scheduled=status[PostStatus.SCHEDULED],
                failed=status[PostStatus.FAILED],
                posted=status[PostStatus.POSTED],
                next_due_at=min(
                    (
                        post.scheduled_at
                        for post in self.all_posts.values()
                        if post.persona_id == persona_id and post.step is Step.ACCEPTED and post.scheduled_at
                    ),
                    default=None,
                ),
            )
        return result

    async def retry(self, post_id: int) -> Post:
        """Queue a failed, held or kept post again."""
        post = self._existing(post_id)
        if post.step not in (Step.FAILED, Step.HELD, None):
            raise NotPossibleNow(f"The post is {post.step} and needs no retry.")
        return self._store(
            replace(post, step=Step.QUEUED, status=PostStatus.DRAFT, error_message=None, next_try_at=None)
        )

    async def cancel(self, post_id: int) -> None:
        """Take a post back, wherever it is."""
        post = self._existing(post_id)
        self._refuse()
        del self.all_posts[post_id]
        self.on_change(post)

    async def edit(
        self,
        post_id: int,
        *,
        caption: str | None = None,
        alt_text: str | None = None,
        share_mode: ShareMode | None = None,
        at: datetime | None = None,
        framing: Framing | None = None,
    ) -> Post:
        """Change what is given; a time that is given is the new due time."""
        post = self._existing(post_id)
        self._refuse()
        given = {"caption": caption, "alt_text": alt_text, "share_mode": share_mode, "at": at}
        self.edits.append({"post_id": post_id, **given, **({"framing": framing} if framing else {})})
        return self._store(
            replace(
                post,
                caption=post.caption if caption is None else caption,
                alt_text=post.alt_text if alt_text is None else alt_text,
                share_mode=share_mode or post.share_mode,
                requested_at_time=at or post.requested_at_time,
                scheduled_at=at or post.scheduled_at,
                framing=framing or post.framing,
            )
        )

    async def upload_again(self, post_id: int) -> Post:
        """Retry a post with a new upload of its picture."""
        self._refuse()
        self.uploaded_again.append(post_id)
        return await self.retry(post_id)

    async def problems(self) -> list[Problem]:
        """Return the posts that wait for somebody, and what `other_troubles` holds, worst first."""
        self._raise()
        needy = (Step.FAILED, Step.HELD, Step.UNCONFIRMED, None)
        items = [
            trouble_of(post)
            for post in sorted(self.all_posts.values(), key=lambda post: post.id)
            if post.step in needy
        ]
        order = list(ProblemKind)
        return sorted([*items, *self.other_troubles], key=lambda item: order.index(item.kind))

    async def timeline(self, post_id: int) -> list[PostEvent]:
        """Return what `events` holds."""
        self._raise()
        return self.events.get(post_id, [])

    async def queued_posts(self, channel_id: str) -> list[Post]:
        """Return who waits for a channel, first to go first."""
        waiting = [post for post in await self.on_their_way() if post.channel_id == channel_id]
        return sorted(waiting, key=lambda post: self.places.get(post.id, post.id))

    async def move_up(self, post_id: int) -> Post:
        """Exchange two places."""
        post = self._existing(post_id)
        ids = [other.id for other in await self.queued_posts(str(post.channel_id))]
        if post_id not in ids:
            raise NotPossibleNow("This post does not wait in line.")
        index = ids.index(post_id)
        if index == 0:
            raise NotPossibleNow("This post is the first in line already.")
        before = ids[index - 1]
        mine, theirs = self.places.get(post_id, post_id), self.places.get(before, before)
        self.places |= {post_id: theirs, before: mine}
        return self._store(post)

    async def budget(self) -> Budget:
        """Return `the_budget`."""
        self._raise()
        return self.the_budget

    def move(self, post_id: int, step: Step, **changes: object) -> Post:
        """Let a post get further, as a worker would."""
        old = self._existing(post_id)
        photo = self._photos[old.photo_id]
        new = make_post(post_id, photo, old.caption, step)
        return self._store(replace(new, alt_text=old.alt_text, created_at=old.created_at, **changes))  # type: ignore[arg-type]

    def _existing(self, post_id: int) -> Post:
        self._raise()
        if post_id not in self.all_posts:
            raise PostNotFound("There is no such post.")
        return self.all_posts[post_id]

    def _store(self, post: Post) -> Post:
        self.all_posts[post.id] = post
        self.on_change(post)
        return post

    def _raise(self) -> None:
        if self.error is not None:
            raise self.error

    def _refuse(self) -> None:
        refusal, self.not_possible = self.not_possible, None
        if refusal is not None:
            raise refusal


class FakeWorkers:
    """One worker, heard of `age` seconds ago."""

    def __init__(self) -> None:
        self.age: float | None = 3.0
        self.is_starting = False

    async def heartbeat_age(self) -> float | None:
        """Return the age."""
        return self.age


class FakeServices:
    """All of it, with a stream of events that a test can feed.

    Args:
        folder: Where the pictures are drawn.
        photos: How many photos sarah has; the second persona has four, the third none.
        flat: Whether each picture has one colour, which keeps a snapshot of it small.
    """

    def __init__(self, folder: Path, *, photos: int = 40, flat: bool = False) -> None:
        library = [make_photo(folder / "sarah", id_, 1, flat=flat) for id_ in range(1, photos + 1)]
        library += [make_photo(folder / "northern", 900 + id_, 2, flat=flat) for id_ in range(3)]
        library.append(make_photo(folder / "northern", 903, 2, name="[^b][red.JPG", flat=flat))
        posts = [
            make_post(number, photo, caption, step, **changes)
            for number, (photo, (caption, step, changes)) in enumerate(zip(library, _POSTS, strict=False), 1)
            if photo.persona_id == 1
        ]
        self._personas = FakePersonas()
        self._scheduling = FakeScheduling(posts, library, self._personas)
        self._scheduling.on_change = lambda post: self.tell(PostChanged(post.id, post.persona_id))
        self._photos = FakePhotos(
            library, lambda: {post.photo_id for post in self._scheduling.all_posts.values()}
        )
        self._photos.on_verdict = lambda photo: self.tell(VerdictChanged(photo.id, photo.persona_id))
        self._alike = FakeAlike(
            lambda persona: [photo for photo in self._photos.photos.values() if photo.persona_id == persona],
            lambda: {post.photo_id for post in self._scheduling.all_posts.values()},
        )
        self._planning = FakePlanning(self._scheduling.all_posts)
        self._workers = FakeWorkers()
        self._snippets = FakeSnippets()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self.closed = False
        self.tell(Connected())

    @property
    def personas(self) -> FakePersonas:
        """Personas."""
        return self._personas

    @property
    def snippets(self) -> FakeSnippets:
        """Hashtag sets and phrases."""
        return self._snippets

    @property
    def photos(self) -> FakePhotos:
        """Photos."""
        return self._photos

    @property
    def similarity(self) -> FakeAlike:
        """Likeness."""
        return self._alike

    @property
    def scheduling(self) -> FakeScheduling:
        """Posts."""
        return self._scheduling

    @property
    def planning(self) -> FakePlanning:
        """What is planned."""
        return self._planning

    @property
    def workers(self) -> FakeWorkers:
        """Workers."""
        return self._workers

    def tell(self, event: Event) -> None:
        """Send an event."""
        self._events.put_nowait(event)

    def lose_database(self, reason: str = "The database does not answer.") -> None:
        """Say that the database is away."""
        self.tell(Disconnected(reason))

    def find_database(self) -> None:
        """Say that the database is back."""
        self.tell(Connected())

    def photos_changed(self, persona_id: int = 1) -> None:
        """Say that photos came or went, sarah's where nothing else is said."""
        self.tell(PhotosChanged(persona_id))

    async def events(self) -> AsyncIterator[Event]:
        """Yield what is told."""
        while True:
            yield await self._events.get()
            self._events.task_done()

    async def heard(self) -> None:
        """Wait until every event was taken by the app."""
        await self._events.join()


class Opening:
    """An `OpenServices` whose steps and failures a test decides.

    Args:
        services: What it opens.
    """

    def __init__(self, services: FakeServices) -> None:
        self.services = services
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.calls = 0

    def __call__(self, report: Callable[[str], None], /) -> AbstractAsyncContextManager[Services]:
        """Open."""
        return self._open(report)

    @asynccontextmanager
    async def _open(self, report: Callable[[str], None]) -> AsyncIterator[Services]:
        self.calls += 1
        report("starting the database")
        report("checking the worker")
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        try:
            yield self.services
        finally:
            self.services.closed = True


def typed(opening: Opening) -> OpenServices:
    """Prove to the type checker that the fakes satisfy the ports."""
    return opening
