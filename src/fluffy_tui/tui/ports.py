"""Exactly what the screens ask of the world. The services satisfy it; nothing imports them at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime
    from pathlib import Path

    from fluffy_tui.buffer import Budget, Channel, Organization, ShareMode
    from fluffy_tui.core.app_events import Event
    from fluffy_tui.core.health import Check
    from fluffy_tui.media import Framing, Rendition
    from fluffy_tui.personas import Persona, Snippet, SnippetKind
    from fluffy_tui.photos import Browse, ImportProgress, ImportSummary, Photo, Stack, Verdict
    from fluffy_tui.scheduling import (
        Agenda,
        PersonaCounts,
        Post,
        PostEvent,
        Problem,
        ScheduleResult,
        Step,
    )
    from fluffy_tui.settings import Secret, Settings
    from fluffy_tui.similarity import EarlierPost, IndexCounts, Neighbour

    OfferedChannels = tuple[Organization, Sequence[Channel]]
    """An organisation of Buffer's with its channels."""


class PersonasPort(Protocol):
    """Personas and the channels they can speak through."""

    async def list(self) -> list[Persona]:
        """Return all personas by name."""

    async def create(self, name: str, description: str = "") -> Persona:
        """Make a persona; raises PersonaNameTaken."""

    async def rename(self, persona: Persona, name: str) -> Persona:
        """Give a persona another name; raises PersonaNameTaken."""

    async def available_channels(self) -> Sequence[Channel]:
        """Ask Buffer for the channels; raises BufferNotConfigured or BufferError."""

    async def set_channel(self, persona: Persona, channel_id: str, board_id: str | None = None) -> Persona:
        """Choose the channel that a persona speaks through, and on Pinterest the board."""


class SnippetsPort(Protocol):
    """Hashtag sets and phrases of personas."""

    async def list(self, persona_id: int) -> list[Snippet]:
        """Return all snippets of a persona: hashtag sets first, each kind by name."""

    async def create(self, persona_id: int, kind: SnippetKind, name: str, text: str) -> Snippet:
        """Keep a new one; raises SnippetNameTaken, PersonaNotFound or FluffyError."""

    async def change(self, snippet: Snippet, *, name: str | None = None, text: str | None = None) -> Snippet:
        """Give it another name or text; raises SnippetNameTaken, SnippetNotFound or FluffyError."""

    async def delete(self, snippet: Snippet) -> None:
        """Forget it; raises SnippetNotFound."""


class PhotosPort(Protocol):
    """A persona's library."""

    async def ids(self, persona_id: int, browse: Browse) -> Sequence[int]:
        """Return all ids that a `Browse` asks for, in its order, 8 bytes each."""

    async def first_ids(
        self,
        persona_id: int,
        browse: Browse,
        *,
        limit: int,
        after: int | None = None,
        verdict: Verdict | None = None,
    ) -> Sequence[int]:
        """Return the first ids of an order, or those from a photo's place on; quick however many there are.

        With a verdict, only those of the same lines about which that was decided.
        """

    async def stacks(self, persona_id: int, browse: Browse, ids: Sequence[int]) -> dict[int, Stack]:
        """Return what is behind the photos of a list, by the one shown; nothing for those that are alone."""

    async def count_folded(self, persona_id: int, browse: Browse) -> int:
        """Return how many photos are behind others in a list, and so not among its ids."""

    async def id_at(self, persona_id: int, browse: Browse, moment: datetime) -> int | None:
        """Return the first photo at or behind a moment in an order by time taken; None behind the last."""

    async def decide(self, photo_id: int, verdict: Verdict) -> Verdict:
        """Store a verdict and return the one before; raises PhotoNotFound. Nothing is ever deleted."""

    async def by_ids(self, ids: Sequence[int]) -> dict[int, Photo]:
        """Return the photos of these ids, without those that are gone."""

    async def import_folders(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None],
    ) -> ImportSummary:
        """Import picture files; raises FolderNotFound. Cancelling keeps what was committed."""

    def thumbnail(self, photo: Photo, width: int, height: int) -> object:
        """Return an upright RGB Pillow image that fits width × height pixels; slow, so call it in a thread.

        Raises PhotoUnreadable.
        """


class SimilarityPort(Protocol):
    """What is like what, answered from what a worker has stored."""

    async def more_like(
        self, photo_id: int, *, limit: int = ..., unscheduled_only: bool = ..., fold: bool = ...
    ) -> Sequence[Neighbour]:
        """Return the photos that are most like one, of copies only the first if they are to fold.

        Raises NoEmbeddings or NotIndexedYet.
        """

    async def least_like(self, photo_ids: Sequence[int], *, fold: bool = ...) -> Sequence[Neighbour]:
        """Return those that are farthest from some; raises NoEmbeddings or NotIndexedYet."""

    async def recent_photos(self, persona_id: int, *, last: int = ...) -> Sequence[int]:
        """Return the photos of the persona's last posts that are out or on their way, newest first."""

    async def progress(self, persona_id: int | None = ...) -> Sequence[IndexCounts]:
        """Return how far a persona's photos have been looked at; counts everything, so ask it rarely."""

    async def posted_before(self, photo: Photo) -> EarlierPost | None:
        """Return the persona's latest post of the same file or the same picture."""

    async def copies(self, photo_ids: Sequence[int]) -> dict[int, int]:
        """Return the stack of each of these photos that has copies."""


