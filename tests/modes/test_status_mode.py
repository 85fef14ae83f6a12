"""`--status` as a user or a script runs it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import psycopg
import pytest

from modes.program import Ended, quick_fluffy as fluffy
from scheduling.workplace import Workplace

pytestmark = pytest.mark.slow


async def status(place: Workplace, home: Path, *arguments: str) -> Ended:
    url = place.services.database.url
    ended = await asyncio.to_thread(lambda: fluffy(home, "--status", *arguments, DATABASE_URL=url))
    assert "Traceback" not in ended.err
    return ended


async def test_without_posts_it_says_so(place: Workplace, own_home: Path) -> None:
    assert (await status(place, own_home)).out == "No posts yet.\n"
    ended = await status(place, own_home, "--json", "--persona", "SARAH")
    assert json.loads(ended.out) == {"event": "summary", "open": 0, "ended": 0}
    assert (await status(place, own_home, "--persona", "nobody")).status == 2


async def test_open_posts_come_first_then_the_last_ten_that_ended(place: Workplace, own_home: Path) -> None:
    submitted = [await place.submit(f"words {number}", number) for number in range(13)]
    with psycopg.connect(place.services.database.url, autocommit=True) as connection:
        connection.execute(
            "UPDATE posts SET status='posted', step='live', buffer_post_id='b' || id, channel_id='gone',"
            " posted_at=now() - id * interval '1 minute', external_link='https://example.org/' || id"
            " WHERE id > %s",
            [submitted[1].id],
        )
    ended = await status(place, own_home, "--json")
    assert ended.status == 0, ended.err
    *listed, summary = ended.events
    assert summary == {"event": "summary", "open": 2, "ended": 10}
    assert [post["id"] for post in listed] == [post.id for post in submitted[:12]]
    assert (listed[0]["status"], listed[0]["step"], listed[0]["network"]) == ("draft", "queued", "instagram")
    live = listed[2]
    assert (live["status"], live["step"]) == ("posted", "live")
    assert (live["channel"], live["network"]) == ("gone", None)
    assert live["link"] == f"https://example.org/{live['id']}"
    assert live["posted_at"].endswith("+00:00")
    lines = (await status(place, own_home)).out.splitlines()
    assert len(lines) == 13
    assert "● queued, next free slot" in lines[0]
    assert "@sarah.frames Instagram  sarah  “words 0”   IMG_0000.jpg" in lines[0]
    assert "■ live since " in lines[2]
    assert len({line.index("IMG_") for line in lines[:-1]}) == 1
    assert lines[-1] == "2 open, 10 ended."
