"""`fluffy-tui --import FOLDER --watch`: it keeps importing, prints each import, and ends normally by ctrl+c."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import pytest

from modes.program import quick_fluffy as fluffy
from photos.photo_files import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "fluffy_tui"]


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


@pytest.fixture(autouse=True)
def own_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the command use the test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_imports_until_it_is_stopped(tmp_path: Path, number: signal.Signals) -> None:
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


def test_a_file_that_never_becomes_a_picture_fails(tmp_path: Path) -> None:
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


def test_it_goes_on_while_a_folder_is_away(tmp_path: Path) -> None:
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
