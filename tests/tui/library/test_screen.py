"""The library screen: list and preview, kept up to date by events, with the composer one key away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluffy_tui.core.app_events import KeywordsChanged
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.photos import Browse, Photo, PhotoTexts
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library import LibraryScreen
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.posts.screen import PostsScreen
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.messages import FillWeek
from tui.conftest import Driver, Running, settle
from tui.fakes import FakeServices, make_photo
from tui.library.library_driver import line, photos, shown, stack, title, toasts


def preview(driver: Driver) -> PhotoPreview:
    """Return the preview."""
    found: PhotoPreview = driver.screen.query_one(PhotoPreview)
    return found


async def previewed(driver: Driver) -> None:
    """Wait until the picture under the cursor is shown."""
    await driver.settle()
    while preview(driver).shown is None:
        await driver.pilot.pause(0.01)


async def test_opens_on_the_newest_photo_with_its_picture(running: Running) -> None:
    async with running(persona="sarah") as driver:
        assert isinstance(driver.screen, LibraryScreen)
        await previewed(driver)
        assert photos(driver).highlighted_id == 40
        assert preview(driver).photo == photos(driver).highlighted
        assert preview(driver).border_title == "IMG_2040.JPG"
        assert "120×150" in driver.text(".details")
        assert "location and metadata removed" in driver.text(".details")
        assert "/IMG_2040.JPG" in driver.screen_text()
        assert photos(driver).border_subtitle == "1–30 of 30"


async def test_moving_shows_the_next_photo_and_how_it_is_fitted(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j")
        await previewed(driver)
        photo = photos(driver).highlighted
        assert photo is not None
        assert photo.id == 39
        assert preview(driver).photo == photo
        assert "fitted to 4:5 for Instagram" in driver.text(".details")


async def test_the_picture_changes_in_the_same_frame_as_the_row(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await previewed(driver)
        while len(preview(driver).cache) < 2:
            await driver.pilot.pause(0.01)
        before = preview(driver).shown
        photos(driver).move_to(1)
        assert preview(driver).photo == photos(driver).highlighted
        assert preview(driver).shown not in (None, before)


async def test_enter_writes_a_caption_and_escape_comes_back(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j", "enter")
        assert isinstance(driver.screen, ComposeScreen)
        await driver.press("escape")
        assert isinstance(driver.screen, LibraryScreen)
        assert photos(driver).highlighted_id == 39
        assert driver.app.focused is photos(driver)


async def test_a_double_click_writes_a_caption(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.pilot.click(PhotoList, offset=(5, 3), times=2)
        await driver.settle()
        assert isinstance(driver.screen, ComposeScreen)


async def test_new_photos_appear_and_the_cursor_stays(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j", "j")
        new = [
            make_photo(next(iter(services.photos.photos.values())).path.parent, 800 + n, 1) for n in range(3)
        ]
        services.photos.photos.update({photo.id: photo for photo in new})
        services.photos_changed()
        await driver.heard()
        assert photos(driver).highlighted_id == 38
        assert photos(driver).cursor == 5
        assert photos(driver).border_subtitle == "1–33 of 33"


async def test_photos_of_other_personas_cause_no_reload(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.settle()
        before = len(services.photos.asked)
        services.photos_changed(2)
        await driver.heard()
        assert len(services.photos.asked) == before
        services.photos_changed(1)
        await driver.heard()
        assert len(services.photos.asked) > before


async def test_a_photo_that_gets_a_post_elsewhere_leaves_until_that_is_deleted(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j")
        photo = services.photos.photos[39]
        result = await services.scheduling.schedule_post(photo, "from another terminal")
        assert result.post is not None
        await driver.heard()
        assert photos(driver).highlighted_id == 38
        await services.scheduling.cancel(result.post.id)
        await driver.heard()
        assert 39 in photos(driver).rows.ids
        assert photos(driver).highlighted_id == 38


async def test_the_photo_of_a_failed_post_is_listed_again_until_it_is_retried(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        result = await services.scheduling.schedule_post(services.photos.photos[39], "words")
        assert result.post is not None
        await driver.heard()
        assert 39 not in photos(driver).rows.ids
        services.scheduling.move(result.post.id, Step.FAILED)
        await driver.heard()
        assert 39 in photos(driver).rows.ids
        driver.app.context.selection.toggle(39)
        services.scheduling.move(result.post.id, Step.FAILED, caption="edited")
        await driver.heard()
        assert 39 in driver.app.context.selection
        await services.scheduling.retry(result.post.id)
        await driver.heard()
        assert 39 not in photos(driver).rows.ids
        assert 39 not in driver.app.context.selection


async def test_a_step_of_a_post_causes_no_reload(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        services.photos.asked.clear()
        services.scheduling.move(11, Step.RENDERING)
        services.scheduling.move(11, Step.HOSTING)
        await driver.heard()
        assert services.photos.asked == []


async def test_changes_behind_another_screen_are_caught_up_with(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2")
        assert isinstance(driver.screen, PostsScreen)
        del services.photos.photos[40]
        services.photos_changed()
        await driver.heard()
        await driver.press("1")
        assert photos(driver).highlighted_id == 39


async def test_a_draft_is_marked(running: Running) -> None:
    async with running(persona="sarah") as driver:
        context = driver.app.context
        assert "✎" not in photos(driver).render_line(0).text
        context.drafts.save(context_photo(driver), Draft(caption="begun"))
        await driver.press("2", "1")
        assert "✎" in photos(driver).render_line(0).text


async def test_photos_with_a_draft_are_found_until_that_is_gone(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j", "enter", *"sea", "escape", "j", "enter", *"fog", "escape")
        await driver.press("slash", *"draft", "enter")
        assert shown(driver) == [39, 38]
        assert title(driver) == "unscheduled · drafts · newest first"
        await driver.press("g", "enter", "backspace", "backspace", "backspace", "escape")
        assert shown(driver) == [38]
        await driver.press("enter", "ctrl+s")
        assert shown(driver) == []
        assert len(services.scheduling.all_posts) > 0


def context_photo(driver: Driver) -> Photo:
    """Return the photo under the cursor."""
    photo = photos(driver).highlighted
    assert photo is not None
    return photo


async def test_an_unreadable_file_is_explained(running: Running, services: FakeServices) -> None:
    services.photos.photos[40].path.write_bytes(b"broken")
    async with running(persona="sarah") as driver:
        while "cannot be read" not in preview(driver).sentence:
            await driver.pilot.pause(0.01)
        assert preview(driver).sentence == (
            "IMG_2040.JPG cannot be read: the picture is damaged. Copy it again from its source."
        )


async def test_an_empty_library_says_what_to_do(running: Running, services: FakeServices) -> None:
    async with running(persona="[/b][red") as driver:
        assert driver.text("#nothing") == ("No photos yet.\n\nPress i to import a folder.")
        assert driver.dimmed() == {"Caption", "Pick", "Reject"}
        await driver.press("enter")
        assert isinstance(driver.screen, LibraryScreen)
        photo = replace(make_photo(services.photos.photos[1].path.parent, 700, 1), persona_id=3)
        services.photos.photos[700] = photo
        services.photos_changed(3)
        await driver.heard()
        assert photos(driver).highlighted_id == 700
        assert driver.app.focused is photos(driver)
        assert driver.dimmed() == set()


async def test_a_library_that_an_import_fills_stays_on_top_until_the_cursor_was_moved(
    running: Running, services: FakeServices
) -> None:
    def arrive(id_: int) -> None:
        photo = replace(make_photo(services.photos.photos[1].path.parent, id_, 1), persona_id=3)
        services.photos.photos[id_] = photo
        services.photos_changed(3)

    async with running(persona="[/b][red") as driver:
        for id_ in (700, 710, 705):
            arrive(id_)
            await driver.heard()
            assert photos(driver).cursor == 0
        await driver.press("2", "1")
        assert driver.app.context.state_file.position(3) is None, "nobody has looked at that photo"
        await driver.press("j")
        arrive(720)
        await driver.heard()
        assert photos(driver).highlighted_id == 705
        await driver.press("2")
        assert driver.app.context.state_file.position(3) == 705


async def test_enter_without_matches_says_just_that(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"nowhere", "enter", "enter")
        assert driver.text("#nothing").startswith("No photos match.")
        assert driver.dimmed() == {"Caption", "Pick", "Reject"}
        assert driver.notices() == ["No photos match."]


async def test_an_empty_library_with_posts_says_so(running: Running, services: FakeServices) -> None:
    for id_ in services.scheduling.photo_ids ^ {photo.id for photo in services.photos.photos.values()}:
        del services.photos.photos[id_]
    async with running(persona="sarah") as driver:
        await driver.heard()
        assert driver.text("#nothing") == (
            "Every photo has a post.\n\nPress i to import more, or 2 to see the posts."
        )


async def test_a_narrow_screen_shows_list_or_picture(running: Running) -> None:
    async with running(persona="sarah", size=(70, 24)) as driver:
        assert photos(driver).is_on_screen and not preview(driver).is_on_screen
        await driver.press("tab")
        assert not photos(driver).is_on_screen and preview(driver).is_on_screen
        await previewed(driver)
        await driver.press("j")
        photo = preview(driver).photo
        assert photo is not None
        assert photo.id == 39
        await driver.press("tab")
        assert photos(driver).is_on_screen


async def test_the_position_of_each_persona_is_saved_on_exit(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*"jjj")
    async with running(persona="northern light") as driver:
        await driver.press("j")
    async with running(persona="sarah") as driver:
        assert photos(driver).highlighted_id == 37
    async with running(persona="northern light") as driver:
        assert photos(driver).cursor == 1


async def test_import_is_one_key_away(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("i")
        assert type(driver.screen).__name__ == "ImportScreen"


async def test_the_list_survives_a_lost_database_and_is_reloaded(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(persona="sarah") as driver:
        ids = services.photos.ids

        async def away(persona_id: int, browse: Browse) -> object:
            raise DatabaseUnavailable("The database does not answer.")

        monkeypatch.setattr(services.photos, "ids", away)
        services.lose_database()
        services.photos_changed()
        await driver.heard()
        assert photos(driver).highlighted_id == 40
        del services.photos.photos[40]
        monkeypatch.setattr(services.photos, "ids", ids)
        services.find_database()
        await driver.heard()
        assert photos(driver).highlighted_id == 39
        await settle(driver.app)


async def test_it_opens_on_the_first_photo_without_a_verdict(
    running: Running, services: FakeServices
) -> None:
    for id_ in (40, 39, 37):
        services.photos.photos[id_] = replace(services.photos.photos[id_], verdict="reject")
    async with running(persona="sarah") as driver:
        assert photos(driver).highlighted_id == 38
        await driver.press("p")
    async with running(persona="sarah") as driver:  # left on 37, which has a verdict
        assert photos(driver).highlighted_id == 36
        await driver.press(*"jjj")
    async with running(persona="sarah") as driver:
        assert photos(driver).highlighted_id == 33


async def test_the_selection_survives_changes_of_the_list_until_escape(
    running: Running, services: FakeServices
) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "j", "space")
        assert photos(driver).border_subtitle == "3 selected · 1–28 of 28 · 2 collapsed"
        assert line(driver, 0).startswith("● IMG_2040")
        assert photos(driver).highlighted_id == 35
        await driver.press("s", "G", "slash", *"img_202", "enter")
        assert str(photos(driver).border_subtitle).startswith("3 selected")
        await driver.press("escape")
        assert str(photos(driver).border_subtitle).startswith("3 selected")
        await driver.press("g", "space")
        assert str(photos(driver).border_subtitle).startswith("2 selected")
        await driver.press("escape")
        assert photos(driver).border_subtitle == "1–28 of 28 · 2 collapsed"
        assert "2 photos deselected." in toasts(driver)
        assert "●" not in line(driver, 1)


async def test_selected_photos_fill_the_week_in_their_order(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        wanted: list[tuple[int, ...]] = []
        post = driver.app.post_message

        def note(message: object) -> bool:
            if isinstance(message, FillWeek):
                wanted.append(message.photo_ids)
                return True
            return post(message)  # type: ignore[arg-type]

        driver.app.post_message = note  # type: ignore[method-assign]
        await driver.press("f")
        assert "Select photos with space first" in toasts(driver)
        await driver.press("j", "j", "space", "g", "space", "f")
        assert wanted == [(38, 40)]
        await services.scheduling.schedule_post(services.photos.photos[38], "the first")
        await driver.heard()
        assert str(photos(driver).border_subtitle).startswith("1 selected")
        del services.photos.photos[40]
        services.photos_changed()
        await driver.heard()
        assert photos(driver).border_subtitle == "1–28 of 28"


async def test_it_opens_where_the_library_was_left_and_on_the_first_of_a_stack(
    running: Running, services: FakeServices
) -> None:
    for id_ in range(30, 41):
        services.photos.photos[id_] = replace(services.photos.photos[id_], verdict="pick")
    stack(services, 29, 28)
    async with running(persona="sarah") as driver:
        assert photos(driver).highlighted_id == 29
        await driver.press("j", "j", "m", "j", "j")
    async with running(persona="sarah") as driver:
        assert photos(driver).highlighted_id == 26
        await driver.press("k", "k", "c", "j")
        assert photos(driver).highlighted_id == 28
    async with running(persona="sarah") as driver:  # 28 is behind 29, and the next row has no verdict
        assert photos(driver).highlighted_id == 27


async def test_text_in_pictures_is_found_and_shown_as_soon_as_it_is_read(
    running: Running, services: FakeServices
) -> None:
    services.photos.written[38] = PhotoTexts(in_picture="Invoice No. 4711\n[b]Total[/b]")
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"text:invo", "enter")
        await driver.settle()
        assert photos(driver).highlighted_id == 38
        assert photos(driver).border_subtitle == "1–1 of 1"
        assert "text in the picture: Invoice No. 4711 [b]Total[/b]" in driver.text(".details")
        services.photos.written[37] = PhotoTexts(in_picture="another invoice")
        services.tell(KeywordsChanged(1))
        await driver.settle()
        assert photos(driver).border_subtitle == "1–2 of 2"


async def test_of_a_long_text_in_a_picture_what_was_searched_for_is_shown(
    running: Running, services: FakeServices
) -> None:
    services.photos.written[40] = PhotoTexts(in_picture=f"Dear guest\n{'lorem ipsum ' * 40}\nZanzibar ferry")
    async with running(persona="sarah") as driver:
        assert "text in the picture: Dear guest lorem" in driver.text(".details")
        for filter_ in ("text:zanz", "zanz", 'text:"zanzibar fer"'):
            await driver.press("slash", "ctrl+u", *filter_, "enter")
            await driver.settle()
            assert photos(driver).highlighted_id == 40
            assert "Zanzibar ferry" in driver.text(".details"), filter_
        await driver.press("slash", "ctrl+u", "enter")
        await driver.settle()
        assert "text in the picture: Dear guest lorem" in driver.text(".details")


async def test_screenshots_are_filtered_and_named(running: Running, services: FakeServices) -> None:
    services.photos.photos[36] = replace(services.photos.photos[36], is_screenshot=True)
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"screenshot", "enter")
        await driver.settle()
        assert photos(driver).highlighted_id == 36
        assert photos(driver).border_subtitle == "1–1 of 1"
        assert "screenshot" in driver.text(".details").split("\n")[0]
