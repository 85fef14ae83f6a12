"""Writing a caption with what the persona has written before: offers, hashtag sets, snippets, earlier captions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluffy_tui.personas import Snippet, SnippetKind
from fluffy_tui.tui.caption.autocomplete import Vocabulary, word_before
from fluffy_tui.tui.caption.caption_editor import CaptionEditor
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.snippets.screen import SnippetsScreen
from fluffy_tui.tui.snippets.snippet_picker import PickTextScreen
from tui.conftest import Driver, Running
from tui.fakes import MARKUP, FakeServices

SETS, PHRASE = SnippetKind.HASHTAGS, SnippetKind.PHRASE


@pytest.mark.parametrize(
    ("before", "word"),
    [
        ("#su", "#su"),
        ("a walk #", "#"),
        ("(#su", "#su"),
        ("one #two ;si", ";si"),
        ("＃日", "＃日"),
        ("a#su", ""),
        ("wink ;", ";"),
        ("#sunset ", ""),
        ("#a#b", ""),
        ("", ""),
    ],
)
def test_a_word_that_is_begun(before: str, word: str) -> None:
    assert word_before(before) == word


def test_what_is_offered_comes_from_sets_and_recent_captions_the_likeliest_first() -> None:
    snippets = [
        Snippet(1, 1, SETS, "sea", "#Sunset #sea #surf"),
        Snippet(2, 1, PHRASE, "sig", f"— {MARKUP}\nme"),
    ]
    offers = Vocabulary(snippets, ["x #sunrise", "y #surf #sunrise", "#sunrise2"]).completions
    assert [(offer.text, offer.note) for offer in offers("#su")] == [
        ("#sunrise", "2× recently"),
        ("#sunrise2", "1× recently"),
        ("#surf", "sea · 1× recently"),
        ("#Sunset", "sea"),
    ]
    assert [offer.text for offer in offers("#SU", used=["#Surf", "#SUNRISE"])] == ["#sunrise2", "#Sunset"]
    assert offers("#sunset") == (), "it is written already"
    assert offers("#nothing") == offers("") == ()
    assert [(offer.word, offer.text) for offer in offers(";s")] == [
        (";sig", f"— {MARKUP}\nme"),
        (";sea", "#Sunset #sea #surf"),
    ]


def caption(driver: Driver) -> CaptionEditor:
    """Return the caption's field."""
    found: CaptionEditor = driver.screen.form.caption
    return found


