"""What can be done with posts, from any screen, and the same keys in the table and on the Problems tab."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.screen import Screen

from fluffy_tui.buffer import Code
from fluffy_tui.scheduling import NotPossibleNow, Post, PostPhoto, Step
from fluffy_tui.tui.posts.post_actions import POST_ACTIONS, PostActions
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from tui.conftest import Driver, Running
from tui.fakes import FakeServices
from tui.several_channels import on_channels

FAILED, HELD, DRAFT, LIVE, UNCONFIRMED = 4, 6, 5, 1, 7


class Bench:
    """Actions owned by a screen that shows nothing."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.posts: Sequence[Post] = ()
        self.done = 0
        self.actions = PostActions(
            driver.screen, driver.app.context, lambda: self.posts, done=self._count_done
        )

    def _count_done(self) -> None:
        self.done += 1

    def select(self, *post_ids: int) -> None:
        """Select posts."""
        self.posts = [self.driver.services.scheduling.all_posts[id_] for id_ in post_ids]

    async def run(self, name: str, *keys: str) -> list[str]:
        """Run an action, press keys in its dialog, and return the toasts."""
        before = len(self.driver.notices())
        self.actions.run(name)
        for key in keys:
            while not isinstance(self.driver.screen, ConfirmScreen):
                await self.driver.pilot.pause()
            await self.driver.pilot.press(key)
        await self.driver.settle()
        return self.driver.notices()[before:]


@asynccontextmanager
async def bench(running: Running) -> AsyncIterator[Bench]:
    """Open a blank screen with actions."""
    async with running(persona="sarah") as driver:
        await driver.app.push_screen(Screen())
        yield Bench(driver)


async def test_without_a_post_only_buffer_can_be_opened(running: Running) -> None:
    async with bench(running) as on:
        assert [name for name in POST_ACTIONS if on.actions.is_possible(name)] == ["open_in_buffer"]
        assert await on.run("retry") == []
        assert await on.run("edit") == []
        assert await on.run("copy_link") == []


async def test_retrying_several_posts_reports_refusals_and_the_rest_together(
    running: Running, services: FakeServices
) -> None:
    async with bench(running) as on:
        on.select(FAILED, UNCONFIRMED, DRAFT)
        refused, report = await on.run("retry")
        assert refused.startswith("“was it sent?”: ")
        assert report == "Retrying 2 posts. Buffer is checked first."
        assert services.scheduling.all_posts[FAILED].step is Step.QUEUED
        assert on.done == 1


async def test_a_retry_offers_to_leave_out_the_first_comment_that_buffer_rejected(
    running: Running, services: FakeServices
) -> None:
    """Of the posts on two channels; another failed post is retried as it is."""
    scheduling = services.scheduling
    group = on_channels(services, 12, Step.FAILED, Step.FAILED)
    rejected = {"error_code": Code.FIRST_COMMENT_REFUSED, "first_comment": "#sea"}
    for post in group:
        scheduling._store(replace(post, **rejected))  # type: ignore[arg-type]
    ids = [post.id for post in group]
    async with bench(running) as on:
        on.select(*ids, FAILED)
        on.actions.run("retry")
        while not isinstance(on.driver.screen, ConfirmScreen):
            await on.driver.pilot.pause()
        question = on.driver.text("#dialog Static")
        assert "on @sarah.ig Instagram and @northlight Bluesky: its plan may not include them" in question
        assert "To send it all the same, save the post in the editor." in question
        await on.driver.press("n")
        assert {scheduling.all_posts[id_].step for id_ in ids} == {Step.FAILED}
        assert await on.run("retry", "y") == ["Retrying 3 posts. Buffer is checked first."]
        assert {scheduling.all_posts[id_].step for id_ in (*ids, FAILED)} == {Step.QUEUED}
        assert [scheduling.all_posts[id_].first_comment for id_ in ids] == ["", ""]


async def test_cancelling_asks_only_about_what_can_be_cancelled(
    running: Running, services: FakeServices
) -> None:
    async with bench(running) as on:
        on.select(LIVE, HELD)
        [refused] = await on.run("cancel", "n")
        assert "live" in refused
        assert HELD in services.scheduling.all_posts
        assert on.done == 0
        assert (await on.run("cancel", "y"))[-1] == (
            "Cancelled “cat”. Photo and caption are back in the library."
        )
        assert HELD not in services.scheduling.all_posts
        assert on.done == 1


async def test_a_refusal_of_a_single_post_is_shown_as_it_is(running: Running, services: FakeServices) -> None:
    services.scheduling.not_possible = NotPossibleNow("Nothing to upload.")
    async with bench(running) as on:
        on.select(FAILED)
        assert await on.run("upload_again") == ["Nothing to upload."]
        assert on.done == 0


async def test_the_posts_are_those_selected_when_the_key_was_pressed(
    running: Running, services: FakeServices
) -> None:
    async with bench(running) as on:
        on.select(FAILED)
        on.actions.run("retry")
        on.select(HELD)
        await on.driver.settle()
        assert services.scheduling.all_posts[FAILED].step is Step.QUEUED
        assert services.scheduling.all_posts[HELD].step is Step.HELD


