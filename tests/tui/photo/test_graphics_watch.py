"""Pictures follow the terminal: after tmux was attached elsewhere, and after answers that came late."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.settings import Preview
from fluffy_tui.tui.photo.graphics_watch import GraphicsWatch
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.platform.terminal_input import TerminalAnswered

if TYPE_CHECKING:
    from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
    from tui.conftest import Running

KITTY = "\x1b_Gi=1;OK\x1b\\\x1b[?62c"
SIXEL = "\x1b[?62;4c"
PLAIN = "\x1b[?62c"


@pytest.fixture(autouse=True)
def _own_cell_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is learned of the terminal to this test, and let it have colours."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("TEXTUAL_CELL_WIDTH", "TEXTUAL_CELL_HEIGHT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("preview", "name", "answers", "switched"),
    [
        (Preview.AUTO, "half-cell", [KITTY], ["kitty"]),
        (Preview.AUTO, "kitty", [KITTY, PLAIN, SIXEL, SIXEL], ["half-cell", "sixel"]),
        (Preview.HALF_CELL, "half-cell", [KITTY], []),
        (Preview.KITTY, "kitty", [PLAIN], []),
        (Preview.AUTO, "off", [KITTY], []),
    ],
)
def test_only_a_change_switches(preview: Preview, name: str, answers: list[str], switched: list[str]) -> None:
    choices: list[RendererChoice] = []
    app: Any = None
    watch = GraphicsWatch(app, preview, name, choices.append)
    for answer in answers:
        watch.answered(answer)
    assert [choice.name for choice in choices] == switched


async def test_the_open_pictures_are_drawn_again(running: Running) -> None:
    async with running(persona="sarah") as driver:
        setup: Any = driver.app.setup
        setup._settings = replace(setup.settings, preview=Preview.AUTO)
        driver.app._graphics = GraphicsWatch(
            driver.app, Preview.AUTO, "half-cell", driver.app._switch_pictures
        )
        preview = driver.screen.query_one(PhotoPreview)
        while preview.painting is None:
            await driver.pilot.pause(0.01)
        driver.app.post_message(TerminalAnswered(SIXEL))
        while preview.painting is None or preview.painting.is_text:
            await driver.pilot.pause(0.01)
        assert driver.app.context.preview == "sixel"
        assert setup.pictures.name == "sixel"
