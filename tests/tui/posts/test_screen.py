"""The Posts tab: states in words, live updates, filters, selection, and keys that report what they did."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.media import Fit, Framing
from fluffy_tui.scheduling import NotPossibleNow, PostPage, Step
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.posts.post_actions import POST_ACTIONS
from fluffy_tui.tui.posts.post_detail import PostDetailScreen, post_facts, rendition_words
from fluffy_tui.tui.posts.post_table import PostTable
from fluffy_tui.tui.posts.post_window import MOST, PAGE
from fluffy_tui.tui.posts.screen import PostsScreen
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from fluffy_tui.tui.ui.hanging_indent import HangingText
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from tui.conftest import Driver, Running
from tui.fakes import MARKUP, NOW, FakeServices, changed, make_post
from tui.several_channels import on_channels

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")


def table(driver: Driver) -> PostTable:
    """Return the table."""
    found: PostTable = driver.screen.query_one(PostTable)
    return found


def line(driver: Driver, post_id: int) -> str:
    """Return a post's line, with single blanks between its parts."""
    return " ".join(str(table(driver).get_option(str(post_id)).prompt).split())


def under_cursor(driver: Driver) -> int | None:
    """Return the id of the post under the cursor."""
    post = table(driver).current
    return post.id if post else None


def line_of_cursor(driver: Driver) -> int:
    """Return on which line of the table the cursor is."""
    above = table(driver).options[: table(driver).highlighted]
    return sum(len(str(option.prompt).splitlines()) for option in above) - table(driver).scroll_offset.y


def listed(driver: Driver) -> list[int]:
    """Return the ids of the posts shown, from top to bottom."""
    return [post.id for post in table(driver).posts]


BY_TIME = [*range(11, 3, -1), 2, 3, 1]
"""The posts of the fakes: those without a time, then tomorrow's, today's and yesterday's."""