class SchedulingPort(Protocol):
    """Posts."""

    async def schedule_post(
        self,
        photo: Photo,
        caption: str,
        *,
        alt_text: str = "",
        share_mode: ShareMode = ...,
        at: datetime | None = None,
        framing: Framing = ...,
    ) -> ScheduleResult:
        """Submit a photo with its caption; never raises for a refusal."""

    async def posts(
        self,
        persona: Persona | None = None,
        *,
        limit: int = 200,
        before_id: int | None = None,
        steps: Collection[Step | None] | None = None,
    ) -> list[Post]:
        """Return posts, newest first; of some steps only when asked, None meaning drafts never submitted."""

    async def post(self, post_id: int) -> Post | None:
        """Return one post, or None when it was let go."""

    async def on_their_way(self) -> list[Post]:
        """Return the posts between submission and acceptance, oldest first."""

    async def counts(self) -> dict[int, PersonaCounts]:
        """Return each persona's counts, by persona id."""

    async def retry(self, post_id: int) -> Post:
        """Send a failed, held or kept post again, safely; raises NotPossibleNow or PostNotFound."""

    async def cancel(self, post_id: int) -> None:
        """Take a post back, in Buffer first; raises NotPossibleNow, PostNotFound or BufferError."""

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
        """Change what is given, in Buffer too; raises NotPossibleNow, PostNotFound or BufferError."""

    async def upload_again(self, post_id: int) -> Post:
        """Render and upload a post's picture again; raises NotPossibleNow or PostNotFound."""

    async def problems(self) -> Sequence[Problem]:
        """Return everything that needs attention, of all personas, the worst first."""

    async def timeline(self, post_id: int) -> list[PostEvent]:
        """Return everything that happened to a post, oldest first."""

    async def queued_posts(self, channel_id: str) -> list[Post]:
        """Return the posts of a channel that Buffer has not accepted yet, in the order in which they are sent."""

    async def move_up(self, post_id: int) -> Post:
        """Let a waiting post change places with the one before; raises NotPossibleNow or PostNotFound."""

    async def budget(self) -> Budget:
        """Return how many requests Buffer still takes."""


class PlanningPort(Protocol):
    """What is planned on a channel, and what a photo will look like there."""

    async def agenda(self, persona: Persona, now: datetime, since: datetime) -> Agenda:
        """Return what waits for a persona's channel, and what went out since a moment."""

    def preview_rendition(self, photo: Photo, service: str, framing: Framing = ...) -> Rendition:
        """Render a photo as it would go out; slow, so call it in a thread. Raises media's PhotoUnreadable."""


class WorkerStatus(Protocol):
    """Whether someone delivers."""

    async def heartbeat_age(self) -> float | None:
        """Return seconds since any worker was heard of, or None when none was ever."""

    @property
    def is_starting(self) -> bool:
        """Whether the app has just started a worker that may not be heard of yet."""


class Services(Protocol):
    """Everything behind the screens, open and ready."""

    @property
    def personas(self) -> PersonasPort:
        """Personas."""

    @property
    def snippets(self) -> SnippetsPort:
        """Hashtag sets and phrases."""

    @property
    def photos(self) -> PhotosPort:
        """Photos."""

    @property
    def similarity(self) -> SimilarityPort:
        """Likeness."""

    @property
    def scheduling(self) -> SchedulingPort:
        """Posts."""

    @property
    def planning(self) -> PlanningPort:
        """What is planned."""

    @property
    def workers(self) -> WorkerStatus:
        """Workers."""

    def events(self) -> AsyncIterator[Event]:
        """Follow changes for ever: PostChanged, PhotosChanged, PhotosIndexed, Connected, Disconnected."""


class SetupPort(Protocol):
    """The settings as they are, and what it takes to change them from inside the app."""

    @property
    def settings(self) -> Settings:
        """What is set now."""

    async def ask_buffer(self, key: Secret) -> Sequence[OfferedChannels]:
        """Ask Buffer for what a key that is not saved yet gives access to; raises BufferError."""

    async def prove_host(self, values: Mapping[str, str]) -> float:
        """Upload a tiny picture with these settings by variable, fetch it back, delete it; return milliseconds.

        Raises InvalidSetting or MediaHostError.
        """

    def save(self, values: Mapping[str, str]) -> Sequence[str]:
        """Write these settings by variable to config.toml and read them again; an empty one is taken out.

        Returns the variables that the environment sets to something else, which comes before the file.
        Raises InvalidSetting or FluffyError, and then nothing has changed.
        """

    def demo_trouble(self) -> str:
        """Return why the demo cannot be opened; empty when it can."""

    def checks(self) -> AsyncIterator[Check]:
        """Try each link of the chain with the services that are open."""


class OpenServices(Protocol):
    """Opens the services, and closes them at the end of the block."""

    def __call__(self, report: Callable[[str], None], /) -> AbstractAsyncContextManager[Services]:
        """Call `report` with a short phrase as each step of opening begins; raises FluffyError."""
