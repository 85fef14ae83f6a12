"""Suggestions as they look, in three sizes: asked for, failed, offered, inserted, and asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.caption_model import ModelError, ModelFault
from tui.conftest import Looks
from tui.fakes import FakeCaptionModel, FakeServices
from tui.pressing import pressing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

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
    looks: Looks, model: FakeCaptionModel, size: tuple[int, int], name: str, keys: tuple[str, ...]
) -> None:
    assert name
    assert looks(size, "1", "enter", *keys)


@SIZES
def test_a_question(looks: Looks, model: FakeCaptionModel, size: tuple[int, int]) -> None:
    assert looks(size, run=asking(model))


def asking(model: FakeCaptionModel) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Return what drives the app to a question that the model has not answered."""
    model.gate.clear()

    async def ask(pilot: Pilot[Any]) -> None:
        await pressing("1", "enter")(pilot)
        await pilot.press("f7")
        await model.asked.wait()
        await pilot.pause()

    return ask


@SIZES
def test_a_failure(looks: Looks, model: FakeCaptionModel, size: tuple[int, int]) -> None:
    model.error = ModelError(ModelFault.NOT_FOUND, "192.168.1.5:11434", detail="model 'llava' not found")
    assert looks(size, "1", "enter", "f7")


@SIZES
def test_a_voice(looks: Looks, size: tuple[int, int]) -> None:
    keys = ("at", "v", *"Dry and short.")
    assert looks(size, *keys)


def test_a_question_in_a_light_theme(looks: Looks, model: FakeCaptionModel) -> None:
    assert looks((80, 24), run=asking(model), theme="textual-light")


def test_a_voice_in_a_light_theme(looks: Looks) -> None:
    assert looks((80, 24), "at", "v", *"Dry and short.", theme="textual-light")
