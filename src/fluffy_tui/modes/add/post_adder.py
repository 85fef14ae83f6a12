"""Submits posts that were written outside the app: on the command line, or in a file of many."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING

from fluffy_tui.buffer import Channel, ShareMode
from fluffy_tui.core.clocks import SystemZone
from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.media import probe
from fluffy_tui.networks import clean_caption
from fluffy_tui.photos import FailedFile, Photo, PhotoUnreadable, existing_file, from_disk
from fluffy_tui.scheduling import (
    Agenda,
    ChannelChoice,
    Post,
    PostError,
    PostPhoto,
    Reason,
    ScheduleResult,
    Step,
    channel_zone,
)
from fluffy_tui.tui.text.channel_words import channel_name
from fluffy_tui.tui.text.time_parser import TimeNotUnderstood, read_time

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.personas import Persona, PersonaChannel

_MODES = {
    "": ShareMode.ADD_TO_QUEUE,
    "next slot": ShareMode.ADD_TO_QUEUE,
    "front": ShareMode.SHARE_NEXT,
    "front of queue": ShareMode.SHARE_NEXT,
    "now": ShareMode.SHARE_NOW,
}
"""What may be written instead of a time."""
_LOOKED_AT_ONCE = 32
"""Posts whose files are looked for side by side: each waits for long where its disk hangs."""


@dataclass(frozen=True, slots=True)
class WrittenPost:
    """A post as it was written, before anything is looked up."""

    files: tuple[Path, ...]
    """At least one; the first is the cover. For photos that are named by their ids, their paths."""
    caption: str = ""
    alt_text: str = ""
    """The cover's alt text."""
    when: str = ""
    """A time, or `now`, `front` or `next slot`; empty for the next slot."""
    channels: tuple[str, ...] = ()
    """Names of the persona's channels; empty for all of them."""
    first_comment: str = ""
    line: int | None = None
    """Its line in the file."""
    more_alt_texts: tuple[str, ...] = ()
    """Alt texts of the photos after the cover, in their order; the last ones may be left out."""


@dataclass(frozen=True, slots=True)
class ReadyPost:
    """A post whose files exist and whose channels and times are understood."""

    written: WrittenPost
    files: tuple[Path, ...]
    """Absolute."""
    choices: tuple[ChannelChoice, ...]
    """Empty for a persona without a channel."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a post was not added."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a post."""

    ready: ReadyPost
    refusal: Refusal | None = None
    posts: tuple[Post, ...] = ()
    """Those that were written, one for each channel; none in a dry run."""
    photos: tuple[Photo, ...] = ()
    warnings: Mapping[str, str] = field(default_factory=dict)
    """Why a post may be held at first or refused by Buffer, by channel id."""


