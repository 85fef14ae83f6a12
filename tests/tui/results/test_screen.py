"""The Results tab: what it says of live posts, and what it says where there is nothing to say."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from fluffy_tui.buffer import Metric
from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.scheduling import CountedPost, Results, Step
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.results.best_posts import BestPosts
from fluffy_tui.tui.results.breakdown import BreakdownPane
from fluffy_tui.tui.results.screen import ResultsScreen
from tui.fakes import CHANNELS, NOW, FakeServices, with_channels
from tui.live_posts import MONDAY, WEEK, a_year, live

if TYPE_CHECKING:
    import pytest

    from tui.conftest import Driver, Running


def best(driver: Driver) -> BestPosts:
    """Return the list."""
    found: BestPosts = driver.screen.query_one(BestPosts)
    return found


def listed(driver: Driver) -> list[str]:
    """Return the first line of each post."""
    lines = [best(driver).render_line(y).text for y in range(best(driver).content_size.height)]
    return [line[12:].strip() for line in lines if line[12:15].strip(" 0123456789") == "."]


def breakdown(driver: Driver) -> list[str]:
    """Return the lines of the breakdown, without bars."""
    lines = driver.text("#breakdown").splitlines()
    return [" ".join(line.replace("█", " ").split()) for line in lines]


async def test_the_best_posts_come_first_and_enter_opens_one(
    running: Running, services: FakeServices
) -> None:
    a_year(services)
    async with running(persona="sarah") as driver:
        await driver.press("5")
        assert isinstance(driver.screen, ResultsScreen)
        assert driver.text("#compared") == (
            "Compared by reactions: 8 posts of the last year · as of your 6 Jan 15:00"
        )
        assert listed(driver)[:3] == [
            "1. 2.0 × · 200 reactions",
            "2. 1.5 × · 150 reactions",
            "3. 1.2 × · 120 reactions",
        ]
        assert best(driver).are_complete
        await driver.press("G")
        last = best(driver).current
        assert last is not None and last.ratio == 0.4
        await driver.press("k", "j", "ctrl+u", "ctrl+d", "g", "down")
        current = best(driver).current
        assert current is not None and current.metric == Metric("reactions", 150)
        await driver.press("enter")
        assert isinstance(driver.screen, PostDetailScreen)
        assert driver.screen._post.id == current.post.id
        await driver.press("escape", "escape")
        assert isinstance(driver.screen, LibraryScreen)


async def test_the_breakdown_says_how_many_posts_are_behind_each_ratio(
    running: Running, services: FakeServices
) -> None:
    a_year(services)
    async with running(persona="sarah") as driver:
        await driver.press("5")
        lines = breakdown(driver)
        for line in (
            "Instagram 100 reactions · 8 posts",
            "Mon 0.9 × 4 posts",
            "Thu 1.1 × 4 posts",
            "09:00 0.9 × 4 posts",
            "18:00 1.1 × 4 posts",
            "portrait 0.9 × 4 posts",
            "too few posts to say: landscape, square",
            "#fog 1.0 × 4 posts",
            "#sea 0.9 × 4 posts",
            "▅▆▃▄ ▂▅▄·",
            "1 post without numbers",
        ):
            assert line in lines, "\n".join(lines)


async def test_hashtags_of_the_first_comment_count_too_and_once_each(
    running: Running, services: FakeServices
) -> None:
    for n in range(3):
        live(services, 20 + n, at=MONDAY - n * WEEK, caption="#a #A", first_comment="#a #b", reactions=5)
    async with running(persona="sarah") as driver:
        await driver.press("5")
        assert "#a 1.0 × 3 posts" in breakdown(driver)
        assert "#b 1.0 × 3 posts" in breakdown(driver)


async def test_posts_on_several_networks_are_compared_within_each_and_m_takes_the_next_number(
    running: Running, services: FakeServices
) -> None:
    services.personas.personas[1] = with_channels(services.personas.personas[1], *CHANNELS[:2])
    for n, reactions in enumerate((100, 200, 50)):
        live(services, 20 + n, at=MONDAY - n * WEEK, reactions=reactions, reach=1000 - n)
        live(services, 25 + n, at=MONDAY - n * WEEK, channel_id="channel-2", likes=4 + n)
    async with running(persona="sarah") as driver:
        await driver.press("5")
        assert "Compared by reactions or likes: 6 posts" in driver.text("#compared")
        assert listed(driver)[:2] == ["1. 2.0 × · 200 reactions", "2. 1.2 × · 6 likes"]
        assert "Bluesky" in best(driver).render_line(6).text
        for words in (
            "reactions: 3 posts",
            "likes: 3 posts",
            "reach: 3 posts",
            "reactions or likes: 6 posts",
        ):
            await driver.press("s")
            assert f"Compared by {words}" in driver.text("#compared")
        await driver.press("s", "s", "s")
        assert listed(driver)[0] == "1. 1.0 × · reach 1,000"
        assert "3 posts without this number, or on a channel with too few" in breakdown(driver)


async def test_a_channel_that_the_persona_no_longer_has_keeps_its_name(
    running: Running, services: FakeServices
) -> None:
    for n in range(3):
        live(services, 20 + n, at=MONDAY - n * WEEK, reactions=10 + n)
        live(services, 25 + n, at=MONDAY - n * WEEK, channel_id="channel-2", likes=40 + n)
        live(services, 30 + n, at=MONDAY - n * WEEK, channel_id="channel-9", likes=80 + n)
    async with running(persona="sarah") as driver:
        await driver.press("5")
        names = [line.split()[0] for line in breakdown(driver)[1:4]]
        assert sorted(names) == [f"@{CHANNELS[1].name}", "Instagram", "channel-9"], (
            "the last was never listed"
        )


async def test_tab_goes_to_the_breakdown_which_replaces_the_list_in_a_narrow_terminal(
    running: Running, services: FakeServices
) -> None:
    a_year(services)
    async with running(persona="sarah", size=(60, 18)) as driver:
        await driver.press("5")
        pane = driver.screen.query_one(BreakdownPane)
        assert (best(driver).has_focus, pane.display) == (True, False)
        assert "Breakdown" in driver.screen_text().splitlines()[-1]
        await driver.press("tab")
        assert (pane.has_focus, driver.screen.query_one("#best-pane").display) == (True, False)
        assert "Best posts" in driver.screen_text().splitlines()[-1]
        await driver.press("G")
        assert pane.scroll_offset.y == pane.max_scroll_y > 0
        await driver.press("g", "j", "j", "k")
        assert pane.scroll_offset.y == 1
        await driver.press("tab")
        assert best(driver).has_focus
        await driver.press("j", "j")
        region, room = best(driver).region_of_cursor, driver.screen.query_one("#best-pane")
        assert room.scroll_offset.y <= region.y and region.bottom <= room.scroll_offset.y + room.size.height


async def test_new_numbers_are_shown_while_the_screen_is_open(
    running: Running, services: FakeServices
) -> None:
    posts = a_year(services)
    async with running(persona="sarah") as driver:
        await driver.press("5", "j", "j")
        known = services.scheduling.known_results
        chosen = best(driver).current
        assert chosen is not None
        known[posts[2].id] = Results((Metric("reactions", 900),), NOW)
        services.tell(PostChanged(posts[2].id, 2))
        await driver.heard()
        assert listed(driver)[0] == "1. 2.0 × · 200 reactions", "that was another persona's"
        services.tell(PostChanged(posts[2].id, 1))
        await driver.heard()
        assert listed(driver)[0].endswith("900 reactions")
        current = best(driver).current
        assert current is not None and current.post.id == chosen.post.id, "the cursor stays on its post"
        await driver.press("1")
        known[posts[3].id] = Results((Metric("reactions", 1000),), NOW)
        await driver.press("5")
        assert listed(driver)[0].endswith("1,000 reactions")


async def test_an_answer_that_was_overtaken_is_not_shown(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_year(services)
    async with running(persona="sarah") as driver:
        await driver.press("5")
        read, gates = services.scheduling.counted_posts, [asyncio.Event(), asyncio.Event()]
        waiting = iter(gates)

        async def late(persona_id: int) -> list[CountedPost]:
            posts = await read(persona_id)
            gate = next(waiting)
            await gate.wait()
            return posts if gate is gates[1] else []

        monkeypatch.setattr(services.scheduling, "counted_posts", late)
        for _ in gates:
            driver.screen._load()
            await driver.pilot.pause()
        for gate in gates:
            gate.set()
        await driver.settle()
        assert len(listed(driver)) == 8


async def test_without_results_it_says_why(running: Running, services: FakeServices) -> None:
    posts = services.scheduling.all_posts
    async with running(persona="sarah") as driver:
        await driver.press("5")
        assert driver.text("#no-results") == (
            "No results for 1 post.\n\n"
            "None yet: Buffer gets them from the network once a day, where the network and the plan have them"
        )
        assert {"Details", "Next number", "Breakdown"} <= driver.dimmed()
        await driver.press("enter", "s", "tab")
        services.scheduling.known_results[1] = Results(refusal="Buffer rejected [/b][red it.")
        await driver.press("1", "5")
        assert driver.text("#no-results").endswith("None: Buffer rejected [/b][red it.")
        services.scheduling.known_results[1] = Results((Metric("reach", 9),), NOW, "Not on this plan.")
        await driver.press("1", "5")
        assert driver.text("#no-results").startswith("Too few results to compare.")
        assert driver.text("#no-results").endswith("no new numbers: Not on this plan.")
        for id_ in [id_ for id_, post in posts.items() if post.step is Step.LIVE]:
            del posts[id_]
        await driver.press("1", "5")
        assert driver.text("#no-results").startswith("No live posts in the last year.")


async def test_a_refusal_is_shown_beside_the_numbers_of_before(
    running: Running, services: FakeServices
) -> None:
    a_year(services)
    known = services.scheduling.known_results
    for id_, results in known.items():
        known[id_] = replace(results, refusal="Not on this plan.")
    live(services, 9, at=NOW, reactions=1, counted_after=timedelta(hours=3))
    async with running(persona="sarah") as driver:
        await driver.press("5")
        assert driver.text("#compared").splitlines()[1] == "no new numbers: Not on this plan."
        assert "1 post counted on the first day, which is too early" in breakdown(driver)


async def test_photos_that_are_gone_or_cannot_be_read_leave_a_note(
    running: Running, services: FakeServices
) -> None:
    posts = a_year(services)
    del services.photos.photos[posts[3].photo_id]
    services.photos.photos[posts[6].photo_id].path.write_bytes(b"broken")
    async with running(persona="sarah") as driver:
        await driver.press("5")
        for y in (1, 6):
            assert "no picture" in best(driver).render_line(y).text


async def test_a_click_goes_to_a_post_and_pictures_can_be_off(
    running: Running, services: FakeServices
) -> None:
    a_year(services)
    async with running(persona="sarah", preview="off") as driver:
        await driver.press("5")
        assert best(driver).render_line(0).text.startswith("▌ 1. 2.0 × · 200 reactions")
        await driver.pilot.click(BestPosts, offset=(3, 6))
        await driver.settle()
        assert best(driver).cursor == 1
        await driver.pilot.click(BreakdownPane, offset=(5, 5))
        await driver.settle()
        assert driver.screen.query_one(BreakdownPane).has_focus
