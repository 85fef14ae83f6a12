"""The caption as it is drawn and edited: whole at every size, and by grapheme."""

from __future__ import annotations

import pytest
from textual.events import Paste
from textual.strip import Strip

from fluffy_tui.tui.caption.caption_editor import CaptionEditor
from fluffy_tui.tui.compose import CaptionForm
from tui.conftest import Driver, Running

EMOJI = ["👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "1️⃣", "🏳️‍🌈", "e\u0302\u0301"]
"""A family, a flag, a skin tone, variation selectors, joiners, and combining marks: a grapheme each."""
LONG = " ".join(f"word{n} on the pier {EMOJI[n % len(EMOJI)]} in fog" for n in range(14)) + " the end"


async def writing(driver: Driver, text: str) -> CaptionEditor:
    """Open the composer with a caption, the cursor behind it."""
    await driver.press("enter")
    driver.app.post_message(Paste(text))
    await driver.settle()
    caption: CaptionEditor = driver.screen.query_one(CaptionForm).caption
    return caption


def drawn(caption: CaptionEditor) -> str:
    """Return the visible part of the caption as its lines are drawn, joined."""
    lines = [caption.render_line(y).text.strip() for y in range(caption.content_size.height)]
    return " ".join(filter(None, lines))


@pytest.mark.parametrize("sizes", [[(140, 45), (100, 30), (80, 24), (60, 18)], [(60, 18), (140, 45)]])
async def test_the_caption_is_whole_after_the_terminal_was_resized(
    running: Running, sizes: list[tuple[int, int]]
) -> None:
    async with running(persona="sarah") as driver:
        caption = await writing(driver, LONG)
        for width, height in sizes:
            await driver.pilot.resize_terminal(width, height)
            await driver.settle()
            shown = drawn(caption)
            assert shown in LONG
            assert shown.endswith("the end")
            assert shown == LONG or caption.virtual_size.height > caption.content_size.height
            for y in range(caption.content_size.height):
                assert caption.render_line(y).cell_length <= caption.content_size.width


async def test_lines_are_painted_again_where_a_caption_takes_as_many_as_before_the_resize(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(persona="sarah") as driver:
        caption = await writing(
            driver,
            "Morning fog 👨‍👩‍👧 ✌️ over the pier, second line of words that wraps somewhere around here for resize",
        )
        painted: dict[int, str] = {}
        render_line = caption.render_line

        def noted(y: int) -> Strip:
            painted[y] = (strip := render_line(y)).text.strip()
            return strip

        monkeypatch.setattr(caption, "render_line", noted)
        for width in (100, 80, 60, 100, 140):
            await driver.pilot.resize_terminal(width, 45)
            await driver.settle()
            assert [painted[y] for y in range(4)] == [render_line(y).text.strip() for y in range(4)]


@pytest.mark.parametrize("emoji", EMOJI)
async def test_cursor_and_deletion_go_by_grapheme(running: Running, emoji: str) -> None:
    async with running(persona="sarah") as driver:
        caption = await writing(driver, f"a{emoji}{emoji}b")
        columns = []
        for _ in range(4):
            columns.append(caption.cursor_location[1])
            await driver.press("left")
        assert columns == [2 + 2 * len(emoji), 1 + 2 * len(emoji), 1 + len(emoji), 1]
        await driver.press("right", "right")
        assert caption.cursor_location == (0, 1 + len(emoji))
        await driver.press("backspace")
        assert caption.text == f"a{emoji}b"
        await driver.press("delete")
        assert caption.text == "ab"


@pytest.mark.parametrize("emoji", EMOJI)
async def test_the_line_is_as_wide_with_the_cursor_on_an_emoji_as_without(
    running: Running, emoji: str
) -> None:
    async with running(persona="sarah") as driver:
        caption = await writing(driver, f"a{emoji}b")
        await driver.press("left", "left")
        assert caption.cursor_location == (0, 1)
        line = caption.render_line(0)
        assert emoji in [segment.text for segment in line]
        assert sum(segment.cell_length for segment in line) == line.cell_length


async def test_up_and_down_keep_the_column_and_never_stop_inside_an_emoji(running: Running) -> None:
    family = EMOJI[0]
    async with running(persona="sarah") as driver:
        caption = await writing(driver, f"{family * 4}\nabcdefgh")
        await driver.press("home", "right", "right", "right", "up")
        assert caption.cursor_location == (0, len(family)), "the third column is in the second family"
        await driver.press("down", "right", "up")
        assert caption.cursor_location == (0, 2 * len(family))
        assert caption.cursor_screen_offset.x - caption.content_region.x == 4
