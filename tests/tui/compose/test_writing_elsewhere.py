"""What helps in the composer helps where a week is written and where a post is changed, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluffy_tui.similarity import EarlierPost, Relation
from fluffy_tui.tui.batch import BatchScreen
from fluffy_tui.tui.caption.caption_editor import CaptionEditor
from fluffy_tui.tui.compose.same_picture import SamePictureScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.snippets.screen import SnippetsScreen
from fluffy_tui.tui.snippets.snippet_picker import PickTextScreen
from tui.conftest import Driver, Running
from tui.fakes import NOW, FakeServices


def caption(driver: Driver) -> CaptionEditor:
    """Return the caption's field."""
    found: CaptionEditor = driver.screen.form.caption
    return found


async def takes_help(driver: Driver, opened: list[str], earlier: str) -> None:
    """Take everything that helps, in a screen whose caption is empty and has the keyboard."""
    screen, field = driver.screen, caption(driver)
    await driver.press(*"fog #nov")
    assert [offer.text for offer in field.autocomplete.completions] == ["#november"]
    assert field.autocomplete.display and field.autocomplete.region.y == field.cursor_screen_offset.y + 1
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
    assert field.autocomplete.is_open
    await driver.press("f4", "escape")
    assert not field.autocomplete.is_open, "nothing hangs there when one comes back"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths that were opened outside; an editor adds a word."""
    paths: list[str] = []

    async def show(_: object, path: object) -> None:
        paths.append(str(path))

    monkeypatch.setattr("fluffy_tui.tui.compose.caption_form.show_outside", show)
    monkeypatch.setattr(
        "fluffy_tui.tui.compose.caption_tools.edit_outside", lambda _, text: f"{text}, edited"
    )
    return paths


async def test_a_week_is_written_with_all_that_helps(
    running: Running, services: FakeServices, opened: list[str]
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "f")
        assert isinstance(driver.screen, BatchScreen)
        await takes_help(driver, opened, "coffee first")
        await driver.press("f7", *"hello #sandcastle", "ctrl+n")
        assert caption(driver).text == ""
        await driver.press(*"#sandc")
        assert [offer.text for offer in caption(driver).autocomplete.completions] == ["#sandcastle"], (
            "a hashtag of the caption before is offered at once"
        )
        await driver.press("tab", "ctrl+b")
        assert caption(driver).text == "hello #sandcastle"
        assert not caption(driver).autocomplete.is_open, "nothing is offered for a text that is only shown"
        await driver.press("f7", *"coffee first thing", "f8")
        assert driver.screen.form.message == "This picture has not been posted before."
        before = services.scheduling.all_posts[2]
        driver.screen.model.posts[0].earlier_post = EarlierPost(
            before.id, before.photo_id, Relation.SAME_PICTURE, bits=8, posted=True, at=NOW
        )
        await driver.press("f8")
        assert isinstance(driver.screen, SamePictureScreen)
        await driver.press("escape", "ctrl+s")
        assert driver.screen.panel.is_reviewing
        for key in ("ctrl+g", "ctrl+l", "ctrl+e"):
            await driver.press(key)
            assert driver.screen.panel.is_reviewing, f"{key} is for a caption, and none is written"
        assert driver.screen.model.posts[0].draft.caption == "coffee first thing"


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
        assert "✗ no caption (f2)" in [mark.line for mark in screen.form.preflight.marks]
        await driver.press(*"a quiet morning by the sea")
        told = [mark.line for mark in screen.form.preflight.marks]
        assert "! similar to “a quiet morning by the…” (f2)" in told
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
            assert not screen.form.caption.has_focus
        assert all("caption" not in mark.words for mark in screen.form.preflight.marks)