class PostAdder:
    """Adds posts for one persona; in a dry run makes all checks, also with Buffer and the host, and writes nothing."""

    def __init__(self, services: Services, persona: Persona, *, dry_run: bool) -> None:
        self._services = services
        self._persona = persona
        self._dry_run = dry_run
        self._planned: set[str] = set()
        """Contents of the photos that a dry run has given to a post."""
        self._channels: dict[str, Channel | FluffyError] = {}
        """The channels as a dry run has received them from Buffer."""
        self._agendas: dict[str, Agenda] = {}
        """What waits for each channel, with the posts that were added, or would be in a dry run."""
        self.failed_sidecars: list[FailedFile] = []
        """Those that could not be read when photos were imported."""
        self._failed: set[tuple[str, frozenset[int]]] | None = None
        """Captions and photos of the persona's failed posts, once they were asked for."""
        self._host: Refusal | None = None
        self._host_checked = False

    def prepare(self, written: WrittenPost) -> ReadyPost:
        """Return a post with its files, channels and times; blocks, and writes nothing.

        Raises:
            UsageError: a file does not exist, or a channel or the time is not understood.
        """
        files = tuple(existing_file(path) for path in written.files)
        return ReadyPost(written, files, self.choices(written))

    def choices(self, written: WrittenPost) -> tuple[ChannelChoice, ...]:
        """Return to which channels a post goes, and when.

        Raises:
            UsageError: a channel or the time is not understood.
        """
        return tuple(self._choice(channel, written.when) for channel in self._chosen(written.channels))

    def _choice(self, chosen: PersonaChannel | None, when: str) -> ChannelChoice:
        zone = channel_zone(chosen.channel) if chosen and chosen.channel else SystemZone()
        mode, at = read_when(when, self._now(), zone)
        return ChannelChoice(chosen.id if chosen else "", share_mode=mode, at=at)

    def _chosen(self, names: Sequence[str]) -> list[PersonaChannel | None]:
        if not names:
            return list(self._persona.channels) or [None]
        return list({found.id: found for found in map(self._channel_named, names)}.values())

    def _channel_named(self, name: str) -> PersonaChannel:
        wanted = name.strip().lstrip("@").casefold()
        for forms in (_own_names, _network_names):
            found = [chosen for chosen in self._persona.channels if wanted in forms(chosen)]
            if len(found) == 1:
                return found[0]
        own = ", ".join(
            channel_name(chosen.channel) if chosen.channel else chosen.id for chosen in self._persona.channels
        )
        raise UsageError(
            f"{self._persona.name} has no channel {name.strip() or 'without a name'}, or several that fit.",
            f"Choose among: {own}." if own else "Choose its channels in the app first.",
        )

    def _now(self) -> datetime:
        return self._services.buffer.time.now() if self._services.buffer else datetime.now(UTC)

    async def imported(self, posts: Sequence[ReadyPost]) -> Mapping[Path, Photo | FailedFile]:
        """Import what is new, and return the photos of posts by their files."""
        files = list(dict.fromkeys(file for post in posts for file in post.files))
        found = await self._services.photos.import_files(
            files, self._persona, dry_run=self._dry_run, on_failed_sidecar=self.failed_sidecars.append
        )
        return dict(zip(files, found, strict=True))

    async def add(self, ready: ReadyPost, photos: Mapping[Path, Photo | FailedFile]) -> Outcome:
        """Submit a post of photos that were imported, and return what became of it."""
        found: list[Photo] = []
        for file in ready.files:
            photo = photos[file]
            if isinstance(photo, FailedFile):
                reason = f"{photo.path.name} cannot be imported. {photo.reason}"
                return Outcome(ready, Refusal(Reason.PHOTO_UNREADABLE, reason))
            found.append(photo)
        return await self.submit(ready, found)

    async def submit(self, ready: ReadyPost, found: Sequence[Photo]) -> Outcome:
        """Submit a post of photos that are in the library; in a dry run they need not be."""
        choices = [choice for choice in ready.choices if choice.channel_id]
        warnings = {choice.channel_id: await self._warning(ready.written, choice) for choice in choices}
        result = await self._schedule(ready, found, dry_run=self._dry_run)
        refusal = None if result.ok else Refusal(str(result.code), result.reason)
        if self._dry_run:
            refusal = refusal or self._refusal_of_plan(found) or await self._refusal_of_delivery(choices)
            if refusal is None:
                self._planned.update(photo.sha256 for photo in found)
        if refusal is None:
            for choice in choices:
                agenda = self._agendas[choice.channel_id]
                self._agendas[choice.channel_id] = replace(
                    agenda, written=(*agenda.written, ready.written.caption)
                )
        return Outcome(ready, refusal, result.posts, tuple(found), warnings)

    async def check(self, ready: ReadyPost, found: Sequence[Photo]) -> Refusal | None:
        """Return why a post of photos that are in the library would be refused now; writes nothing."""
        result = await self._schedule(ready, found, dry_run=True)
        return None if result.ok else Refusal(str(result.code), result.reason)

    async def _schedule(self, ready: ReadyPost, found: Sequence[Photo], *, dry_run: bool) -> ScheduleResult:
        written, common = ready.written, ready.choices[0]
        if await self._has_failed(written, found):
            reason = f"{found[0].name} has a failed post with this text. Retry or cancel that one."
            return ScheduleResult(False, reason=reason, code=Reason.ALREADY_SCHEDULED)
        choices = [choice for choice in ready.choices if choice.channel_id]
        return await self._services.scheduling.schedule_post(
            found[0],
            written.caption,
            alt_text=written.alt_text,
            more_photos=[
                PostPhoto(photo.id, photo.sha256, alt_text) if alt_text else photo
                for photo, alt_text in zip(found[1:], chain(written.more_alt_texts, repeat("")), strict=False)
            ],
            channels=choices or None,
            share_mode=common.share_mode or ShareMode.ADD_TO_QUEUE,
            at=common.at,
            first_comment=written.first_comment,
            dry_run=dry_run,
        )

    async def _warning(self, written: WrittenPost, choice: ChannelChoice) -> str:
        """Return what a channel that is full, or has a post with the same text, may do to a post; empty for nothing."""
        id_, now = choice.channel_id, self._now()
        if id_ not in self._agendas:
            self._agendas[id_] = await self._services.planning.agenda(self._persona, now, now, channel_id=id_)
        agenda, found = self._agendas[id_], []
        if choice.share_mode is not ShareMode.SHARE_NOW and agenda.room == 0 and agenda.channel is not None:
            limit = agenda.channel.scheduled_posts_limit
            found.append(f"queue full, {agenda.waiting} of {limit}: will be held")
        if agenda.has_text(written.caption):
            found.append("same text as another post: Buffer may refuse it")
        return ", ".join(found)

    async def _has_failed(self, written: WrittenPost, photos: Sequence[Photo]) -> bool:
        """Return whether this very post has failed before: its photos are free, and a file is often added again."""
        if self._failed is None:
            posts = [problem.post for problem in await self._services.scheduling.problems(self._persona)]
            self._failed = {
                (post.caption, post.photo_ids) for post in posts if post and post.step is Step.FAILED
            }
        return (clean_caption(written.caption), frozenset(photo.id for photo in photos)) in self._failed

    def _refusal_of_plan(self, photos: Sequence[Photo]) -> Refusal | None:
        """Return why a photo would not be free any more, after the posts before this one."""
        taken = next((photo for photo in photos if photo.sha256 in self._planned), None)
        if taken is None:
            return None
        return Refusal(Reason.ALREADY_SCHEDULED, f"{taken.name} would already have a post.")

    async def _refusal_of_delivery(self, choices: Sequence[ChannelChoice]) -> Refusal | None:
        """Return what Buffer or the media host would hold a post for; each is asked once."""
        for choice in choices:
            if (refusal := await self._refusal_of_channel(choice)) is not None:
                return refusal
        if not self._host_checked and self._services.host is not None:
            self._host_checked = True
            try:
                await probe(self._services.host)
            except FluffyError as error:
                self._host = Refusal(PostError.MEDIA_HOST, str(error))
        return self._host

    async def _refusal_of_channel(self, choice: ChannelChoice) -> Refusal | None:
        buffer, id_ = self._services.buffer, choice.channel_id
        if buffer is None:
            return None
        if id_ not in self._channels:
            try:
                self._channels[id_] = await buffer.channel(id_)
            except FluffyError as error:
                self._channels[id_] = error
        channel = self._channels[id_]
        if isinstance(channel, FluffyError):
            return Refusal(PostError.CHANNEL_UNKNOWN, str(channel))
        if channel.problem:
            return Refusal(PostError.CHANNEL_UNHEALTHY, channel.problem)
        if choice.share_mode is ShareMode.ADD_TO_QUEUE and not channel.has_slots:
            reason = f"{channel.name} has no posting times in Buffer. Add some there, or give a time."
            return Refusal(PostError.NO_SLOTS, reason)
        return None


