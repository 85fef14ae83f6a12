"""The stretch of posts that is loaded: what belongs to it, and answers that come too late."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.scheduling import Step
from fluffy_tui.tui.posts.post_window import MOST, PAGE, PostWindow
from tui.fakes import NOW, make_post

if TYPE_CHECKING:
    import pytest

    from fluffy_tui.scheduling import Post, PostPage
    from tui.fakes import FakeServices


def fill(services: FakeServices, count: int) -> dict[int, Post]:
    """Write posts, one a minute, the last of them now; return them."""
    photo = services.photos.photos[1]
    services.scheduling.all_posts = {
        id_: make_post(id_, photo, "", Step.ACCEPTED, scheduled_at=NOW + timedelta(minutes=id_ - count))
        for id_ in range(1, count + 1)
    }
    return services.scheduling.all_posts


async def test_only_what_lies_in_the_stretch_belongs_to_it(services: FakeServices) -> None:
    posts = fill(services, MOST + 2 * PAGE)
    window = PostWindow(services.scheduling, 1)
    found = await window.open((NOW, 0), None)
    assert found is not None
    shown = [*found[0], *found[1]]
    while more := await window.grow(later=False):
        shown = [*window.shrink([*shown, *more], later=False)]
        assert len(shown) <= MOST
        by_id = {post.id: post for post in shown}
        assert all(window.covers(post) == (by_id.get(post.id) == post) for post in posts.values())
    assert shown == [posts[id_] for id_ in range(MOST, 0, -1)]
    later = await window.grow(later=True)
    assert later is not None
    assert [post.id for post in later] == list(range(MOST + PAGE, MOST, -1)), "what was cut off comes back"


async def test_an_answer_that_comes_after_it_was_opened_again_is_refused(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(services, 2 * PAGE + 1)
    window = PostWindow(services.scheduling, 1)
    assert await window.open((NOW, 0), None)
    answer, gate = services.scheduling.posts_by_time, asyncio.Event()

    async def late(*asked: Any, **conditions: Any) -> PostPage:
        page = await answer(*asked, **conditions)
        await gate.wait()
        return page

    monkeypatch.setattr(services.scheduling, "posts_by_time", late)
    growing = asyncio.create_task(window.grow(later=False))
    await asyncio.sleep(0)
    opening = asyncio.create_task(window.open((NOW, 0), None))
    await asyncio.sleep(0)
    again = asyncio.create_task(window.open((NOW, 0), (Step.LIVE,)))
    await asyncio.sleep(0)
    assert await window.grow(later=False) is None, "nothing is known of what comes next"
    gate.set()
    assert await opening is None
    assert await again == ((), ())
    assert await growing is None, "it belongs to what was shown before"
