"""What was written about a photo is offered where it is captioned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.photos import Keyword, KeywordSource, PhotoTexts
from fluffy_tui.tui.keywords import InsertableTexts

if TYPE_CHECKING:
    from tui.conftest import Running
    from tui.fakes import FakeServices

TEXTS = PhotoTexts(label="Red", title="Fog", description="Fog on\nthe pier", alt_text="A pier in fog")


def test_keywords_become_hashtags_where_they_can() -> None:
    words = ("fog", "black sand", "Köln", "2024", "日本", "rock'n'roll", "!?", "blacksand")
    found = InsertableTexts(keywords=[Keyword(word, (KeywordSource.XMP,)) for word in words]).hashtags
    assert found == ("#fog", "#blacksand", "#Köln", "#日本", "#rocknroll")


def test_the_likeliest_text_comes_first() -> None:
    written = InsertableTexts(TEXTS, [Keyword("fog", (KeywordSource.HAND,))])
    assert [choice.text for choice in written.choices(for_alt_text=False)] == [
        "Fog on\nthe pier", "#fog", "Fog", "A pier in fog"
    ]  # fmt: skip
    assert written.choices(for_alt_text=True)[0].text == "A pier in fog"
    assert InsertableTexts().choices(for_alt_text=False) == []


def test_text_in_the_picture_is_offered_for_the_alt_text_alone_on_one_line_and_cut() -> None:
    written = InsertableTexts(PhotoTexts(description="A bill", in_picture="Invoice\n4711 " + "x" * 50))
    assert [choice.text for choice in written.choices(for_alt_text=False, longest=20)] == ["A bill"]
    for_alt_text = written.choices(for_alt_text=True, longest=20)
    assert [choice.text for choice in for_alt_text] == ["Invoice 4711 xxxxxx…", "A bill"]
    assert for_alt_text[0].name == "text in the picture"


async def test_text_in_the_picture_is_inserted_only_when_it_is_chosen(
    running: Running, services: FakeServices
) -> None:
    services.photos.written[40] = PhotoTexts(in_picture="Invoice\n4711 [red]")
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        form = driver.screen.form
        assert form.alt_text.text == ""
        assert str(form.alt_text.placeholder) == "Invoice 4711 [red] (ctrl+g inserts it)"
        await driver.press("f3", "ctrl+g", "enter")
        assert form.alt_text.text == "Invoice 4711 [red]"
        assert form.caption.text == ""


async def test_description_alt_text_and_keywords_are_offered_in_the_composer(
    running: Running, services: FakeServices
) -> None:
    services.photos.written[40] = TEXTS
    await services.keywords.add([40], ["nebel", "black sand"])
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        form = driver.screen.form
        assert (form.caption.text, form.alt_text.text) == ("", ""), "nothing is filled in unasked"
        assert str(form.caption.placeholder) == "Fog on the pier (ctrl+g inserts it)"
        assert str(form.alt_text.placeholder) == "A pier in fog (ctrl+g inserts it)"
        await driver.press("ctrl+g", "enter")
        assert form.caption.text == "Fog on\nthe pier"
        await driver.press("ctrl+g", "down", "enter")
        assert form.caption.text == "Fog on\nthe pier #blacksand #nebel"
        await driver.press("f3", "ctrl+g", "enter")
        assert form.alt_text.text == "A pier in fog"
        assert driver.app.focused is form.alt_text


async def test_keywords_are_suggested_as_hashtags(running: Running, services: FakeServices) -> None:
    await services.keywords.add([40], ["nebelmeer"])
    async with running(persona="sarah") as driver:
        await driver.press("enter", "number_sign", *"neb", "tab")
        assert driver.screen.form.caption.text.strip() == "#nebelmeer"


async def test_of_several_photos_the_one_that_is_shown_counts(
    running: Running, services: FakeServices
) -> None:
    services.photos.written[39] = TEXTS
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter")
        form = driver.screen.form
        assert "ctrl+g" not in str(form.alt_text.placeholder)
        await driver.press("ctrl+n")
        assert "A pier in fog" in str(form.alt_text.placeholder)
        await driver.press("ctrl+b")
        assert "A pier in fog" not in str(form.alt_text.placeholder)
