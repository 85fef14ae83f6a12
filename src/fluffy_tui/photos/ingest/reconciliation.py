"""Decides what each file of an import is to the library: new, known, moved, changed or a copy. No I/O.

A photo is its content; its path is only where it is now on this machine. Files with known content are therefore
decided first: when two files swap names, two photos have moved and none has changed. What other machines have of a
photo is not touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fluffy_tui.images import readable_path
from fluffy_tui.photos.model import FailedFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Set
    from datetime import datetime

    from fluffy_tui.photos.ingest.file_reader import FoundFile

CHANGED_AFTER_SCHEDULING = (
    "The file has changed since it was scheduled. To post the new picture, select its post and upload again; "
    "to keep both, save it under another name."
)


@dataclass(slots=True)
class KnownPhoto:
    """A stored photo as an import needs it; updated while a batch is being decided."""

    id: int
    path: str | None
    """On this machine; None if it has no place here."""
    sha256: bytes
    byte_size: int
    modified_at: datetime | None
    """When the file on this machine was written."""
    has_post: bool
    is_elsewhere: bool
    """Whether other machines have a place of it."""
    is_nobodys: bool | None = None
    """Whether its place is from before machines were noted."""
    is_needed: bool = False
    """Whether a post with it is not live yet, so that its file may still be read."""


@dataclass(frozen=True, slots=True)
class Move:
    """A photo was found under a new path, or is new on this machine."""

    photo_id: int
    file: FoundFile
    old_path: str | None
    """Where it was on this machine; None if it had no place here."""
    is_known_elsewhere: bool
    """Whether it is only new on this machine."""
    displaced: tuple[int, ...]
    """The photo that was stored with the new path, if any; its own file has been overwritten or moved as well."""


@dataclass(slots=True)
class BatchPlan:
    """What to write for a batch of files, in this order: moves, then the rest."""

    moves: list[Move] = field(default_factory=list)
    touched: list[tuple[int, FoundFile]] = field(default_factory=list)
    """Same content, same path, another modification time."""
    replaced: list[tuple[int, FoundFile]] = field(default_factory=list)
    """New content under the path of a photo that has no post."""
    new: list[FoundFile] = field(default_factory=list)
    duplicates: list[FoundFile] = field(default_factory=list)
    """Copies of photos whose own file is still in place."""
    overwritten: list[int] = field(default_factory=list)
    """Photos whose file has become a copy of another photo."""
    outlived: list[int] = field(default_factory=list)
    """Posted photos whose file has become a new one: they have no place on this machine any more."""
    failed: list[FailedFile] = field(default_factory=list)

    @property
    def known_elsewhere(self) -> int:
        """How many photos of other machines are new on this one."""
        return sum(move.is_known_elsewhere for move in self.moves)

    @property
    def missing(self) -> set[int]:
        """The photos whose path is among these files, but whose content no longer is."""
        displaced = {photo_id for move in self.moves for photo_id in move.displaced}
        return displaced.difference(move.photo_id for move in self.moves).union(self.overwritten)


def plan_batch(files: Iterable[FoundFile], known: Iterable[KnownPhoto], in_place: Set[int]) -> BatchPlan:
    """Decide what to write.

    Args:
        files: A batch as it is on the disk.
        known: Every photo of the persona that has the path on this machine or the content of one of them.
        in_place: The ids of those known photos whose own file still has their content.
    """
    return _Planner(known, in_place).plan(list(files))


class _Planner:
    """The library as it will be after each decision."""

    def __init__(self, known: Iterable[KnownPhoto], in_place: Set[int]) -> None:
        self._by_content = {photo.sha256: photo for photo in known}
        self._by_path = {photo.path: photo for photo in self._by_content.values() if photo.path is not None}
        self._settled = set(in_place)
        self._new_contents: set[bytes] = set()
        self._result = BatchPlan()

    def plan(self, files: list[FoundFile]) -> BatchPlan:
        unknown = [file for file in files if file.sha256 not in self._by_content]
        for file in files:
            photo = self._by_content.get(file.sha256)
            if photo is not None:
                self._known_content(file, photo)
        for file in unknown:
            self._new_content(file)
        return self._result

    def _known_content(self, file: FoundFile, photo: KnownPhoto) -> None:
        at_path = self._by_path.get(file.path)
        if at_path is photo:
            self._result.touched.append((photo.id, file))
            self._settled.add(photo.id)
        elif photo.id in self._settled:
            self._result.duplicates.append(file)
            if at_path is not None:
                self._result.overwritten.append(at_path.id)
        else:
            self._move(file, photo, at_path)

    def _move(self, file: FoundFile, photo: KnownPhoto, displaced: KnownPhoto | None) -> None:
        old_path = photo.path
        self._result.moves.append(
            Move(
                photo.id,
                file,
                old_path,
                is_known_elsewhere=old_path is None and photo.is_elsewhere,
                displaced=(displaced.id,) if displaced else (),
            )
        )
        photo.path = file.path
        self._by_path[file.path] = photo
        self._settled.add(photo.id)
        if old_path is not None:
            self._by_path.pop(old_path)
        if displaced is not None:
            displaced.path = old_path
            self._settled.discard(displaced.id)
            if old_path is not None:
                self._by_path[old_path] = displaced

    def _new_content(self, file: FoundFile) -> None:
        at_path = self._by_path.get(file.path)
        if file.sha256 in self._new_contents:
            self._result.duplicates.append(file)
            if at_path is not None:
                self._result.overwritten.append(at_path.id)
        elif at_path is None:
            self._result.new.append(file)
            self._new_contents.add(file.sha256)
        elif at_path.is_needed:
            self._result.failed.append(FailedFile(readable_path(file.path), CHANGED_AFTER_SCHEDULING))
        elif at_path.has_post:
            self._result.outlived.append(at_path.id)
            self._result.new.append(file)
            self._new_contents.add(file.sha256)
        else:
            self._result.replaced.append((at_path.id, file))
            self._new_contents.add(file.sha256)
