"""Slots of a posting schedule across clock changes, and which posts take them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.buffer import Channel, Service, ShareMode, SlotDay
from fluffy_tui.scheduling import Agenda, Post, PostPhoto, PostStatus, Step, channel_zone, slots

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""A Sunday."""


def channel(*days: SlotDay, zone: str = "America/New_York", limit: int | None = 10) -> Channel:
    """Return a channel with that schedule."""
    return Channel(
        id="channel-1",
        organization_id="org",
        name="sarah.ig",
        display_name=None,
        service=Service.INSTAGRAM,
        service_id="s",
        timezone=zone,
        posting_schedule=days,
        scheduled_posts_limit=limit,
    )


def every_day(*times: str, zone: str = "America/New_York") -> Channel:
    """Return a channel with the same slots on each day."""
    return channel(*(SlotDay(day, times) for day in DAYS), zone=zone)


def post(id_: int, step: Step, **changes: Any) -> Post:
    """Return a post."""
    return replace(
        Post(
            id=id_,
            photos=(PostPhoto(id_, ""),),
            persona_id=1,
            caption="hello",
            status=PostStatus.DRAFT,
            step=step,
            share_mode=ShareMode.ADD_TO_QUEUE,
            requested_at_time=None,
            channel_id="channel-1",
            buffer_post_id=None,
            scheduled_at=None,
            posted_at=None,
            next_try_at=None,
            attempts=0,
            error_code=None,
            error_message=None,
            external_link=None,
            created_at=NOW,
            updated_at=NOW,
        ),
        **changes,
    )


clock = st.times().map(lambda at: f"{at:%H:%M}")
schedules = st.lists(
    st.builds(SlotDay, st.sampled_from(DAYS), st.lists(clock, max_size=4).map(tuple), st.booleans()),
    max_size=7,
    unique_by=lambda day: day.day,
)
zones = st.sampled_from(
    ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"]
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


@given(schedules, zones, moments)
def test_slots_are_exactly_those_of_the_schedule(days: list[SlotDay], zone: str, after: datetime) -> None:
    until = after + timedelta(days=20)
    found = list(slots(channel(*days, zone=zone), after, until))
    assert all(earlier < later for earlier, later in pairwise(found))
    assert all(after < slot <= until for slot in found)
    wanted = {
        datetime.combine(date, time.fromisoformat(text), ZoneInfo(zone)).astimezone(UTC)
        for offset in range(-1, 23)
        for date in [after.astimezone(ZoneInfo(zone)).date() + timedelta(days=offset)]
        for day in days
        if day.day == DAYS[date.weekday()] and not day.paused
        for text in day.times
    }
    assert set(found) == {slot for slot in wanted if after < slot <= until}


@given(schedules, zones, moments, st.lists(st.sampled_from(list(Step)), max_size=12))
def test_no_two_posts_are_forecast_for_one_slot(
    days: list[SlotDay], zone: str, now: datetime, steps: list[Step]
) -> None:
    here = channel(*days, zone=zone)
    first = list(slots(here, now))[: len(steps)]
    posts = tuple(
        post(
            number,
            step,
            scheduled_at=first[number] if step is Step.ACCEPTED and number < len(first) else None,
        )
        for number, step in enumerate(steps)
    )
    agenda = Agenda(here, posts, now)
    taken = [planned.at for planned in agenda.planned]
    assert len(set(taken)) == len(taken)
    free = agenda.free_slots(5)
    assert not set(free) & set(taken)
    assert agenda.next_free == (free[0] if free else None)
    forecast = {planned.at for planned in agenda.planned if planned.is_forecast}
    assert forecast <= set(slots(here, now))


def test_nine_o_clock_stays_nine_when_the_clocks_change() -> None:
    found = list(slots(every_day("09:00"), datetime(2026, 10, 30, tzinfo=UTC)))[:4]
    assert [slot.hour for slot in found] == [13, 13, 14, 14]  # the clocks went back on 1 November


def test_a_slot_in_the_skipped_hour_is_an_hour_later() -> None:
    (found,) = list(
        slots(every_day("02:30"), datetime(2027, 3, 14, 5, tzinfo=UTC), datetime(2027, 3, 14, 12, tzinfo=UTC))
    )
    assert found.astimezone(ZoneInfo("America/New_York")).strftime("%H:%M") == "03:30"


def test_a_slot_in_the_repeated_hour_counts_the_first_time() -> None:
    day = datetime(2026, 11, 1, 4, tzinfo=UTC)
    found = list(slots(every_day("01:30"), day, day + timedelta(hours=12)))
    assert found == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]


def test_two_slots_that_a_clock_change_merges_are_one() -> None:
    day = datetime(2027, 3, 14, 5, tzinfo=UTC)
    found = list(slots(every_day("02:30", "03:30"), day, day + timedelta(hours=12)))
    assert found == [datetime(2027, 3, 14, 7, 30, tzinfo=UTC)]


def test_an_unknown_zone_is_utc() -> None:
    assert channel_zone(every_day("09:00", zone="Mars/Olympus")).key == "UTC"


