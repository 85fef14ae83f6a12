"""`--export`, `--clean` and `--doctor --post` as a user or a script runs them."""

from __future__ import annotations

import asyncio
import csv
import json
import os
from pathlib import Path

import pytest

from fluffy_tui.modes.export_mode import _opened
from modes.program import Ended, quick_fluffy as fluffy
from scheduling.workplace import Workplace

pytestmark = pytest.mark.slow

CAPTION = '=HYPERLINK("http://evil")\nfog, "on" the pier'


async def call(place: Workplace, home: Path, *arguments: str) -> Ended:
    environment = {**place.variables, "DATABASE_URL": place.services.database.url, "BUFFER_API_KEY": ""}
    return await asyncio.to_thread(lambda: fluffy(home, *arguments, **environment))


async def test_csv_opens_safely_in_a_spreadsheet(place: Workplace, own_home: Path) -> None:
    post = await place.submit(CAPTION)
    target = own_home / "posts.csv"
    ended = await call(place, own_home, "--export", str(target), "--persona", "SARAH")
    assert (ended.status, ended.out, ended.err) == (0, "", "")
    with target.open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["id"] == str(post.id)
    assert row["caption"] == "'" + CAPTION
    assert row["posted_at"] == ""
    assert list(own_home.glob(".*.part")) == []


async def test_json_is_exact_and_stdout_has_one_object_per_line(place: Workplace, own_home: Path) -> None:
    await place.submit(CAPTION, 1)
    await place.submit("ünïcode", 2)
    target = own_home / "posts.json"
    assert (await call(place, own_home, "--export", str(target))).status == 0
    rows = json.loads(target.read_text(encoding="utf-8"))
    assert [row["caption"] for row in rows] == [CAPTION, "ünïcode"]
    ended = await call(place, own_home, "--export", "-")
    assert ended.status == 0
    assert ended.events == rows


async def test_no_posts_are_an_empty_array(place: Workplace, own_home: Path) -> None:
    target = own_home / "posts.json"
    assert (await call(place, own_home, "--export", str(target))).status == 0
    assert json.loads(target.read_text()) == []


async def test_a_usage_error_is_status_2_and_an_unwritable_file_is_status_1(
    place: Workplace, own_home: Path
) -> None:
    assert (await call(place, own_home, "--export", "posts.xlsx")).status == 2
    assert (await call(place, own_home, "--export", "-", "--persona", "nobody")).status == 2
    assert (await call(place, own_home, "--dry-run")).status == 2
    assert (await call(place, own_home, "--post", "1")).status == 2
    ended = await call(place, own_home, "--export", str(own_home / "no folder" / "posts.csv"))
    assert ended.status == 1
    assert "cannot be written" in ended.err
    assert "Traceback" not in ended.err


async def test_a_failed_export_leaves_the_existing_file_unchanged(place: Workplace, own_home: Path) -> None:
    target = own_home / "posts.csv"
    target.write_text("the last one")
    assert (await call(place, own_home, "--export", str(target), "--persona", "nobody")).status == 2
    assert target.read_text() == "the last one"


def test_a_link_stays_one_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    link, target, pipe = tmp_path / "posts.csv", tmp_path / "kept.csv", tmp_path / "pipe.csv"
    target.write_text("the last one")
    link.symlink_to(target)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    for place in (link, pipe):
        with _opened(place) as file:
            file.write("the next one")
    assert link.is_symlink()
    assert target.read_text() == "the next one"
    assert os.read(reader, 100) == b"the next one"
    os.close(reader)


async def test_a_clean_up_can_be_listed_first(place: Workplace, own_home: Path) -> None:
    async with place.worker():
        post = await place.submit()
        done = await place.until(
            post.id, lambda now: now.cover.media_url is not None and now.status == "scheduled"
        )
    assert place.settings.media_directory is not None
    file = place.settings.media_directory / "posts" / str(done.cover.media_url).rsplit("/", 1)[-1]
    await place.execute("UPDATE posts SET status='posted', step='live', posted_at=now() - interval '2 days'")
    ended = await call(place, own_home, "--clean", "--dry-run", "--json")
    assert ended.status == 0, ended.err
    [listed, summary] = ended.events
    assert (listed["event"], listed["key"], listed["why"]) == ("would_remove", f"posts/{file.name}", "live")
    assert summary == {"event": "summary", "dry_run": True, "would_remove": 1, "kept": 0, "unknown": 0}
    assert file.exists()
    ended = await call(place, own_home, "--clean")
    assert ended.out.splitlines()[-1] == "Deleted 1, kept 0."
    assert not file.exists()


async def test_a_clean_up_without_a_media_host_says_what_to_set(database_url: str, own_home: Path) -> None:
    ended = await asyncio.to_thread(lambda: fluffy(own_home, "--clean", DATABASE_URL=database_url))
    assert ended.status == 1
    assert "FLUFFY_MEDIA_HOST" in ended.err


async def test_a_posts_history_is_printed_in_order(place: Workplace, own_home: Path) -> None:
    async with place.worker():
        post = await place.submit()
        await place.until(post.id, lambda now: now.step == "accepted")
    ended = await call(place, own_home, "--doctor", "--post", str(post.id), "--json")
    assert ended.status == 0, ended.err
    head, *trail = ended.events
    assert (head["event"], head["id"], head["step"]) == ("post", post.id, "accepted")
    steps = [event["step"] for event in trail if event["event"] in ("created", "step")]
    assert [step for step in steps if step] == ["queued", "rendering", "hosting", "sending", "accepted"]
    plain = await call(place, own_home, "--doctor", "--post", str(post.id))
    assert len(plain.out.splitlines()) == 1 + len(trail)
    assert plain.out.startswith(f"post {post.id}: in Buffer")
    said = [line.split(" · ")[1] for line in plain.out.splitlines()[1:]]
    assert said[0] == "submitted"
    assert [word for word in said if word.startswith(("sending", "in Buffer"))] == [
        "sending: preparing picture",
        "sending: uploading picture",
        "sending to Buffer",
        said[-1],
    ]
    assert not {"accepted", "rendering", "hosting", "step"} & set(" ".join(said).split())


async def test_a_post_that_does_not_exist_is_status_2(place: Workplace, own_home: Path) -> None:
    for number in ("4711", "99999999999999999999", "-99999999999999999999"):
        ended = await call(place, own_home, "--doctor", "--post", number)
        assert ended.status == 2
        assert f"no post {number}" in ended.err
