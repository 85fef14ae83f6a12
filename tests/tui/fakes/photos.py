"""A library in memory, with drawn pictures."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.images import PhotoUnreadable, Unreadable
from fluffy_tui.name_key import name_key
from fluffy_tui.personas import Persona
from fluffy_tui.photos import (
    Browse,
    FailedFile,
    Flaw,
    ImportProgress,
    ImportSummary,
    Photo,
    PhotoNotFound,
    PhotoTexts,
    Posted,
    Sort,
    Stack,
    Verdict,
    why_best,
)
from fluffy_tui.photos.edited_names import is_edited
from fluffy_tui.photos.picture_texts import search_words
from tui.fakes.sample_data import MARKUP


def sort_key(photo: Photo, sort: Sort) -> Any:
    """Return what a photo is sorted by."""
    return {
        Sort.TAKEN: photo.shown_at,
        Sort.IMPORTED: photo.id,
        Sort.NAME: photo.name.lower(),
        Sort.SHAPE: photo.ratio,
        Sort.SHARPNESS: photo.scores.sharpness if photo.scores else -1,
        Sort.STARS: (photo.stars, photo.shown_at),
    }[sort]


def stack_rank(photo: Photo) -> Any:
    """Return what the photos of a stack are sorted by, best first."""
    shown = photo.shown_at
    sharpness = photo.scores.sharpness if photo.scores else -1
    return (
        photo.verdict != "pick",
        not is_edited(photo.name),
        -photo.width * photo.height,
        photo.scores is not None and Flaw.EYES_CLOSED in photo.scores.flaws,
        -sharpness,
        shown,
        photo.id,
    )


def belongs(photo: Photo, browse: Browse, words: Sequence[str] = (), in_picture: str = "") -> bool:
    """Return whether a photo matches a `Browse`, apart from its post."""
    shown = photo.shown_at
    shape = "square" if photo.ratio == 1 else "portrait" if photo.ratio < 1 else "landscape"
    return (
        all(
            word in photo.name.lower() or _begins(words, word) or _shows(in_picture, word)
            for word in browse.text.lower().split()
        )
        and all(_shows(in_picture, beginnings) for beginnings in browse.shown_words)
        and (photo.is_screenshot or not browse.screenshots)
        and (browse.contents is None or photo.sha256 in browse.contents)
        and all(_begins(words, keyword) for keyword in browse.keywords)
        and browse.stars[0] <= photo.stars <= browse.stars[1]
        and (browse.taken_from is None or shown >= browse.taken_from)
        and (browse.taken_before is None or shown < browse.taken_before)
        and browse.orientation in (None, shape)
        and browse.verdict in (None, photo.verdict or "undecided")
        and browse.missing in (None, photo.missing_since is not None)
        and bool(not browse.faces or (photo.scores and photo.scores.faces))
        and browse.flaws <= (photo.scores.flaws if photo.scores else frozenset())
    )


def _begins(words: Sequence[str], beginning: str) -> bool:
    return any(word.startswith(name_key(beginning)) for word in words)


def _shows(text: str, beginnings: str) -> bool:
    words = search_words(beginnings)
    return bool(words) and all(_begins(search_words(text), word) for word in words)


@lru_cache(1000)  # the same few pictures are shown by nearly every test
def _small(content: bytes, width: int, height: int) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        small = image.convert("RGB")
    small.thumbnail((width, height))
    return small


class FakePhotos:
    """A library of drawn photos; `import_gate` lets a test hold an import up."""

    def __init__(self, photos: Sequence[Photo], scheduled: Callable[[], set[int]]) -> None:
        self.photos = {photo.id: photo for photo in photos}
        self._scheduled = scheduled
        self.words_of: Callable[[int], Sequence[str]] = lambda photo_id: ()
        """What keywords are compared by."""
        self.written: dict[int, PhotoTexts] = {}
        """What is written about photos and in their pictures."""
        self.copies: dict[int, int] = {}
        """The stack of each duplicate."""
        self.same_files: dict[int, tuple[Path, ...]] = {}
        self.asked: list[Browse] = []
        """Arguments of `ids` and `first_ids`."""
        self.flags_counted = 0
        """How often the flags were counted."""
        self.decide_error: FluffyError | None = None
        self.on_verdict: Callable[[Photo], None] = lambda photo: None
        self.imported: list[tuple[tuple[Path, ...], Persona]] = []
        self.import_gate = asyncio.Event()
        self.import_gate.set()
        self.import_error: FluffyError | None = None
        self.import_failed: tuple[FailedFile, ...] = (
            FailedFile(Path(f"/photos/{MARKUP}.jpg"), "The file is empty."),
        )

    async def ids(self, persona_id: int, browse: Browse) -> Sequence[int]:
        """Return the ids that a `Browse` asks for."""
        self.asked.append(browse)
        return list(self._lines(persona_id, browse))

    def _lines(self, persona_id: int, browse: Browse) -> dict[int, tuple[int, ...]]:
        """Return what is folded behind each row, by its photo, in order."""
        taken = self._scheduled() if browse.posted is not Posted.ALL else set()
        mine = [
            photo
            for photo in self.photos.values()
            if photo.persona_id == persona_id
            and photo.id not in taken
            and belongs(photo, browse, self.words_of(photo.id), self._shown(photo.id))
        ]
        mine.sort(key=lambda photo: (sort_key(photo, browse.sort), photo.id), reverse=browse.descending)
        stacks: dict[object, list[Photo]] = {}
        for photo in mine:
            stacks.setdefault(self.copies.get(photo.id, photo) if browse.folded else photo, []).append(photo)
        lines: dict[int, tuple[int, ...]] = {}
        for photo in mine:
            best, *behind = sorted(
                stacks[self.copies.get(photo.id, photo) if browse.folded else photo], key=stack_rank
            )
            if photo is best:
                lines[photo.id] = tuple(mate.id for mate in behind)
        return lines

    def _shown(self, photo_id: int) -> str:
        return self.written.get(photo_id, PhotoTexts()).in_picture

    async def stacks(self, persona_id: int, browse: Browse, ids: Sequence[int]) -> dict[int, Stack]:
        """Return the stacks that these photos belong to."""
        lines = self._lines(persona_id, browse)
        found = {
            first: Stack(behind, why_best(*self._ranks(first, *behind)), verdicts=self._verdicts(behind))
            for first, behind in lines.items()
            if behind and {first, *behind} & set(ids)
        }
        for id_ in set(ids) & set(self.same_files):
            found[id_] = replace(found.get(id_, Stack()), same_files=self.same_files[id_])
        return found

    def _ranks(self, first: int, *behind: int) -> tuple[Any, list[Any]]:
        return stack_rank(self.photos[first]), [stack_rank(self.photos[id_]) for id_ in behind]

    def _verdicts(self, ids: Sequence[int]) -> frozenset[Verdict]:
        return frozenset(Verdict(verdict) for id_ in ids if (verdict := self.photos[id_].verdict))

    async def count_folded(self, persona_id: int, browse: Browse) -> int:
        """Count the folded photos."""
        return sum(len(behind) for behind in self._lines(persona_id, browse).values())

    async def first_ids(
        self,
        persona_id: int,
        browse: Browse,
        *,
        limit: int,
        after: int | None = None,
        verdict: Verdict | None = None,
    ) -> Sequence[int]:
        """Return the first ids, or those from a photo on."""
        if after is not None and after not in self.photos:
            return []
        self.asked.append(browse)
        found = [
            id_
            for id_ in self._lines(persona_id, browse)
            if verdict in (None, self.photos[id_].verdict or "undecided")
        ]
        if after is not None:
            place = (sort_key(self.photos[after], browse.sort), after)
            found = [
                id_
                for id_ in found
                if ((sort_key(self.photos[id_], browse.sort), id_) <= place) == browse.descending
                or id_ == after
            ]
        return found[:limit]

    async def id_at(self, persona_id: int, browse: Browse, moment: datetime) -> int | None:
        """Return the first photo at or after a moment."""
        for id_ in await self.ids(persona_id, browse):
            shown = self.photos[id_].shown_at
            if shown < moment if browse.descending else shown >= moment:
                return id_
        return None

    async def decide(self, photo_id: int, verdict: Verdict) -> Verdict:
        """Store a verdict and announce it."""
        if self.decide_error is not None:
            raise self.decide_error
        if photo_id not in self.photos:
            raise PhotoNotFound("There is no such photo.")
        before = self.photos[photo_id]
        stored = None if verdict is Verdict.UNDECIDED else verdict.value
        self.photos[photo_id] = replace(before, verdict=stored)
        self.on_verdict(self.photos[photo_id])
        return Verdict(before.verdict) if before.verdict else Verdict.UNDECIDED

    async def rate(self, photo_ids: Iterable[int], stars: int) -> None:
        """Store stars and announce them."""
        if self.decide_error is not None:
            raise self.decide_error
        for photo_id in photo_ids:
            if photo_id in self.photos:
                self.photos[photo_id] = replace(self.photos[photo_id], stars=stars)
                self.on_verdict(self.photos[photo_id])

    async def texts(self, photo_ids: Iterable[int]) -> dict[int, PhotoTexts]:
        """Return what is written about photos and in their pictures."""
        return {photo_id: self.written[photo_id] for photo_id in photo_ids if photo_id in self.written}

    async def flag_counts(self, persona_id: int) -> dict[Verdict, int]:
        """Count the flags of photos without a post."""
        self.flags_counted += 1
        mine = [photo for photo in self.photos.values() if photo.persona_id == persona_id]
        flags = [photo.verdict for photo in mine if photo.id not in self._scheduled()]
        return {verdict: flags.count(verdict.value) for verdict in (Verdict.PICK, Verdict.REJECT)}

    async def by_ids(self, ids: Sequence[int]) -> dict[int, Photo]:
        """Return the photos of these ids."""
        return {id_: self.photos[id_] for id_ in ids if id_ in self.photos}

    async def unscheduled_of(self, persona_id: int, contents: Iterable[str]) -> list[Photo]:
        """Return a persona's photos with these contents that have no post."""
        wanted = frozenset(contents)
        mine = [photo for photo in self.photos.values() if photo.persona_id == persona_id]
        return [photo for photo in mine if photo.sha256 in wanted and photo.id not in self._scheduled()]

    async def import_folders(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None],
    ) -> ImportSummary:
        """Report progress once, wait for the gate, then end."""
        if self.import_error is not None:
            raise self.import_error
        self.imported.append((tuple(folders), persona))
        on_progress(
            ImportProgress(seen=340, total=1200, imported=338, failed=1, bytes_read=10**9, seconds=2.0)
        )
        await self.import_gate.wait()
        return ImportSummary(
            persona=persona.name,
            imported=1198,
            unchanged=1,
            moved=0,
            duplicates=0,
            missing=0,
            failed=self.import_failed,
            seconds=7.2,
        )

    def thumbnail(self, photo: Photo, width: int, height: int) -> object:
        """Return the picture, scaled to fit."""
        try:
            return _small(photo.path.read_bytes(), width, height).copy()
        except OSError as error:
            raise PhotoUnreadable(Unreadable.DAMAGED, name=photo.name) from error

    def part(self, photo: Photo, box: tuple[int, int, int, int], size: tuple[int, int]) -> object:
        """Return a part of the picture, whose file may be smaller than the photo is said to be."""
        picture: Image.Image = self.thumbnail(photo, photo.width, photo.height)  # type: ignore[assignment]
        across, down = picture.width / photo.width, picture.height / photo.height
        scaled = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
        return picture.resize(size, box=scaled)
