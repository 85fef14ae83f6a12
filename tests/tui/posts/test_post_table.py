"""Every place that shows a post says how many photos it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import PostPhoto
from fluffy_tui.similarity import EarlierPost, Relation
from fluffy_tui.tui.photo.same_picture import earlier_post_text
from fluffy_tui.tui.posts.post_detail import alt_text_lines, picture_facts
from tui.fakes import NOW

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post
    from tui.conftest import Running
    from tui.fakes import FakeServices


def give_photos(services: FakeServices, post_id: int) -> Post:
    """Give a post two more photos; return it."""
    post = services.scheduling.all_posts[post_id]
    more = (
        PostPhoto(40, "a", "the pier", media_url="https://m.example/k_1.jpg"),
        PostPhoto(39, "b", rendition={"width": 1080, "height": 1350}),
    )
    several = replace(post, photos=(post.cover, *more))
    services.scheduling.all_posts[post_id] = several
    return several


async def test_posts_plan_and_strip_say_how_many(running: Running, services: FakeServices) -> None:
    for post_id in (2, 11):
        give_photos(services, post_id)
    async with running(persona="sarah") as driver:
        assert "“waiting for its turn”  3 photos · queued" in driver.text("#status-strip")
        await driver.press("2")
        assert "3 photos · coffee first" in driver.screen_text()
        await driver.press("3")
        assert "1/3" in driver.screen_text()


async def test_problems_say_how_many(running: Running, services: FakeServices) -> None:
    give_photos(services, 4)
    async with running(persona="sarah") as driver:
        await driver.press("4")
        assert "3 photos · “a caption" in driver.screen_text()


def test_details_have_every_alt_text_and_picture(services: FakeServices) -> None:
    post = give_photos(services, 2)
    assert alt_text_lines(post) == ["Alt text 2: the pier"]
    facts = picture_facts(post)
    assert facts["Picture 2 URL"] == "https://m.example/k_1.jpg"
    assert facts["Picture 3"] == "1080×1350 JPEG"


def test_the_same_picture_says_which_of_them_it_is(services: FakeServices) -> None:
    post = give_photos(services, 2)
    earlier = EarlierPost(2, 40, Relation.SAME_FILE, 0, posted=True, at=NOW)
    text = earlier_post_text(earlier, post, NOW, UTC, UTC, count_bits=False)
    assert "It is photo 2 of 3 in that post." in text
    cut = replace(post, photos=post.photos[:1] * 3)
    assert "in that post" not in earlier_post_text(earlier, cut, NOW, UTC, UTC, count_bits=False)
