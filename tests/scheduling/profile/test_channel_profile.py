"""The profile of a channel is read page by page, with what went out elsewhere in its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.scheduling import Agenda, Step, ahead_on_profile
from fluffy_tui.scheduling.profile.outside_post import profile_key
from statement_plans import plans, rows_read, statements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fluffy_tui.scheduling import OutsidePost, Post
    from scheduling.workplace import Workplace

OTHER = "another-channel"


async def live(place: Workplace, post: Post, days: float) -> None:
    """Make a post live since so many days ago."""
    await place.execute(
        "UPDATE posts SET step = 'live', status = 'posted', buffer_post_id = 'buffer-' || id, next_try_at = NULL,"
        f" posted_at = now() - interval '{days} days' WHERE id = {post.id}"
    )


async def outside(place: Workplace, days: float, buffer_post_id: str = "", channel_id: str = "") -> None:
    """Store a post from elsewhere that went out so many days ago."""
    name = buffer_post_id or f"outside-{channel_id}-{days}"
    await place.execute(
        "INSERT INTO outside_posts (buffer_post_id, channel_id, sent_at, caption, asset_count)"
        f" VALUES ('{name}', '{channel_id or place.persona.buffer_channel_id}', now() - interval '{days} days',"
        f" 'outside {days:g}', 1)"
    )


def words(posts: Iterable[Post | OutsidePost]) -> list[str]:
    return [post.caption for post in posts]


async def test_pages_follow_each_other_without_a_gap(place: Workplace) -> None:
    for number, days in enumerate((1, 3, 5)):
        await live(place, await place.submit(f"ours {days}", number), days)
    for days in (2, 4, 6):
        await outside(place, days)
    await outside(place, 2, channel_id=OTHER)
    await outside(place, 2.5, buffer_post_id="buffer-1")  # taken for ours since
    profile, channel = place.services.profile, str(place.persona.buffer_channel_id)
    expected = ["ours 1", "outside 2", "ours 3", "outside 4", "ours 5", "outside 6"]
    for limit in (1, 2, 4, 10):
        found: list[Post | OutsidePost] = []
        rest = None
        while True:
            page = await profile.sent([channel], rest, limit=limit)
            found += page.posts
            rest = page.rest
            if rest is None:
                break
        assert words(found) == expected
    only = await profile.sent([channel, OTHER], outside_only=True)
    assert words(only.posts) == ["outside 2", "outside 2", "outside 4", "outside 6"]
    assert list(map(profile_key, only.posts)) == sorted(map(profile_key, only.posts), reverse=True)


async def test_however_many_there_are_a_page_is_read_in_the_order_of_an_index(place: Workplace) -> None:
    await place.execute(
        "INSERT INTO outside_posts (buffer_post_id, channel_id, sent_at, caption, asset_count)"
        " SELECT 'p' || n, 'channel ' || n % 5, now() - n * interval '1 hour', 'words', 1"
        " FROM generate_series(1, 5000) AS n"
    )
    await place.execute("ANALYZE outside_posts")
    [last] = (await place.services.profile.sent(["channel 1"], limit=1)).posts
    with statements() as executed:
        page = await place.services.profile.sent(["channel 1"], profile_key(last), limit=60)
    assert len(page.posts) == 60
    nodes = [node for _, found in await plans(place.services.database, executed) for node in found]
    read = [rows_read(node) for node in nodes if node.get("Relation Name") == "outside_posts"]
    assert read and max(read) <= 70


@pytest.mark.parametrize(
    ("framing", "shape"),
    [
        (Framing(), (200, 250)),
        (Framing(Fit.CROP, Shape.SQUARE), (250, 250)),
        (Framing(turn=90), (250, 200)),
    ],
)
async def test_a_small_picture_is_framed_like_the_large_one(
    place: Workplace, framing: Framing, shape: tuple[int, int]
) -> None:
    photo = await place.photo()
    thumbnail = place.services.photos.thumbnail(photo, 300, 300)
    framed = place.services.profile.framed(thumbnail, photo, "instagram", framing, 250)
    assert isinstance(framed, Image.Image)
    assert framed.size == shape


async def test_what_has_no_time_yet_comes_before_what_is_planned_the_latest_first(place: Workplace) -> None:
    now = datetime.now(UTC)
    posts = [await place.submit(f"{number}", number) for number in (1, 2, 3)]
    planned = [
        replace(
            post,
            share_mode=ShareMode.CUSTOM_SCHEDULED,
            requested_at_time=now + timedelta(days=post.id - posts[0].id),
        )
        for post in posts[:2]
    ]
    timeless = replace(posts[2], step=Step.ACCEPTED, scheduled_at=None)
    found = ahead_on_profile(Agenda(place.persona.channel, (*planned, timeless), now))
    assert [(post.caption, item is None) for post, item in found] == [("3", True), ("2", False), ("1", False)]
