"""Autocomplete in captions: hashtags after #, snippets after ;."""

from __future__ import annotations

import pytest

from fluffy_tui.personas import Snippet, SnippetKind
from fluffy_tui.tui.caption.autocomplete import Vocabulary, word_before
from fluffy_tui.tui.compose import ComposeScreen
from tui.conftest import Running
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
def test_the_word_before_the_cursor_that_can_be_completed(before: str, word: str) -> None:
    assert word_before(before) == word


def test_suggestions_come_from_sets_and_recent_captions_the_most_used_first() -> None:
    snippets = [
        Snippet(1, 1, SETS, "sea", "#Sunset #sea #surf"),
        Snippet(2, 1, PHRASE, "sig", f"— {MARKUP}\nme"),
    ]
    suggestions = Vocabulary(snippets, ["x #sunrise", "y #surf #sunrise", "#sunrise2"]).completions
    assert [(one.text, one.note) for one in suggestions("#su")] == [
        ("#sunrise", "2× recently"),
        ("#sunrise2", "1× recently"),
        ("#surf", "sea · 1× recently"),
        ("#Sunset", "sea"),
    ]
    assert [one.text for one in suggestions("#SU", used=["#Surf", "#SUNRISE"])] == ["#sunrise2", "#Sunset"]
    assert suggestions("#sunset") == (), "it is complete already"
    assert suggestions("#nothing") == suggestions("") == ()
    assert [(one.word, one.text) for one in suggestions(";s")] == [
        (";sig", f"— {MARKUP}\nme"),
        (";sea", "#Sunset #sea #surf"),
    ]


async def test_suggestions_are_accepted_selected_and_dismissed_by_keys(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog #")
        field = driver.form.caption
        assert field.autocomplete.is_open and field.autocomplete.display
        assert field.autocomplete.region.y == field.cursor_screen_offset.y + 1
        await driver.press(*"no")
        assert [one.text for one in field.autocomplete.completions] == ["#northsea", "#november"]
        await driver.press("down")
        assert field.autocomplete.selected.text == "#november"
        await driver.press("down", "up", "up", "down", "tab")
        assert field.text == "fog #november"
        assert not field.autocomplete.is_open
        assert driver.app.focused is field, "tab did not move the focus"
        await driver.press("ctrl+z")
        assert field.text == "fog #no", "one undo restores it"
        assert field.autocomplete.is_open
        await driver.press("escape")
        assert not field.autocomplete.is_open
        assert isinstance(driver.screen, ComposeScreen), "the first escape only closes the list"
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


async def test_keys_typed_in_one_burst_take_effect_in_order(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        for key in (*"fog ;sig", "tab", " ", *"#nov", "enter", *"ok"):
            driver.app.simulate_key(key)
        await driver.settle()
        field = driver.form.caption
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


async def test_suggestions_can_be_clicked_and_close_when_the_cursor_leaves_the_word(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"#no")
        field = driver.form.caption
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


async def test_help_lists_the_keys_of_autocomplete_too(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f1")
        text = "\n".join(str(static.render()) for static in driver.screen.query("HangingText"))
        for words in ("composer", "autocomplete", "tab  enter", "ctrl+g", "ctrl+l", "f4", "f5"):
            assert words in text
        await driver.press("escape", "?")
        assert driver.form.caption.text == "?", "in a text it is a letter"
