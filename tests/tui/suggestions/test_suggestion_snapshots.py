"""Suggestions as they look, in three sizes: asked for, failed, offered, inserted, and asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.caption_model import ModelError, ModelFault
from fluffy_tui.tui.app import FluffyApp
from tui.fakes import FakeCaptionModel, FakeServices
from tui.pressing import pressing

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZES = pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def model(services: FakeServices) -> FakeCaptionModel:
    personas = services.personas.personas
    personas[1] = replace(personas[1], voice="Dry and short.")
    services.caption_model = model = FakeCaptionModel()
    return model


@SIZES
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("offered", ("f7", "down")),
        ("inserted", ("f7", "down", "enter")),
        ("unread", ("f7", "down", "enter", "ctrl+s")),
    ],
)
def test_suggestions(
    snap_compare: Any,
    make_app: Callable[..., FluffyApp],
    model: FakeCaptionModel,
    size: tuple[int, int],
    name: str,
    keys: tuple[str, ...],
) -> None:
    assert name
    app = make_app(persona="sarah")
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", "enter", *keys))


@SIZES
def test_a_question(
    snap_compare: Any, make_app: Callable[..., FluffyApp], model: FakeCaptionModel, size: tuple[int, int]
) -> None:
    model.gate.clear()

    async def ask(pilot: Pilot[Any]) -> None:
        await pressing("1", "enter")(pilot)
        await pilot.press("f7")
        await model.asked.wait()
        await pilot.pause()

    assert snap_compare(make_app(persona="sarah"), terminal_size=size, run_before=ask)


@SIZES
def test_a_failure(
    snap_compare: Any, make_app: Callable[..., FluffyApp], model: FakeCaptionModel, size: tuple[int, int]
) -> None:
    model.error = ModelError(ModelFault.NOT_FOUND, "192.168.1.5:11434", detail="model 'llava' not found")
    app = make_app(persona="sarah")
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", "enter", "f7"))


@SIZES
def test_a_voice(snap_compare: Any, make_app: Callable[..., FluffyApp], size: tuple[int, int]) -> None:
    app = make_app(persona="sarah")
    keys = ("at", "v", *"Dry and short.")
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))
