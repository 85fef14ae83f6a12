"""All fake services together, and what opens them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.core.app_events import (
    Connected,
    Disconnected,
    Event,
    KeywordsChanged,
    PersonaEdited,
    PhotosChanged,
    PostChanged,
    VerdictChanged,
)
from tui.fakes.filters import FakeFilters
from tui.fakes.keywords import FakeKeywords
from tui.fakes.personas import FakePersonas
from tui.fakes.photos import FakePhotos
from tui.fakes.planning import FakePlanning
from tui.fakes.profile import FakeProfile
from tui.fakes.sample_data import POSTS, make_photo, make_post
from tui.fakes.scheduling import FakeScheduling
from tui.fakes.similarity import FakeSimilarity
from tui.fakes.snippets import FakeSnippets
from tui.fakes.themes import FakeThemes

if TYPE_CHECKING:
    from fluffy_tui.tui.ports import CaptionModelPort, OpenServices, Services


class FakeWorkers:
    """One worker, whose last heartbeat was `age` seconds ago."""

    def __init__(self) -> None:
        self.age: float | None = 3.0
        self.is_starting = False
        self.start_failure = ""

    async def heartbeat_age(self) -> float | None:
        """Return the age."""
        return self.age


class FakeServices:
    """All services, with a stream of events that a test can feed.

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
            for number, (photo, (caption, step, changes)) in enumerate(zip(library, POSTS, strict=False), 1)
            if photo.persona_id == 1
        ]
        self._personas = FakePersonas()
        self._scheduling = FakeScheduling(posts, library, self._personas)
        self._scheduling.on_change = lambda post: self.tell(PostChanged(post.id, post.persona_id))
        self._photos = FakePhotos(library, lambda: self._scheduling.photo_ids)
        self._photos.on_verdict = lambda photo: self.tell(VerdictChanged(photo.id, photo.persona_id))
        self._keywords = FakeKeywords(self._photos.photos)
        self._keywords.on_change = lambda persona_id: self.tell(KeywordsChanged(persona_id))
        self._photos.words_of = lambda id_: [key for key, _ in self._keywords.kept.get(id_, {})]
        self._filters = FakeFilters()
        self._similarity = FakeSimilarity(
            lambda persona: [photo for photo in self._photos.photos.values() if photo.persona_id == persona],
            lambda: self._scheduling.photo_ids,
        )
        self._planning = FakePlanning(self._scheduling.all_posts)
        self._profile = FakeProfile(self._scheduling.all_posts)
        self._themes = FakeThemes(self._photos, self._keywords, self._planning)
        self._themes.on_change = lambda persona_id: self.tell(PersonaEdited(persona_id))
        self._workers = FakeWorkers()
        self._snippets = FakeSnippets()
        self.caption_model: CaptionModelPort | None = None
        """The model that suggests captions; none is set up."""
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self.closed = False
        self.tell(Connected())

    @property
    def personas(self) -> FakePersonas:
        """Personas."""
        return self._personas

    @property
    def snippets(self) -> FakeSnippets:
        """Hashtag sets and snippets."""
        return self._snippets

    @property
    def photos(self) -> FakePhotos:
        """Photos."""
        return self._photos

    @property
    def keywords(self) -> FakeKeywords:
        """Keywords."""
        return self._keywords

    @property
    def filters(self) -> FakeFilters:
        """Saved filters."""
        return self._filters

    @property
    def similarity(self) -> FakeSimilarity:
        """Similar photos."""
        return self._similarity

    @property
    def scheduling(self) -> FakeScheduling:
        """Posts."""
        return self._scheduling

    @property
    def planning(self) -> FakePlanning:
        """What is scheduled."""
        return self._planning

    @property
    def profile(self) -> FakeProfile:
        """What went out on a channel."""
        return self._profile

    @property
    def themes(self) -> FakeThemes:
        """Themes."""
        return self._themes

    @property
    def workers(self) -> FakeWorkers:
        """Workers."""
        return self._workers

    def tell(self, event: Event) -> None:
        """Send an event."""
        self._events.put_nowait(event)

    def lose_database(self, reason: str = "The database does not answer.") -> None:
        """Announce that the database is unreachable."""
        self.tell(Disconnected(reason))

    def find_database(self) -> None:
        """Announce that the database is back."""
        self.tell(Connected())

    def photos_changed(self, persona_id: int = 1) -> None:
        """Announce that photos changed, sarah's unless told otherwise."""
        self.tell(PhotosChanged(persona_id))

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield the events."""
        while True:
            yield await self._events.get()
            self._events.task_done()

    async def heard(self) -> None:
        """Wait until the app has read every event."""
        await self._events.join()


class Opening:
    """An `OpenServices` whose failures a test decides.

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
