"""`--adopt` as a user runs it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fluffy_tui.modes.adopt import adopt_mode
from fluffy_tui.modes.adopt.adopt_mode import has_password
from fluffy_tui.settings import load_settings
from modes.adopt.train_schema import TrainRows
from modes.program import quick_fluffy as fluffy
from scheduling.workplace import write_photo

pytestmark = pytest.mark.slow


def fill(train: TrainRows, home: Path) -> None:
    sarah = train.persona("sarah")
    posted = train.photo(write_photo(home / "photos" / "a.jpg", 1), sarah, [1.0] * 512)
    train.post(posted, sarah, "posted", caption="fog", posted_at="2025-11-01 12:00")
    planned = train.photo("photos/b.jpg", sarah)
    write_photo(home / "photos" / "b.jpg", 2)
    train.post(planned, sarah, "scheduled", caption="rain", scheduled_at="2025-11-01 12:00")


def test_it_prints_what_became_of_everything(own_home: Path, database_url: str, train: TrainRows) -> None:
    fill(train, own_home)
    environment = {"DATABASE_URL": database_url, "FLUFFY_ADOPT_URL": train.url}
    before = train.contents()
    forecast = fluffy(own_home, "--adopt", "--dry-run", **environment)
    assert (forecast.status, forecast.err) == (0, "")
    assert forecast.out.splitlines() == [
        "persona sarah",
        "  post of photos/b.jpg: its time has passed: it now waits for the next free slot.",
        "Nothing was written. It would be:",
        "1 persona created",
        "2 photos: 2 imported, 0 already there",
        "1 vector: 1 adopted, 0 already there",
        "2 posts: 1 as history, 1 as drafts, 0 already there",
    ]
    ended = fluffy(own_home, "--adopt", "--json", **environment)
    assert ended.status == 0, ended.err
    *others, summary = ended.events
    assert [event["event"] for event in others] == ["persona", "note"]
    assert summary == {
        "event": "summary",
        "dry_run": False,
        "personas": 1,
        "photos": {"imported": 2, "unchanged": 0, "missing": 0, "failed": 0, "without_persona": 0},
        "vectors": {"adopted": 1, "unchanged": 0, "none": 1, "unusable": 0},
        "posts": {
            "history": 1,
            "drafts": 1,
            "unchanged": 0,
            "empty": 0,
            "without_photo": 0,
            "without_persona": 0,
        },
    }
    again = fluffy(own_home, "--adopt", "-", text=f"{train.url}\n", DATABASE_URL=database_url)
    assert (again.status, again.err) == (0, "")
    assert again.out.splitlines() == [
        "2 photos: 0 imported, 2 already there",
        "1 vector: 0 adopted, 1 already there",
        "2 posts: 0 as history, 0 as drafts, 2 already there",
    ]
    assert train.contents() == before
    status = fluffy(own_home, "--status", "--json", DATABASE_URL=database_url)
    assert [(event["status"], event["caption"]) for event in status.events[:-1]] == [("posted", "fog")]


def test_what_is_missing_is_reported_by_name_and_count_with_status_1(
    own_home: Path, database_url: str, train: TrainRows
) -> None:
    sarah = train.persona("sarah")
    train.photo("gone\x1b]52;c;aGk=\x07.jpg", sarah)
    nowhere = train.photo("", sarah)
    broken = own_home / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff nothing")
    train.photo(broken, sarah)
    environment = {"DATABASE_URL": database_url, "FLUFFY_ADOPT_URL": train.url}
    ended = fluffy(own_home, "--adopt", **environment)
    assert ended.status == 1
    assert "\x1b" not in ended.out
    assert r"gone\x1b]52;c;aGk=\x07.jpg: The file is missing." in ended.out
    assert f"photo {nowhere}: It has no path." in ended.out
    assert "broken.jpg: " in ended.out
    assert "3 photos: 0 imported, 0 already there, 2 missing, 1 failed" in ended.out
    kinds = [event["event"] for event in (fluffy(own_home, "--adopt", "--json", **environment)).events]
    assert kinds == ["missing", "missing", "failed", "summary"]


def test_a_password_on_the_command_line_is_warned_of(
    own_home: Path, database_url: str, train: TrainRows
) -> None:
    ended = fluffy(
        own_home, "--adopt", "postgresql://me:hunter2@127.0.0.1:1/train", DATABASE_URL=database_url
    )
    assert ended.status == 1
    assert "Other users can see" in ended.err
    assert "hunter2" not in ended.out + ended.err
    assert "FLUFFY_ADOPT_URL" in ended.err
    assert "DATABASE_URL" not in ended.err
    del train


@pytest.mark.parametrize(
    ("address", "holds"),
    [
        ("postgresql://me@host/train", False),
        ("host=db user=me", False),
        ("postgresql://me:secret@host/train", True),
        ("host=db password=secret", True),
        ("postgresql://me:se@cret@[host/train", True),
    ],
)
def test_a_password_is_recognised(address: str, *, holds: bool) -> None:
    assert has_password(address) is holds


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--adopt"], 2),
        (["--adopt", "-"], 2),
        (["--adopt", "mysql://me@127.0.0.1/train"], 1),
        (["--adopt", "--persona", "sarah"], 2),
    ],
    ids=str,
)
def test_what_is_no_address_is_refused_before_anything_is_written(
    own_home: Path, arguments: list[str], status: int
) -> None:
    ended = fluffy(own_home, *arguments, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert (ended.status, ended.out) == (status, "")
    assert "Traceback" not in ended.err
    assert "embedded" not in ended.err


async def test_ctrl_c_keeps_what_was_adopted_and_says_so(
    own_home: Path,
    database_url: str,
    train: TrainRows,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill(train, own_home)
    monkeypatch.chdir(own_home)
    environment = {
        "DATABASE_URL": database_url,
        "FLUFFY_ADOPT_URL": train.url,
        "FLUFFY_DATA_DIR": str(own_home / "data"),
    }
    settings = load_settings(environment)

    def stop(_report: object, _counts: object) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    with monkeypatch.context() as patch:
        patch.setattr(adopt_mode.TextReport, "progress", stop)
        assert await adopt_mode.run(settings, "", dry_run=False, as_json=False) == 130
    stopped = capsys.readouterr().out.splitlines()
    assert stopped[1] == "Stopped. What was adopted so far is kept; run it again to complete it."
    assert stopped[-2:] == [
        "1 vector: 1 adopted, 0 already there",
        "0 posts: 0 as history, 0 as drafts, 0 already there",
    ]
    assert await adopt_mode.run(settings, "", dry_run=False, as_json=False) == 0
    assert "2 posts: 1 as history, 1 as drafts, 0 already there" in capsys.readouterr().out
