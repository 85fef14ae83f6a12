"""`--add` and `--add-csv` as a user or a script runs them."""

from __future__ import annotations

import asyncio
import csv
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from fluffy_tui.core.errors import UsageError
from fluffy_tui.modes.add import post_adder
from fluffy_tui.modes.add.add_mode import add_files, caption_from
from fluffy_tui.modes.add.post_adder import Outcome, PostAdder, ReadyPost, WrittenPost
from fluffy_tui.photos import silent_disk
from fluffy_tui.scheduling import Post
from fluffy_tui.settings import load_settings
from modes.program import Ended, quick_fluffy as fluffy
from photos.metadata.xmp_samples import BOMB
from scheduling.workplace import Workplace, write_photo

pytestmark = pytest.mark.slow

KEYS = [
    "event",
    "id",
    "persona",
    "channel",
    "network",
    "status",
    "step",
    "caption",
    "photos",
    "due_at",
    "posted_at",
    "link",
    "error",
    "metrics",
    "metrics_as_of",
]


async def call(
    place: Workplace, home: Path, *arguments: str, text: str = "", persona: str = "Sarah", **more: str
) -> Ended:
    environment = {
        "DATABASE_URL": place.services.database.url,
        **place.variables,
        **more,
    }
    command = [*arguments, "--persona", persona]
    ended = await asyncio.to_thread(lambda: fluffy(home, *command, text=text, **environment))
    assert "Traceback" not in ended.err
    assert place.stand_in.key not in ended.out + ended.err
    return ended


def files(place: Workplace, *numbers: int) -> list[str]:
    return [str(write_photo(place.folder / f"IMG_{number:04}.jpg", number)) for number in numbers]


async def posts(place: Workplace) -> list[Post]:
    return await place.services.scheduling.open_posts()


async def test_files_become_one_post_with_what_was_given(place: Workplace, own_home: Path) -> None:
    paths = files(place, 1, 2)
    ended = await call(
        place,
        own_home,
        *("--add", *paths, "--caption", "-", "--alt", "a pier", "--first-comment", "#fog", "--json"),
        text="fog on\nthe pier\n",
    )
    assert ended.status == 0, ended.err
    [event, summary] = ended.events
    [post] = await posts(place)
    assert list(event) == KEYS
    assert event == {
        **dict.fromkeys(KEYS),
        "event": "post",
        "id": post.id,
        "persona": "sarah",
        "channel": "sarah.frames",
        "network": "instagram",
        "status": "draft",
        "step": "queued",
        "caption": "fog on\nthe pier",
        "photos": paths,
        "metrics": {},
    }
    assert summary == {"event": "summary", "dry_run": False, "added": 1, "refused": 0}
    assert (post.alt_text, post.first_comment) == ("a pier", "#fog")


async def test_a_refused_photo_is_status_1_and_the_others_get_no_post(
    place: Workplace, own_home: Path
) -> None:
    taken, free = files(place, 1, 2)
    await place.submit("fog", 1)
    ended = await call(place, own_home, "--add", free, taken, "--caption", "rain", "--json")
    assert ended.status == 1
    [refused, summary] = ended.events
    reason = "IMG_0001.jpg already has a post (queued)."
    photos = [free, taken]
    assert refused == {"event": "refused", "code": "already_scheduled", "reason": reason, "photos": photos}
    assert (summary["added"], summary["refused"]) == (0, 1)
    assert [post.caption for post in await posts(place)] == ["fog"]


async def test_separate_posts_are_reported_one_by_one(place: Workplace, own_home: Path) -> None:
    paths = files(place, 1, 2, 3)
    await place.submit("fog", 2)
    ended = await call(place, own_home, "--add", *paths, "--caption", "rain", "--separate")
    assert ended.status == 1
    first, second, third, total = ended.out.splitlines()
    assert first.startswith("added post ")
    assert "IMG_0001.jpg" in first
    assert second == "IMG_0002.jpg: refused: IMG_0002.jpg already has a post (queued)."
    assert "IMG_0003.jpg" in third
    assert total == "2 added, 1 refused."
    assert [post.caption for post in await posts(place)] == ["fog", "rain", "rain"]


