"""The whole job in a real terminal: demo, persona, photo, caption, submit, in Buffer."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import psutil
import pytest

from journey.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CTRL_S, ENTER, ESCAPE = "\x13", "\r", "\x1b"


@pytest.fixture
def demo(demo_home: Path) -> Iterator[Terminal]:
    terminal = Terminal(demo_home, "--demo")
    yield terminal
    terminal.process.close(force=True)


def processes_of(home: Path) -> list[psutil.Process]:
    """Return every process that was started with this home: app, worker, stand-in and Postgres."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HOME") == str(home):
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


def test_a_newcomer_schedules_a_photo(own_home: Path) -> None:
    demo = Terminal(own_home, "--demo")
    demo.shows("personas", "sarah", "17 unscheduled", "demo")
    demo.press("j", ENTER)
    demo.shows("unscheduled · newest first", "1 Library", "2 Posts", "IMG_2041", "of 17")
    demo.press(ENTER)
    demo.shows("caption", "alt text", "next slot")
    demo.press("The light came back for a minute. [/b][red")
    demo.shows("42/2,200")
    demo.press(CTRL_S)
    demo.shows("in Buffer for", "16 unscheduled")
    demo.press("2")
    demo.shows("The light came back", "in Buffer for")
    demo.press("q")
    assert demo.ended() == 0
    left = psutil.wait_procs(processes_of(own_home), timeout=30)[1]
    assert left == []


def test_closing_the_terminal_leaves_nothing_behind_and_loses_no_word(demo: Terminal, own_home: Path) -> None:
    demo.shows("17 unscheduled")
    demo.press("j", ENTER)
    demo.shows("newest first", "IMG_2041", "of 17")
    demo.press(ENTER)
    demo.shows("alt text")
    demo.press("half a sentence")
    demo.shows("15/2,200")
    kept = own_home / ".local/share/fluffy-tui/demo/kept-texts"
    demo.until(lambda _: any("half a sentence" in path.read_text() for path in kept.glob("*")))
    demo.process.close(force=True)
    assert psutil.wait_procs(processes_of(own_home), timeout=30)[1] == []
    again = Terminal(own_home, "--demo", "--persona", "sarah")
    again.shows("newest first", "✎", "IMG_2041", "of 17")
    again.press(ENTER)
    again.shows("half a sentence")
    again.press(ESCAPE)
    again.shows("newest first")
    again.press("q")
    assert again.ended() == 0


def test_the_demo_keeps_its_posts_for_the_next_time(demo: Terminal, own_home: Path) -> None:
    demo.shows("17 unscheduled")
    demo.press("j", ENTER)
    demo.shows("newest first", "IMG_2041", "of 17")
    demo.press(ENTER)
    demo.shows("alt text")
    demo.press("first", CTRL_S)
    demo.shows("in Buffer for")
    demo.press("q")
    assert demo.ended() == 0
    again = Terminal(own_home, "--demo", "--persona", "sarah")
    again.shows("16 unscheduled", "1 scheduled")
    [address] = (own_home / ".local/share/fluffy-tui/demo/buffer").glob("address*")
    url = json.loads(address.read_text())["url"]
    with urllib.request.urlopen(f"{url}/state") as answer:
        assert "first" in answer.read().decode()
    again.press("q")
    assert again.ended() == 0


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (200, 60)])
def test_every_size_of_terminal_opens(demo_home: Path, size: tuple[int, int]) -> None:
    terminal = Terminal(demo_home, "--demo", columns=size[0], rows=size[1])
    terminal.shows("sarah", "17 unscheduled")
    terminal.press("q")
    assert terminal.ended() == 0
