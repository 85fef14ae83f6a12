"""What the screens need from the services, which satisfy these protocols; nothing imports them at run time.

What a method does and raises is documented in the service: `personas`, `photos`, `similarity`, `scheduling`, and
`modes.settings_change` for the setup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
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
        ChannelChoice,
        PersonaCounts,
        Post,
        PostEvent,
        PostPhoto,
        Problem,
        ScheduleResult,
        Step,
    )
    from fluffy_tui.settings import Secret, Settings
    from fluffy_tui.similarity import EarlierPost, IndexCounts, Neighbour

    OfferedChannels = tuple[Organization, Sequence[Channel]]


class PersonasPort(Protocol):
    """Personas and their channels."""

    async def list(self) -> list[Persona]: ...
    async def create(self, name: str, description: str = "") -> Persona: ...
    async def rename(self, persona: Persona, name: str) -> Persona: ...
    async def available_channels(self) -> Sequence[Channel]: ...
    async def set_ai_label(self, persona: Persona, ai_label: bool) -> Persona: ...
    async def set_channels(self, persona: Persona, channels: Mapping[str, str | None]) -> Persona: ...


class SnippetsPort(Protocol):
    """Hashtag sets and snippets of personas."""

    async def list(self, persona_id: int) -> list[Snippet]: ...
    async def create(self, persona_id: int, kind: SnippetKind, name: str, text: str) -> Snippet: ...
    async def change(
        self, snippet: Snippet, *, name: str | None = None, text: str | None = None
    ) -> Snippet: ...
    async def delete(self, snippet: Snippet) -> None: ...


class PhotosPort(Protocol):
    """A persona's library. `thumbnail` and `part` are slow and need a thread."""

    async def ids(self, persona_id: int, browse: Browse) -> Sequence[int]: ...
    async def first_ids(
        self,
        persona_id: int,
        browse: Browse,
        *,
        limit: int,
        after: int | None = None,
        verdict: Verdict | None = None,
    ) -> Sequence[int]: ...
    async def stacks(self, persona_id: int, browse: Browse, ids: Sequence[int]) -> dict[int, Stack]: ...
    async def count_folded(self, persona_id: int, browse: Browse) -> int: ...
    async def id_at(self, persona_id: int, browse: Browse, moment: datetime) -> int | None: ...
    async def decide(self, photo_id: int, verdict: Verdict) -> Verdict: ...
    async def flag_counts(self, persona_id: int) -> Mapping[Verdict, int]: ...
    async def by_ids(self, ids: Sequence[int]) -> dict[int, Photo]: ...
    async def import_folders(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None],
    ) -> ImportSummary: ...
    def thumbnail(self, photo: Photo, width: int, height: int) -> object: ...
    def part(self, photo: Photo, box: tuple[int, int, int, int], size: tuple[int, int]) -> object: ...


class SimilarityPort(Protocol):
    """Similar photos and duplicates, from what a worker has stored. `progress` counts everything: ask it rarely."""

    async def more_like(
        self, photo_id: int, *, limit: int = ..., unscheduled_only: bool = ..., fold: bool = ...
    ) -> Sequence[Neighbour]: ...
    async def least_like(self, photo_ids: Sequence[int], *, fold: bool = ...) -> Sequence[Neighbour]: ...
    async def recent_photos(self, persona_id: int, *, last: int = ...) -> Sequence[int]: ...
    async def progress(self, persona_id: int | None = ...) -> Sequence[IndexCounts]: ...
    async def posted_before(self, photo: Photo) -> EarlierPost | None: ...
    async def copies(self, photo_ids: Sequence[int]) -> dict[int, int]: ...
    async def unreadable(self, photo_ids: Sequence[int]) -> dict[int, str]: ...