def separate(written: WrittenPost) -> list[WrittenPost]:
    """Return a post of each file, all with the same texts."""
    return [replace(written, files=(file,)) for file in written.files]


async def prepared(adder: PostAdder, posts: Sequence[WrittenPost]) -> list[ReadyPost | UsageError]:
    """Return each post ready to be added, or why it cannot be understood."""
    side_by_side = asyncio.Semaphore(_LOOKED_AT_ONCE)

    async def prepare(post: WrittenPost) -> ReadyPost | UsageError:
        try:
            async with side_by_side:
                return await from_disk(partial(adder.prepare, post), post.files[0].name)
        except UsageError as error:
            return error
        except PhotoUnreadable as error:
            return UsageError(error.message, error.hint)

    return await asyncio.gather(*map(prepare, posts))


def read_when(text: str, now: datetime, zone: tzinfo) -> tuple[ShareMode, datetime | None]:
    """Return when a post is to go out, as the composer understands it.

    Raises:
        UsageError: it is no time, or one that has passed.
    """
    mode = _MODES.get(" ".join(text.casefold().split()))
    if mode is not None:
        return mode, None
    try:
        return ShareMode.CUSTOM_SCHEDULED, read_time(text, now, zone)
    except TimeNotUnderstood as error:
        raise UsageError(f"The time {text.strip()} cannot be used.", error.message) from None


def _own_names(chosen: PersonaChannel) -> set[str]:
    """Return the names of a channel that no other of the persona's is likely to have."""
    if chosen.channel is None:
        return {chosen.id.casefold()}
    handle = chosen.channel.name.lstrip("@").casefold()
    return {chosen.id.casefold(), handle, f"{handle} {chosen.channel.network.casefold()}"}


def _network_names(chosen: PersonaChannel) -> set[str]:
    if chosen.channel is None:
        return set()
    return {chosen.channel.network.casefold(), str(chosen.channel.service).casefold()}
