"""The filmstrip below the preview."""

from __future__ import annotations

from fluffy_tui.tui.photo.filmstrip import Filmstrip
from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
from tui.conftest import Running
from tui.fakes import FakeServices
from tui.library.library_driver import photos


async def test_the_filmstrip_shows_the_neighbours(running: Running) -> None:
    async with running(persona="sarah") as driver:
        strip = driver.screen.query_one(Filmstrip)
        assert not strip.display
        await driver.press("tab", *"jjjjj")
        assert strip.display
        while not strip.is_complete:
            await driver.pilot.pause(0.01)
        middle = strip.render_line(3)
        colours = {segment.style.color for segment in middle if segment.style and segment.text == "▀"}
        assert len(colours) > 10
        assert "▔" in strip.render_line(6).text
        await driver.pilot.click(Filmstrip, offset=(strip.size.width - 8, 2))
        await driver.settle()
        assert photos(driver).cursor > 5
        await driver.press("tab")
        assert not strip.display


async def test_a_broken_photo_leaves_its_frame_empty(running: Running, services: FakeServices) -> None:
    services.photos.photos[39].path.write_bytes(b"broken")
    async with running(persona="sarah") as driver:
        await driver.press("tab")
        strip = driver.screen.query_one(Filmstrip)
        while not strip.is_complete:
            await driver.pilot.pause(0.01)
        assert "no picture" in strip.render_line(3).text


async def test_the_filmstrip_is_drawn_as_the_terminal_needs_it_by_then(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("tab")
        strip = driver.screen.query_one(Filmstrip)
        assert "▀" in strip.render_line(3).text
        driver.app._switch_pictures(RendererChoice("shades", ""))
        await driver.settle()
        drawn = strip.render_line(3).text
        assert "▀" not in drawn
        assert any(shade in drawn for shade in "░▒▓█")
        for name in ("sixel", "half-cell"):
            driver.app._switch_pictures(RendererChoice(name, ""))
            await driver.settle()
            assert "▀" in strip.render_line(3).text, "half cells are text, which any terminal keeps up with"
