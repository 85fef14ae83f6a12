"""What an import of changes covers: a sidecar that has changed stands for its pictures."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from fluffy_tui.photos.ingest.folder_walk import Accompanied
from fluffy_tui.photos.ingest.import_scope import ChangedPaths
from photos.photo_files import write


@pytest.mark.parametrize("sidecar", ["a.xmp", "a.JPG.xmp", "a.JPG.XMP"])
def test_a_changed_sidecar_has_its_picture_read(tmp_path: Path, sidecar: str) -> None:
    picture = str(write(tmp_path / "in" / "a.JPG"))
    beside = str(write(tmp_path / "in" / sidecar, b"<x/>"))
    other = str(write(tmp_path / "in" / "b.jpg"))
    scope = ChangedPaths([beside], [tmp_path / "in"])
    [found] = scope.walk(threading.Event())
    assert isinstance(found, Accompanied)
    assert (found.path, found.companions.sidecar) == (picture, beside)
    both = list(ChangedPaths([beside, picture, other], [tmp_path / "in"]).walk(threading.Event()))
    assert [one.path if isinstance(one, Accompanied) else one for one in both] == [picture, other]


def test_the_sidecar_of_a_hidden_picture_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "in" / ".trash" / "a.jpg")
    beside = str(write(tmp_path / "in" / ".trash" / "a.xmp", b"<x/>"))
    assert list(ChangedPaths([beside], [tmp_path / "in"]).walk(threading.Event())) == []
