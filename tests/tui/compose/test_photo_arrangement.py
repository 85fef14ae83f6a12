"""Several photos in one post: their order, texts and frames, from the selection to the submission and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from textual.content import Content

from fluffy_tui.media import Fit, Framing
from fluffy_tui.scheduling import Reason, ScheduleResult, Step
from fluffy_tui.similarity import EarlierPost, OutsideMatch, Relation
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.keymap.bindings import Place
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.text.words import shape_words
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from tui.fakes import NOW, damage

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices

FIVE = ("space",) * 5
"""Selects photos 40, 39, 38, 37 and 36."""


def order(driver: Driver) -> list[int]:
    return [photo.photo_id for photo in driver.screen.arrangement.photos.photos]


def strip(driver: Driver) -> str:
    return driver.text("#photos")


async def test_five_selected_photos_become_one_post_in_eight_keys(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        keys = [*FIVE, "enter", "ctrl+s"]
        assert len(keys) <= 8
        await driver.press(*keys[:-1], *"fog")
        assert isinstance(driver.screen, ComposeScreen)
        await driver.press(keys[-1])
        assert isinstance(driver.screen, LibraryScreen)
        (submitted,) = services.scheduling.submitted
        assert [photo.photo_id for photo in submitted["photos"]] == [40, 39, 38, 37, 36]
        assert driver.screen.query_one("PhotoList").highlighted_id == 35
        assert not driver.app.context.selection


async def test_the_footer_says_what_becomes_of_the_selection(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space")
        assert "enter Caption" in driver.footer()
        assert "One post" not in driver.footer()
        await driver.press("space")
        assert "enter One post" in driver.footer()
        assert "f One post each  esc Clear  ? Keys" in driver.footer()
        await driver.press("enter")
        assert "ctrl+n Next photo" in driver.footer()
        await driver.press("escape", "escape")
        assert "enter Caption" in driver.footer()
        assert "/ Filter  i Import  ? Keys" in driver.footer()


async def test_more_photos_than_any_network_takes_are_refused_at_once(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*["space"] * 11, "enter")
        assert isinstance(driver.screen, LibraryScreen)
        assert any("at most 10 photos, and 11 are selected" in notice for notice in driver.notices())


async def test_too_many_for_the_network_is_said_and_some_are_taken_out(
    running: Running, services: FakeServices
) -> None:
    for id_ in (36, 37, 38, 39, 40):
        moved = replace(services.photos.photos[id_], persona_id=2)
        services.photos.photos[id_] = services.scheduling._photos[id_] = moved
    async with running(persona="northern light") as driver:  # Bluesky takes 4
        await driver.press(*FIVE, "enter", *"fog")
        assert "✗ 5 photos, limit 4 ctrl+o" in driver.text("#preflight")
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, ComposeScreen)
        assert "5 photos" in driver.form.message
        await driver.press("ctrl+o")
        assert "✓ 4 photos" in driver.text("#preflight")
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, LibraryScreen)
        assert len(services.scheduling.submitted[-1]["photos"]) == 4


async def test_photos_are_moved_and_taken_out(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*FIVE, "enter")
        assert order(driver) == [40, 39, 38, 37, 36]
        assert "1 cover · IMG_2040" in strip(driver)
        await driver.press("ctrl+n", "ctrl+n", "alt+left", "alt+left")
        assert order(driver) == [38, 40, 39, 37, 36]
        assert "1 cover · IMG_2038" in strip(driver)
        await driver.press("alt+right", "ctrl+o")
        assert order(driver) == [40, 39, 37, 36]
        assert driver.form.photo == services.photos.photos[39]
        await driver.press("ctrl+b", "ctrl+b")
        assert driver.form.photo == services.photos.photos[40]
        await driver.press("ctrl+o", "ctrl+o", "ctrl+o", "ctrl+o")
        assert order(driver) == [36]
        assert not driver.screen.query_one("#photos").display


async def test_each_photo_has_its_own_alt_text_and_fit(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter", *"fog", "f3", *"first", "ctrl+n")
        assert driver.form.alt_text.text == ""
        assert "2 of 2" in Content.from_markup(str(driver.form.alt_text.border_title)).plain
        assert "! no alt text for 1 of 2 photos f3" in driver.text("#preflight")
        await driver.press(*"second")
        assert "✓ alt texts" in driver.text("#preflight")
        await driver.press("ctrl+f", "l", "enter")
        await driver.press("ctrl+b")
        assert (driver.form.alt_text.text, driver.form.framing) == ("first", Framing())
        await driver.press("ctrl+s")
        cover, other = services.scheduling.submitted[-1]["photos"]
        assert (cover.alt_text, cover.framing) == ("first", Framing())
        assert (other.alt_text, other.framing.fit) == ("second", list(Fit)[1])


async def test_the_cover_gives_all_pictures_its_shape_and_says_so(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter")  # 40 is 4:5, 39 is tall
        assert "✓ all pictures 4:5, as the cover" in driver.text("#preflight")
        await driver.press("ctrl+n")
        shown = driver.screen._picture.rendition
        assert abs(shown.width / shown.height - 0.8) < 0.01
        await driver.press("ctrl+f")
        assert driver.screen.PLACE is Place.FIT
        assert "4:5, as the cover" in driver.screen.summary
        await driver.press("escape", "alt+left")
        assert order(driver) == [39, 40]
        cover = driver.screen.arrangement.cover_ratio
        assert f"all pictures {shape_words(cover, 1)}, as the cover" in driver.text("#preflight")


async def test_a_network_with_own_ratios_says_nothing_of_the_cover(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="northern light") as driver:
        await driver.press("space", "space", "enter", "ctrl+n")
        assert "as the cover" not in driver.text("#preflight")
        assert driver.screen.arrangement.ratio is None


async def test_the_draft_keeps_photos_order_and_texts(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "space", "enter", *"fog", "ctrl+n", "f3", *"a pier", "alt+right")
        await driver.saved()
        await driver.press("escape", "escape")
        assert not driver.app.context.selection
        await driver.press("g", "enter")
        assert order(driver) == [40, 38, 39]
        assert driver.form.caption.text == "fog"
        await driver.press("ctrl+n", "ctrl+n")
        assert driver.form.alt_text.text == "a pier"


async def test_the_draft_stays_with_the_first_photo_until_that_is_taken_out(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        drafts, photos = driver.app.context.drafts, services.photos.photos
        await driver.press("space", "space", "enter", *"fog", "alt+right")
        await driver.saved()
        assert drafts.load(photos[40]) is not None
        await driver.press("ctrl+o")
        await driver.saved()
        assert drafts.load(photos[40]) is None
        kept = drafts.load(photos[39])
        assert kept is not None and (kept.caption, kept.photos) == ("fog", ())


async def test_a_photo_of_the_draft_that_is_gone_is_named(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter", *"fog")
        await driver.saved()
        await driver.press("escape", "escape", "g")
        del services.photos.photos[39]
        await driver.press("enter")
        assert order(driver) == [40]
        assert "1 photo of this draft changed or left the library." in driver.form.message


async def test_an_undo_brings_text_and_photos_back(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter", *"fog", "alt+right", "ctrl+s")
        (post_id,) = [post.id for post in services.scheduling.all_posts.values() if post.caption == "fog"]
        services.scheduling.move(post_id, Step.QUEUED, next_try_at=NOW + timedelta(seconds=8))
        await driver.heard()
        await driver.press("z")
        assert "The 2 photos are back in the library" in driver.notices()[-1]
        await driver.press("g", "j", "enter")  # 39 was the cover
        assert order(driver) == [39, 40]
        assert driver.form.caption.text == "fog"


async def test_damaged_photos_are_all_named_before_they_are_posted(
    running: Running, services: FakeServices
) -> None:
    for id_ in (40, 38):
        damage(services.photos.photos[id_].path)
    services.scheduling.refusal = ScheduleResult(
        False, reason="IMG_2040.JPG is damaged.", code=Reason.PHOTO_DAMAGED
    )
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "space", "enter", *"fog", "ctrl+s")
        assert isinstance(driver.screen, ConfirmScreen)
        text = driver.screen_text()
        assert "2 damaged photos" in text
        assert "IMG_2040.JPG" in text and "IMG_2038.JPG" in text
        await driver.press("y")
        assert isinstance(driver.screen, LibraryScreen)


async def test_an_alt_text_that_is_too_long_is_shown_with_its_photo(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter", *"fog", "ctrl+n")
        driver.form.alt_text.load_clean("x" * 1_001)
        await driver.press("ctrl+b")
        assert "✗ alt text of another photo too long ctrl+n" in driver.text("#preflight")
        await driver.press("ctrl+s")
        assert services.scheduling.submitted == []
        assert driver.form.photo == services.photos.photos[39]
        assert driver.app.focused is driver.form.alt_text


async def test_another_photo_that_was_posted_before_is_named(
    running: Running, services: FakeServices
) -> None:
    services.similarity.earlier_posts = {39: EarlierPost(1, 1, Relation.SAME_FILE, 0, posted=True, at=NOW)}
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter")
        assert "! photo 2 was posted or scheduled before ctrl+n" in driver.text("#preflight")
        await driver.press("ctrl+n")
        assert "same picture posted" in driver.text("#preflight")


async def test_another_photo_that_went_out_elsewhere_is_named(
    running: Running, services: FakeServices
) -> None:
    services.similarity.earlier_posts = {}
    services.similarity.elsewhere = {39: OutsideMatch(NOW, 0)}
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter")
        assert "! photo 2 was posted or scheduled before ctrl+n" in driver.text("#preflight")
        await driver.press("ctrl+n")
        assert "same picture posted elsewhere" in driver.text("#preflight")
        assert "photo 2 was posted" not in driver.text("#preflight")


async def test_a_click_shows_a_photo(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter")
        await driver.pilot.click("#photos", offset=(1 + strip(driver).index("IMG_2039"), 0))
        await driver.settle()
        assert driver.form.photo == services.photos.photos[39]


@pytest.mark.parametrize("size", [(140, 45), (80, 24), (60, 18)])
async def test_photos_and_caption_fit_every_size(running: Running, size: tuple[int, int]) -> None:
    async with running(persona="sarah", size=size) as driver:
        await driver.press(*FIVE, "enter", *"fog")
        text = driver.screen_text()
        assert "1 cover · IMG_2040" in text
        assert "fog" in text
        assert driver.screen.query_one("#caption").size.height >= 1
