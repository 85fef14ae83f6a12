"""What an import covers: whole folders, or just the files and folders below them that have changed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fluffy_tui.photos.ingest.folder_walk import (
    Walked,
    is_raw,
    is_skipped,
    may_be_picture,
    passed_over,
    picture_stems,
    pictures_of,
    told_apart,
    walk,
    with_companions,
)
from fluffy_tui.photos.metadata.companions import spelled_in


class ImportScope(Protocol):
    """Where an import finds files, and where it checks for files that have vanished."""

    def walk(self, stop: threading.Event) -> Iterator[Walked]:
        """Yield files as `folder_walk.walk` does; blocks."""

    @property
    def places(self) -> Sequence[str]:
        """Files and folders at and below which photos may have vanished."""

    @property
    def roots(self) -> Sequence[str]:
        """The folders whose subfolders are named for what is in them."""


@dataclass(frozen=True, slots=True)
class WholeFolders:
    """Folders, as `folder_walk.existing_folders` returns them, with all their subfolders."""

    folders: Sequence[Path]

    def walk(self, stop: threading.Event) -> Iterator[Walked]:
        """Yield every file that may be a picture; blocks."""
        return walk(self.folders, stop)

    @property
    def places(self) -> Sequence[str]:
        """The folders."""
        return self.roots

    @property
    def roots(self) -> Sequence[str]:
        """The folders."""
        return [str(folder) for folder in self.folders]


@dataclass(frozen=True, slots=True)
class ChangedPaths:
    """Files and folders that were reported as changed in those that are watched, whatever has become of them."""

    paths: Sequence[str]
    folders: Sequence[Path]

    def walk(self, stop: threading.Event) -> Iterator[Walked]:
        """Yield those that may be a picture, and what is in those that are folders; blocks."""
        stems: dict[str, frozenset[str]] = {}
        for path in dict.fromkeys(one for changed in self.paths for one in (changed, *pictures_of(changed))):
            other = passed_over(path)
            if self._is_hidden(path if other is None else os.path.dirname(path)):  # noqa: PTH120
                continue
            if os.path.isdir(path):  # noqa: PTH112 - the walk's paths are strings throughout
                yield from walk([Path(path)], stop)
            elif os.path.isfile(path):  # noqa: PTH113
                if other is not None and is_raw(other):
                    folder = os.path.dirname(path)  # noqa: PTH120
                    if folder not in stems:
                        stems[folder] = picture_stems(os.listdir(folder))  # noqa: PTH208
                    yield told_apart(other, stems[folder])
                elif other is not None:
                    yield other
                elif may_be_picture(path):
                    yield with_companions(path, spelled_in(os.path.dirname(path)))  # noqa: PTH120

    @property
    def places(self) -> Sequence[str]:
        """The paths: what was there may be gone."""
        return self.paths

    @property
    def roots(self) -> Sequence[str]:
        """The folders that are watched."""
        return [str(folder) for folder in self.folders]

    def _is_hidden(self, path: str) -> bool:
        """Return whether a walk from the watched folders would skip the path or a folder above it."""
        inside = next((Path(path).relative_to(f) for f in self.folders if Path(path).is_relative_to(f)), None)
        return inside is None or any(is_skipped(part) for part in inside.parts)
