"""A line of chips: the current one is always visible, and each can be clicked."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from fluffy_tui.tui.compose.chip_strip import ChipStrip
from tui.fakes import MARKUP

NAMES = [f"IMG_{2040 - number}.JPG" for number in range(10)]


class StripApp(App[None]):
    """Shows a strip and notes what is clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.clicked: list[int] = []
        self.strip = ChipStrip("photos", "ctrl+b ctrl+n photo", self.clicked.append)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self.strip


def shown(app: StripApp) -> str:
    return str(app.strip.render()).rstrip()


async def test_a_single_chip_needs_no_strip() -> None:
    async with StripApp().run_test(size=(80, 5)) as pilot:
        app = pilot.app
        assert isinstance(app, StripApp)
        app.strip.show(NAMES[:1], 0)
        assert not app.strip.display


async def test_the_keys_stand_where_there_is_room() -> None:
    async with StripApp().run_test(size=(80, 5)) as pilot:
        app = pilot.app
        assert isinstance(app, StripApp)
        app.strip.show([MARKUP, NAMES[1]], 1)
        await pilot.pause()
        assert shown(app).startswith(f" {MARKUP}   IMG_2039.JPG")
        assert shown(app).endswith("ctrl+b ctrl+n photo")


@pytest.mark.parametrize("width", [60, 80, 140])
async def test_the_current_chip_is_visible_in_every_width(width: int) -> None:
    async with StripApp().run_test(size=(width, 5)) as pilot:
        app = pilot.app
        assert isinstance(app, StripApp)
        for index, name in enumerate(NAMES):
            app.strip.show(NAMES, index)
            await pilot.pause()
            assert name in shown(app)
            assert cell_len(shown(app)) <= width - 2


async def test_a_chip_is_chosen_with_the_mouse() -> None:
    async with StripApp().run_test(size=(80, 5)) as pilot:
        app = pilot.app
        assert isinstance(app, StripApp)
        app.strip.show(NAMES[:3], 0)
        await pilot.pause()
        for index, name in enumerate(NAMES[:3]):
            await pilot.click(ChipStrip, offset=(1 + shown(app).index(name), 0))
            await pilot.pause()
            assert app.clicked[-1] == index
