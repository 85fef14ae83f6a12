"""Editing a post: only changes are sent, refusals keep the text, a failed post is retried."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.media import Framing
from fluffy_tui.scheduling import NotPossibleNow, Step
from fluffy_tui.tui.compose.fit_screen import FitScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.posts.problems_screen import ProblemsScreen
from fluffy_tui.tui.posts.screen import PostsScreen
from fluffy_tui.tui.session.drafts import Draft
from tui.conftest import Driver, Running
from tui.fakes import MARKUP, NOW, FakeServices

IN_BUFFER, FAILED = ("2", "G", "k", "e"), ("4", "e")
"""Keys that open post 2, which is in Buffer, and post 4, which failed, for editing."""


def editing(driver: Driver) -> EditPostScreen:
    """Return the screen."""
    assert isinstance(driver.screen, EditPostScreen)
    return driver.screen


async def kept(driver: Driver, services: FakeServices, photo_id: int) -> Draft | None:
    """Wait until the draft is saved; return it."""
    while editing(driver).drafts.has_unsaved:
        await driver.pilot.pause(0.02)
    await driver.settle()
    return driver.app.context.drafts.load(services.photos.photos[photo_id])


async def test_only_changed_text_is_sent(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        assert editing(driver).form.caption.text == "coffee first"
        assert "in Buffer for Wed 13 Jan 09:00 New York (your 15:00)" in driver.text("#post-state")
        editing(driver).form.caption.text = f"tea {MARKUP} first"
        await driver.press("ctrl+s")
        await driver.heard()
        assert services.scheduling.edits == [
            {
                "post_id": 2,
                "caption": f"tea {MARKUP} first",
                "alt_text": None,
                "share_mode": None,
                "at": None,
            }
        ]
        assert isinstance(driver.screen, PostsScreen)
        assert driver.app.context.drafts.load(services.photos.photos[2]) is None


async def test_the_state_of_the_post_is_kept_up_to_date(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", *"jjj", "e")
        assert "sending to Buffer" in driver.text("#post-state")
        services.scheduling.move(8, Step.ACCEPTED)
        await driver.heard()
        assert "in Buffer for" in driver.text("#post-state")


async def test_t_changes_only_the_time(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "G", "k", "t", "left")
        assert editing(driver).form.when.share_mode is ShareMode.CUSTOM_SCHEDULED
        assert editing(driver).form.when.at == NOW + timedelta(hours=23, minutes=30)
        editing(driver).form.when._time.value = "2027-01-14 18:30"
        await driver.press("ctrl+j")
        await driver.heard()
        [edit] = services.scheduling.edits
        assert edit["share_mode"] is ShareMode.CUSTOM_SCHEDULED
        assert str(edit["at"]) == "2027-01-14 18:30:00-05:00"
        assert (edit["caption"], edit["alt_text"]) == (None, None)


async def test_a_failed_post_is_retried_with_its_new_text(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*FAILED)
        editing(driver).form.alt_text.text = "a snowy street"
        await driver.press("ctrl+s")
        await driver.heard()
        post = services.scheduling.all_posts[4]
        assert (post.alt_text, post.step) == ("a snowy street", Step.QUEUED)
        assert isinstance(driver.screen, ProblemsScreen)


async def test_without_a_change_nothing_is_sent_to_buffer(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "ctrl+s")
        assert editing(driver).form.message == "Nothing has changed yet."
        assert services.scheduling.edits == []


async def test_a_refusal_keeps_the_text_on_the_screen_and_on_disk(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.not_possible = NotPossibleNow(
        f"Buffer is sending this {MARKUP} post.", "Delete it when it is live."
    )
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        editing(driver).form.caption.text = "too late"
        await driver.press("ctrl+s")
        assert (
            editing(driver).form.message
            == f"! Buffer is sending this {MARKUP} post. Delete it when it is live."
        )
        assert editing(driver).form.caption.text == "too late"
        assert not editing(driver).form.disabled
        text = await kept(driver, services, 2)
        assert text is not None
        assert text.caption == "too late"
        await driver.press("ctrl+s")
        await driver.heard()
        assert services.scheduling.all_posts[2].caption == "too late"


async def test_esc_keeps_a_draft_that_is_shown_again(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "end", *"xyz", "escape")
        assert isinstance(driver.screen, PostsScreen)
        assert services.scheduling.all_posts[2].caption == "coffee first"
        await driver.press("e")
        assert editing(driver).form.caption.text == "coffee firstxyz"
        assert "not saved" in editing(driver).form.message


async def test_opening_without_typing_saves_no_draft(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER, "escape")
        assert driver.app.context.drafts.load(services.photos.photos[2]) is None


async def test_empty_and_overlong_texts_are_refused_at_their_field(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        editing(driver).form.caption.text = ""
        await driver.press("ctrl+s")
        assert "empty" in editing(driver).form.message
        editing(driver).form.caption.text = "fine"
        editing(driver).form.alt_text.text = "x" * 1_001
        await driver.press("ctrl+s")
        assert editing(driver).form.message == (
            "! The alt text has 1,001 characters, and Instagram allows 1,000. Shorten it by 1."
        )
        assert editing(driver).form.alt_text.has_focus
        assert services.scheduling.edits == []


async def test_several_posts_get_one_time(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4", "space", "j", "space", "t")
        assert driver.text("#post-state") == "2 posts get this time"
        editing(driver).form.when.load(ShareMode.SHARE_NEXT, None)
        await driver.press("ctrl+s")
        await driver.heard()
        assert [(edit["post_id"], edit["share_mode"]) for edit in services.scheduling.edits] == [
            (4, ShareMode.SHARE_NEXT),
            (6, ShareMode.SHARE_NEXT),
        ]
        assert isinstance(driver.screen, ProblemsScreen)


async def test_a_change_that_is_saved_but_not_retried_is_reported(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*FAILED)
        editing(driver).form.caption.text = "new words"
        services.scheduling.all_posts[4] = replace(services.scheduling.all_posts[4], step=Step.UNCONFIRMED)
        await driver.press("ctrl+s")
        await driver.heard()
        assert editing(driver).form.message.startswith(
            "! The change is saved, but the post could not be retried."
        )


async def test_a_lost_database_is_reported_and_nothing_is_lost(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        editing(driver).form.caption.text = "while away"
        services.scheduling.error = DatabaseUnavailable("The database does not answer.")
        await driver.press("ctrl+s")
        assert editing(driver).form.message == "! The database does not answer."
        assert editing(driver).form.caption.text == "while away"
        services.scheduling.error = None
        await driver.press("ctrl+s")
        await driver.heard()
        assert services.scheduling.all_posts[2].caption == "while away"


async def test_another_fit_is_chosen_and_saved_with_the_post(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press(*IN_BUFFER)
        assert driver.text("#note") == "fit: pad blurred"
        await driver.press("ctrl+f")
        assert isinstance(driver.screen, FitScreen)
        await driver.press("r", "enter")
        assert driver.text("#note").startswith("fit: pad blurred, rotated 90°")
        assert "uploaded again" in driver.text("#note")
        await driver.press("ctrl+s")
        await driver.heard()
        [edit] = services.scheduling.edits
        assert edit["framing"] == Framing(turn=90)
        assert edit["caption"] is None


async def test_the_forecast_leaves_out_the_post_itself(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "e")
        picker = editing(driver).form.when
        assert "Fri 15 Jan 18:00" in picker.meaning, "the slot that it will get"
        await driver.press("escape", "G", "k", "t")
        assert "09:00" not in editing(driver).form.when.same_day, "a post is not in its own way"