async def test_offers_are_taken_by_tab_or_enter_chosen_by_arrows_and_dismissed(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog #")
        field = caption(driver)
        assert field.autocomplete.is_open and field.autocomplete.display
        assert field.autocomplete.region.y == field.cursor_screen_offset.y + 1
        await driver.press(*"no")
        assert [offer.text for offer in field.autocomplete.completions] == ["#northsea", "#november"]
        await driver.press("down")
        assert field.autocomplete.selected.text == "#november"
        await driver.press("down", "up", "up", "down", "tab")
        assert field.text == "fog #november"
        assert not field.autocomplete.is_open
        assert driver.app.focused is field, "tab did not leave the field"
        await driver.press("ctrl+z")
        assert field.text == "fog #no", "one undo takes it back"
        assert field.autocomplete.is_open
        await driver.press("escape")
        assert not field.autocomplete.is_open
        assert isinstance(driver.screen, ComposeScreen), "the first escape closes the list only"
        await driver.press("r")
        assert not field.autocomplete.is_open, "it stays closed for this word"
        await driver.press("space", *";si", "enter")
        assert field.text == "fog #nor — sarah, from the coast"
        await driver.press("enter", *"#sea")
        assert field.text.endswith("coast\n#sea")
        await driver.press("enter")
        assert field.text.endswith("#sea\n"), "a word that is written out ends the line"
        await driver.press("tab")
        assert driver.app.focused is driver.screen.query_one("#alt-text")
        await driver.press(*"#s")
        assert not field.autocomplete.is_open, "alt texts have no hashtags"
        await driver.press("escape")
        assert not isinstance(driver.screen, ComposeScreen)


async def test_what_is_typed_in_one_burst_is_taken_in_order(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        for key in (*"fog ;sig", "tab", " ", *"#nov", "enter", *"ok"):
            driver.app.simulate_key(key)
        await driver.settle()
        field = caption(driver)
        assert field.text == "fog — sarah, from the coast #novemberok"
        seen: list[str] = []

        def edit(_: object, text: str) -> str:
            seen.append(text)
            return f"{text}!"

        monkeypatch.setattr("fluffy_tui.tui.compose.caption_tools.edit_outside", edit)
        for key in (*"abc", "ctrl+e"):
            driver.app.simulate_key(key)
        await driver.settle()
        assert seen == ["fog — sarah, from the coast #novemberokabc"], (
            "the editor has all that was typed before"
        )
        assert field.text.endswith("abc!")
        for key in (*"xy", "ctrl+f"):
            driver.app.simulate_key(key)
        await driver.settle()
        assert field.text.endswith("abc!xy")
        assert type(driver.screen).__name__ == "FitScreen"


async def test_offers_follow_the_mouse_and_leave_with_the_word(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"#no")
        field = caption(driver)
        assert await driver.pilot.click(field.autocomplete, offset=(3, 2))
        await driver.settle()
        assert field.text == "#november"
        await driver.press("space", *"#le")
        assert field.autocomplete.is_open
        await driver.press("home")
        assert not field.autocomplete.is_open
        await driver.press("end", "backspace")
        assert field.autocomplete.is_open
        await driver.press("f3")
        assert not field.autocomplete.is_open


async def test_a_whole_set_is_found_by_a_few_letters_and_put_in(running: Running) -> None:
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
        assert caption(driver).text == "fog #sea #fog #beach #waves #northsea #morning"
        assert driver.app.focused is caption(driver)
        assert "! 6 of 5 hashtags (f2)" in [mark.line for mark in composer.form.preflight.marks]
        await driver.press("ctrl+z")
        assert caption(driver).text == "fog"
        await driver.press("ctrl+g", *"nothing like it", "enter")
        assert "Nothing matches" in driver.text("#none-found")
        await driver.press("escape")
        assert caption(driver).text == "fog"


async def test_without_any_set_it_is_said_what_to_do(running: Running, services: FakeServices) -> None:
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


async def test_an_earlier_caption_is_read_whole_and_put_in_where_the_cursor_is(
    running: Running, services: FakeServices
) -> None:
    long = "a caption of before\n" + "\n".join(f"line {number}" for number in range(80))
    services.scheduling.all_posts[11] = replace(services.scheduling.all_posts[11], caption=long)
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"mine", "ctrl+l")
        assert driver.text("#picked-text") == f"10 Jan 15:41 · Instagram\n\n{long}"
        lines = driver.screen.query_one("#picked-texts")
        assert lines.option_count == 11
        assert "Instagram" in str(lines.get_option_at_index(1).prompt)
        read = driver.screen.query_one("#read")
        await driver.press("pagedown")
        assert read.scroll_offset.y > 0
        await driver.press("pageup")
        assert read.scroll_offset.y == 0
        await driver.press(*"coffee", "enter")
        assert caption(driver).text == "mine coffee first"
        await driver.press("ctrl+z")
        assert caption(driver).text == "mine", "nothing was overwritten"
        await driver.press("ctrl+a", "ctrl+l", "pagedown", "escape")
        assert caption(driver).text == "mine"


async def test_help_tells_the_keys_of_what_is_offered_too(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f1")
        text = "\n".join(str(static.render()) for static in driver.screen.query("#dialog Static"))
        for words in ("composer", "autocomplete", "tab  enter", "ctrl+g", "ctrl+l", "f4", "f5"):
            assert words in text
        await driver.press("escape", "?")
        assert caption(driver).text == "?", "in a text it is a letter"
