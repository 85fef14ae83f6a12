"""The fake model and the real client give the same answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from caption_model.model_server import ModelServer, answering, model_server, suggestions
from caption_model.test_caption_client import REQUEST
from fluffy_tui.caption_model import CaptionModel, ModelError, ModelFault
from fluffy_tui.tui.ports import CaptionModelPort
from tui.fakes import FakeCaptionModel
from tui.fakes.caption_model import ALT_TEXT, CAPTIONS


@dataclass
class World:
    """A model, and how to make it do something else."""

    model: CaptionModelPort
    hang: Callable[[], Any]
    refuse: Callable[[], Any]
    asked: asyncio.Event
    left: asyncio.Event


def fake() -> World:
    model = FakeCaptionModel()

    def refuse() -> None:
        model.error = ModelError(ModelFault.RATE_LIMITED, "192.168.1.5:11434", retry_after=7)

    return World(model, model.gate.clear, refuse, model.asked, model.left)


def real(server: ModelServer) -> World:
    def hang() -> None:
        server.answer = server.hang

    def refuse() -> None:
        server.answer = answering({}, 429, Retry_After="7")

    server.answer = answering(suggestions(CAPTIONS, ALT_TEXT))
    return World(CaptionModel(server.url, name="llava"), hang, refuse, server.asked, server.left)


@pytest.fixture(params=["fake", "real"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with model_server() as server:
        yield fake() if request.param == "fake" else real(server)


async def test_captions_and_alt_text(world: World) -> None:
    found = await world.model.suggest(REQUEST)
    assert (found.captions, found.alt_text, found.model) == (CAPTIONS, ALT_TEXT, "llava")
    assert world.model.label.startswith("llava at ")


async def test_a_refusal_is_raised(world: World) -> None:
    world.refuse()
    with pytest.raises(ModelError) as caught:
        await world.model.suggest(REQUEST)
    assert (caught.value.fault, caught.value.retry_after) == (ModelFault.RATE_LIMITED, 7)


async def test_a_question_can_be_cancelled(world: World) -> None:
    world.hang()
    question = asyncio.create_task(world.model.suggest(REQUEST))
    await world.asked.wait()
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    await world.left.wait()
