"""Picks and rejects: by keys, and faster than they can be stored."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from fluffy_tui.photos import Photo, PhotoNotFound, Verdict
from fluffy_tui.scheduling import Post, Step
from fluffy_tui.tui.library.flag_changes import Triage
from tui.conftest import Driver, Running
from tui.fakes import FakeServices
from tui.library.library_driver import SARAHS, photos, shown, title, toasts, verdict

if TYPE_CHECKING:
    from fluffy_tui.tui.ports import PhotosPort

META_DIGITS = (
    "º", "inverted_exclamation_mark", "trade_mark_sign", "pound_sign", "cent_sign", "infinity"
)  # fmt: skip
"""What alt and a digit are in a terminal that sends escape before it."""
NOW = datetime(2027, 1, 12, tzinfo=UTC)


class SlowStore:
    """Takes a while to store each decision."""

    def __init__(self) -> None:
        self.stored: list[tuple[int, Verdict]] = []

    async def decide(self, photo_id: int, verdict: Verdict) -> None:
        """Store a decision after other tasks had a turn."""
        await asyncio.sleep(0)
        self.stored.append((photo_id, verdict))
        await asyncio.sleep(0)


def photo(number: int) -> Photo:
    """Return a photo that exists in memory only."""
    path = Path(f"/photos/{number}.jpg")
    return Photo(number, 1, path, f"{number:064}", 1, 4, 5, "JPEG", NOW, NOW, None, None, NOW)


async def test_each_decision_is_stored_once_and_in_order_however_fast_they_are_made() -> None:
    store = SlowStore()
    triage = Triage(cast("PhotosPort", store))
    storing = []
    for number in range(5):
        triage.decide(photo(number), "pick", number, NOW)
        storing.append(asyncio.ensure_future(triage.store()))  # as each key does
        await asyncio.sleep(0)
    await asyncio.gather(*storing)
    assert store.stored == [(number, Verdict.PICK) for number in range(5)]
    assert not any(triage.is_storing(number) for number in range(5))


async def test_a_rejected_photo_is_dimmed_and_a_picked_one_has_a_green_mark(running: Running) -> None:
    async with running(persona="sarah") as driver:
        listing = photos(driver)

        def colours(index: int) -> dict[str, object]:
            return {part.text.strip(): part.style and part.style.color for part in listing.label(index, 50)}

        plain = colours(1)["IMG_2039.JPG"]
        await driver.press("p", "x")
        assert colours(0)["IMG_2040.JPG"] == plain != colours(1)["IMG_2039.JPG"]
        assert len({plain, colours(0)["✓"], colours(1)["✗"]}) == 3
        assert colours(1)["✗"] == colours(1)["IMG_2039.JPG"]


async def test_a_verdict_moves_to_the_next_photo(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("p", "x", "j", "p")
        assert [verdict(services, id_) for id_ in (40, 39, 38, 37)] == ["pick", "reject", None, "pick"]
        assert photos(driver).highlighted_id == 36
        assert "✓" in photos(driver).render_line(0).text
        assert "✗" in photos(driver).render_line(1).text
        await driver.press("k", "u")
        assert verdict(services, 37) is None
        assert len(shown(driver)) == SARAHS


def stars(services: FakeServices, *ids: int) -> list[int]:
    return [services.photos.photos[id_].stars for id_ in ids]


async def test_stars_are_given_without_leaving_the_photo(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("right_square_bracket", "right_square_bracket")
        assert stars(services, 40) == [2]
        assert photos(driver).highlighted_id == 40
        assert "★2" in photos(driver).render_line(0).text
        await driver.press("left_square_bracket")
        assert stars(services, 40) == [1]
        for number in (1, 2, 3, 4, 5):
            await driver.press(f"alt+{number}")
            assert stars(services, 40) == [number]
        await driver.press("right_square_bracket")
        assert stars(services, 40) == [5], "there are no more"
        for number, key in enumerate(META_DIGITS):
            await driver.press(key)
            assert stars(services, 40) == [number]
        await driver.press("alt+0", "left_square_bracket")
        assert stars(services, 40) == [0]
        assert "★" not in photos(driver).render_line(0).text


async def test_flags_and_stars_are_undone_in_turn(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("alt+3", "p", "z")
        assert (verdict(services, 40), stars(services, 40)) == (None, [3])
        await driver.press("z")
        assert stars(services, 40) == [0]


async def test_a_photo_leaves_a_list_of_stars_it_no_longer_has(
    running: Running, services: FakeServices
) -> None:
    await services.photos.rate([14, 20, 30], 3)
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"stars", "greater_than_sign", "equals_sign", "3", "enter")
        assert shown(driver) == [30, 20, 14]
        assert title(driver) == "unscheduled · ★ ≥ 3 · newest first"
        await driver.press("left_square_bracket")
        assert shown(driver) == [20, 14]
        await driver.press("z")
        assert shown(driver) == [30, 20, 14]


async def test_undo_reverts_one_decision_after_another(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("p", "x", "G", "z")
        assert photos(driver).highlighted_id == 39
        assert [verdict(services, id_) for id_ in (40, 39)] == ["pick", None]
        await driver.press("z")
        assert photos(driver).highlighted_id == 40
        assert verdict(services, 40) is None
        assert "✓" not in photos(driver).render_line(0).text


async def test_fast_decisions_are_stored_in_order(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.pilot.press(*"pxpxkkux")
        await driver.settle()
        assert [verdict(services, id_) for id_ in (40, 39, 38, 37)] == ["pick", "reject", None, "reject"]


async def test_a_decided_photo_leaves_a_list_of_unflagged_ones(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("v", "p", "x")
        assert title(driver) == "unscheduled · unflagged · newest first"
        assert shown(driver)[:2] == [38, 37]
        assert photos(driver).cursor == 0
        await driver.press("z")
        assert shown(driver)[:2] == [39, 38]
        assert photos(driver).highlighted_id == 39
        await driver.press("v")
        assert shown(driver) == [40]
        await driver.press("v")
        assert shown(driver) == []
        assert "No photos match" in driver.text("#nothing")
        await driver.press("v")
        assert len(shown(driver)) == SARAHS


async def test_a_decision_that_cannot_be_stored_is_reported_and_reverted(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        services.photos.decide_error = PhotoNotFound("There is no photo 40.")
        await driver.press("p")
        assert "✓" not in photos(driver).render_line(0).text
        assert "no photo 40" in toasts(driver)


async def test_a_verdict_from_another_terminal_is_shown(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j", "j")
        asked = len(services.photos.asked)
        await services.photos.decide(39, Verdict.PICK)
        await driver.heard()
        assert "✓" in photos(driver).render_line(1).text
        assert photos(driver).highlighted_id == 38
        assert len(services.photos.asked) == asked  # one row is read, not the library


async def submit_later(driver: Driver, services: FakeServices, **changes: object) -> Post:
    """Submit a post just after the last decision, with such changes."""
    result = await services.scheduling.schedule_post(services.photos.photos[30], "hello")
    assert result.post is not None
    post = replace(result.post, created_at=NOW + timedelta(days=365), **changes)  # type: ignore[arg-type]
    services.scheduling.all_posts[post.id] = post
    await driver.heard()
    await driver.press("ctrl+r")
    return post


async def test_undo_reverts_the_last_submit_if_it_came_after_the_last_decision(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("p")
        late = driver.app.context.database_now() + timedelta(seconds=8)
        post = await submit_later(driver, services, step=Step.QUEUED, next_try_at=late)
        await driver.press("z")
        assert post.id not in services.scheduling.all_posts
        assert verdict(services, 40) == "pick"


@pytest.mark.parametrize("step", [Step.QUEUED, Step.SENDING, Step.ACCEPTED])
async def test_undo_says_first_that_the_last_submit_has_left(
    running: Running, services: FakeServices, step: Step
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("p")
        await submit_later(driver, services, step=Step.QUEUED, next_try_at=None)
        post_id = max(services.scheduling.all_posts)
        services.scheduling.move(post_id, step)
        await driver.heard()
        await driver.press("z")
        assert driver.toasts()[-1] == (
            "The last submit can no longer be undone. To cancel it, select it in Posts and press x. "
            "z again undoes the flag before it.",
            "warning",
        )
        assert verdict(services, 40) == "pick"
        assert post_id in services.scheduling.all_posts
        await driver.press("z")
        assert verdict(services, 40) is None
