"""Below a photo it is said how posts of similar pictures did, once there are enough, and not while keys are held."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.scheduling import CountedPost, Results
from fluffy_tui.similarity import NotIndexedYet
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.results import SimilarPosts
from tui.fakes import FakeServices
from tui.live_posts import MONDAY, WEEK, live

if TYPE_CHECKING:
    import pytest

    from tui.conftest import Driver, Running


def details(driver: Driver) -> str:
    """Return what is said below the picture."""
    return str(driver.screen.query_one(PhotoPreview).query_one(".details").content)


def shown(driver: Driver) -> int:
    """Return the id of the photo under the cursor."""
    photo: Any = driver.screen.query_one(PhotoPreview).photo
    return int(photo.id)


def add_posts(services: FakeServices) -> None:
    """Add posts of photos next to number 40, which the library opens on, of which three are as near as a scene."""
    for n, reactions in enumerate((140, 150, 130, 100, 90, 80, 70)):
        live(services, 39 - n, at=MONDAY - n * WEEK, reactions=reactions)


async def test_similar_posts_are_put_into_one_ratio_with_their_number(
    running: Running, services: FakeServices
) -> None:
    add_posts(services)
    async with running(persona="sarah") as driver:
        assert shown(driver) == 40
        assert "pictures like this did 1.4 × your median (3 posts)" in details(driver)
        await driver.press("j")
        assert shown(driver) == 32
        assert "pictures like this did 0.8 × your median (3 posts)" in details(driver)
        await driver.press("G")
        assert "too few posts of pictures like this" in details(driver)


async def test_in_a_narrow_pane_the_line_stays_one_line(running: Running, services: FakeServices) -> None:
    add_posts(services)
    short = "like this: 1.4 × your median (3 posts)"
    async with running(persona="sarah", size=(80, 24)) as driver:
        assert short in details(driver).splitlines()
        await driver.pilot.resize_terminal(140, 45)
        await driver.settle()
        assert short not in details(driver)
        await driver.pilot.resize_terminal(80, 24)
        await driver.settle()
        assert short in details(driver).splitlines()


async def test_nothing_is_said_without_numbers_and_new_ones_are_used_at_once(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        assert "like this" not in details(driver)
        await driver.press("j", "k")
        assert services.similarity.related_asked == [], "there is nothing to compare with"
        add_posts(services)
        services.tell(PostChanged(1, 1))
        await driver.heard()
        await driver.press("j", "k")
        assert "pictures like this did 1.4 ×" in details(driver)
        for id_ in services.scheduling.known_results:
            services.scheduling.known_results[id_] = Results()
        services.tell(PostChanged(1, 1))
        await driver.heard()
        assert "like this" not in details(driver)


async def test_only_the_photo_on_which_the_cursor_rests_is_compared(
    running: Running, services: FakeServices
) -> None:
    add_posts(services)
    async with running(persona="sarah") as driver:
        services.similarity.related_asked.clear()
        await driver.send("jjjjjjjj")
        asked = services.similarity.related_asked
        assert asked[-1] == shown(driver)
        assert len(asked) < 8


async def test_answers_that_overlap_leave_that_of_the_photo_asked_last(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_posts(services)
    read, gate = services.scheduling.counted_posts, asyncio.Event()

    async def late(persona_id: int) -> list[CountedPost]:
        await gate.wait()
        return await read(persona_id)

    monkeypatch.setattr(services.scheduling, "counted_posts", late)
    similar = SimilarPosts(services, 1)
    asked = [asyncio.create_task(similar.compare(photo_id)) for photo_id in (40, 32)]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*asked)
    assert similar.line(32, 80) == "pictures like this did 0.8 × your median (3 posts)"
    assert similar.line(40, 80) == "comparing with your posts …"


async def test_an_index_that_is_not_ready_or_a_lost_database_is_no_error_here(
    running: Running, services: FakeServices
) -> None:
    add_posts(services)
    services.similarity.error = NotIndexedYet("Photos are still being indexed.")
    async with running(persona="sarah") as driver:
        assert "too few posts of pictures like this" in details(driver)
        services.similarity.error = DatabaseUnavailable("The database does not answer.")
        await driver.press("j")
        assert "comparing with your posts …" in details(driver)
        services.similarity.error = None
        services.tell(PostChanged(1, 1))
        await driver.heard()
        assert "× your median" in details(driver)
        assert driver.notices() == []
