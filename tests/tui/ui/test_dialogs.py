"""The backdrop of a dialog: the screen below, dimmed, as it is now."""

from __future__ import annotations

import pytest
from PIL import Image
from rich.color import Color as RichColor
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.geometry import Region
from textual.renderables.background_screen import BackgroundScreen
from textual.strip import Strip

from fluffy_tui.scheduling import Step
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.photo.half_cells import PixelStrip
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.joined_strip import JoinedStrip, dimmed
from tui.conftest import Running
from tui.fakes import FakeServices

COLOUR = Color(20, 24, 29, 0.6)


@pytest.fixture
def line() -> JoinedStrip:
    """Return text, then a line of a picture between blanks."""
    pixels = Image.linear_gradient("L").rotate(90).resize((20, 2)).convert("RGB").tobytes()
    return JoinedStrip([Strip([Segment("ab漢")]), Strip.blank(3), PixelStrip(pixels), Strip.blank(2)])


@pytest.mark.parametrize(
    ("start", "end"), [(0, 29), (0, 4), (4, 7), (5, 9), (10, 27), (26, 29), (7, 7), (3, None)]
)
def test_a_crop_equals_textuals_crop(line: JoinedStrip, start: int, end: int | None) -> None:
    plain = Strip(list(line), line.cell_length)
    cut = line.crop(start, end)
    assert cut.cell_length == plain.crop(start, end).cell_length
    assert [*Segment.simplify(cut)] == [*Segment.simplify(plain.crop(start, end))]


def test_the_pieces_make_up_the_whole(line: JoinedStrip) -> None:
    pieces = line.divide([4, 6, 20, 29])
    assert [piece.cell_length for piece in pieces] == [4, 2, 14, 9]
    assert "".join(piece.text for piece in pieces) == line.text
    assert line.divide([29])[0] is line


@pytest.mark.parametrize("system", ["truecolor", "256"])
def test_a_line_is_written_completely_whatever_colours_the_terminal_has(
    line: JoinedStrip, system: str
) -> None:
    console = Console(color_system=system, force_terminal=True)  # type: ignore[arg-type]
    assert without_colours(dimmed(line, COLOUR).render(console)) == line.text


def without_colours(written: str) -> str:
    return Text.from_ansi(written).plain


def test_a_picture_is_dimmed_like_everything_else(line: JoinedStrip) -> None:
    exact = list(BackgroundScreen.process_segments(list(line), COLOUR))
    for ours, theirs in zip(dimmed(line, COLOUR), exact, strict=True):
        assert ours.text == theirs.text
        mine, textuals = ours.style or Style.null(), theirs.style or Style.null()
        assert near(mine.color, textuals.color)
        assert near(mine.bgcolor, textuals.bgcolor)


def near(one: RichColor | None, other: RichColor | None) -> bool:
    """Return whether two colours look the same; dimmed pictures have fewer of them."""
    if one is None or other is None or one.triplet is None or other.triplet is None:
        return one == other
    return all(abs(a - b) <= 8 for a, b in zip(one.triplet, other.triplet, strict=True))


async def test_changes_below_are_seen_behind_one_and_behind_two_dialogs(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "ctrl+g")
        assert isinstance(driver.screen, DialogScreen)
        assert "sending to Buffer" not in driver.screen_text()
        services.scheduling.move(11, Step.SENDING)
        await driver.heard()
        assert "sending to Buffer" in driver.screen_text()
        await driver.press("f1")
        assert "everywhere" in driver.screen_text()
        assert "unconfirmed" not in driver.screen_text()
        services.scheduling.move(11, Step.UNCONFIRMED)
        await driver.heard()
        assert "unconfirmed" in driver.screen_text()
        await driver.pilot.resize_terminal(100, 50)
        await driver.settle()
        assert len(driver.screen_text().splitlines()) == 50
        await driver.press("escape", "escape", "escape")
        assert not isinstance(driver.screen, DialogScreen)


@pytest.mark.parametrize("below", [(60, 18), (140, 45), (80, 10)])
async def test_a_dialog_covers_the_terminal_while_the_screen_below_has_another_size(
    running: Running, monkeypatch: pytest.MonkeyPatch, below: tuple[int, int]
) -> None:
    """So it is for a moment when the terminal changes; a line that was too short ended the app."""
    width, height = below
    monkeypatch.setattr(
        "fluffy_tui.tui.ui.dialogs.screen_strips", lambda _: [[Strip.blank(width)] for _ in range(height)]
    )
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("2", "j", "enter")
        dialog = driver.screen
        assert isinstance(dialog, DialogScreen)
        lines = dialog.render_lines(dialog.size.region)
        assert [line.cell_length for line in lines] == [80] * 24
        lines = dialog.render_lines(Region(0, 0, 100, 30))  # as it was laid out in a larger terminal
        assert [line.cell_length for line in lines] == [100] * 30


async def test_a_picture_that_arrives_while_a_dialog_is_open_is_seen_behind_it(running: Running) -> None:
    async with running(persona="sarah", size=(140, 45)) as driver:
        library = driver.screen
        preview, photos = library.query_one(PhotoPreview), library.query_one(PhotoList)
        while preview.shown is None:
            await driver.pilot.pause(0.01)
        await driver.press("?")
        assert isinstance(driver.screen, DialogScreen)
        behind = backdrop(driver.screen)
        other = photos.photo_at(5)
        assert other is not None
        preview.show(other)
        while backdrop(driver.screen) == behind:  # for ever, if what is below could not be seen
            await driver.pilot.pause(0.01)
        assert preview.shown is not None


def backdrop(dialog: DialogScreen[object]) -> list[str]:
    """Return all lines of a dialog's backdrop with their colours."""
    return [repr(list(line)) for line in dialog.render_lines(dialog.region)]