class SchedulingPort(Protocol):
    """Posts. `schedule_post` never raises for a refusal."""

    async def schedule_post(
        self,
        photo: Photo | PostPhoto,
        caption: str,
        *,
        alt_text: str = "",
        share_mode: ShareMode = ...,
        at: datetime | None = None,
        framing: Framing = ...,
        accept_damaged: bool = False,
        more_photos: Sequence[PostPhoto] = (),
        channels: Sequence[str | ChannelChoice] | None = None,
        first_comment: str = "",
        ai_generated: bool = False,
    ) -> ScheduleResult: ...
    async def posts(
        self,
        persona: Persona | None = None,
        *,
        limit: int = 200,
        before_id: int | None = None,
        steps: Collection[Step | None] | None = None,
    ) -> list[Post]: ...
    async def groups(self, group_ids: Collection[int]) -> list[Post]: ...
    async def posts_with(self, photo_id: int) -> list[Post]: ...
    async def post(self, post_id: int) -> Post | None: ...
    async def on_their_way(self) -> list[Post]: ...
    async def counts(self) -> dict[int, PersonaCounts]: ...
    async def retry(self, post_id: int) -> Post: ...
    async def cancel(self, post_id: int) -> None: ...
    async def edit(
        self,
        post_id: int,
        *,
        caption: str | None = None,
        alt_text: str | None = None,
        share_mode: ShareMode | None = None,
        at: datetime | None = None,
        framing: Framing | None = None,
        photos: Sequence[PostPhoto] | None = None,
        first_comment: str | None = None,
        ai_generated: bool | None = None,
    ) -> Post: ...
    async def upload_again(self, post_id: int) -> Post: ...
    async def problems(self) -> Sequence[Problem]: ...
    async def timeline(self, post_id: int) -> list[PostEvent]: ...
    async def queued_posts(self, channel_id: str) -> list[Post]: ...
    async def move_up(self, post_id: int) -> Post: ...
    async def budget(self) -> Budget: ...


class PlanningPort(Protocol):
    """What is scheduled on a channel, and the picture as posted. `preview_rendition` is slow and needs a thread."""

    async def agenda(self, persona: Persona, now: datetime, since: datetime) -> Agenda: ...
    def preview_rendition(
        self,
        photo: Photo,
        service: str,
        framing: Framing = ...,
        *,
        ratio: float | None = ...,
        accept_damaged: bool = ...,
    ) -> Rendition: ...


class WorkerStatus(Protocol):
    """Whether a worker is running."""

    @property
    def start_failure(self) -> str: ...
    async def heartbeat_age(self) -> float | None: ...
    @property
    def is_starting(self) -> bool: ...


class Services(Protocol):
    """Everything behind the screens, open and ready."""

    @property
    def personas(self) -> PersonasPort: ...
    @property
    def snippets(self) -> SnippetsPort: ...
    @property
    def photos(self) -> PhotosPort: ...
    @property
    def similarity(self) -> SimilarityPort: ...
    @property
    def scheduling(self) -> SchedulingPort: ...
    @property
    def planning(self) -> PlanningPort: ...
    @property
    def workers(self) -> WorkerStatus: ...
    def events(self) -> AsyncGenerator[Event, None]: ...


class SetupPort(Protocol):
    """The settings, and what it takes to change them inside the app."""

    pictures: Any
    """How the terminal shows pictures: a `RendererChoice`, or None before that is known."""

    @property
    def settings(self) -> Settings: ...
    async def ask_buffer(self, key: Secret) -> Sequence[OfferedChannels]: ...
    async def prove_host(self, values: Mapping[str, str]) -> float: ...
    def save(self, values: Mapping[str, str]) -> Sequence[str]: ...
    def demo_problem(self) -> str: ...
    def checks(self) -> AsyncIterator[Check]: ...


class OpenServices(Protocol):
    """Opens the services and closes them at the end of the block; reports each step and raises FluffyError."""

    def __call__(self, report: Callable[[str], None], /) -> AbstractAsyncContextManager[Services]: ...
