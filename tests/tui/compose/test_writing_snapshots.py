"""Offers, hashtag sets, snippets and earlier captions as they look, in three sizes and three themes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fluffy_tui.tui.app import FluffyApp
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


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make paths the same on every machine, as they are shown from the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))


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
