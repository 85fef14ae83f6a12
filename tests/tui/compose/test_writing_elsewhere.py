"""What helps in the composer helps where a week is written and where a post is changed, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluffy_tui.similarity import EarlierPost, Relation
from fluffy_tui.tui.batch.screen import FillWeekScreen
from fluffy_tui.tui.caption.caption_editor import CaptionEditor
from fluffy_tui.tui.compose.same_picture import SamePictureScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.snippets.screen import SnippetsScreen
from fluffy_tui.tui.snippets.snippet_picker import PickTextScreen
from tui.conftest import Driver, Running
from tui.fakes import NOW, FakeServices


def caption(driver: Driver) -> CaptionEditor:
    """Return the caption's field."""
    found: CaptionEditor = driver.screen.caption_editor
    return found


async def takes_help(driver: Driver, opened: list[str], earlier: str) -> None:
    """Take everything that helps, in a screen whose caption is empty and has the keyboard."""
    screen, field = driver.screen, caption(driver)
    await driver.press(*"fog #nov")
    assert [offer.text for offer in field.offered.offers] == ["#november"]
    assert field.offered.display and field.offered.region.y == field.cursor_screen_offset.y + 1
    await driver.press("tab", "space", *";si", "enter")
    assert field.text == "fog #november — sarah, from the coast"
    await driver.press("ctrl+g", *"autumn", "enter")
    assert field.text.endswith("coast #leaves #november #goldenhour")
    await driver.press("ctrl+l")
    assert isinstance(driver.screen, PickTextScreen)
    await driver.press(*earlier, "enter")
    assert field.text.endswith(f"#goldenhour {earlier}")
    await driver.press("f4")
    assert isinstance(driver.screen, SnippetsScreen)
    await driver.press("escape", "f3", "f2", "f5")
    assert driver.screen is screen
    assert driver.app.focused is field
    assert len(opened) == 1
    await driver.press("ctrl+e")
    assert field.text.endswith(f"{earlier}, edited")
    await driver.press("ctrl+z")
    assert field.text.endswith(earlier), "what the editor wrote can be undone"
    await driver.press("enter", *"#nort")
    assert field.offered.is_open
    await driver.press("f4", "escape")
    assert not field.offered.is_open, "nothing hangs there when one comes back"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths that were opened outside; an editor adds a word."""
    paths: list[str] = []

    async def show(_: object, path: object) -> None:
        paths.append(str(path))

    monkeypatch.setattr("fluffy_tui.tui.compose.writes_captions.show_outside", show)
    monkeypatch.setattr(
        "fluffy_tui.tui.compose.writes_captions.edit_outside", lambda _, text: f"{text}, edited"
    )
    return paths


async def test_a_week_is_written_with_all_that_helps(
    running: Running, services: FakeServices, opened: list[str]
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "f")
        assert isinstance(driver.screen, FillWeekScreen)
        await takes_help(driver, opened, "coffee first")
        await driver.press("f7", *"hello #sandcastle", "ctrl+n")
        assert caption(driver).text == ""
        await driver.press(*"#sandc")
        assert [offer.text for offer in caption(driver).offered.offers] == ["#sandcastle"], (
            "a hashtag of the caption before is offered at once"
        )
        await driver.press("tab", "ctrl+b")
        assert caption(driver).text == "hello #sandcastle"
        assert not caption(driver).offered.is_open, "nothing is offered for a text that is only shown"
        await driver.press("f7", *"coffee first thing", "f8")
        assert driver.screen.said == "No earlier post of this picture is known."
        before = services.scheduling.all_posts[2]
        driver.screen.week.posts[0].sighting = EarlierPost(
            before.id, before.photo_id, Relation.SAME_PICTURE, bits=8, posted=True, at=NOW
        )
        await driver.press("f8")
        assert isinstance(driver.screen, SamePictureScreen)
        await driver.press("escape", "ctrl+s")
        assert driver.screen.is_reviewing
        for key in ("ctrl+g", "ctrl+l", "ctrl+e"):
            await driver.press(key)
            assert driver.screen.is_reviewing, f"{key} is for a caption, and none is written"
        assert driver.screen.week.posts[0].text.caption == "coffee first thing"


async def test_a_post_is_changed_with_all_that_helps(
    running: Running, services: FakeServices, opened: list[str]
) -> None:
    posts = services.scheduling.all_posts
    posts[1] = replace(posts[1], caption="a quiet morning by the sea #fog")
    async with running(persona="sarah") as driver:
        await driver.press("2", "G", "k", "e")
        screen = driver.screen
        assert isinstance(screen, EditPostScreen)
        await driver.press("f7", "backspace")
        assert "✗ no caption (f2)" in [mark.told for mark in screen._marks.marks]
        await driver.press(*"a quiet morning by the sea")
        told = [mark.told for mark in screen._marks.marks]
        assert "! nearly the same as “a quiet morning by the…” (f2)" in told
        assert "! no alt text (f3)" in told
        await driver.press("f7", "backspace")
        await takes_help(driver, opened, "a quiet morning by the sea #fog")


async def test_where_only_the_time_is_changed_there_is_nothing_to_write(
    running: Running, opened: list[str]
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "G", "k", "t")
        screen = driver.screen
        for key in ("ctrl+g", "ctrl+l", "f4", "f2", "f3"):
            await driver.press(key)
            assert driver.screen is screen
            assert not screen._caption.has_focus
        assert all("caption" not in mark.words for mark in screen._marks.marks)
