"""The people screen, and the fit screen of a panorama, as they look in three sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from fluffy_tui.tui.app import FluffyApp
from tui.fakes import FakeServices
from tui.pressing import pressing

Sizes = pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])


@Sizes
def test_people(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    keys = ("enter", "f10", *"anna.lee", *["shift+left"] * 3, "ctrl+n", *"ben", "shift+right", "shift+up")
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=pressing("1", *keys))


@Sizes
def test_panorama(
    snap_compare: Any, make_app: Callable[..., FluffyApp], services: FakeServices, size: tuple[int, int]
) -> None:
    known = services.photos.photos[40]
    Image.new("RGB", (1600, 500), (60, 96, 140)).save(known.path)
    services.photos.photos[40] = replace(known, width=1600, height=500, byte_size=123_456)
    app = make_app(persona="sarah")
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", "enter", "ctrl+f", "k", "l", "l"))
