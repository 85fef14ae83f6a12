"""What the demo's Buffer starts with: one organisation and four channels, one of them with a paused queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from fluffy_tui.demo.stand_in.queue_slots import slots, week
from fluffy_tui.demo.stand_in.world import Channel, Post, World

EVERY_DAY = "mon tue wed thu fri sat sun"


def sample_world(now: datetime) -> World:
    """Return a new world in which some slots after `now` are already taken."""
    world = World(created_at=now - timedelta(days=90))
    created = now - timedelta(days=60)
    world.add_channel(
        Channel(
            "sarah.frames",
            "instagram",
            "America/New_York",
            week("tue wed thu fri sat", "09:00", "18:30"),
            display_name="@sarah.frames",
            type="business",
            created_at=created,
        )
    )
    leo = world.add_channel(
        Channel(
            "leo.afterdark",
            "bluesky",
            "Europe/Berlin",
            week(EVERY_DAY, "07:45", "21:15"),
            display_name="@leo.afterdark",
            created_at=created,
        )
    )
    page = world.add_channel(
        Channel(
            "Atlas & Fern",
            "facebook",
            "Europe/London",
            week("mon wed fri sun", "12:00", "17:00"),
            type="page",
            created_at=created,
        )
    )
    world.add_channel(
        Channel(
            "sarah.pins",
            "pinterest",
            "America/New_York",
            week("sat sun", "10:00"),
            display_name="@sarah.pins",
            boards=("Sea and sky", "Quiet places"),
            is_queue_paused=True,
            created_at=created,
        )
    )
    _schedule(
        world,
        leo,
        now,
        "City lights tonight, from the bridge.",
        "Rain again. The street turns into a mirror.",
    )
    _schedule(world, page, now, "New prints are in the shop from Friday.")
    _publish(world, leo, now, "First long exposure of the season.")
    return world


def _schedule(world: World, channel: Channel, now: datetime, *texts: str) -> None:
    """Put one post into each of the next slots."""
    for text, slot in zip(texts, slots(channel, now), strict=False):
        earlier = now - timedelta(days=2)
        world.add_post(Post(channel.id, text, "scheduled", "addToQueue", earlier, earlier, due_at=slot))


def _publish(world: World, channel: Channel, now: datetime, text: str) -> None:
    due = now - timedelta(days=3)
    made = due - timedelta(days=1)
    world.add_post(
        Post(
            channel.id,
            text,
            "sent",
            "addToQueue",
            made,
            due,
            due_at=due,
            sent_at=due + timedelta(seconds=14),
            external_link="https://example.org/first-long-exposure",
        )
    )
