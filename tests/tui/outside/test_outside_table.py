"""Posts from elsewhere, shown in Posts: read-only, the latest first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fluffy_tui.core.app_events import OutsidePostsChanged
from fluffy_tui.scheduling import OutsidePost
from fluffy_tui.tui.outside import OutsideTable
from tui.fakes import CHANNELS, MARKUP, NOW, FakeServices, with_channels
from tui.fakes.profile import small_jpeg

if TYPE_CHECKING:
    from tui.conftest import Driver, Running

LINK = "https://example.org/p/1"


def add(
    services: FakeServices, text: str, days: float, channel_id: str = "channel-1", link: str = LINK
) -> None:
    """Add a post that went out elsewhere so many days ago."""
    id_ = len(services.profile.outside) + 1
    sent_at = NOW - timedelta(days=days)
    has_thumbnail = id_ in services.profile.jpegs
    services.profile.outside.append(
        OutsidePost(id_, channel_id, sent_at, text, link or None, 2, has_thumbnail)
    )


def table(driver: Driver) -> OutsideTable:
    """Return the list."""
    found: OutsideTable = driver.screen.query_one(OutsideTable)
    return found


async def test_what_went_out_elsewhere_is_listed_with_its_channel_and_opened(
    running: Running, services: FakeServices
) -> None:
    services.personas.personas[1] = with_channels(services.personas.personas[1], *CHANNELS[:2])
    add(services, f"a walk {MARKUP}", 400)
    add(services, "on the other channel", 2, "channel-2", link="")
    add(services, "of somebody else", 1, "channel-4")
    async with running(persona="sarah") as driver:
        await driver.press("2", "O")
        assert [post.caption for post in table(driver).posts] == ["on the other channel", f"a walk {MARKUP}"]
        text = driver.screen_text()
        assert "on the other channel" in text
        assert "2 pictures · Bluesky" in text
        assert "2 pictures · Instagram" in text
        assert "a walk [/b][red" in text
        assert "8 Dec 2025" in text
        assert "enter Open link" in text and "Details" not in text
        assert "Open link" not in driver.dimmed()
        await driver.press("enter")
        assert driver.notices()[-1] == "Buffer has no link to this post."
        await driver.press("j", "enter")
        assert LINK in driver.notices()[-1]
        before = dict(services.scheduling.all_posts)
        await driver.press("x", "e", "space", "slash")
        assert services.scheduling.all_posts == before
        await driver.press("a", "j")
        assert not table(driver).display
        assert "enter Details" in driver.screen_text()
        assert driver.screen.selected_posts(), "the cursor is on a post of ours again"


async def test_more_are_loaded_near_the_end_and_new_ones_are_shown(
    running: Running, services: FakeServices
) -> None:
    for number in range(250):
        add(services, f"post {number}", number + 1)
    async with running(persona="sarah") as driver:
        await driver.press("2", "O")
        assert len(table(driver).posts) == 100
        await driver.press("G")
        assert len(table(driver).posts) == 200
        await driver.press("G")
        assert len(table(driver).posts) == 250
        add(services, "just now", 0)
        services.tell(OutsidePostsChanged(frozenset({"channel-1"})))
        await driver.heard()
        assert table(driver).posts[0].caption == "just now"


async def test_rows_have_the_pictures_that_are_kept_where_there_is_room(
    running: Running, services: FakeServices
) -> None:
    services.profile.jpegs = {id_: small_jpeg() for id_ in range(2, 41)}
    for number in range(40):
        add(services, f"post {number + 1}", number + 1)

    def pictured(driver: Driver) -> list[int]:
        lines = (table(driver).render_line(y).text for y in range(table(driver).size.height))
        return [y for y, text in enumerate(lines) if "▀" in text[2:8]]

    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("2", "O")
        height = table(driver).size.height
        assert pictured(driver) == [*range(2, height)], "the first post has none"
        assert [table(driver).render_line(y).text[9:].split() for y in (0, 1)] == [
            ["11", "Jan", "09:30", "post", "1"],
            ["2", "pictures"],
        ]
        loaded = {id_ for ids in services.profile.loaded for id_ in ids}
        assert loaded == set(range(2, -(-height // 2) + 1)), "only those on the screen are loaded"
        await driver.press("G")
        assert pictured(driver) == [*range(height)]
        await driver.pilot.resize_terminal(60, 18)
        await driver.settle()
        assert pictured(driver) == []
        assert "2 pictures · post 40" in driver.screen_text()


async def test_it_is_said_when_none_are_known(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "O")
        assert "None yet. A worker reads them" in driver.screen_text()
        assert driver.dimmed() >= {"Open link"}
        await driver.press("enter")
