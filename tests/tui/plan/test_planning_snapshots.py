"""Snapshots of composer, fit, plan, month, move mode and batch, in three sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.events import Paste

from fluffy_tui.scheduling import Step
from fluffy_tui.tui.app import FluffyApp
from tui.fakes import FakeServices
from tui.pressing import pressing
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
def test_planning(
    snap_compare: Any,
    make_app: Callable[..., FluffyApp],
    size: tuple[int, int],
    name: str,
    keys: tuple[str | Paste, ...],
) -> None:
    assert name
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=pressing(*keys))


def test_another_channel(
    snap_compare: Any, make_app: Callable[..., FluffyApp], services: FakeServices
) -> None:
    on_channels(services, 30, Step.ACCEPTED, Step.ACCEPTED)
    keys = ("3", "alt+down", "l")
    assert snap_compare(make_app(persona="sarah"), terminal_size=(140, 45), run_before=pressing(*keys))


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
def test_themes(
    snap_compare: Any, make_app: Callable[..., FluffyApp], theme: str, name: str, keys: tuple[str, ...]
) -> None:
    assert name
    app = make_app(persona="sarah")
    app.theme = theme
    assert snap_compare(app, terminal_size=(120, 36), run_before=pressing(*keys))


@pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
def test_submitted(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    keys = ("3", "f", *["ctrl+o"] * 5, *"one", "ctrl+n", *"two", "ctrl+s", "ctrl+s")
    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=pressing(*keys))
