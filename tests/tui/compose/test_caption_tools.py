"""The caption tools: earlier captions, hashtag sets, snippets, external editor, image viewer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluffy_tui.photos import Photo
from fluffy_tui.similarity import EarlierPost, Relation
from fluffy_tui.tui.batch import BatchScreen
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.photo.same_picture import SamePictureScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.snippets import PickTextScreen, SnippetsScreen
from tui.conftest import Driver, Running
from tui.fakes import MARKUP, NOW, FakeServices


async def test_a_hashtag_set_is_found_by_a_few_letters_and_inserted(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog")
        composer = driver.screen
        await driver.press("ctrl+g")
        assert isinstance(driver.screen, PickTextScreen)
        assert driver.text("#picked-text") == "3 hashtags\n\n#leaves #november #goldenhour"
        await driver.press("down", "down")
        assert driver.text("#picked-text").endswith(f"\n\na phrase with {MARKUP} in it")
        await driver.press("up", "ctrl+n", "ctrl+b", *"sf")
        assert "\n\n#sea #fog #beach" in driver.text("#picked-text")
        await driver.press("enter")
        assert driver.form.caption.text == "fog #sea #fog #beach #waves #northsea #morning"
        assert driver.app.focused is driver.form.caption
        assert "! 6 of 5 hashtags (f2)" in [mark.line for mark in composer.form.preflight.marks]
        await driver.press("ctrl+z")
        assert driver.form.caption.text == "fog"
        await driver.press("ctrl+g", *"nothing like it", "enter")
        assert "Nothing matches" in driver.text("#none-found")
        await driver.press("escape")
        assert driver.form.caption.text == "fog"


async def test_empty_lists_say_what_to_do(running: Running, services: FakeServices) -> None:
    services.snippets.kept.clear()
    async with running(persona="northern light") as driver:
        await driver.press("enter", "ctrl+g")
        assert "then f4 to create one" in driver.text("#none-found")
        await driver.press("escape", "ctrl+l")
        assert "no other captions yet" in driver.text("#none-found")
        await driver.press("escape", "f4")
        assert isinstance(driver.screen, SnippetsScreen)
        assert "n creates a hashtag set" in driver.text("#no-snippets")
        await driver.press("enter", "r", "x", "z", "escape")
        assert isinstance(driver.screen, ComposeScreen)


async def test_an_earlier_caption_is_read_in_full_and_inserted_at_the_cursor(
    running: Running, services: FakeServices
) -> None:
    long = "a caption of before\n" + "\n".join(f"line {number}" for number in range(80))
    services.scheduling.all_posts[11] = replace(services.scheduling.all_posts[11], caption=long)
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"mine", "ctrl+l")
        assert driver.text("#picked-text") == f"10 Jan 15:41 · Instagram\n\n{long}"
        lines = driver.screen.query_one("#found")
        assert lines.option_count == 11
        assert "Instagram" in str(lines.get_option_at_index(1).prompt)
        read = driver.screen.query_one("#read")
        await driver.press("pagedown")
        assert read.scroll_offset.y > 0
        await driver.press("pageup")
        assert read.scroll_offset.y == 0
        await driver.press(*"coffee", "enter")
        assert driver.form.caption.text == "mine coffee first"
        await driver.press("ctrl+z")
        assert driver.form.caption.text == "mine", "nothing was overwritten"
        await driver.press("ctrl+a", "ctrl+l", "pagedown", "escape")
        assert driver.form.caption.text == "mine"


async def use_every_tool(driver: Driver, opened: list[str], earlier: str) -> None:
    """Use every tool, on a screen whose caption is empty and focused."""
    screen, field = driver.screen, driver.form.caption
    await driver.press(*"fog #nov")
    assert [one.text for one in field.autocomplete.completions] == ["#november"]
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
    assert field.text.endswith(earlier), "the editor's change can be undone"
    await driver.press("enter", *"#nort")
    assert field.autocomplete.is_open
    await driver.press("f4", "escape")
    assert not field.autocomplete.is_open, "no suggestions are left over when the screen comes back"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths opened in the image viewer; the external editor adds a word."""
    paths: list[str] = []

    async def show(_: object, photo: Photo) -> None:
        paths.append(str(photo.path))

    monkeypatch.setattr("fluffy_tui.tui.compose.caption_form.show_outside", show)
    monkeypatch.setattr(
        "fluffy_tui.tui.compose.caption_tools.edit_outside", lambda _, text: f"{text}, edited"
    )
    return paths


async def test_every_tool_works_where_slots_are_filled(
    running: Running, services: FakeServices, opened: list[str]
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "f")
        assert isinstance(driver.screen, BatchScreen)
        await use_every_tool(driver, opened, "coffee first")
        driver.form.caption.select_all()
        await driver.press(*"hello #sandcastle", "ctrl+n")
        assert driver.form.caption.text == ""
        await driver.press(*"#sandc")
        assert [one.text for one in driver.form.caption.autocomplete.completions] == ["#sandcastle"], (
            "a hashtag of the previous caption is suggested at once"
        )
        await driver.press("tab", "ctrl+b")
        assert driver.form.caption.text == "hello #sandcastle"
        assert not driver.form.caption.autocomplete.is_open, (
            "nothing is suggested for a text that was only loaded"
        )
        driver.form.caption.select_all()
        await driver.press(*"coffee first thing", "f8")
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


async def test_every_tool_works_where_a_post_is_edited(
    running: Running, services: FakeServices, opened: list[str]
) -> None:
    posts = services.scheduling.all_posts
    posts[1] = replace(posts[1], caption="a quiet morning by the sea #fog")
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "e")
        screen = driver.screen
        assert isinstance(screen, EditPostScreen)
        driver.form.caption.select_all()
        await driver.press("backspace")
        assert "✗ no caption (f2)" in [mark.line for mark in screen.form.preflight.marks]
        await driver.press(*"a quiet morning by the sea")
        lines = [mark.line for mark in screen.form.preflight.marks]
        assert "! similar to “a quiet morning by the…” (f2)" in lines
        assert "! no alt text (f3)" in lines
        driver.form.caption.select_all()
        await driver.press("backspace")
        await use_every_tool(driver, opened, "a quiet morning by the sea #fog")


async def test_no_tool_works_where_only_the_time_is_changed(running: Running, opened: list[str]) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "t")
        screen = driver.screen
        for key in ("ctrl+g", "ctrl+l", "f4", "f2", "f3"):
            await driver.press(key)
            assert driver.screen is screen
            assert not screen.form.caption.has_focus
        assert all("caption" not in mark.words for mark in screen.form.preflight.marks)