def test_queued_posts_are_ahead_of_a_new_one_and_share_next_is_ahead_of_them() -> None:
    here = every_day("09:00")
    first, second, third, fourth = list(slots(here, NOW))[:4]
    posts = (
        post(1, Step.ACCEPTED, scheduled_at=second),
        post(2, Step.QUEUED),
        post(3, Step.SENDING, share_mode=ShareMode.SHARE_NEXT),
        post(4, Step.LIVE, posted_at=NOW - timedelta(hours=3), scheduled_at=NOW - timedelta(hours=3)),
    )
    agenda = Agenda(here, posts, NOW)
    assert [(planned.post.id, planned.at) for planned in agenda.to_come] == [
        (3, first),
        (1, second),
        (2, third),
    ]
    assert agenda.next_free == fourth
    assert agenda.waiting == 3
    assert agenda.room == 7
    assert agenda.runway == third - NOW
    assert agenda.next_slot == first


def test_a_live_post_is_planned_when_it_went_out_and_a_failed_one_takes_no_slot() -> None:
    here = every_day("09:00")
    slot = next(slots(here, NOW))
    asked = {"share_mode": ShareMode.CUSTOM_SCHEDULED, "requested_at_time": slot}
    went_out = NOW - timedelta(hours=3)
    live = post(1, Step.LIVE, posted_at=went_out, scheduled_at=went_out - timedelta(minutes=1))
    agenda = Agenda(here, (live, post(2, Step.FAILED, **asked), post(3, Step.FAILED)), NOW)
    assert [(planned.post.id, planned.at) for planned in agenda.planned] == [(1, live.goes_at)]
    assert [(planned.post.id, planned.at) for planned in agenda.failed] == [(2, slot)]
    assert agenda.next_free == slot


def test_free_slots_of_days_are_those_of_the_channels_zone_from_now_on() -> None:
    here = every_day("00:00", "09:00", zone="Asia/Kathmandu")  # 17:45 there, on Sunday
    monday = datetime(2026, 11, 22, 18, 15, tzinfo=UTC)
    taken = post(1, Step.ACCEPTED, scheduled_at=monday + timedelta(hours=9))
    agenda = Agenda(here, (taken,), NOW)
    sunday = date(2026, 11, 22)
    assert agenda.free_on(sunday, sunday) == []
    assert agenda.free_on(sunday, sunday + timedelta(days=2)) == [
        monday,
        monday + timedelta(hours=24),
        monday + timedelta(hours=33),
    ]
    assert Agenda(None, (), NOW).free_on(sunday, sunday) == []


def test_posts_near_a_time_are_listed_closest_first() -> None:
    here = every_day("09:00")
    asked = datetime(2026, 11, 24, 15, tzinfo=UTC)
    at = {"share_mode": ShareMode.CUSTOM_SCHEDULED}
    posts = (
        post(1, Step.QUEUED, requested_at_time=asked + timedelta(minutes=90), **at),
        post(2, Step.QUEUED, requested_at_time=asked, **at),
        post(3, Step.QUEUED, requested_at_time=asked + timedelta(hours=2), **at),
    )
    agenda = Agenda(here, posts, NOW)
    assert [planned.post.id for planned in agenda.near(asked)] == [2, 1]
    assert [planned.post.id for planned in agenda.on_day_of(asked)] == [2, 1, 3]


@pytest.mark.parametrize("step", [Step.QUEUED, Step.ACCEPTED])
def test_a_post_at_the_front_of_the_queue_does_not_clash_with_the_one_that_it_moves_back(step: Step) -> None:
    here = every_day("09:00")
    slot = Agenda(here, (), NOW).next_slot
    assert slot is not None
    queued = post(1, step, scheduled_at=slot if step is Step.ACCEPTED else None)
    fixed = post(2, Step.QUEUED, share_mode=ShareMode.CUSTOM_SCHEDULED, requested_at_time=slot)
    front = ShareMode.SHARE_NEXT
    assert Agenda(here, (queued,), NOW).near(slot, front) == []
    assert [found.post.id for found in Agenda(here, (queued,), NOW).near(slot)] == [1]
    assert [found.post.id for found in Agenda(here, (queued, fixed), NOW).near(slot, front)] == [2]


def test_a_post_at_the_front_of_the_queue_goes_out_after_one_with_a_time_of_its_own() -> None:
    here = every_day("09:00")
    first, second = list(slots(here, NOW))[:2]
    fixed = post(1, Step.ACCEPTED, share_mode=ShareMode.CUSTOM_SCHEDULED, scheduled_at=first)
    agenda = Agenda(here, (fixed, post(2, Step.ACCEPTED, scheduled_at=second)), NOW)
    assert agenda.next_slot == second
    assert agenda.near(second, ShareMode.SHARE_NEXT) == [], "post 2 moves back"


@pytest.mark.parametrize("limit", [None, 10, 1, 0])
def test_room_is_known_only_if_the_limit_is(limit: int | None) -> None:
    here = replace(every_day("09:00"), scheduled_posts_limit=limit)
    agenda = Agenda(here, (post(1, Step.QUEUED), post(2, Step.QUEUED)), NOW)
    assert agenda.room == (None if limit is None else max(0, limit - 2))


def test_without_a_channel_nothing_is_planned_and_no_slot_is_free() -> None:
    agenda = Agenda(None, (), NOW)
    assert (agenda.planned, agenda.next_free, agenda.next_slot, agenda.room) == ((), None, None, None)
