"""Every key of the people screen, from composer and edit screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.scheduling import PostPhoto, TaggedPerson
from fluffy_tui.tui.compose import CaptionForm, ComposeScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.rendition import PeopleScreen
from fluffy_tui.tui.rendition.tag_markers import CURRENT
from fluffy_tui.tui.session.drafts import Draft
from tui.fakes import CHANNELS, NOW, make_post, with_channels

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


def people(driver: Driver) -> list[tuple[str, float, float]]:
    """Return handles and places of what is tagged on the screen."""
    return [(tag.handle, round(tag.x, 3), round(tag.y, 3)) for tag in driver.screen.tags.people]


def message(driver: Driver) -> str:
    found: str = driver.screen.query_one(CaptionForm).message
    return found


def preflight(driver: Driver) -> str:
    return driver.text("#preflight")


async def test_a_person_is_named_moved_and_submitted(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "f10")
        assert isinstance(driver.screen, PeopleScreen)
        assert driver.screen.message == "Type the handle of a person in the picture."
        await driver.press("@", *"anna", "right", "shift+left", "up", "shift+down")
        assert driver.screen.query_one(Input).value == "anna"
        assert driver.screen.message == "41% from the left, 59% from the top"
        assert people(driver) == [("anna", 0.41, 0.59)]
        await driver.press("left", "down", "shift+up", "shift+right", "enter")
        assert isinstance(driver.screen, ComposeScreen)
        assert "✓ 1 person tagged" in preflight(driver)
        await driver.press("ctrl+s")
        [photo] = services.scheduling.submitted[-1]["photos"]
        assert [(tag.handle, round(tag.x, 3), round(tag.y, 3)) for tag in photo.tags] == [("anna", 0.5, 0.5)]


async def test_people_are_added_passed_through_and_removed(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "alt+p", *"anna", "ctrl+n", *"ben", "ctrl+n")
        await driver.press("ctrl+n")
        assert "handle of this person first" in driver.screen.message
        await driver.press(*"carl")
        field = driver.screen.query_one(Input)
        seen = []
        for key in ("tab", "tab", "shift+tab", "ctrl+b", "shift+tab"):
            await driver.press(key)
            seen.append(field.value)
        assert seen == ["anna", "ben", "anna", "carl", "ben"]
        assert "2 of 3" in str(driver.screen.query_one("#people").border_title)
        await driver.press("ctrl+o")
        assert [handle for handle, *_ in people(driver)] == ["anna", "carl"]
        await driver.press("ctrl+s")
        assert isinstance(driver.screen, ComposeScreen)
        assert "✓ 2 people tagged" in preflight(driver)


async def test_a_handle_has_neither_spaces_nor_a_second_at(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f10", *"an@ na")
        assert people(driver) == [("anna", 0.5, 0.5)]
        await driver.press("ctrl+n", *"Anna", "enter")
        assert driver.screen.message == "! @anna is tagged twice. Remove one of the tags."
        await driver.press("escape")
        assert isinstance(driver.screen, ComposeScreen)
        assert "tagged" not in preflight(driver)


async def test_no_more_people_than_the_network_takes_in_all_photos_together(
    running: Running, services: FakeServices
) -> None:
    first, second = services.photos.photos[40], services.photos.photos[39]
    crowd = tuple(TaggedPerson(f"p{number}", 0.5, number / 20) for number in range(19))
    photos = (PostPhoto(first.id, first.sha256, tags=crowd), PostPhoto(second.id, second.sha256))
    async with running(persona="sarah") as driver:
        driver.app.context.drafts.save(first, Draft("fog", photos=photos))
        await driver.press("enter", "ctrl+n", "f10", *"ben", "ctrl+n")
        assert "Instagram allows 20" in driver.screen.message
        await driver.press("enter", "ctrl+b", "f10", "ctrl+n")
        assert "Instagram allows 20" in driver.screen.message
        await driver.press("escape")
        assert "✓ 20 people tagged" in preflight(driver)


async def test_a_network_without_people_tags_says_so(running: Running) -> None:
    async with running(persona="northern light") as driver:
        await driver.press("enter", "f10")
        assert isinstance(driver.screen, ComposeScreen)
        assert message(driver) == "Buffer cannot tag people on Bluesky."


async def test_of_several_channels_those_that_can_tag_the_people(
    running: Running, services: FakeServices
) -> None:
    personas = services.personas.personas
    personas[1] = with_channels(personas[1], CHANNELS[0], CHANNELS[1])
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "f10", *"anna", *["shift+up"] * 5, "enter")
        assert "✓ 1 person tagged" in preflight(driver)
        await driver.press("alt+down")
        assert "! nobody tagged on Bluesky" in preflight(driver)
        await driver.press("ctrl+f", "l", "l", "j", "l", "l", "enter", "alt+up")
        assert "cut off" not in preflight(driver)  # the crop is Bluesky's
        await driver.press("ctrl+s")
        posts = sorted(services.scheduling.all_posts.values(), key=lambda post: post.id)[-2:]
        assert [(post.channel_id, len(post.cover.tags)) for post in posts] == [
            (CHANNELS[0].id, 1),
            (CHANNELS[1].id, 0),
        ]


async def test_tags_of_another_network_can_still_be_removed(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f10", *"anna", "enter")
        await driver.saved()
        await driver.press("escape")
        persona = next(each for each in await services.personas.list() if each.name == "sarah")
        bluesky = next(
            each for each in await services.personas.available_channels() if each.service == "bluesky"
        )
        await services.personas.set_channels(persona, {bluesky.id: None})
        services.find_database()
        await driver.heard()
        await driver.press("enter")
        assert "✗ 1 person tagged, not possible on Bluesky f10" in preflight(driver)
        await driver.press("f10", "ctrl+o", "enter")
        assert "tagged" not in preflight(driver)


async def test_the_tags_of_a_single_photo_are_kept_with_its_draft(
    running: Running, services: FakeServices
) -> None:
    """Even if nothing else is written."""
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f10", *"anna", "shift+right", "enter")
        await driver.saved()
        await driver.press("escape", "enter")
        assert "✓ 1 person tagged" in preflight(driver)
        await driver.press("f3", *"a pier", "f2", *"fog", "ctrl+s")
        [photo] = services.scheduling.submitted[-1]["photos"]
        assert (photo.alt_text, [tag.handle for tag in photo.tags]) == ("a pier", ["anna"])
        post = max(services.scheduling.all_posts.values(), key=lambda post: post.id)
        services.scheduling._store(replace(post, next_try_at=NOW.replace(year=2028)))
        await driver.heard()
        await driver.press("z")
        draft = driver.app.context.drafts.load(services.photos.photos[photo.photo_id])
        assert draft is not None
        assert draft.photos[0].tags == photo.tags


async def test_a_batch_posts_the_tags_of_its_drafts(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f10", *"anna", "enter", *"fog")
        await driver.saved()
        await driver.press("escape", "space", "f", *" again", "ctrl+s", "ctrl+s", "y")
        [photo] = services.scheduling.submitted[-1]["photos"]
        assert services.scheduling.submitted[-1]["caption"] == "fog again"
        assert [tag.handle for tag in photo.tags] == ["anna"]


async def test_who_is_cut_off_has_a_mark_and_comes_back_with_an_arrow(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f10", *"anna", *["shift+up"] * 5, "enter")
        assert "cut off" not in preflight(driver)
        await driver.press("ctrl+f", *["l"] * 2, "j", "l", "l", "enter")  # a square from a 4:5 photo
        assert driver.screen.query_one(CaptionForm).framing == Framing(Fit.CROP, Shape.SQUARE)
        assert "! @anna cut off, so not tagged ctrl+f" in preflight(driver)
        await driver.press("f10")
        assert driver.screen.message.startswith("! Cut off by the fit")
        await driver.press("down")
        assert driver.screen.message == "50% from the left, 1% from the top"
        await driver.press("enter")
        assert "cut off" not in preflight(driver)


async def test_a_turned_picture_is_tagged_where_it_is_seen(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "ctrl+f", "r", "enter", "f10", *"anna", "shift+right", "enter")
        await driver.press("ctrl+s")
        [photo] = services.scheduling.submitted[-1]["photos"]
        assert photo.framing.turn == 90
        [tag] = photo.tags
        assert (round(tag.x, 3), round(tag.y, 3)) == (0.5, 0.4)  # upwards in the file


def pixel(driver: Driver, place: tuple[float, float]) -> Any:
    """Return the colour of the picture on the screen at a place."""
    image: Any = driver.screen.query_one("PhotoPreview").shown
    return image.getpixel((int(place[0] * image.width), int(place[1] * image.height)))


async def test_the_marker_is_where_the_tag_is(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "f10", *"anna", "shift+left", "shift+up")
        assert pixel(driver, (0.4, 0.4)) == CURRENT
        await driver.press("shift+down")
        assert pixel(driver, (0.4, 0.5)) == CURRENT
        assert pixel(driver, (0.4, 0.3)) != CURRENT
        assert driver.screen.query_one("PhotoPreview").border_title == "picture as posted"


@pytest.mark.parametrize("preview", ["none", "half-cell"])
async def test_it_works_without_pictures_and_with_a_picture_that_cannot_be_made(
    running: Running, services: FakeServices, preview: str
) -> None:
    if preview != "none":
        services.planning.unreadable = "The file is damaged."
    async with running(persona="sarah", preview=preview) as driver:
        await driver.press("enter", "f10", *"anna", "shift+left", "enter")
        assert "✓ 1 person tagged" in preflight(driver)


async def test_the_tags_of_a_post_are_edited(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "I", "e")
        assert isinstance(driver.screen, EditPostScreen)
        post = driver.screen._posts.first
        await driver.press("f10", *"anna", "enter")
        assert "✓ 1 person tagged" in preflight(driver)
        await driver.press("ctrl+s")
        found: Any = services.scheduling.edits[-1]
        assert (found["post_id"], found["caption"], found["alt_text"]) == (post.id, None, None)
        assert [tag.handle for tag in found["photos"][0].tags] == ["anna"]
        await driver.press("e", "alt+p", "ctrl+o", "enter", "ctrl+s")
        found = services.scheduling.edits[-1]
        assert found["photos"][0].tags == ()


async def test_who_is_tagged_is_shown_with_the_post(running: Running, services: FakeServices) -> None:
    photo = services.photos.photos[40]
    post = make_post(90, photo, "fog", None)
    tags = (TaggedPerson("anna", 0.5, 0.5), TaggedPerson("ben", 0.5, 0.0))
    cover = PostPhoto(
        photo.id,
        photo.sha256,
        tags=tags,
        media_url="https://media.example.com/a.jpg",
        rendition={"window": [0.0, 0.1, 1.0, 0.8]},
    )
    services.scheduling.all_posts[90] = replace(post, photos=(cover,))
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "enter")
        assert isinstance(driver.screen, PostDetailScreen)
        assert "Tagged          @anna, @ben (cut off)" in driver.screen_text()
