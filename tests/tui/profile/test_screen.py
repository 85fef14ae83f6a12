"""The profile grid: what followers see of a channel, and swapping what is planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from fluffy_tui.core.app_events import OutsidePostsChanged
from fluffy_tui.scheduling import OutsidePost
from fluffy_tui.tui.plan import PlanScreen, can_move
from fluffy_tui.tui.posts import PostDetailScreen
from fluffy_tui.tui.profile import ProfileScreen
from fluffy_tui.tui.profile.profile_grid import ProfileGrid
from tui.fakes import CHANNELS, NOW, FakeServices, with_channels
from tui.fakes.profile import small_jpeg

if TYPE_CHECKING:
    from tui.conftest import Driver, Running

LINK = "https://example.org/p/1"


def from_phone(services: FakeServices, *days_ago: float, channel_id: str = "channel-1") -> None:
    """Add posts that went out elsewhere so many days ago, each with a picture."""
    for days in days_ago:
        id_ = len(services.profile.outside) + 1
        services.profile.outside.append(
            OutsidePost(id_, channel_id, NOW - timedelta(days=days), f"from the phone {id_}", LINK, 1, True)
        )
        services.profile.jpegs[id_] = small_jpeg()


def grid(driver: Driver) -> ProfileGrid:
    """Return the grid."""
    found: ProfileGrid = driver.screen.query_one(ProfileGrid)
    return found


def shown(driver: Driver) -> list[str]:
    """Return the captions of all tiles that are loaded."""
    return [tile.post.caption for tile in driver.screen._feed.tiles]


async def go_to(driver: Driver, caption: str) -> None:
    """Put the cursor on a tile."""
    wanted = shown(driver).index(caption)
    await driver.press("g", *["l"] * wanted)
    tile = grid(driver).tile
    assert tile is not None and tile.post.caption == caption


async def test_the_latest_is_first_and_each_tile_says_what_it_is(
    running: Running, services: FakeServices
) -> None:
    from_phone(services, 1, 400)
    async with running(persona="sarah") as driver:
        await driver.press("3", "P")
        assert isinstance(driver.screen, ProfileScreen)
        tiles = driver.screen._feed.tiles
        times = [tile.at for tile in tiles if tile.at]
        assert times == sorted(times, reverse=True)
        names = [tile.state.name for tile in tiles]
        assert {"in Buffer", "live", "elsewhere"} <= set(names)
        text = driver.screen_text()
        assert "◇ elsewhere" in text and "■ live" in text, "the legend"
        await go_to(driver, "from the phone 1")
        assert "posted elsewhere: on the phone, or in Buffer" in driver.text("#words")
        await driver.press("escape")
        assert isinstance(driver.screen, PlanScreen)


async def test_enter_opens_a_post_or_the_link_of_one_from_elsewhere(
    running: Running, services: FakeServices
) -> None:
    from_phone(services, 1)
    services.profile.outside.append(
        replace(services.profile.outside[0], id=2, caption="no link", external_link=None)
    )
    async with running(persona="sarah") as driver:
        await driver.press("3", "P")
        await go_to(driver, "coffee first")
        await driver.press("enter")
        assert isinstance(driver.screen, PostDetailScreen)
        await driver.press("escape")
        await go_to(driver, "from the phone 1")
        await driver.press("enter")
        assert any(LINK in notice for notice in driver.notices())
        await go_to(driver, "no link")
        await driver.press("enter")
        assert driver.notices()[-1] == "Buffer has no link to this post."


async def test_two_planned_posts_swap_and_nothing_else_moves(
    running: Running, services: FakeServices
) -> None:
    from_phone(services, 1)
    async with running(persona="sarah") as driver:
        await driver.press("3", "P")
        one, other = [
            tile.cell.planned for tile in driver.screen._feed.tiles if tile.cell and can_move(tile.cell)
        ][:2]
        await go_to(driver, one.post.caption)
        await driver.press("X")
        assert "esc cancels" in driver.text("#words")
        await driver.press("escape")
        assert isinstance(driver.screen, ProfileScreen)
        await driver.press("X")
        await go_to(driver, "from the phone 1")
        await driver.press("enter")
        assert driver.notices()[-1] == "This post was made elsewhere, so it cannot move."
        live = next(tile.post.caption for tile in driver.screen._feed.tiles if tile.state.name == "live")
        await go_to(driver, live)
        await driver.press("enter")
        assert driver.notices()[-1] == "Choose a post to swap with that is not live yet."
        await go_to(driver, other.post.caption)
        await driver.press("enter")
        assert driver.notices()[-1] == "Swapped."
        new = {edit["post_id"]: edit["at"] for edit in services.scheduling.edits}
        assert new == {one.post.id: other.at, other.post.id: one.at}
        await go_to(driver, "from the phone 1")
        await driver.press("X")
        assert driver.notices()[-1] == "This post was made elsewhere, so it cannot move."
        await go_to(driver, live)
        await driver.press("X")
        assert driver.notices()[-1] == (
            "It is live, so it cannot be changed. Press D to use its text for another photo."
        )


async def test_only_what_is_near_the_screen_is_loaded_and_scrolling_loads_the_rest(
    running: Running, services: FakeServices
) -> None:
    from_phone(services, *range(10, 150))
    async with running(persona="sarah") as driver:
        await driver.press("3", "P")
        assert len(services.profile.asked) == 1
        assert sum(map(len, services.profile.loaded)) < 20
        loaded = len(shown(driver))
        await driver.press(*["pagedown"] * 15)
        assert len(services.profile.asked) == 2
        assert len(shown(driver)) > loaded
        assert all(len(ids) < 20 for ids in services.profile.loaded)
        await driver.press("ctrl+d", "ctrl+u", "pageup", "down", "up", "j", "k", "left", "right", "h", "home")
        assert grid(driver).cursor == 0
        await driver.press(*["pagedown"] * 60)
        assert len(shown(driver)) > 140
        assert driver.screen._feed.has_more is False


async def test_each_channel_has_its_profile(running: Running, services: FakeServices) -> None:
    services.personas.personas[1] = with_channels(services.personas.personas[1], *CHANNELS[:2])
    from_phone(services, 1, channel_id="channel-2")
    async with running(persona="sarah") as driver:
        await driver.press("3", "P", "alt+down")
        assert "from the phone 1" in shown(driver)
        assert "coffee first" not in shown(driver)
        assert "northlight" in driver.screen_text()
        await driver.press("alt+up")
        assert "coffee first" in shown(driver)


async def test_what_is_read_from_buffer_meanwhile_is_shown(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "P")
        from_phone(services, 1)
        services.tell(OutsidePostsChanged(frozenset({"another"})))
        await driver.heard()
        assert "from the phone 1" not in shown(driver)
        services.tell(OutsidePostsChanged(frozenset({"channel-1"})))
        await driver.heard()
        assert "from the phone 1" in shown(driver)


async def test_a_channel_without_posts_says_so(running: Running, services: FakeServices) -> None:
    services.scheduling.all_posts.clear()
    async with running(persona="sarah") as driver:
        await driver.press("3", "P")
        assert "Nothing is planned on this channel" in driver.screen_text()
        await driver.press("X", "enter", "escape")
        assert isinstance(driver.screen, PlanScreen)
