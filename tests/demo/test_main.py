"""`python -m fluffy_tui.demo` as other programs run it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow

TIMEOUT = 60


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Collect processes and end those that a failing test leaves."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def start(
    folder: Path, processes: list[subprocess.Popen[str]]
) -> tuple[subprocess.Popen[str], dict[str, object]]:
    command = [sys.executable, "-W", "error", "-m", "fluffy_tui.demo"]
    arguments = ["--state", str(folder / "state"), "--media", str(folder / "media"), "--speed", "2"]
    process = subprocess.Popen(
        [*command, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    processes.append(process)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def ask(facts: dict[str, object]) -> int:
    headers = {"Authorization": f"Bearer {facts['key']}"}
    return httpx.post(str(facts["url"]), json={"query": "{ account { id } }"}, headers=headers).status_code


def test_ends_when_its_standard_input_ends(tmp_path: Path, started: list[subprocess.Popen[str]]) -> None:
    process, facts = start(tmp_path, started)
    assert set(facts) == {"url", "media_url", "key", "already_running"}
    assert ask(facts) == 200
    _, errors = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, errors) == (0, "")
    with pytest.raises(httpx.ConnectError):
        ask(facts)


def test_sigterm_and_restart_on_the_same_port(tmp_path: Path, started: list[subprocess.Popen[str]]) -> None:
    process, facts = start(tmp_path, started)
    process.send_signal(signal.SIGTERM)
    assert process.wait(TIMEOUT) == 0
    _, again = start(tmp_path, started)
    assert again == facts


def test_restart_after_sigkill(tmp_path: Path, started: list[subprocess.Popen[str]]) -> None:
    process, facts = start(tmp_path, started)
    process.kill()
    process.wait(TIMEOUT)
    _, again = start(tmp_path, started)
    assert again == facts


def test_second_start_returns_the_first_address_and_takes_over_later(
    tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    first, facts = start(tmp_path, started)
    second, found = start(tmp_path, started)
    assert found == facts | {"already_running": True}
    first.communicate(timeout=TIMEOUT)
    # The second serves as soon as it has the lock; a third start waits for that and then finds it.
    third, found = start(tmp_path, started)
    assert found["url"] == facts["url"]
    assert ask(facts) == 200
    for process in (second, third):
        process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0


def test_waiting_second_ends_when_its_standard_input_ends(
    tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    start(tmp_path, started)
    second, _ = start(tmp_path, started)
    _, errors = second.communicate(timeout=TIMEOUT)
    assert (second.returncode, errors) == (0, "")


def test_wrong_speed() -> None:
    command = [sys.executable, "-m", "fluffy_tui.demo", "--state", "s", "--media", "m", "--speed", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "greater than zero" in done.stderr
