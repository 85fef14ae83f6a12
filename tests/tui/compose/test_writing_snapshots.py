"""Offers, hashtag sets, snippets and earlier captions as they look, in three sizes and three themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fluffy_tui.tui.app import FluffyApp
from tui.fakes import CHANNELS, FakeServices, with_channels
from tui.pressing import pressing

LOOKS = pytest.mark.parametrize(
    ("size", "theme"),
    [
        ((70, 24), "fluffy"),
        ((80, 24), "fluffy"),
        ((140, 45), "fluffy"),
        ((80, 24), "textual-light"),
        ((80, 24), "ansi-dark"),
    ],
    ids=["70x24", "80x24", "140x45", "light", "ansi"],
)


pytestmark = pytest.mark.usefixtures("home")


@LOOKS
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("offers", ("1", "enter", *"the fog lifted #", "down")),
        ("sets", ("1", "enter", *"the fog lifted", "ctrl+g", *"sea")),
        ("earlier", ("1", "enter", "ctrl+l", "down", "down")),
        ("snippets", ("1", "enter", "f4", "j")),
        ("write", ("1", "enter", "f4", "n", *"sea", "enter", *"#a #b #c #d #e #f")),
    ],
)
def test_writing(
    snap_compare: Any,
    make_app: Callable[..., FluffyApp],
    size: tuple[int, int],
    name: str,
    keys: tuple[str, ...],
    theme: str,
) -> None:
    assert name
    app = make_app(persona="sarah")
    app.theme = theme
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])
def test_several_channels(
    snap_compare: Any, make_app: Callable[..., FluffyApp], services: FakeServices, size: tuple[int, int]
) -> None:
    """One with a caption of its own, one with a first comment, and one that is off."""
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], *CHANNELS[:3])
    keys = ("1", "enter", *"fog #sea", "alt+h", "alt+down", *" here", "alt+down", "f9", "alt+up", "alt+up")
    app = make_app(persona="sarah")
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))