async def test_the_table_uploads_again_and_opens_buffer(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    async with running(persona="sarah") as driver:
        await driver.press("2", "F", "U")
        assert services.scheduling.uploaded_again == [FAILED]
        await driver.press("a", "b")
        assert driver.app.clipboard == "https://publish.buffer.com/channels/channel-1/schedule"


async def test_the_problems_tab_asks_before_cancelling_and_has_no_link_for_a_post_that_is_not_live(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("4")
        await driver.pilot.press("delete")
        while not isinstance(driver.app.screen, ConfirmScreen):
            await driver.pilot.pause()
        await driver.press("n", "y")
        assert FAILED in services.scheduling.all_posts
        assert "link" in driver.notices()[-1]


async def test_the_editing_screen_has_an_editor_and_a_time(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PATH", "")
    async with running(persona="sarah") as driver:
        await driver.press("2", "F", "e", "ctrl+e")
        assert "No editor found." in driver.screen_text()
        before = driver.app.focused
        await driver.press("ctrl+t")
        assert driver.app.focused is not before
        assert driver.app.focused is not None
        assert driver.app.focused.query_ancestor("#when")


async def test_cancelling_on_one_channel_leaves_the_others_and_the_photo(
    running: Running, services: FakeServices
) -> None:
    group = on_channels(services, 12, Step.ACCEPTED, Step.LIVE, Step.HELD)
    lead, bluesky, gone = group
    async with bench(running) as on:
        on.select(lead.id)
        on.actions.run("cancel")
        while "All 3 channels:" not in on.driver.screen_text():
            await on.driver.pilot.pause()
        said = " ".join(on.driver.screen_text().replace("│", " ").split())
        assert "Only Instagram: It is in Buffer for" in said
        assert "scheduled on the other 2 channels" in said
        assert "Bluesky: It is live, so it cannot be cancelled." in said
        assert "gone: It has not been sent to Buffer and will not be." in said
        await on.driver.press("y")
        await on.driver.settle()
        assert on.driver.notices()[-1] == (
            "Cancelled “words 0” on Instagram. The photo stays scheduled on Bluesky, gone."
        )
        assert [post.id for post in services.scheduling.posts_of(*group)] == [bluesky.id, gone.id]
        photo = services.photos.photos[lead.photo_id]
        assert on.driver.app.context.drafts.load(photo) is None


@pytest.mark.parametrize("is_cover", [False, True])
async def test_cancelling_on_one_channel_tells_which_photos_only_that_channel_had(
    running: Running, services: FakeServices, is_cover: bool
) -> None:
    lead, _ = on_channels(services, 12, Step.ACCEPTED, Step.ACCEPTED)
    photos = (*lead.photos, PostPhoto(40, "0"))
    services.scheduling.all_posts[lead.id] = replace(lead, photos=photos[::-1] if is_cover else photos)
    async with bench(running) as on:
        on.select(lead.id)
        on.actions.run("cancel")
        while "All 2 channels:" not in on.driver.screen_text():
            await on.driver.pilot.pause()
        said = " ".join(on.driver.screen_text().replace("│", " ").split())
        assert "1 of the 2 photos stays scheduled on the other channel, the rest goes back" in said
        await on.driver.press("y")
        await on.driver.settle()
        assert on.driver.notices()[-1] == (
            "Cancelled “words 0” on Instagram. "
            "1 of the 2 photos stays scheduled on Bluesky, the rest goes back to the library."
        )


async def test_cancelling_on_all_channels_says_which_it_could_not(
    running: Running, services: FakeServices
) -> None:
    group = on_channels(services, 12, Step.ACCEPTED, Step.LIVE, Step.HELD)
    async with bench(running) as on:
        on.select(group[0].id)
        assert await on.run("cancel", "a") == [
            "Cancelled 2 posts. Photos that are also posted on another channel stay scheduled there."
        ]
        assert [post.id for post in services.scheduling.posts_of(*group)] == [group[1].id]
        assert on.done == 1


async def test_the_report_of_a_cancel_counts_photos_and_captions(
    running: Running, services: FakeServices
) -> None:
    posts = services.scheduling.all_posts
    async with bench(running) as on:
        on.select(HELD, 9)
        assert (await on.run("cancel", "y"))[-1] == (
            "Cancelled 2 posts. Photos and captions are back in the library."
        )
        posts[10] = replace(posts[10], photos=(*posts[10].photos, PostPhoto(40, "0")))
        on.select(10)
        assert (await on.run("cancel", "y"))[-1].endswith("Photos and caption are back in the library.")


async def test_cancelling_a_whole_submission_gives_the_photo_back(
    running: Running, services: FakeServices
) -> None:
    group = on_channels(services, 12, Step.ACCEPTED, Step.FAILED, Step.HELD)
    async with bench(running) as on:
        on.select(*[post.id for post in group])
        assert await on.run("cancel", "y") == [
            "Cancelled 3 posts. Photo and caption are back in the library."
        ]
        draft = on.driver.app.context.drafts.load(services.photos.photos[group[0].photo_id])
        assert draft is not None and draft.caption == "words 0"


async def test_a_refused_post_of_a_submission_is_named_by_its_channel(
    running: Running, services: FakeServices
) -> None:
    group = on_channels(services, 12, Step.ACCEPTED, Step.HELD)
    async with bench(running) as on:
        on.select(*[post.id for post in group])
        services.scheduling.not_possible = NotPossibleNow("Buffer is publishing it.")
        assert await on.run("cancel", "y") == [
            "“words 1”: Bluesky: Buffer is publishing it.",
            "Cancelled “words 0” on Instagram. The photo stays scheduled on Bluesky.",
        ]


async def test_posts_of_several_submissions_are_not_edited_or_duplicated_together(running: Running) -> None:
    async with bench(running) as on:
        on.select(FAILED, HELD)
        assert await on.run("edit") == [
            "Captions are edited one post at a time, or on all channels of one post: "
            "clear the selection, or change only the time."
        ]
        assert await on.run("duplicate") == ["Posts are duplicated one at a time: clear the selection."]
