"""Duplicating a post: what another photo gets, and what stays with the post."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.media import Fit, Framing
from fluffy_tui.scheduling import ChannelChoice, PostPhoto, Step, TaggedPerson
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.photo.photo_picker import PhotoPicker
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.problems.screen import ProblemsScreen
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from tui.fakes import CHANNELS, MARKUP, NOW, make_post, with_channels
from tui.several_channels import on_channels

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


async def until(driver: Driver, screen: type[Any]) -> None:
    """Wait for a screen; a dialog is awaited by a worker, which a test cannot wait for."""
    while not isinstance(driver.screen, screen):
        await driver.pilot.pause()


def composer(driver: Driver) -> ComposeScreen:
    """Return the composer."""
    assert isinstance(driver.screen, ComposeScreen)
    return driver.screen


async def duplicate(driver: Driver, photo_name: str, then: type[Any]) -> None:
    """Press the key and choose a photo."""
    await driver.pilot.press("D")
    await until(driver, PhotoPicker)
    assert driver.screen.query_one("#dialog").border_title == "duplicate for which photo?"
    await driver.pilot.press(*photo_name, "enter")
    await until(driver, then)


async def test_another_photo_gets_text_and_options_of_a_post_after_a_question_about_its_draft(
    running: Running, services: FakeServices
) -> None:
    lead, bluesky = on_channels(services, 12, Step.LIVE, Step.FAILED)
    services.personas.personas[1] = with_channels(services.personas.personas[1], *CHANNELS[:3])
    cover = replace(
        lead.cover,
        alt_text=f"a pier {MARKUP}",
        framing=Framing(Fit.CROP, turn=90),
        tags=(TaggedPerson("ann", 0.5, 0.5),),
    )
    several = (cover, PostPhoto(13, services.photos.photos[13].sha256, "fog"))
    services.scheduling.all_posts[lead.id] = replace(
        lead,
        photos=several,
        share_mode=ShareMode.CUSTOM_SCHEDULED,
        requested_at_time=NOW - timedelta(days=1),
        first_comment="#harbour",
    )
    photo = services.photos.photos[30]
    copied = Draft(
        caption="words 0",
        alt_text=f"a pier {MARKUP}",
        framing=Framing(Fit.CROP),
        first_comment="#harbour",
        channels=(ChannelChoice("channel-2", caption="words 1", framing=Framing(), first_comment=""),),
        off=(CHANNELS[2].id,),
    )
    async with running(persona="sarah") as driver:
        drafts = driver.app.context.drafts
        drafts.save(photo, Draft(caption="written before"))
        await driver.press("4", "j")
        assert driver.screen.selected_posts() == [bluesky]

        await duplicate(driver, "2030", ConfirmScreen)
        assert "IMG_2030.JPG already has a draft. “written before”" in " ".join(
            driver.screen_text().replace("│", " ").split()
        )
        await driver.press("n")
        assert isinstance(driver.screen, ProblemsScreen)
        assert drafts.load(photo) == Draft(caption="written before")

        await duplicate(driver, "2030", ConfirmScreen)
        await driver.pilot.press("y")
        await until(driver, ComposeScreen)
        await driver.settle()
        assert drafts.load(photo) == copied
        assert composer(driver).form.caption.text == "words 0"
        assert [one.photo_id for one in composer(driver).arrangement.photos.photos] == [30]
        await driver.press("ctrl+s")
        sent = services.scheduling.submitted[-1]
        assert (sent["caption"], sent["first_comment"]) == ("words 0", "#harbour")
        assert isinstance(driver.screen, ProblemsScreen)


async def test_the_details_of_a_post_can_be_duplicated_from_and_a_full_disk_is_reported(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "enter")
        await driver.pilot.press("D")
        await until(driver, PhotoPicker)
        await driver.press("escape")
        assert isinstance(driver.screen, PostDetailScreen), "nothing was chosen"
        await driver.send("D2030\r")
        assert composer(driver).form.caption.text == services.scheduling.all_posts[11].caption

        drafts = driver.app.context.drafts
        await driver.press("escape")
        drafts._folder.rename(drafts._folder.with_name("away"))
        drafts._folder.write_text("a file where the folder should be")
        await duplicate(driver, "2030", PostDetailScreen)
        await driver.settle()
        assert driver.notices()[-1].startswith("The draft could not be saved: Not a directory.")


async def test_a_post_of_another_persona_is_duplicated_from_there(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.all_posts[50] = make_post(50, services.photos.photos[900], "of another", Step.FAILED)
    async with running(persona="sarah") as driver:
        await driver.press("4", "j", "D")
        assert driver.notices() == [
            "This post belongs to another persona. Press @ to switch, then do this in Posts."
        ]
        assert isinstance(driver.screen, ProblemsScreen)


def posted(services: FakeServices, post_id: int, days_ago: int, **changes: Any) -> Post:
    """Make a post of the photo with this id that went live so many days ago."""
    post = make_post(post_id, services.photos.photos[post_id], "fog on the pier", Step.LIVE, **changes)
    post = replace(post, posted_at=NOW - timedelta(days=days_ago), channel_id=CHANNELS[0].id)
    services.scheduling.all_posts[post_id] = post
    return post


async def to_post(driver: Driver, post: Post) -> None:
    """Open Posts and its search for a post, with the cursor on it."""
    await driver.press("2", "V", "slash", *"fog", "enter")
    assert [found.id for found in driver.screen.selected_posts()] == [post.id]


async def test_a_live_post_is_posted_again_with_its_old_text_to_change(
    running: Running, services: FakeServices
) -> None:
    framing = Framing(Fit.CROP, turn=90)
    post = posted(services, 30, 200, alt_text="a pier", framing=framing)
    async with running(persona="sarah") as driver:
        await to_post(driver, post)
        await driver.pilot.press("A")
        await until(driver, ComposeScreen)
        await driver.settle()
        form = composer(driver).form
        assert (form.caption.text, form.alt_text.text, form.framing) == (post.caption, "a pier", framing)
        marks = [mark.words for mark in composer(driver).checks()]
        assert "used before on 26 Jun 2026" in marks
        assert "same text as before: Buffer may refuse it" in marks
        await driver.press("f2", "end", *" again")
        assert "same text as before: Buffer may refuse it" not in [
            mark.words for mark in composer(driver).checks()
        ]
        await driver.press("ctrl+s")
        new = max(services.scheduling.all_posts.values(), key=lambda each: each.id)
        assert (new.again_of_id, new.photo_id, new.step) == (post.id, post.photo_id, Step.QUEUED)
        assert new.caption.endswith("again")


async def test_what_was_posted_again_is_undone_and_the_text_is_kept_for_the_live_post(
    running: Running, services: FakeServices
) -> None:
    post = posted(services, 30, 200)
    async with running(persona="sarah") as driver:
        await to_post(driver, post)
        await driver.pilot.press("A")
        await until(driver, ComposeScreen)
        await driver.settle()
        await driver.press("f2", "end", *" again", "ctrl+s")
        new = max(services.scheduling.all_posts.values(), key=lambda each: each.id)
        services.scheduling.all_posts[new.id] = replace(new, next_try_at=NOW + timedelta(seconds=8))
        services.tell(PostChanged(new.id, new.persona_id))
        await driver.heard()
        await driver.press("z")
        assert new.id not in services.scheduling.all_posts
        assert "The photo stays with its live post, where A shows the text again." in driver.notices()[-1]
        draft = driver.app.context.drafts.load(services.photos.photos[30])
        assert draft is not None and draft.caption.endswith("again")


async def test_a_post_that_is_too_young_or_waits_is_not_posted_again(
    running: Running, services: FakeServices
) -> None:
    post = posted(services, 30, 20)
    async with running(persona="sarah") as driver:
        await to_post(driver, post)
        await driver.press("A")
        assert "can be posted again from" in driver.notices()[-1]
        await driver.press("4", "A")
        assert isinstance(driver.screen, ProblemsScreen)
        assert "Only a live post can be posted again." in driver.notices()[-1]
