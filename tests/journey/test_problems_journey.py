"""A held post is corrected and sent; a post that was submitted too early is undone."""

from __future__ import annotations

from dataclasses import replace

from textual.widgets import TextArea

from fluffy_tui.scheduling import Step
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.posts.screen import PostsScreen
from fluffy_tui.tui.problems.screen import ProblemsScreen
from journey.installation import TIMINGS, Installation


async def test_a_held_post_is_corrected_and_sent(installation: Installation) -> None:
    stand_in = installation.with_photos(2).stand_in
    [channel] = [id_ for id_, found in stand_in.world.channels.items() if found.name == "sarah.frames"]
    stand_in.set_channel(channel, queue_paused=True)
    patient = replace(TIMINGS, blocked_min=120.0, blocked_max=120.0)  # it stays held until the user acts
    async with installation.with_settings(undo_seconds=0.0).running(timings=patient) as real:
        await real.to_library(2)
        await real.schedule("fgo on the pier")
        await real.pilot.press("4")
        await real.on(ProblemsScreen)
        await real.until(lambda: all(map(real.shows, ("problem", "queue paused", "held: The queue of"))))
        await real.pilot.press("G", "e")
        await real.on(EditPostScreen)
        real.app.screen.query_one(TextArea).text = "fog on the pier"
        await real.pilot.press("ctrl+s")
        await real.on(ProblemsScreen)
        await real.until(lambda: real.shows("fog on the pier"))
        stand_in.set_channel(channel, queue_paused=False)
        await real.pilot.press("r")
        await real.until(lambda: real.shows("No problems. Next post:"))
        [post] = await real.services.scheduling.posts()
        assert post.step is Step.ACCEPTED
        assert [there.text for there in stand_in.posts() if there.id == post.buffer_post_id] == [
            "fog on the pier"
        ]
        assert not [there for there in stand_in.posts() if there.text.startswith("fgo")]
        await real.pilot.press("2")
        await real.on(PostsScreen)
        await real.until(lambda: real.shows("fog on the pier"))
        await real.pilot.press("enter")
        await real.until(lambda: real.shows("edited"))


async def test_undoing_a_submit_restores_the_text(installation: Installation) -> None:
    async with installation.with_photos(2).with_settings(undo_seconds=300.0).running() as real:
        await real.to_library(2)
        await real.schedule("[/b][red fog")
        await real.until(lambda: real.shows("z undo"))
        await real.pilot.press("z")
        await real.until(lambda: real.shows("2 unscheduled"))
        assert await real.services.scheduling.posts() == []
        await real.until(lambda: real.shows("IMG_0000.jpg") and real.shows("IMG_0001.jpg"))
        for key in ("g", "G"):
            await real.pilot.press(key, "enter")
            await real.on(ComposeScreen)
            if real.app.screen.query_one(TextArea).text:
                break
            await real.pilot.press("escape")
            await real.on(LibraryScreen)
        assert real.app.screen.query_one(TextArea).text == "[/b][red fog"
        assert not [there for there in installation.stand_in.posts() if "fog" in there.text]
