"""Posts from the phone are read in few requests, and each bad one costs itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from fluffy_tui.demo import Kind, ManualClock
from fluffy_tui.scheduling.profile import thumbnail_fetch
from fluffy_tui.scheduling.profile.outside_sync import REQUESTS, OutsideSync
from fluffy_tui.scheduling.tables import OutsidePostRow
from scheduling.workplace import Workplace, write_photo

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def from_phone(place: Workplace, caption: str, *, hours: float = 1.0, picture: str = "") -> str:
    """Put a post that was made on the network into Buffer; return its id."""
    url = picture and f"{place.stand_in.media_url}/{picture}"
    channel_id = place.persona.buffer_channel_id
    assert channel_id is not None
    return place.stand_in.import_post(channel_id, caption, timedelta(hours=hours), url).id


async def known(place: Workplace) -> list[OutsidePostRow]:
    async with place.services.database.transaction() as session:
        return list(await session.scalars(select(OutsidePostRow).order_by(OutsidePostRow.sent_at.desc())))


def asked(place: Workplace) -> int:
    return sum(request.operation_name == "SentPosts" for request in place.stand_in.requests)


async def again(place: Workplace) -> None:
    """Let the time pass until the next round, and run it."""
    await place.execute("UPDATE outside_rounds SET asked_at = asked_at - interval '7 hours'")
    await OutsideSync(place.services.delivery).run()


async def test_posts_from_the_phone_are_read_once_in_a_while_and_our_own_are_not_among_them(
    place: Workplace,
) -> None:
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    (ours,) = place.in_buffer()
    assert ours.due_at is not None
    await place.stand_in.advance((ours.due_at - place.stand_in.clock.now()).total_seconds() + 60)
    from_phone(place, "from the phone")
    sync = OutsideSync(place.services.delivery)
    await sync.run()
    await sync.run()
    assert asked(place) == 1
    assert [row.caption for row in await known(place)] == ["from the phone"]
    from_phone(place, "and another", hours=0.5)
    await again(place)
    assert asked(place) == 2
    assert [row.caption for row in await known(place)] == ["and another", "from the phone"]
    since = place.stand_in.requests[-1].variables["input"]["filter"]["createdAt"]["start"]
    assert since > (place.stand_in.clock.now() - timedelta(days=9)).isoformat(), "only what is new"


async def test_a_long_history_is_listed_in_rounds_from_the_last_post_back(place: Workplace) -> None:
    for number in range(50 * REQUESTS + 20):
        from_phone(place, f"post {number}", hours=number + 1)
    await OutsideSync(place.services.delivery).run()
    assert asked(place) == REQUESTS
    assert (await known(place))[0].caption == "post 0"
    from_phone(place, "meanwhile", hours=0.1)
    await again(place)
    assert len(await known(place)) == 50 * REQUESTS + 20
    await again(place)
    assert (await known(place))[0].caption == "meanwhile", "after the history, what is new"


async def test_one_bad_post_costs_itself_and_a_missing_page_is_asked_for_again(place: Workplace) -> None:
    from_phone(place, "good")
    from_phone(place, "bad")
    place.stand_in.faults.add(Kind.NULL_EDGES, operation="posts")
    await OutsideSync(place.services.delivery).run()
    assert await known(place) == []
    place.stand_in.faults.add(Kind.POISONED_TEXT, operation="posts")
    await again(place)
    assert {row.caption for row in await known(place)} == {"good", "bad"}, "cleaned of what no database takes"


async def test_a_channel_that_is_chosen_later_gets_its_history(place: Workplace) -> None:
    from_phone(place, "on the first channel")
    await OutsideSync(place.services.delivery).run()
    other = next(
        each for each in await place.services.personas.available_channels() if each.name == "leo.afterdark"
    )
    place.stand_in.import_post(other.id, "long ago", timedelta(days=100))
    ids = {str(place.persona.buffer_channel_id): None, other.id: None}
    await place.services.personas.set_channels(place.persona, ids)
    await OutsideSync(place.services.delivery).run()
    assert "long ago" in [row.caption for row in await known(place)]


async def test_a_spent_budget_is_left_to_posts(place: Workplace) -> None:
    await place.execute(
        "INSERT INTO request_budget (key_mark, window_seconds, quota, remaining, resets_at, seen_at)"
        " SELECT key_mark, 77, 100, 5, now() + interval '1 hour', now() FROM request_budget LIMIT 1"
    )
    await OutsideSync(place.services.delivery).run()
    assert asked(place) == 0
    await place.execute("DELETE FROM request_budget")
    await OutsideSync(place.services.delivery).run()
    assert asked(place) == 1


async def test_thumbnails_are_kept_small_with_their_hash_and_a_bad_one_is_tried_a_few_times(
    place: Workplace, tmp_path: Path
) -> None:
    write_photo(tmp_path / "media" / "phone.jpg", 1, (900, 1200))
    (tmp_path / "media" / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    from_phone(place, "good", picture="phone.jpg")
    from_phone(place, "broken", hours=2, picture="broken.jpg")
    from_phone(place, "gone", hours=3, picture="gone.jpg")
    from_phone(place, "words only", hours=4)
    sync = OutsideSync(place.services.delivery)
    await sync.run()
    for _ in range(thumbnail_fetch.MOST_ATTEMPTS + 1):
        await sync.fetch_thumbnails()
        await place.execute("UPDATE outside_posts SET next_try_at = next_try_at - interval '3 hours'")
    query = (
        "SELECT caption, length(thumbnail), pdq::text, attempts, next_try_at FROM outside_posts"
        " ORDER BY sent_at DESC"
    )
    async with place.services.database.transaction() as session:
        good, broken, gone, words = [tuple(row) for row in await session.execute(text(query))][:4]
    assert good[0] == "good"
    assert 0 < good[1] < 60_000
    assert len(good[2]) == 256
    assert good[3:] == (1, None)
    for bad in (broken, gone):
        assert bad[1:] == (None, None, thumbnail_fetch.MOST_ATTEMPTS, None), "and no more"
    assert words[1:] == (None, None, 0, None)
