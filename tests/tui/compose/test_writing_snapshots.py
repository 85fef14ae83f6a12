"""Offers, hashtag sets, snippets and earlier captions as they look, in three sizes and three themes."""

from __future__ import annotations

import pytest

from tui.conftest import Looks
from tui.fakes import CHANNELS, FakeServices, with_channels

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
def test_writing(looks: Looks, size: tuple[int, int], name: str, keys: tuple[str, ...], theme: str) -> None:
    assert name
    assert looks(size, *keys, theme=theme)


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])
def test_several_channels(looks: Looks, services: FakeServices, size: tuple[int, int]) -> None:
    """One with a caption of its own, one with a first comment, and one that is off."""
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], *CHANNELS[:3])
    keys = ("1", "enter", *"fog #sea", "alt+h", "alt+down", *" here", "alt+down", "f9", "alt+up", "alt+up")
    assert looks(size, *keys)
