"""`fluffy-tui --import`: what it prints and how it exits, in this process, as a command and on a terminal."""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pexpect
import psycopg
import pytest

from fluffy_tui.core.database import Database
from fluffy_tui.modes.import_mode import import_folders
from fluffy_tui.personas import Personas
from fluffy_tui.photos import FolderNotFound, Photos
from modes.program import quick_fluffy as fluffy
from photos.metadata.xmp_samples import DAMAGED
from photos.photo_files import encoded, picture, write

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "fluffy_tui"]
PLENTY = 60
"""Sparse files of half a gigabyte: far more than can be hashed before the import is interrupted."""


@dataclass
class Opened:
    """The services that an import needs."""

    personas: Personas
    photos: Photos


@pytest.fixture(autouse=True)
def own_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the command use the test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)


@pytest.fixture
def services(database: Database) -> Opened:
    """Return services on an empty database."""
    return Opened(Personas(database, None), Photos(database))


def events(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def fill_with_plenty(folder: Path) -> None:
    """Write one file that fails at once, and many that take a third of a second each."""
    write(folder / "000.jpg", b"")
    for number in range(1, PLENTY + 1):
        path = write(folder / f"{number:03}.jpg", seed=number)
        os.truncate(path, (512 << 20) + number)


def imported(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM photos").fetchone()
    assert row is not None
    return int(row[0])


async def test_everything_imported(
    services: Opened, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new persona is created, and found later whatever the case of its name; standard error stays empty."""
    write(tmp_path / "in" / "a.jpg", seed=1)
    write(tmp_path / "in" / "b.png", picture_format="PNG", seed=2)
    assert (
        await import_folders(services.personas, services.photos, [tmp_path / "in"], "sarah", as_json=False)
        == 0
    )
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.startswith(
        "sarah: 2 imported, 0 already there, 0 moved, 0 duplicates, 0 missing, 0 failed, in "
    )
    (tmp_path / "in" / "a.jpg").rename(tmp_path / "in" / "c.jpg")
    write(tmp_path / "in" / "copy.png", (tmp_path / "in" / "b.png").read_bytes())
    assert (
        await import_folders(services.personas, services.photos, [tmp_path / "in"], "Sarah", as_json=False)
        == 0
    )
    assert (
        "sarah: 0 imported, 1 already there, 1 moved, 1 duplicate, 0 missing, 0 failed"
        in capsys.readouterr().out
    )
    assert [persona.name for persona in await services.personas.list()] == ["sarah"]


async def test_failures_are_listed(
    services: Opened, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, the path and the reason; a file name cannot send control codes to the terminal."""
    write(tmp_path / "in" / "[b]a[/red.jpg", b"")
    write(tmp_path / "in" / "evil\x1b[2J\n.jpg", b"%PDF-1.7")
    write(tmp_path / "in" / "good.jpg")
    assert (
        await import_folders(services.personas, services.photos, [tmp_path / "in"], "sarah", as_json=False)
        == 1
    )
    first, *listed = capsys.readouterr().out.splitlines()
    assert "1 imported" in first
    assert "2 failed" in first
    assert listed == [
        f"  {tmp_path}/in/[b]a[/red.jpg: The file is empty.",
        f"  {tmp_path}/in/evil\\x1b[2J\\n.jpg: It is a PDF, not a JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF, BMP or"
        " JPEG XL picture.",
    ]


async def test_json_lines(services: Opened, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object per line: failures as they happen, the summary last, and nothing else."""
    write(tmp_path / "in" / "a.jpg")
    write(tmp_path / "in" / "empty.jpg", b"")
    write(tmp_path / "in" / os.fsdecode(b"caf\xe9.jpg"))
    assert (
        await import_folders(services.personas, services.photos, [tmp_path / "in"], "sarah", as_json=True)
        == 1
    )
    *failed, summary = events(capsys.readouterr().out)
    assert {"event": "failed", "path": f"{tmp_path}/in/empty.jpg", "reason": "The file is empty."} in failed
    assert {event["path"] for event in failed} == {f"{tmp_path}/in/empty.jpg", f"{tmp_path}/in/caf\\xe9.jpg"}
    seconds = summary.pop("seconds")
    assert 0 < seconds < 60
    assert summary == {
        "event": "summary",
        "persona": "sarah",
        "imported": 1,
        "unchanged": 0,
        "moved": 0,
        "known_elsewhere": 0,
        "duplicates": 0,
        "missing": 0,
        "failed": 2,
    }


async def test_damaged_xmp_is_reported(
    services: Opened, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The photo is imported without it, which is no failure."""
    target = io.BytesIO()
    picture().save(target, "JPEG", xmp=DAMAGED)
    write(tmp_path / "in" / "a.jpg", target.getvalue())
    folders = [tmp_path / "in"]
    assert await import_folders(services.personas, services.photos, folders, "sarah") == 0
    assert "1 with damaged XMP: imported without it" in capsys.readouterr().out
    assert await import_folders(services.personas, services.photos, folders, "leo", as_json=True) == 0
    [summary] = events(capsys.readouterr().out)
    assert (summary["imported"], summary["damaged_xmp"]) == (1, 1)


async def test_a_missing_folder_creates_no_persona(services: Opened, tmp_path: Path) -> None:
    """A typing error has no effect."""
    with pytest.raises(FolderNotFound):
        await import_folders(
            services.personas, services.photos, [tmp_path / "nowhere"], "sarah", as_json=False
        )
    assert await services.personas.list() == []


def test_a_missing_folder_exits_with_2(tmp_path: Path) -> None:
    """In one sentence, before any database is opened."""
    ended = fluffy(tmp_path, "--import", str(tmp_path / "nowhere"), "--persona", "sarah")
    assert (ended.status, ended.out) == (2, "")
    hint = "Check the spelling, or connect the disk that it is on."
    assert ended.err == f"fluffy-tui: The folder {tmp_path}/nowhere does not exist. {hint}\n"


def test_the_command_in_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No bar on standard error, and names that the encoding cannot represent do no harm."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    write(tmp_path / "in" / "été.jpg", b"")
    command = [*COMMAND, "--import", str(tmp_path / "in"), "--persona", "Zoë"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Zo\\xeb: 0 imported" in done.stdout
    assert "\\xe9t\\xe9.jpg: The file is empty." in done.stdout


def test_interrupted_in_a_pipe(database_url: str, tmp_path: Path) -> None:
    """Exit 130 at once; the summary matches what was saved."""
    fill_with_plenty(tmp_path / "in")
    command = [*COMMAND, "--import", str(tmp_path / "in"), "--persona", "sarah", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["reason"] == "The file is empty."
        process.send_signal(signal.SIGINT)
        rest, errors = process.stdout.read(), process.stderr.read()
    assert process.returncode == 130
    assert errors == ""
    [summary] = events(rest)
    assert summary["interrupted"] is True
    assert summary["imported"] == imported(database_url) < PLENTY


def test_a_progress_bar_on_a_terminal_and_ctrl_c(database_url: str, tmp_path: Path) -> None:
    """Rate and time left during the import, and how far it got when interrupted."""
    fill_with_plenty(tmp_path / "in")
    command = [*COMMAND, "--import", str(tmp_path / "in"), "--persona", "sarah"]
    with pexpect.spawn(command[0], command[1:], dimensions=(24, 100), encoding="utf-8", timeout=120) as child:
        child.expect(rf"{PLENTY + 1}.*files/s, .*MB/s, \d+:\d\d left")
        child.sendintr()
        child.expect(rf"Stopped after \d+ of {PLENTY + 1} files\. Photos imported so far are kept\.")
        child.expect(r"sarah: (\d+) imported")
        assert child.match is not None
        kept = int(child.match.group(1))
        child.expect(pexpect.EOF)
        child.wait()
    assert child.exitstatus == 130
    assert kept == imported(database_url) < PLENTY


def test_events_go_to_a_file_while_a_bar_is_drawn(tmp_path: Path) -> None:
    write(tmp_path / "in" / "empty.jpg", b"")
    command = [*COMMAND, "--import", str(tmp_path / "in"), "--persona", "sarah", "--json"]
    script = f"{shlex.join(command)} > {shlex.quote(str(tmp_path / 'out'))}"
    with pexpect.spawn("/bin/sh", ["-c", script], encoding="utf-8", timeout=120) as child:
        child.expect(pexpect.EOF)
        assert child.before is not None
        assert "Importing" in child.before
        assert "empty.jpg" not in child.before
    failed, summary = events((tmp_path / "out").read_text())
    assert (failed["path"], summary["failed"]) == (str(tmp_path / "in" / "empty.jpg"), 1)


def test_a_relative_folder(database_url: str, tmp_path: Path) -> None:
    """The folder may be relative to the current one; the library stores the absolute path."""
    write(tmp_path / "in" / "a.jpg", encoded())
    ended = fluffy(tmp_path, "--import", "in", "--persona", "sarah", DATABASE_URL=database_url)
    assert (ended.status, ended.err) == (0, "")
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT path FROM photos").fetchall() == [(f"{tmp_path}/in/a.jpg",)]


@contextmanager
def watching(folder: Path) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """Run the command until the end of the block; yield it and its output."""
    command = [*COMMAND, "--import", str(folder), "--persona", "sarah", "--watch", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def arrive(path: Path, content: Path) -> None:
    """Move a complete file to its place, so that nobody can see half of it."""
    path.parent.mkdir(exist_ok=True)
    content.rename(path)


def event(output: IO[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output.readline())
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_watching_imports_until_it_is_stopped(tmp_path: Path, number: signal.Signals) -> None:
    """The first import, a later one, the summary of both, exit 0."""
    write(tmp_path / "in" / "a.jpg", seed=1)
    with watching(tmp_path / "in") as (process, output):
        first = event(output)
        assert (first["event"], first["imported"]) == ("taken", 1)
        arrive(tmp_path / "in" / "new" / "b.jpg", write(tmp_path / "b.jpg", seed=2))
        second = event(output)
        assert (second["event"], second["imported"]) == ("taken", 1)
        process.send_signal(number)
        summary = event(output)
        assert (summary["event"], summary["persona"], summary["imported"]) == ("summary", "sarah", 2)
        assert "interrupted" not in summary
        assert process.wait() == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_watched_file_that_never_becomes_a_picture_fails(tmp_path: Path) -> None:
    """The command waits for it until the end, and then exits with 1."""
    (tmp_path / "in").mkdir()
    with watching(tmp_path / "in") as (process, output):
        assert event(output)["event"] == "taken"
        arrive(tmp_path / "in" / "a.jpg", write(tmp_path / "a.jpg", b"%PDF-1.7"))
        assert event(output)["failed"] == 1
        waiting = event(output)
        assert (waiting["event"], waiting["path"]) == ("waiting", str(tmp_path / "in" / "a.jpg"))
        process.send_signal(signal.SIGINT)
        events = [json.loads(line) for line in output]
        assert [found["event"] for found in events] == ["failed", "summary"]
        assert process.wait() == 1


def test_watching_goes_on_while_a_folder_is_away(tmp_path: Path) -> None:
    """Each change of that is an event, and no failure."""
    folder = tmp_path / "in"
    folder.mkdir()
    with watching(folder) as (_, output):
        assert event(output)["event"] == "taken"
        folder.rmdir()
        assert event(output) == {"event": "away", "path": str(folder)}
        folder.mkdir()
        assert event(output) == {"event": "back", "path": str(folder)}
        arrive(folder / "a.jpg", write(tmp_path / "a.jpg"))
        assert event(output)["imported"] == 1


def test_watch_needs_import(tmp_path: Path) -> None:
    ended = fluffy(tmp_path, "--watch")
    assert (ended.status, ended.err) == (2, "fluffy-tui: --watch only works with --import.\n")
