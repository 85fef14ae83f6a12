"""The library with copies, marks, work that goes on, and answers about likeness, as it looks in three sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fluffy_tui.tui.app import FluffyApp

from .fakes import FakeServices
from .pressing import pressing
from .test_library_snapshots import home as home

SIZES = [(64, 20), (80, 24), (140, 45)]


@pytest.mark.parametrize("size", SIZES)
def test_copies_marks_and_work(
    snap_compare: Any, make_app: Callable[..., FluffyApp], services: FakeServices, size: tuple[int, int]
) -> None:
    """A folded stack, an open one, marked photos, and a worker that is not through yet."""
    services.photos.copies = {39: 1, 37: 1, 20: 1, 36: 2, 33: 2, 31: 2, 30: 2}
    services.photos.same_files = {39: (Path("/backup/IMG_2039.JPG"),)}
    services.alike.hashed = 12
    keys = pressing("p", "space", "j", "space", "k", "c", "k", "k")
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=keys)


@pytest.mark.parametrize("size", SIZES)
def test_more_like_this(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    keys = pressing(*"jjjjjj", "m", "j", "space")
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=keys)
