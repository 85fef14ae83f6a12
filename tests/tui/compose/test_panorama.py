"""A panorama that is cut into parts in the fit screen: in the composer, in drafts, after an undo, and in a post."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fluffy_tui.media import Fit, Framing, Part, Shape
from fluffy_tui.scheduling import Step, TaggedPerson
from fluffy_tui.tui.compose import CaptionForm, ComposeScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.rendition import FitScreen
from tui.fakes import NOW, make_post

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices

CUT = ("ctrl+f", "k", "l")
"""Opens the fit screen, and chooses two pictures in its last row."""
HALVES, THIRDS = (Part(1, 2), Part(2, 2)), (Part(1, 3), Part(2, 3), Part(3, 3))


@pytest.fixture
def wide(services: FakeServices) -> Photo:
    """Return the first photo of the library, which is a panorama."""
    known = services.photos.photos[40]
    size = (1600, 500)
    picture = Image.linear_gradient("L").rotate(90).resize(size).convert("RGB")
    picture.save(known.path)
    content = known.path.read_bytes()
    photo = replace(
        known, width=size[0], height=size[1], sha256=sha256(content).hexdigest(), byte_size=len(content)
    )
    services.photos.photos[40] = services.scheduling._photos[40] = photo
    return photo


def parts(driver: Driver) -> list[tuple[int, Part]]:
    return [(photo.photo_id, photo.framing.part) for photo in driver.screen.arrangement.photos.photos]


def row(driver: Driver, name: str) -> Any:
    return driver.screen.query_one(f"#{name}-row")


async def test_only_a_panorama_can_be_cut(running: Running, wide: Photo) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "ctrl+f")
        assert isinstance(driver.screen, FitScreen)
        assert row(driver, "cut").display
        await driver.press("r")
        assert not row(driver, "cut").display
        await driver.press("r", "escape", "escape", "down", "enter", "ctrl+f")
        assert not row(driver, "cut").display


async def test_a_tall_photo_that_is_turned_can_be_cut(
    running: Running, services: FakeServices, wide: Photo
) -> None:
    Image.open(wide.path).rotate(90, expand=True).save(wide.path)
    services.photos.photos[40] = replace(wide, width=500, height=1600)
    async with running(persona="sarah") as driver:
        await driver.press("enter", "ctrl+f")
        assert not row(driver, "cut").display
        await driver.press("r", "k", "l", "l", "enter")
        assert parts(driver) == [(40, part) for part in THIRDS]
        await driver.press("ctrl+f", "r")  # upright again, it is no panorama
        assert driver.screen.framing == Framing(turn=180)
        await driver.press("enter")
        assert parts(driver) == [(40, Part())]


async def test_a_panorama_becomes_pictures_and_is_put_together_again(running: Running, wide: Photo) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "enter", *"fog", "f3", *"sea", *CUT)
        assert driver.screen.framing.part == Part(1, 2)
        assert "picture 1 of 2" in driver.screen.summary
        await driver.press("enter")
        assert isinstance(driver.screen, ComposeScreen)
        assert parts(driver) == [*[(40, part) for part in HALVES], (39, Part())]
        assert "1/2 IMG_2040" in driver.text("#photos") and "2/2 IMG_2040" in driver.text("#photos")
        assert [photo.alt_text for photo in driver.screen.arrangement.photos.photos] == ["sea", "sea", ""]
        await driver.press("ctrl+n", "f3", *"gull", *CUT)
        await driver.press("enter")
        assert parts(driver) == [*[(40, part) for part in THIRDS], (39, Part())]
        assert driver.screen.arrangement.photos.cover.alt_text == "sea seagull"
        await driver.press("ctrl+n", "ctrl+f", "k", "l", "enter")
        assert parts(driver) == [(40, Part()), (39, Part())]


async def test_all_parts_are_framed_alike(running: Running, wide: Photo) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *CUT, "enter", "ctrl+n", "ctrl+f")
        assert row(driver, "shape").display  # it is the cover's photo, so its shape is everybody's
        await driver.press("l", "l", "j", "l", "l", "enter")
        framing = Framing(Fit.CROP, Shape.SQUARE)
        assert [photo.framing for photo in driver.screen.arrangement.photos.photos] == [
            replace(framing, part=part) for part in HALVES
        ]
        habit = driver.app.context.state_file.framing(driver.screen.persona.id)
        assert habit == framing


async def test_only_as_many_pictures_as_the_post_has_room_for(running: Running, wide: Photo) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*["space"] * 9, "enter", *CUT)
        assert driver.screen.framing.part == Part(1, 2)
        await driver.press("l")
        assert driver.screen.framing.part == Part()  # three would be eleven pictures


async def test_people_are_tagged_in_the_part_that_shows_them(
    running: Running, services: FakeServices, wide: Photo
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(
            "enter", *"fog", "f10", *"left", "shift+left", "ctrl+n", *"right", "shift+right", "enter"
        )
        await driver.press(*CUT, "enter")
        assert "✓ 2 people tagged" in driver.text("#preflight")
        photos = driver.screen.arrangement.photos.photos
        assert [[tag.handle for tag in photo.tags] for photo in photos] == [["left"], ["right"]]
        await driver.press("ctrl+n", "f10")
        assert driver.screen.message == "20% from the left, 50% from the top"
        await driver.press("enter", "ctrl+f", "k", "h", "enter")
        [whole] = driver.screen.arrangement.photos.photos
        assert [(tag.handle, round(tag.x, 2)) for tag in whole.tags] == [("left", 0.4), ("right", 0.6)]


async def test_parts_are_kept_with_the_draft_submitted_and_brought_back_by_an_undo(
    running: Running, services: FakeServices, wide: Photo
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", *CUT, "enter")
        await driver.saved()
        await driver.press("escape", "enter")
        assert parts(driver) == [(40, part) for part in HALVES]
        await driver.press("ctrl+s")
        (submitted,) = services.scheduling.submitted
        assert [(photo.photo_id, photo.framing.part) for photo in submitted["photos"]] == [
            (40, part) for part in HALVES
        ]
        assert driver.screen.query_one("PhotoList").highlighted_id == 39
        post = max(services.scheduling.all_posts.values(), key=lambda post: post.id)
        services.scheduling._store(replace(post, next_try_at=NOW.replace(year=2028)))
        await driver.heard()
        await driver.press("z")
        assert driver.notices()[-1] == "Undone. The photo is back in the library with its text."
        await driver.press("g", "enter")
        assert parts(driver) == [(40, part) for part in HALVES]


async def test_a_post_in_parts_is_shown_and_edited(
    running: Running, services: FakeServices, wide: Photo
) -> None:
    tagged = (TaggedPerson("anna", 0.2, 0.5),)
    post = make_post(90, wide, "fog", Step.ACCEPTED)
    cover = replace(post.cover, framing=Framing(part=Part(1, 2)), tags=tagged)
    photos = (cover, replace(cover, framing=Framing(part=Part(2, 2)), tags=()))
    services.scheduling.all_posts[90] = replace(post, photos=photos)
    async with running(persona="sarah") as driver:
        await driver.press("2", "I", "g")
        assert "2 pictures" in driver.screen_text()
        await driver.press("enter")
        assert isinstance(driver.screen, PostDetailScreen)
        assert "1, shown in 2 pictures" in driver.screen_text()
        await driver.press("e")
        assert isinstance(driver.screen, EditPostScreen)
        assert "no alt text for 2 of 2 pictures" in driver.text("#preflight")
        assert "part 1 of 2" in driver.text("#note") and "uploaded again" not in driver.text("#note")
        await driver.press("ctrl+n")
        assert "part 2 of 2" in driver.text("#note") and "uploaded again" not in driver.text("#note")
        await driver.press("ctrl+f", "k", "l", "enter")
        assert "uploaded again" in driver.text("#note")
        await driver.press("ctrl+s")
        edit: Any = services.scheduling.edits[-1]
        assert [photo.framing.part for photo in edit["photos"]] == list(THIRDS)
        assert [photo.tags for photo in edit["photos"]] == [tagged, (), ()]


async def test_the_single_photo_of_a_post_can_be_cut(
    running: Running, services: FakeServices, wide: Photo
) -> None:
    services.scheduling.all_posts[90] = make_post(90, wide, "fog", Step.ACCEPTED, alt_text="sea")
    async with running(persona="sarah") as driver:
        await driver.press("2", "I", "g", "e", *CUT, "enter")
        assert driver.screen.query_one("#photos").display
        await driver.saved()
        await driver.press("escape", "e")
        assert (
            driver.screen.query_one(CaptionForm).message
            == "This is your draft of a change that was not saved."
        )
        await driver.press("ctrl+s")
        edit: Any = services.scheduling.edits[-1]
        assert [(photo.framing.part, photo.alt_text) for photo in edit["photos"]] == [
            (part, "sea") for part in HALVES
        ]
        assert (edit["caption"], edit["alt_text"]) == (None, None)
