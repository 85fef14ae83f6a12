"""The people screen, and the fit screen of a panorama, as they look in three sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from tui.conftest import Looks
from tui.fakes import FakeServices

Sizes = pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])


PEOPLE = ("enter", "f10", *"anna.lee", *["shift+left"] * 3, "ctrl+n", *"ben", "shift+right", "shift+up")


@Sizes
def test_people(looks: Looks, size: tuple[int, int]) -> None:
    assert looks(size, "1", *PEOPLE)


def test_people_in_a_light_theme(looks: Looks) -> None:
    assert looks((80, 24), "1", *PEOPLE, theme="textual-light")


@Sizes
def test_panorama(looks: Looks, services: FakeServices, size: tuple[int, int]) -> None:
    known = services.photos.photos[40]
    Image.new("RGB", (1600, 500), (60, 96, 140)).save(known.path)
    services.photos.photos[40] = replace(known, width=1600, height=500, byte_size=123_456)
    assert looks(size, "1", "enter", "ctrl+f", "k", "l", "l")
