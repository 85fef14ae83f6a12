"""Snapshots of composer, fit, plan, month, move mode and batch, in three sizes."""

from __future__ import annotations

import pytest
from textual.events import Paste

from fluffy_tui.scheduling import Step
from tui.conftest import Looks
from tui.fakes import FakeServices
from tui.several_channels import on_channels

SIZES = pytest.mark.parametrize("size", [(70, 24), (80, 24), (140, 45)], ids=["70x24", "80x24", "140x45"])
LONG = (
    "beach walk day three the fog did not lift until noon and nobody minded at all we just sat there and had "
    "coffee out of the old blue flask #fog #beach"
)


pytestmark = pytest.mark.usefixtures("home")


@SIZES
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("marks", ("3", "1", "enter", Paste(LONG))),
        ("fit", ("j", "enter", "ctrl+f", "j", "l", "l")),
        ("plan", ("3", "l")),
        ("moving", ("3", "M")),
        ("week", ("3", "f", *"one", "ctrl+n", *"two")),
        ("review", ("3", "f", *"one", "ctrl+n", *"two", "ctrl+s")),
        ("month", ("3", "tab", "j")),
    ],
)
def test_planning(looks: Looks, size: tuple[int, int], name: str, keys: tuple[str | Paste, ...]) -> None:
    assert name
    assert looks(size, *keys)


def test_another_channel(looks: Looks, services: FakeServices) -> None:
    on_channels(services, 30, Step.ACCEPTED, Step.ACCEPTED)
    keys = ("3", "alt+down", "l")
    assert looks((140, 45), *keys)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("fit", ("j", "enter", "ctrl+f")),
        ("plan", ("3", "l")),
        ("review", ("3", "f", *"one", "ctrl+n", *"two", "ctrl+s")),
        ("moving", ("3", "M")),
        ("week", ("3", "f", *"one", "ctrl+n", *"two")),
    ],
)
def test_themes(looks: Looks, theme: str, name: str, keys: tuple[str, ...]) -> None:
    assert name
    assert looks((120, 36), *keys, theme=theme)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
def test_submitted(looks: Looks, size: tuple[int, int]) -> None:
    keys = ("3", "f", *["ctrl+o"] * 5, *"one", "ctrl+n", *"two", "ctrl+s", "ctrl+s")
    assert looks(size, *keys)
