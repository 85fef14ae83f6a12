"""Photos side by side: three sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluffy_tui.photos import PhotoScores
from tui.conftest import Looks
from tui.fakes import FakeServices

pytestmark = [pytest.mark.snapshot, pytest.mark.usefixtures("home")]


KEYS = ("space", "space", "space", "vertical_line", "p", "tab")


@pytest.fixture(autouse=True)
def three_photos(services: FakeServices) -> None:
    """One is picked, one is soft, and the third one is current."""
    services.photos.photos[39] = replace(services.photos.photos[39], scores=PhotoScores(22, 0, 0.3))
    services.photos.photos[38] = replace(services.photos.photos[38], scores=PhotoScores(64, 0, 0))


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)])
def test_three_photos(looks: Looks, size: tuple[int, int]) -> None:
    assert looks(size, *KEYS)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_themes(looks: Looks, theme: str) -> None:
    assert looks((60, 18), *KEYS, theme=theme)
