"""Photos side by side: three sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fluffy_tui.photos import PhotoScores
from fluffy_tui.tui.app import FluffyApp
from tui.fakes import FakeServices
from tui.pressing import pressing

pytestmark = [pytest.mark.snapshot, pytest.mark.usefixtures("home")]


KEYS = ("space", "space", "space", "vertical_line", "p", "tab")


@pytest.fixture(autouse=True)
def three_photos(services: FakeServices) -> None:
    """One is picked, one is soft, and the third one is current."""
    services.photos.photos[39] = replace(services.photos.photos[39], scores=PhotoScores(22, 0, 0.3))
    services.photos.photos[38] = replace(services.photos.photos[38], scores=PhotoScores(64, 0, 0))


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)])
def test_three_photos(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=pressing(*KEYS))


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_themes(snap_compare: Any, make_app: Callable[..., FluffyApp], theme: str) -> None:
    app = make_app(persona="sarah")
    app.theme = theme
    assert snap_compare(app, terminal_size=(60, 18), run_before=pressing(*KEYS))
