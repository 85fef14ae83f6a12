"""Snapshots of the Results tab, of shaded slots, and of what is said below a photo."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tui.conftest import Looks
from tui.fakes import CHANNELS, FakeServices, with_channels
from tui.live_posts import MONDAY, WEEK, a_year, live

if TYPE_CHECKING:
    pass

SIZES = pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])


pytestmark = pytest.mark.usefixtures("home")


def several_networks(services: FakeServices) -> None:
    """Add live posts on two networks."""
    a_year(services)
    services.personas.personas[1] = with_channels(services.personas.personas[1], *CHANNELS[:2])
    for n, likes in enumerate((3, 4, 5, 9)):
        live(services, 12 + n, at=MONDAY - n * WEEK, channel_id="channel-2", likes=likes, caption="#sea")


@SIZES
@pytest.mark.parametrize(("name", "keys"), [("best", ("5", "j")), ("breakdown", ("5", "s", "tab"))])
def test_results(
    looks: Looks, services: FakeServices, size: tuple[int, int], name: str, keys: tuple[str, ...]
) -> None:
    assert name
    several_networks(services)
    assert looks(size, *keys)


@SIZES
def test_no_results(looks: Looks, size: tuple[int, int]) -> None:
    assert looks(size, "5")


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_themes(looks: Looks, services: FakeServices, theme: str) -> None:
    several_networks(services)
    assert looks((120, 36), "5", "tab", theme=theme)


def in_slots(services: FakeServices) -> None:
    """Add enough live posts to shade three slots."""
    for n in range(5):
        live(services, 20 + n, at=MONDAY - n * WEEK, reactions=140)
        live(services, 25 + n, at=MONDAY - n * WEEK + timedelta(hours=9), reactions=60)
        live(services, 30 + n, at=MONDAY - n * WEEK + timedelta(days=2), reactions=100)


@SIZES
def test_shaded_slots(looks: Looks, services: FakeServices, size: tuple[int, int]) -> None:
    in_slots(services)
    keys = ("3", "ctrl+d", "h")
    assert looks(size, *keys)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_shaded_slots_in_themes(looks: Looks, services: FakeServices, theme: str) -> None:
    in_slots(services)
    assert looks((120, 36), "3", "ctrl+d", "h", theme=theme)


def test_similar_posts(looks: Looks, services: FakeServices) -> None:
    for n, reactions in enumerate((140, 150, 130, 100, 90, 80, 70)):
        live(services, 39 - n, at=MONDAY - n * WEEK, reactions=reactions)
    assert looks((120, 36))