async def test_what_was_added_before_a_signal_is_told(
    place: Workplace, own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A post that is being written is written to its end."""
    add, this_test = PostAdder.add, asyncio.current_task()

    async def add_and_cancel(*arguments: Any) -> Outcome:
        assert this_test is not None
        this_test.cancel()
        await asyncio.sleep(0)
        return await add(*arguments)

    monkeypatch.setattr(PostAdder, "add", add_and_cancel)
    written = WrittenPost(tuple(map(Path, files(place, 1, 2))), "rain")
    settings = load_settings(
        {"HOME": str(own_home), "DATABASE_URL": place.services.database.url, **place.variables}
    )
    status = await add_files(settings, "Sarah", written, each=True, dry_run=False, as_json=False)
    first, stopped, total = capsys.readouterr().out.splitlines()
    assert (status, len(await posts(place))) == (130, 1)
    assert "IMG_0001.jpg" in first
    assert [stopped, total] == ["Stopped. What was added so far is kept.", "1 added, 0 refused."]


async def test_a_refusal_names_its_files_and_the_draft_that_was_kept(
    place: Workplace, own_home: Path
) -> None:
    taken, free = files(place, 1, 2)
    await place.submit("fog", 1)
    ended = await call(
        place, own_home, "--add", taken, free, "--caption", "rain", "--separate", "--json", BUFFER_API_KEY=""
    )
    refused, kept, _ = ended.events
    [_, draft] = await posts(place)
    assert (refused["code"], refused["photos"], "id" in refused) == ("already_scheduled", [taken], False)
    assert (kept["code"], kept["photos"], kept["id"]) == ("kept_as_draft", [free], draft.id)


async def test_a_known_file_is_found_by_its_content(place: Workplace, own_home: Path, tmp_path: Path) -> None:
    photo = await place.photo(1)
    copy = write_photo(tmp_path / "elsewhere" / ".copy of 1.jpg", 1)
    ended = await call(place, own_home, "--add", str(copy), "--caption", "fog", "--json")
    assert ended.status == 0, ended.out
    assert [post.photo_id for post in await posts(place)] == [photo.id]


@pytest.mark.parametrize(("content", "why"), [(b"not even XML", "damaged"), (BOMB, "XML bomb")])
async def test_a_sidecar_that_cannot_be_read_is_reported_as_by_an_import(
    place: Workplace, own_home: Path, content: bytes, why: str
) -> None:
    [path] = files(place, 1)
    sidecar = place.folder / "IMG_0001.jpg.xmp"
    sidecar.write_bytes(content)
    for more in (("--dry-run",), ()):
        ended = await call(place, own_home, "--add", path, "--caption", "fog", "--json", *more)
        _, failed, summary = ended.events
        assert ended.status == 0, "the post was added"
        assert (failed["event"], failed["path"]) == ("failed", str(sidecar))
        assert why in failed["reason"]
        assert failed["reason"].endswith("The photo was imported without it.")
        assert summary["refused"] == 0
    [post] = await posts(place)
    assert post.caption == "fog"
    ended = await call(place, own_home, "--add", path, "--caption", "again")
    assert ended.out.splitlines()[1] == f"  {sidecar}: {failed['reason']}"


async def test_a_file_that_is_no_picture_is_refused_by_name(place: Workplace, own_home: Path) -> None:
    text, broken = own_home / "notes.txt", own_home / "broken.jpg"
    text.write_text("notes")
    broken.write_bytes(b"\xff\xd8\xff nothing")
    for path in (text, broken):
        for more in ((), ("--dry-run",)):
            ended = await call(place, own_home, "--add", str(path), "--caption", "fog", "--json", *more)
            assert ended.status == 1
            [refused, _] = ended.events
            assert refused["code"] == "photo_unreadable"
            assert refused["reason"].startswith(f"{path.name} cannot be imported. ")
    assert await posts(place) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--at", "31 feb 9:00"], "31 feb 9:00"),
        (["--at", "yesterday 9:00"], "passed"),
        (["--channel", "mastodon"], "Choose among: @sarah.frames Instagram."),
        (["no-such-file.jpg"], "does not exist"),
        (["."], "is a folder"),
        (["--persona", "nobody"], "nobody"),
    ],
    ids=str,
)
async def test_what_cannot_be_understood_is_status_2_and_nothing_is_written(
    place: Workplace, own_home: Path, arguments: list[str], words: str
) -> None:
    persona = arguments.pop() if "--persona" in arguments else "sarah"
    arguments = [argument for argument in arguments if argument != "--persona"]
    ended = await call(place, own_home, "--add", *files(place, 1), *arguments, persona=persona)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err
    assert await posts(place) == []
    assert await place.services.photos.unscheduled(place.persona) == []


async def test_a_time_is_read_in_the_channels_zone(place: Workplace, own_home: Path) -> None:
    arguments = ("--caption", "fog", "--at", "tomorrow 9:00", "--channel", "@SARAH.frames", "--json")
    ended = await call(place, own_home, "--add", *files(place, 1), *arguments)
    assert ended.status == 0, ended.err
    [post] = await posts(place)
    assert place.persona.channel is not None
    assert post.requested_at_time is not None
    from fluffy_tui.scheduling import channel_zone

    assert f"{post.requested_at_time.astimezone(channel_zone(place.persona.channel)):%H:%M}" == "09:00"
    assert ended.events[0]["due_at"] == post.requested_at_time.isoformat()


async def test_a_post_goes_to_the_channels_that_are_named(place: Workplace, own_home: Path) -> None:
    personas = place.services.personas
    other = next(each for each in await personas.available_channels() if each.network == "Bluesky")
    await personas.set_channels(place.persona, {place.persona.channels[0].id: None, other.id: None})
    one, both = files(place, 1, 2)
    ended = await call(
        place, own_home, "--add", one, "--caption", "fog", "--channel", "bluesky", "--at", "now"
    )
    assert ended.status == 0, ended.out + ended.err
    ended = await call(place, own_home, "--add", both, "--caption", "rain", "--at", "front", "--json")
    assert [event.get("network") for event in ended.events] == ["instagram", "bluesky", None]
    found = [(post.caption, post.channel_id, post.share_mode) for post in await posts(place)]
    assert found == [
        ("fog", other.id, "shareNow"),
        ("rain", place.persona.channels[0].id, "shareNext"),
        ("rain", other.id, "shareNext"),
    ]


async def test_a_dry_run_makes_every_check_and_writes_nothing(place: Workplace, own_home: Path) -> None:
    taken, *free = files(place, 1, 2, 3)
    await place.submit("fog", 1)
    (place.folder / "IMG_0003.jpg").rename(own_home / "IMG_0003.jpg")
    free[1] = str(own_home / "IMG_0003.jpg")
    before = await posts(place)
    ended = await call(place, own_home, "--add", *free, "--caption", "rain", "--dry-run", "--json")
    assert ended.status == 0, ended.out
    [event, summary] = ended.events
    assert (event["event"], event["photos"], event["network"]) == ("would_add", free, "instagram")
    assert event["warning"] is None
    assert summary == {"event": "summary", "dry_run": True, "would_add": 1, "refused": 0}
    for arguments, code in (
        ((taken,), "already_scheduled"),
        ((free[0], taken), "already_scheduled"),
        ((free[0], free[0]), "photo_twice"),
        ((free[0], "--first-comment", "x" * 5_000), "first_comment"),
    ):
        ended = await call(place, own_home, "--add", *arguments, "--caption", "rain", "--dry-run", "--json")
        assert (ended.status, ended.events[0]["code"]) == (1, code)
    twice = await call(
        place, own_home, "--add", free[0], free[0], "--separate", "--dry-run", "--caption", "x"
    )
    assert twice.out.splitlines()[-1] == "1 would be added, 1 refused. Nothing was written."
    assert await posts(place) == before
    assert {photo.name for photo in await place.services.photos.unscheduled(place.persona)} <= {
        "IMG_0002.jpg",
        "IMG_0003.jpg",
    }


async def contents(place: Workplace) -> dict[str, str]:
    """Return a digest of each table."""
    tables = sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    async with place.services.database.transaction() as session:
        digests = {}
        for name in (await session.execute(tables)).scalars().all():
            digest = sql(
                f"SELECT md5(string_agg(listed::text, ' ' ORDER BY listed::text)) FROM {name} AS listed"
            )
            digests[name] = str((await session.execute(digest)).scalar_one())
        return digests


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return all files with their contents, and when each was written, but for the log."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".log")
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


async def test_no_table_and_no_file_is_other_after_a_dry_run(place: Workplace, own_home: Path) -> None:
    await place.submit("fog", 1)
    new = files(place, 2, 3)
    rows = [["photo", "caption"], [new[0], "rain"], [new[1], "snow"], ["gone.jpg", "sun"]]
    table = write_csv(place.folder / "posts.csv", rows)
    await call(place, own_home, "--status")  # makes the log, and names the machine
    before, kept = await contents(place), files_of(own_home)
    for arguments in (("--add", *new, "--caption", "rain"), ("--add-csv", str(table))):
        ended = await call(place, own_home, *arguments, "--dry-run", "--json")
        assert "would_add" in ended.out, ended.out
        after = await contents(place)
        changed = {name for name in after if after[name] != before.get(name)}
        assert changed <= {"request_budget"}, "Buffer was asked, and said how many requests are left"
        assert files_of(own_home) == kept


async def test_a_dry_run_warns_of_a_full_queue(place: Workplace, own_home: Path) -> None:
    """It counts the posts that it would add itself."""
    await place.submit("fog", 1)
    await place.execute("""UPDATE channels SET description = description || '{"scheduled_posts_limit": 2}'""")
    arguments = ("--add", *files(place, 2, 3), "--separate", "--caption", "rain", "--dry-run")
    ended = await call(place, own_home, *arguments, "--json")
    assert ended.status == 0, ended.out
    repeated = "same text as another post: Buffer may refuse it"
    full = f"queue full, 2 of 2: will be held, {repeated}"
    assert [event["warning"] for event in ended.events[:2]] == [None, full]
    ended = await call(place, own_home, *arguments, "--at", "now")
    assert "queue full" not in ended.out
    ended = await call(place, own_home, *arguments[:-1])
    first, second, _ = ended.out.splitlines()
    assert first.endswith("· “rain” · IMG_0002.jpg"), first
    assert second.endswith(f"· “rain” · IMG_0003.jpg: {full}"), second


async def test_a_dry_run_asks_buffer_and_the_media_host(place: Workplace, own_home: Path) -> None:
    arguments = ("--add", *files(place, 1), "--caption", "rain", "--dry-run", "--json")
    elsewhere = str(own_home / "not served")
    ended = await call(place, own_home, *arguments, FLUFFY_MEDIA_DIRECTORY=elsewhere)
    assert (ended.status, ended.events[0]["code"]) == (1, "media_host")
    channel = place.stand_in.world.channel_named("sarah.frames")
    channel.is_queue_paused = True
    ended = await call(place, own_home, *arguments)
    assert (ended.status, ended.events[0]["code"]) == (1, "channel_unhealthy")
    ended = await call(place, own_home, *arguments, BUFFER_API_KEY="")
    assert (ended.status, ended.events[0]["code"]) == (1, "kept_as_draft")
    assert await posts(place) == []
    assert await place.services.photos.unscheduled(place.persona) == []


def write_csv(path: Path, rows: Iterable[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


async def test_a_file_of_posts_is_added_line_by_line_and_only_once(place: Workplace, own_home: Path) -> None:
    files(place, 1, 2, 3, 4)
    header = ["photos", "caption", "alt_text", "when", "channel", "first_comment"]
    table = write_csv(
        place.folder / "posts.csv",
        [
            header,
            ["IMG_0001.jpg; IMG_0002.jpg", "two\nlines", "a pier", "", "", "#fog"],
            ["IMG_0003.jpg", "at a time", "", "2099-01-02 09:00", "instagram", ""],
            ["IMG_0004.jpg", "never", "", "31 feb", "", ""],
            ["IMG_0009.jpg", "no file", "", "", "", ""],
        ],
    )
    ended = await call(place, own_home, "--add-csv", str(table), "--json")
    assert ended.status == 1, ended.err
    *reported, summary = ended.events
    assert [(event["event"], event["line"]) for event in reported] == [
        ("post", 2),
        ("post", 4),
        ("refused", 5),
        ("refused", 6),
    ]
    assert summary == {"event": "summary", "dry_run": False, "added": 2, "refused": 2}
    before = await posts(place)
    assert [(post.caption, len(post.photos)) for post in before] == [("two\nlines", 2), ("at a time", 1)]
    again = await call(place, own_home, "--add-csv", str(table))
    assert again.status == 1
    assert again.out.splitlines()[0] == "line 2: refused: IMG_0001.jpg already has a post (queued)."
    assert again.out.splitlines()[-1] == "0 added, 4 refused."
    assert await posts(place) == before
    await place.execute("UPDATE posts SET status = 'failed', step = 'failed', error_message = 'no'")
    again = await call(place, own_home, "--add-csv", str(table))
    assert again.out.splitlines()[0] == (
        "line 2: refused: IMG_0001.jpg has a failed post with this text. Retry or cancel that one."
    )
    assert again.out.splitlines()[-1] == "0 added, 4 refused."
    assert await posts(place) == [], "none is open"


async def test_of_a_thousand_lines_none_is_lost(place: Workplace, own_home: Path) -> None:
    faulty = set(range(5, 1000, 27))
    assert len(faulty) == 37
    files(place, *range(1000))
    rows = [
        [f"{'missing' if number in faulty else 'IMG'}_{number:04}.jpg", f"caption {number}"]
        for number in range(1000)
    ]
    table = write_csv(place.folder / "posts.csv", [["photo", "caption"], *rows])
    ended = await call(place, own_home, "--add-csv", str(table), "--json")
    *reported, summary = ended.events
    assert (ended.status, summary["added"], summary["refused"]) == (1, 963, 37)
    assert [event["line"] for event in reported] == list(range(2, 1002))
    assert {event["line"] - 2 for event in reported if event["event"] == "refused"} == faulty
    assert [post.caption for post in await posts(place)] == [
        f"caption {number}" for number in range(1000) if number not in faulty
    ]


async def test_foreign_text_does_not_act_on_the_terminal(place: Workplace, own_home: Path) -> None:
    path = write_photo(place.folder / "a\x1b[2J\nb.jpg", 1)
    ended = await call(place, own_home, "--add", str(path), "--caption", "fog\x1b[2J")
    assert ended.status == 0, ended.err
    assert "\x1b" not in ended.out
    assert len(ended.out.splitlines()) == 2


def test_a_standard_input_without_an_end_or_that_is_closed_is_no_caption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Path("/dev/zero").open(encoding="utf-8") as endless, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", endless)
        with pytest.raises(UsageError, match="longer than 1 MB"):
            caption_from("-")
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="closed"):
        caption_from("-")


async def test_files_whose_disk_hangs_cost_only_their_own_posts(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a file of many posts."""
    there, gone = (Path(path) for path in files(place, 1, 2))
    released = threading.Event()

    def existing(path: Path) -> Path:
        if path == gone:
            released.wait()
        return path

    monkeypatch.setattr(silent_disk, "LIMIT_SECONDS", 2.0)
    monkeypatch.setattr(post_adder, "existing_file", existing)
    adder = PostAdder(place.services, place.persona, dry_run=True)
    refused, ready = await post_adder.prepared(adder, [WrittenPost((gone,)), WrittenPost((there,))])
    released.set()
    assert isinstance(refused, UsageError)
    assert str(refused).startswith("IMG_0002.jpg cannot be read: its disk does not answer.")
    assert isinstance(ready, ReadyPost)