async def test_posts_are_listed_by_day_from_the_latest_on_with_the_cursor_on_the_next(
    running: Running,
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2")
        assert isinstance(driver.screen, PostsScreen)
        assert listed(driver) == BY_TIME
        assert under_cursor(driver) == 2
        headings = [str(option.prompt) for option in table(driver).options if option.disabled]
        assert headings == [
            "No time yet", "Tomorrow · New York", "Today · New York", "Yesterday · New York"
        ]  # fmt: skip
        assert line(driver, 11) == "next free slot waiting for its turn ● queued"
        assert line(driver, 2) == "09:00 coffee first in 24 h ✓ in Buffer"
        assert line(driver, 1) == "07:30 first snow 26 h ago ■ live, 14 s late"
        assert f"a caption with {MARKUP} in it ✗ failed: Buffer could not read the picture [/" in line(
            driver, 4
        )
        assert (
            "! held until your Wed 00:00, next of 6 in the queue: The channel's queue in Buffer is full"
        ).startswith(line(driver, 6).partition("cat ")[2].rstrip("…"))


async def test_keys_and_mouse_go_from_post_to_post_and_skip_the_headings(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2")
        for key, post_id in (
            ("j", 3), ("down", 1), ("j", 1), ("k", 3), ("up", 2), ("k", 4), ("g", 11), ("k", 11), ("G", 1),
            ("home", 11), ("ctrl+d", 1), ("ctrl+u", 11), ("end", 1), ("pageup", 11), ("pagedown", 1),
        ):  # fmt: skip
            await driver.press(key)
            assert under_cursor(driver) == post_id, key
        await driver.pilot.click(PostTable, offset=(20, 0))
        assert under_cursor(driver) == 1, "a heading"
        await driver.pilot.click(PostTable, offset=(20, 3))
        assert under_cursor(driver) == 10
        assert isinstance(driver.screen, PostsScreen)
        await driver.pilot.click(PostTable, offset=(20, 4), times=2)
        await driver.settle()
        assert isinstance(driver.screen, PostDetailScreen)


async def test_the_list_keeps_its_place_while_posts_come_go_and_move(
    running: Running, services: FakeServices
) -> None:
    """The cursor stays on its post and on its line of the screen; so does a post that moves with it."""
    photo, scheduling = services.photos.photos[1], services.scheduling
    scheduling.all_posts = {
        id_: make_post(id_, photo, f"post {id_}", Step.ACCEPTED, scheduled_at=NOW + timedelta(hours=6 * id_))
        for id_ in range(1, 101)
    }
    async with running(persona="sarah", size=(120, 30)) as driver:
        await driver.press("2")
        assert under_cursor(driver) == 1
        await driver.press("g", *"j" * 30)
        before, place = under_cursor(driver), line_of_cursor(driver)
        assert before == 70
        for post_id, hours in ((99, 1), (3, 580), (71, -5)):  # from above to below, back, and into the past
            scheduling.move(post_id, Step.ACCEPTED, scheduled_at=NOW + timedelta(hours=hours))
            await driver.heard()
            assert (under_cursor(driver), line_of_cursor(driver)) == (before, place)
        assert listed(driver)[:4] == [100, 98, 97, 3]
        assert listed(driver)[-3:] == [1, 99, 71]
        await scheduling.cancel(90)
        await driver.heard()
        assert (under_cursor(driver), line_of_cursor(driver)) == (before, place)
        scheduling.move(70, Step.ACCEPTED, scheduled_at=NOW + timedelta(hours=200))
        await driver.heard()
        assert (under_cursor(driver), line_of_cursor(driver)) == (before, place)
        assert listed(driver).index(70) > listed(driver).index(34)
        await scheduling.cancel(70)
        await driver.heard()
        assert under_cursor(driver) == 33, "the next one"


async def test_a_changed_post_changes_only_its_row(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "j", "j")
        services.scheduling.move(11, Step.SENDING)
        services.scheduling.move(10, Step.HELD, next_try_at=NOW + timedelta(hours=1), attempts=3)
        await driver.heard()
        assert line(driver, 11).endswith("● sending to Buffer")
        assert line(driver, 10).endswith("! held (3 tries) until your 16:30, 5th of 6 in the queue")
        assert under_cursor(driver) == 9


async def test_a_new_post_appears_on_top_and_a_deleted_one_disappears(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "j")
        await services.scheduling.schedule_post(services.photos.photos[40], "new")
        await driver.heard()
        assert table(driver).posts[0].caption == "new"
        assert under_cursor(driver) == 10
        await services.scheduling.cancel(11)
        await driver.heard()
        assert 11 not in listed(driver)
        assert len(listed(driver)) == 11


async def test_more_posts_are_loaded_at_both_ends_and_far_ones_dropped(
    running: Running, services: FakeServices
) -> None:
    photo, scheduling = services.photos.photos[1], services.scheduling
    upcoming, past = 2 * PAGE, MOST
    scheduling.all_posts = {
        id_: make_post(
            id_,
            photo,
            f"post {id_}",
            Step.ACCEPTED,
            scheduled_at=NOW + timedelta(hours=id_ - past, minutes=-1),
        )
        for id_ in range(1, past + upcoming + 1)
    }
    async with running(persona="sarah") as driver:
        await driver.press("2")
        assert under_cursor(driver) == past + 1
        assert len(listed(driver)) == 2 * PAGE
        await driver.press("g")
        assert listed(driver) == list(range(past + upcoming, past - PAGE, -1))
        assert under_cursor(driver) == past + PAGE
        await driver.press("g")
        assert under_cursor(driver) == past + upcoming
        while under_cursor(driver) != 1:
            await driver.press("G")
            assert len(listed(driver)) <= MOST
        assert listed(driver) == list(range(MOST, 0, -1))
        scheduling.move(past + upcoming, Step.ACCEPTED, scheduled_at=NOW + timedelta(hours=9_000))
        await driver.heard()
        assert listed(driver) == list(range(MOST, 0, -1)), "it belongs to what is not loaded"
        while under_cursor(driver) != past + upcoming:
            await driver.press("g")


async def test_the_list_goes_to_a_date_ahead_or_behind(running: Running, services: FakeServices) -> None:
    photo = services.photos.photos[1]
    services.scheduling.all_posts = {
        id_: make_post(id_, photo, f"post {id_}", Step.ACCEPTED, scheduled_at=NOW + timedelta(days=id_ - 900))
        for id_ in range(1, 1_801)
    }
    async with running(persona="sarah") as driver:
        await driver.press("2")
        for typed, days in (
            ("tomorrow", 1), ("11 jan", -1), ("20 jan", 8), ("may 2028", 505), ("last week", -2), ("2026", -12)
        ):  # fmt: skip
            await driver.press("d", *typed, "enter")
            assert under_cursor(driver) == 900 + days, typed
        await driver.press("d", *"2020", "enter")
        assert "There are no posts from 2020 or earlier." in driver.screen_text()
        await driver.press("escape")
        assert under_cursor(driver) == 888


async def test_posts_are_searched_by_caption_and_file_name(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "slash", *"fog NOON", "enter")
        assert listed(driver) == [8]
        await driver.press("slash", "ctrl+u", *"img_2004", "down")
        assert listed(driver) == [4]
        assert driver.app.focused is table(driver)
        await driver.press("V")
        assert "No posts found." in driver.text("#no-posts")
        await driver.press("a")
        assert listed(driver) == [4], "of all that are found"
        services.scheduling.move(2, Step.LIVE)
        await driver.heard()
        assert listed(driver) == [4]
        await driver.press("escape")
        assert isinstance(driver.screen, PostsScreen)
        assert (listed(driver)[:3], under_cursor(driver)) == ([11, 10, 9], 4)
        await driver.press("slash", *"none has this")
        assert "No posts found." in driver.text("#no-posts")
        await driver.press("escape")
        assert under_cursor(driver) == 2
        await driver.press("escape")
        assert isinstance(driver.screen, LibraryScreen)


async def test_a_search_goes_on_until_it_has_found_something(
    running: Running, services: FakeServices
) -> None:
    photo = services.photos.photos[1]
    services.scheduling.all_posts = {
        id_: make_post(
            id_, photo, "rare" if id_ in (1, 2, 3_000) else "x", Step.ACCEPTED,
            scheduled_at=NOW + timedelta(hours=id_ - 4_000),
        )
        for id_ in range(1, 4_001)
    }  # fmt: skip
    async with running(persona="sarah") as driver:
        await driver.press("2", "slash", *"rare")
        assert listed(driver) == [3_000, 2, 1]
        await driver.press("enter", "d", *"last month", "enter")
        assert under_cursor(driver) == 3_000


async def test_no_time_is_cut(running: Running, services: FakeServices) -> None:
    posts = services.scheduling.all_posts
    for id_, distance in ((2, timedelta(minutes=89)), (1, -timedelta(minutes=80))):
        posts[id_] = replace(posts[id_], posted_at=None, scheduled_at=NOW + distance)
    async with running(persona="sarah", size=(140, 45)) as driver:
        await driver.press("2")
        assert " in 89 min " in driver.screen_text() and " 80 min ago " in driver.screen_text()


async def test_an_empty_table_says_what_to_do(running: Running, services: FakeServices) -> None:
    async with running(persona="northern light") as driver:
        await driver.press("2")
        assert "Press 1 to open the library" in driver.text("#no-posts")
        enabled = {key.words for key in driver.screen.query_one(KeysFooter).keys if key.enabled}
        assert enabled == {"Keys"}
        photo = services.photos.photos[900]
        await services.scheduling.schedule_post(photo, "first")
        await driver.heard()
        assert table(driver).display
        assert table(driver).current is not None


async def test_details_follow_the_post(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "enter")
        assert isinstance(driver.screen, PostDetailScreen)
        assert "● queued" in driver.text("#facts")
        services.scheduling.move(
            11,
            Step.ACCEPTED,
            rendition={
                "width": 1080,
                "height": 1350,
                "bytes": 412_000,
                "fit": "pad",
                "location_removed": True,
            },
        )
        await driver.heard()
        text = driver.text("#facts")
        for words in (
            "✓ in Buffer for Wed 09:00",
            "buffer-11",
            "Wed 13 Jan 09:00 New York (your 15:00) · in 24 h",
            "1080×1350 JPEG · 412 kB · pad blurred · location removed",
        ):
            assert words in text
        await driver.press("escape")
        assert isinstance(driver.screen, PostsScreen)


async def test_details_close_when_the_post_is_deleted(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "enter")
        await services.scheduling.cancel(11)
        await driver.heard()
        assert isinstance(driver.screen, PostsScreen)


@pytest.mark.parametrize("inside", [False, True])
async def test_retry(running: Running, services: FakeServices, inside: bool) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", *"jjjjjjj", *(["enter"] if inside else []), "r")
        await driver.heard()
        assert services.scheduling.all_posts[4].step is Step.QUEUED
        assert any(words.startswith("Retrying “a caption with") for words in driver.notices())


async def test_a_refused_retry_is_reported(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "r")
        assert driver.notices() == ["It is queued and will be sent, so there is nothing to retry."]


def dimmed(driver: Driver) -> set[str]:
    """Return the ids of the keys for posts that are dimmed."""
    active = driver.screen.active_bindings.values()
    return {one.binding.id.partition(".")[2] for one in active if not one.enabled} & set(POST_ACTIONS)


async def test_keys_that_a_state_forbids_are_dimmed_as_the_cursor_moves_and_the_post_changes(
    running: Running, services: FakeServices
) -> None:
    in_buffer = {"retry", "move_up", "post_again", "copy_link"}
    live = {"edit", "reschedule", "retry", "cancel", "upload_again", "move_up"}
    async with running(persona="sarah") as driver:
        await driver.press("2")
        footer = driver.screen.query_one(KeysFooter)
        assert dimmed(driver) == in_buffer
        assert [key.words for key in footer.keys if not key.enabled] == ["Retry"]
        await driver.press("G")
        assert dimmed(driver) == live
        assert [key.words for key in footer.keys if not key.enabled] == ["Edit", "Retry", "Cancel"]
        await driver.press("enter")
        assert dimmed(driver) == live
        await driver.press("escape", "g")
        assert dimmed(driver) == {"retry", "post_again", "copy_link"}
        services.scheduling.move(11, Step.FAILED)
        await driver.heard()
        assert dimmed(driver) == {"move_up", "post_again", "copy_link"}
        await driver.press("enter")
        services.scheduling.move(11, Step.PUBLISHING)
        await driver.heard()
        assert dimmed(driver) == live | {"post_again", "copy_link"}


async def test_of_several_selected_posts_one_is_enough_for_a_key_which_names_the_others(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "G", "space", "k", "space")
        assert [post.id for post in table(driver).selected] == [3, 1]
        assert {"retry", "cancel"} <= dimmed(driver)
        assert {"edit", "duplicate", "post_again"} <= dimmed(driver), "they are done one at a time"
        await driver.press("g", *"jjjjjjj", "space")
        assert [post.id for post in table(driver).selected] == [4, 3, 1]
        assert {"retry", "cancel"}.isdisjoint(dimmed(driver))
        await driver.press("r")
        await driver.heard()
        assert services.scheduling.all_posts[4].step is Step.QUEUED
        publishing, live, done = driver.notices()
        assert publishing.startswith("“just going out”: Buffer is publishing it")
        assert live.startswith("“first snow”: It is live")
        assert done.startswith("Retrying “a caption")


async def test_a_click_on_a_dimmed_key_and_help_say_what_a_press_says(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "G")
        footer = driver.screen.query_one(KeysFooter)
        before = 0
        for key in footer.keys:
            if key.words == "Retry":
                break
            before += key.width
        await driver.pilot.click(KeysFooter, offset=(before + 1, 0))
        await driver.settle()
        assert driver.notices() == ["It is live, so there is nothing to retry. Press A to post it again."]
        await driver.press("question_mark")
        help_ = driver.screen.query(HangingText).first()
        spans = {str(line).strip()[:2].strip(): line for line in help_.render().split("\n")}
        assert any("dim" in str(span.style) for span in spans["r"].spans)
        assert not any("dim" in str(span.style) for span in spans["D"].spans)


async def asked(driver: Driver, key: str) -> str:
    """Press a key and return the question that it leads to."""
    await driver.pilot.press(key)
    while not isinstance(driver.screen, ConfirmScreen):
        await driver.pilot.pause()
    return str(driver.screen.query_one("#dialog Static").render())


@pytest.mark.parametrize("key", ["x", "delete"])
async def test_cancelling_asks_first_frees_the_photo_and_keeps_the_caption_as_a_draft(
    running: Running, services: FakeServices, key: str
) -> None:
    posts = services.scheduling.all_posts
    posts[4] = changed(
        posts[4],
        alt_text="what it shows",
        share_mode=ShareMode.SHARE_NEXT,
        framing=Framing(Fit.CROP, turn=90),
    )
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", *"jjjjjjj")
        question = await asked(driver, key)
        assert f"a caption with {MARKUP} in it" in question
        assert "was not published" in question
        await driver.pilot.press("n")
        await driver.settle()
        assert 4 in posts
        await asked(driver, key)
        await driver.pilot.press("y")
        await driver.heard()
        assert 4 not in posts
        assert 4 not in {post.id for post in table(driver).posts}
        kept = driver.app.context.drafts.load(services.photos.photos[4])
        assert kept is not None
        assert (kept.caption, kept.alt_text) == (f"a caption with {MARKUP} in it", "what it shows")
        assert (kept.share_mode, kept.framing) == (ShareMode.SHARE_NEXT, Framing(Fit.CROP, turn=90))
        await driver.press("1")
        assert isinstance(driver.screen, LibraryScreen)
        assert 4 in driver.screen.query_one(PhotoList).rows.ids


async def test_cancelling_a_post_in_buffer_says_that_it_is_deleted_there_first(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2")
        question = await asked(driver, "x")
        assert (
            "It is in Buffer for Wed 13 Jan 09:00 New York (your 15:00) and will be deleted there."
            in question
        )
        await driver.pilot.press("y")
        await driver.heard()
        assert 2 not in services.scheduling.all_posts


@pytest.mark.parametrize(
    ("post_id", "why"), [(1, "live"), (3, "publishing"), (7, "may or may not have it"), (8, "being sent")]
)
async def test_a_post_that_is_going_out_cannot_be_cancelled(
    running: Running, services: FakeServices, post_id: int, why: str
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", *"j" * BY_TIME.index(post_id), "x")
        assert isinstance(driver.screen, PostsScreen)
        assert why in driver.notices()[-1]
        assert post_id in services.scheduling.all_posts


async def test_a_refused_cancel_changes_neither_post_nor_drafts(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.not_possible = NotPossibleNow(f"Buffer was faster {MARKUP}.", "It is live.")
    async with running(persona="sarah") as driver:
        await driver.press("2")
        await asked(driver, "x")
        await driver.pilot.press("y")
        await driver.heard()
        assert driver.notices() == [f"Buffer was faster {MARKUP}. It is live."]
        assert 2 in services.scheduling.all_posts
        assert driver.app.context.drafts.load(services.photos.photos[2]) is None


@pytest.mark.parametrize(
    ("key", "ids"),
    [
        ("a", BY_TIME),
        ("w", [11, 10, 9, 8, 7, 6]),
        ("W", [5]),
        ("I", [2, 3]),
        ("F", [4]),
        ("V", [1]),
    ],
)
async def test_each_filter_has_a_key(running: Running, key: str, ids: list[int]) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "w", key)
        assert listed(driver) == ids


async def test_each_filter_is_clicked(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2")
        for words, ids in (("F Failed", [4]), ("I In Buffer", [2, 3]), ("a All", BY_TIME)):
            column = driver.text("#post-filter").index(words)
            await driver.pilot.click("#post-filter", offset=(column, 0))
            await driver.settle()
            assert listed(driver) == ids


@pytest.mark.parametrize("theme", ["fluffy", "ansi-light"])
async def test_the_chosen_filter_can_be_read_in_every_theme(running: Running, theme: str) -> None:
    async with running(persona="sarah") as driver:
        driver.app.theme = theme
        await driver.press("2")
        styles = [one.style for one in driver.screen.query_one("#post-filter").render_line(0) if one.style]
        assert styles[0].bold and not styles[-1].bold
        assert all(
            style.color is None or style.color.is_default or style.color != style.bgcolor for style in styles
        )


async def test_a_post_that_no_longer_matches_the_filter_disappears(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "F")
        services.scheduling.move(4, Step.ACCEPTED)
        services.scheduling.move(2, Step.FAILED)
        await driver.heard()
        assert [post.id for post in table(driver).posts] == [2]
        await driver.press("I")
        assert listed(driver) == [4, 3]
        services.scheduling.move(3, Step.LIVE)
        services.scheduling.move(4, Step.LIVE)
        await driver.heard()
        assert "No posts match this filter." in driver.text("#no-posts")
        await driver.press("W")
        assert driver.text("#no-posts").startswith("No drafts.")


def rows(driver: Driver) -> list[str]:
    """Return what the list shows, headings included, with single blanks between its parts."""
    return [" ".join(str(option.prompt).split()) for option in table(driver).options]


async def test_texts_that_were_typed_and_not_submitted_are_drafts(running: Running) -> None:
    async with running(persona="sarah", size=(140, 45)) as driver:
        await driver.press("enter", *"fog", "escape")
        await driver.press("j", "enter", "f3", *"a pier", "ctrl+t", "right", "escape")
        await driver.press("2")
        assert "Typed and not submitted" not in rows(driver)
        await driver.press("W")
        typed = [line.partition("✎ draft: ")[0] for line in rows(driver)[:3]]
        assert typed == ["Typed and not submitted", "front of queue a pier ", "next free slot fog "]
        assert listed(driver), "drafts that are posts follow"
        assert "W Drafts 3" in driver.text("#post-filter")
        await driver.press("g")
        assert "enter Caption" in driver.footer()
        assert {"Edit", "Select", "Cancel"} <= driver.dimmed()
        await driver.press("j", "enter")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.form.caption.text == "fog"
        await driver.press(*" at noon", "escape")
        assert rows(driver)[1].startswith("next free slot fog at noon"), "that saved last is the first"
        typed_text = table(driver).current_text
        assert typed_text is not None and typed_text.draft.caption == "fog at noon", "the cursor stays on it"
        await driver.press("a")
        assert "Typed and not submitted" not in rows(driver)


async def test_a_text_is_no_draft_any_more_once_its_photo_has_a_post(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.grace = timedelta(seconds=10)
    async with running(persona="sarah", size=(140, 45)) as driver:
        await driver.press("enter", *"fog", "escape")
        await driver.send("2Wg\r at noon\x13")  # each key goes to what the ones before have led to
        assert [given["caption"] for given in services.scheduling.submitted] == ["fog at noon"]
        assert isinstance(driver.screen, PostsScreen)
        assert "Typed and not submitted" not in rows(driver)
        assert "W Drafts 1" in driver.text("#post-filter")
        await driver.heard()
        await driver.press("z")
        await driver.heard()
        assert rows(driver)[1].startswith("next free slot fog at noon"), "an undo keeps the text"


async def test_typed_texts_are_searched_and_those_of_posts_are_not_listed_twice(
    running: Running, services: FakeServices
) -> None:
    with_post = services.photos.photos[services.scheduling.all_posts[2].photo_id]
    async with running(persona="sarah") as driver:
        driver.app.context.drafts.save(with_post, Draft(caption="an edit that was not saved"), "edit")
        await driver.press("enter", *"fog", "escape", "j", "enter", *"pier", "escape")
        await driver.press("2", "W", "slash", *"FO", "enter")
        assert [line.partition(" ✎")[0] for line in rows(driver)] == [
            "Typed and not submitted", "next free slot fog"
        ]  # fmt: skip
        await driver.press("escape")
        assert len(rows(driver)) == 5


async def test_without_posts_typed_texts_are_listed_alone(running: Running, services: FakeServices) -> None:
    services.scheduling.all_posts.clear()
    async with running(persona="sarah", size=(60, 18)) as driver:
        await driver.press("enter", *"fog", "escape", "2", "W", "enter")
        assert isinstance(driver.screen, ComposeScreen)
        await driver.press("ctrl+u", "escape")
        assert driver.text("#no-posts").startswith("No drafts.")


async def test_moving_up_changes_the_positions_of_both_posts(
    running: Running, services: FakeServices
) -> None:
    for post_id in (9, 10):
        services.scheduling.move(post_id, Step.HELD)
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "j")
        assert "5th of 6" in line(driver, 10)
        await driver.press("K")
        await driver.heard()
        assert "4th of 6" in line(driver, 10)
        assert "5th of 6" in line(driver, 9)


@pytest.mark.parametrize(
    ("key", "help_"),
    [
        (
            "I",
            "is in Buffer at its time. Press t to change that, or 3 for the plan, where X swaps two posts.",
        ),
        ("F", "It is in no queue. Press r to send it again."),
        ("W", "It is in no queue. Press r to send it."),
        ("V", "It has left the queue and is live."),
    ],
)
async def test_a_post_that_is_not_in_the_queue_is_moved_otherwise(
    running: Running, key: str, help_: str
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", key, "K")
        assert driver.notices()[-1].endswith(help_)


async def test_the_link_is_copied(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "y")
        assert driver.notices() == ["No link yet. It appears once the post is live."]
        await driver.press("G", "y")
        assert driver.app.clipboard == "https://www.instagram.com/p/abc/"
        assert driver.notices()[-1].endswith("https://www.instagram.com/p/abc/")


async def test_posts_are_reloaded_when_the_database_is_back_but_not_as_they_were_before_a_change(
    running: Running, services: FakeServices
) -> None:
    asked, answer, posts_by_time = asyncio.Event(), asyncio.Event(), services.scheduling.posts_by_time

    async def late(*place: Any, **options: Any) -> PostPage:
        page = await posts_by_time(*place, **options)
        asked.set()
        await answer.wait()
        return page

    async with running(persona="sarah") as driver:
        await driver.press("2")
        posts = services.scheduling.all_posts
        posts[1] = replace(posts[1], caption="changed while away")
        services.scheduling.posts_by_time = late  # type: ignore[method-assign]
        services.lose_database()
        services.find_database()
        await asked.wait()
        services.scheduling.move(11, Step.SENDING)
        while "sending" not in line(driver, 11):
            await driver.pilot.pause()
        answer.set()
        await driver.heard()
        assert "changed while away" in line(driver, 1)
        assert "sending" in line(driver, 11)


async def test_the_table_survives_a_narrow_terminal(running: Running) -> None:
    async with running(persona="sarah", size=(62, 20)) as driver:
        await driver.press("2")
        assert len(listed(driver)) == 11
        assert 0 <= line_of_cursor(driver) < table(driver).size.height
        await driver.pilot.resize_terminal(140, 45)
        await driver.settle()
        assert len(listed(driver)) == 11
        assert under_cursor(driver) == 2


def test_unknown_facts_are_left_out(services: FakeServices) -> None:
    post = services.scheduling.all_posts[11]
    labels = list(post_facts(post, NOW, NEW_YORK, BERLIN))
    assert labels == ["State", "Requested", "Channel", "Attempts", "Submitted", "Updated"]
    assert "Saved" in post_facts(replace(post, step=None), NOW, NEW_YORK, BERLIN), "a draft is not submitted"
    assert rendition_words({}) == ""


async def test_keys_act_on_all_selected_posts(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "space", "space", "j", "space")
        selected = table(driver).selected
        assert [post.id for post in selected] == [11, 10, 8]
        assert line(driver, 10).startswith("▪ ")
        assert "3 selected" in driver.text("#post-filter")
        question = await asked(driver, "x")
        possible = [post for post in selected if post.can_be_cancelled]
        assert possible
        assert all(f"“{post.caption}”" in question for post in possible)
        await driver.press("escape", "k", "k", "k", "space")  # deselects the second one
        assert [post.id for post in table(driver).selected] == [11, 8]
        services.scheduling.all_posts.pop(8)
        services.tell(PostChanged(8, 1))
        await driver.heard()
        assert [post.id for post in table(driver).selected] == [11], "a deleted post is no longer selected"
        await asked(driver, "x")
        await driver.press("y")
        assert table(driver).selected == []
        assert "selected" not in driver.text("#post-filter")
        assert 11 not in services.scheduling.all_posts


async def test_the_photo_of_the_post_under_the_cursor_is_shown_beside_the_table(running: Running) -> None:
    async with running(persona="sarah", size=(120, 30), preview="half-cell") as driver:
        await driver.press("2", "g")
        preview = driver.screen.query_one(PhotoPreview)
        assert preview.photo is not None
        first = preview.photo.id
        assert first == table(driver).posts[0].photo_id
        while preview.shown is None:
            await driver.pilot.pause(0.01)
        await driver.press("j")
        assert preview.photo.id == table(driver).posts[1].photo_id != first
    async with running(persona="sarah", size=(80, 24), preview="half-cell") as driver:
        await driver.press("2")
        assert not driver.screen.query_one(PhotoPreview).display


@pytest.mark.parametrize(
    ("width", "filters"),
    [
        (140, "a All   W Drafts 1   w Queued 6   I In Buffer 2   F Failed 1   V Live 1   O Elsewhere"),
        (80, "a All  W Drafts  w Queued  I In Buffer  F Failed  V Live  O Elsewhere"),
        (60, "a All  W Drafts  w Queued  I In Buffer  F Failed  V Live"),
    ],
)
async def test_posts_and_selected_ones_are_counted_where_there_is_room(
    running: Running, width: int, filters: str
) -> None:
    async with running(persona="sarah", size=(width, 24)) as driver:
        await driver.press("2")
        assert driver.text("#post-filter").strip() == filters
        await driver.press("space")
        assert ("1 selected: keys act on the selection" in driver.text("#post-filter")) is (width == 140)
        assert driver.text("#post-filter").rstrip().endswith(("▪1", "selection")), "nothing is cut off"


async def test_filters_show_the_users_own_keys(running: Running) -> None:
    async with running(persona="sarah", keymap={"posts.failed": "F"}) as driver:
        await driver.press("2")
        assert "F Failed" in driver.text("#post-filter")


async def test_a_submission_shows_its_channels_and_their_states(
    running: Running, services: FakeServices
) -> None:
    lead, bluesky, gone = on_channels(services, 12, Step.ACCEPTED, Step.LIVE, Step.FAILED)
    async with running(persona="sarah") as driver:
        await driver.press("2")
        for post, words in (
            (lead, "Instagram +2 · words 0"), (bluesky, "Bluesky +2 · words 1"), (gone, "gone +2 · words 2")
        ):  # fmt: skip
            assert words in line(driver, post.id)
        await driver.press("k", "k", "j")
        assert driver.text("PhotoPreview .details") == "also on: Bluesky · live, gone · failed"
        services.scheduling.move(bluesky.id, Step.FAILED, channel_id="channel-2", lead_post_id=lead.id)
        await driver.heard()
        assert driver.text("PhotoPreview .details") == "also on: Bluesky · failed, gone · failed"
        await driver.press("enter")
        assert "Bluesky · failed, gone · failed" in driver.screen_text()
        await services.scheduling.cancel(gone.id)
        await driver.heard()
        assert "gone" not in driver.screen_text()
        await driver.press("escape")
        assert "Instagram +1 · words 0" in line(driver, lead.id)


async def test_the_channels_of_all_posts_are_read_at_once(running: Running, services: FakeServices) -> None:
    on_channels(services, 12, Step.ACCEPTED, Step.LIVE, Step.FAILED)
    async with running(persona="sarah") as driver:
        await driver.press("2")
        assert services.scheduling.groups_read == [list(range(1, 13))]
        await driver.press("j", "j", "j", "G")
        assert len(services.scheduling.groups_read) == 1, "moving the cursor reads nothing"


async def test_one_key_selects_a_post_on_all_its_channels_whatever_is_filtered(
    running: Running, services: FakeServices
) -> None:
    lead, bluesky, gone = on_channels(services, 12, Step.FAILED, Step.LIVE, Step.FAILED)
    async with running(persona="sarah") as driver:
        await driver.press("2", "F", "g", "r")
        assert services.scheduling.all_posts[gone.id].step is Step.QUEUED
        assert services.scheduling.all_posts[lead.id].step is Step.FAILED, "only the one under the cursor"
        assert [post.id for post in table(driver).posts] == [lead.id, 4]
        await driver.press("g", "asterisk")
        assert [post.id for post in table(driver).selected] == [gone.id, lead.id, bluesky.id]
        await driver.press("asterisk")
        assert table(driver).selected == []
        await driver.press("asterisk", "r")
        assert services.scheduling.all_posts[lead.id].step is Step.QUEUED
        assert table(driver).selected == []


async def test_the_question_before_a_cancel_names_a_caption_once(
    running: Running, services: FakeServices
) -> None:
    posts = services.scheduling.all_posts
    for post in on_channels(services, 12, Step.FAILED, Step.FAILED):
        posts[post.id] = replace(post, caption="fog")
    async with running(persona="sarah") as driver:
        await driver.press("2", "F", "g", "asterisk")
        await driver.pilot.press("x")
        while not isinstance(driver.app.screen, ConfirmScreen):
            await driver.pilot.pause()
        assert "“fog” (2 posts)" in driver.screen_text()
        await driver.press("n")
        assert {12, 13} <= posts.keys()
