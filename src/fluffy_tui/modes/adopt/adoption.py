"""Takes over what a fluffy-train database knows; run again, it takes over what is new, and changes nothing else."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.modes.adopt.train_database import UNREADABLE, TrainDatabase, TrainPhoto, TrainPost
from fluffy_tui.networks import clean_caption
from fluffy_tui.personas import Persona, PersonaNameTaken, PersonaNotFound
from fluffy_tui.photos import FailedFile, Photo, existing_file
from fluffy_tui.scheduling import AdoptedHistory, AdoptedPost
from fluffy_tui.similarity import AdoptedVectors
from fluffy_tui.tui.session.drafts import Draft, Drafts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fluffy_tui.bootstrap import Services

ORIGIN = "fluffy-train"
KNOWN = frozenset({"draft", "scheduled", "posting", "posted", "failed"})


@dataclass(slots=True)
class PhotoCounts:
    """What became of the photos; together, those that were read."""

    imported: int = 0
    unchanged: int = 0
    """Already in the library, or the same file as another one."""
    missing: int = 0
    failed: int = 0
    without_persona: int = 0


@dataclass(slots=True)
class VectorCounts:
    """What became of the vectors of imported photos; together, the photos that are in the library."""

    adopted: int = 0
    unchanged: int = 0
    none: int = 0
    unusable: int = 0
    """Vectors of another length, or of length zero."""


@dataclass(slots=True)
class PostCounts:
    """What became of the posts; together, those that were read."""

    history: int = 0
    drafts: int = 0
    unchanged: int = 0
    """Their photo has a post or a draft here."""
    empty: int = 0
    """Without a text, so that there is no draft to keep."""
    without_photo: int = 0
    """Their photo is gone, missing or not readable."""
    without_persona: int = 0


@dataclass(slots=True)
class AdoptionCounts:
    """What an adoption did."""

    personas: int = 0
    """Personas that were created."""
    photos: PhotoCounts = field(default_factory=PhotoCounts)
    vectors: VectorCounts = field(default_factory=VectorCounts)
    posts: PostCounts = field(default_factory=PostCounts)

    @property
    def is_complete(self) -> bool:
        """Whether everything could be taken over."""
        photos, posts = self.photos, self.posts
        lost = photos.missing + photos.failed + photos.without_persona
        return not (lost + posts.without_photo + posts.without_persona)


def total(counts: PhotoCounts | VectorCounts | PostCounts) -> int:
    """Return the sum of all counts."""
    return sum(getattr(counts, each.name) for each in fields(counts))


class AdoptionReport(Protocol):
    """Receives what happens, as it happens."""

    def persona(self, name: str, spellings: Sequence[str]) -> None:
        """A persona was created, for one name of fluffy-train or for several that differ in spelling only."""

    def photo(self, photo: TrainPhoto, what: str, reason: str) -> None:
        """A photo cannot be taken over: `missing`, `failed` or `without_persona`; or only its `unusable_vector`."""

    def note(self, post: TrainPost, notes: Sequence[str]) -> None:
        """There is something that the user should know about a post that was taken over."""

    def post(self, post: TrainPost, what: str) -> None:
        """A post cannot be taken over: `without_photo` or `without_persona`."""

    def progress(self, counts: AdoptionCounts) -> None:
        """Another batch is done."""


class Adoption:
    """One adoption; `run` it once. Relative paths start in `folder`; `report` receives what the user should know."""

    def __init__(
        self,
        services: Services,
        source: TrainDatabase,
        report: AdoptionReport,
        *,
        folder: Path,
        dry_run: bool,
    ) -> None:
        self._services = services
        self._source = source
        self._report = report
        self._folder = folder
        self._dry_run = dry_run
        self._personas: dict[str, Persona] = {}
        self._vectors = AdoptedVectors(services.database)
        self._history = AdoptedHistory(services.database)
        self._drafts = Drafts(services.settings.paths.drafts)
        self._with_drafts: dict[str, set[str]] = {}
        """The sha256 of the photos that have a draft, by their persona's name."""
        self._forecast: set[tuple[str, str]] = set()
        """Photos that a dry run would have imported by now, by their persona's name and their sha256."""
        self._posted: set[tuple[str, str]] = set()
        """Those to which it would have given a post."""
        self.counts = AdoptionCounts()

    async def run(self) -> None:
        """Take over personas, photos with their vectors, and posts. Cancelling keeps what was committed."""
        await self._adopt_personas()
        async for photos in self._source.photos():
            for name, group in groupby(photos, lambda photo: photo.persona):
                await self._adopt_photos(name, [*group])
            self._report.progress(self.counts)
        async for posts in self._source.posts():
            for name, group_of_posts in groupby(posts, lambda post: post.persona):
                await self._adopt_posts(name, [*group_of_posts])
            self._report.progress(self.counts)

    async def _adopt_personas(self) -> None:
        created: dict[int | str, tuple[Persona, list[str]]] = {}
        for name in await self._source.personas():
            try:
                known = await self._services.personas.get(name)
            except PersonaNotFound:
                known = await self._created(name, created)
            self._personas[name] = known
            for persona, spellings in created.values():
                if persona.name == known.name:
                    spellings.append(name)
        self.counts.personas = len(created)
        for persona, spellings in created.values():
            self._report.persona(persona.name, spellings)

    async def _created(self, name: str, created: dict[int | str, tuple[Persona, list[str]]]) -> Persona:
        if self._dry_run:
            spelled = " ".join(name.split())
            known = created.setdefault(spelled.casefold(), (Persona(0, spelled, "", datetime.now(UTC)), []))
            return known[0]
        try:
            persona = await self._services.personas.create(name)
        except PersonaNameTaken:  # another program created it at the same moment
            return await self._services.personas.get(name)
        created[persona.id] = (persona, [])
        return persona

    async def _adopt_photos(self, name: str | None, rows: Sequence[TrainPhoto]) -> None:
        persona = self._personas.get(name or "")
        counts = self.counts.photos
        if persona is None:
            counts.without_persona += len(rows)
            for row in rows:
                self._report.photo(row, "without_persona", "Its persona is gone.")
            return
        began = await self._services.scheduling.database_time()
        found = await self._library(persona, [row.path for row in rows])
        adopted: dict[str, tuple[Photo, TrainPhoto]] = {}
        for row in rows:
            photo = found[row.path]
            if photo is None:
                counts.missing += 1
                self._report.photo(row, "missing", "")
            elif isinstance(photo, FailedFile):
                counts.failed += 1
                self._report.photo(row, "failed", photo.reason)
            else:
                is_first = photo.sha256 not in adopted and (persona.name, photo.sha256) not in self._forecast
                is_new = is_first and (photo.id == 0 or photo.created_at >= began)
                counts.imported += is_new
                counts.unchanged += not is_new
                adopted.setdefault(photo.sha256, (photo, row))
        foreseen = {sha256 for sha256 in adopted if (persona.name, sha256) in self._forecast}
        self.counts.vectors.unchanged += len(foreseen)
        await self._adopt_vectors([each for sha256, each in adopted.items() if sha256 not in foreseen])
        if self._dry_run:
            self._forecast.update((persona.name, sha256) for sha256 in adopted)

    async def _library(self, persona: Persona, paths: Iterable[str]) -> dict[str, Photo | FailedFile | None]:
        """Import files and return the photo of each path, or why there is none; None for a file that is missing."""
        wanted = list(dict.fromkeys(paths))
        files = await asyncio.to_thread(lambda: {path: self._file(path) for path in wanted})
        there = [file for file in files.values() if isinstance(file, Path)]
        imported = await self._services.photos.import_files(there, persona, dry_run=self._dry_run)
        photos = dict(zip(there, imported, strict=True))
        return {path: photos[file] if isinstance(file, Path) else file for path, file in files.items()}

    def _file(self, path: str) -> Path | FailedFile | None:
        file = self._folder / path
        try:
            return existing_file(self._folder / Path(path).expanduser())
        except RuntimeError:  # there is no such user as in ~name
            return None
        except UsageError as error:
            return FailedFile(file, error.message) if path and os.path.lexists(file) else None

    async def _adopt_vectors(self, photos: Sequence[tuple[Photo, TrainPhoto]]) -> None:
        counts = self.counts.vectors
        known = await self._vectors.known([photo.id for photo, _ in photos])
        usable: dict[Photo, list[float]] = {}
        for photo, row in photos:
            vector = self._vectors.usable(row.vector)
            if photo.id in known:
                counts.unchanged += 1
            elif row.vector is None:
                counts.none += 1
            elif vector is None:
                counts.unusable += 1
                self._report.photo(
                    row, "unusable_vector", "Its vector is not one of image_embed's, so it is left out."
                )
            else:
                usable[photo] = vector
        stored = len(usable) if self._dry_run else await self._vectors.store(usable)
        counts.adopted += stored
        counts.unusable += len(usable) - stored  # another program has changed the photo meanwhile

    async def _adopt_posts(self, name: str | None, rows: Sequence[TrainPost]) -> None:
        persona = self._personas.get(name or "")
        counts = self.counts.posts
        if persona is None:
            counts.without_persona += len(rows)
            for row in rows:
                self._report.post(row, "without_persona")
            return
        found = await self._library(persona, [row.path for row in rows if row.path])
        usable: list[tuple[TrainPost, Photo]] = []
        for row in rows:
            photo = found.get(row.path or "")
            if photo is None or isinstance(photo, FailedFile):
                counts.without_photo += 1
                self._report.post(row, "without_photo")
            else:
                usable.append((row, photo))
        posted = [each for each in usable if each[0].status == "posted"]
        await self._adopt_history(persona, posted)
        await self._adopt_drafts(persona, [each for each in usable if each[0].status != "posted"])

    async def _adopt_history(self, persona: Persona, posted: Sequence[tuple[TrainPost, Photo]]) -> None:
        now = datetime.now(UTC)
        posts = [
            AdoptedPost(photo, post.text, post.posted_at or now, f"{ORIGIN} {post.id}")
            for post, photo in posted
        ]
        if self._dry_run:
            taken = await self._history.taken({post.photo.id for post in posts})
            free = {post.photo.sha256 for post in posts if post.photo.id not in taken}
            written = {sha256 for sha256 in free if (persona.name, sha256) not in self._posted}
            self._posted.update((persona.name, sha256) for sha256 in written)
        else:
            written = await self._history.write(persona.id, posts) if posts else set()
        self.counts.posts.history += len(written)
        self.counts.posts.unchanged += len(posts) - len(written)
        for post, photo in posted:
            notes = _notes_of_text(post)
            if post.posted_at is None:
                notes.append("the time at which it was posted is not known: the present time is used")
            if notes and photo.sha256 in written:
                self._report.note(post, notes)

    async def _adopt_drafts(self, persona: Persona, posts: Sequence[tuple[TrainPost, Photo]]) -> None:
        taken = await self._history.taken({photo.id for _, photo in posts})
        if persona.name not in self._with_drafts:
            # One look at the folder for all: with a hundred thousand drafts, a look for each batch would take hours.
            found = await asyncio.to_thread(self._drafts.photos_with_drafts, persona.id)
            self._with_drafts[persona.name] = set(found)
        kept = self._with_drafts[persona.name]
        new: list[_NewDraft] = []
        for post, photo in posts:
            draft, notes = draft_of(post, datetime.now(UTC))
            is_taken = photo.id in taken or (persona.name, photo.sha256) in self._posted
            if is_taken or photo.sha256 in kept:
                self.counts.posts.unchanged += 1
            elif draft.is_empty:
                self.counts.posts.empty += 1
            else:
                kept.add(photo.sha256)
                new.append(_NewDraft(post, photo, draft, notes))
        saved = new if self._dry_run else await asyncio.to_thread(self._save, new)
        self.counts.posts.drafts += len(saved)
        self.counts.posts.unchanged += len(new) - len(saved)
        for one in saved:
            if one.notes:
                self._report.note(one.post, one.notes)

    def _save(self, new: Sequence[_NewDraft]) -> Sequence[_NewDraft]:
        """Keep drafts and return those that were kept: the user may have typed one meanwhile; blocks."""
        try:
            return [one for one in new if self._drafts.save_new(one.photo, one.draft)]
        except OSError as error:
            raise FluffyError(
                f"A draft could not be saved: {error.strerror}.", "Free some disk space, then run it again."
            ) from error


@dataclass(frozen=True, slots=True)
class _NewDraft:
    """A draft to keep."""

    post: TrainPost
    photo: Photo
    draft: Draft
    notes: Sequence[str]


def _notes_of_text(post: TrainPost) -> list[str]:
    return [f"some of its text is not UTF-8 and is now {UNREADABLE}"] if UNREADABLE in post.text else []


def draft_of(post: TrainPost, now: datetime) -> tuple[Draft, list[str]]:
    """Return a post that was not published as a draft, and what the user should know about it."""
    notes = _notes_of_text(post)
    at = post.scheduled_at
    if post.status == "failed":
        notes.append("fluffy-train could not publish it")
    if post.status not in KNOWN:
        notes.append(f"its status “{post.status}” is not known")
    if post.status == "posting" or post.provider_id:
        notes.append("it may have been published already: check before you submit it")
    if at is None and post.status == "scheduled":
        notes.append("its time is not known: it now waits for the next free slot")
    if at is not None and at <= now:
        notes.append("its time has passed: it now waits for the next free slot")
        at = None
    mode = ShareMode.CUSTOM_SCHEDULED if at else ShareMode.ADD_TO_QUEUE
    return Draft(clean_caption(post.text), share_mode=mode, at=at), notes
