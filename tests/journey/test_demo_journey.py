"""A whole post in a real terminal: demo, persona, photo, caption, submit, in Buffer."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import pytest

from journey.conftest import own_photos, sample_posts_are_sent
from journey.processes import left_behind
from journey.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

CTRL_S, ENTER, ESCAPE = "\x13", "\r", "\x1b"


def write_caption(terminal: Terminal, text: str, counted: str) -> None:
    """Write a caption for the newest photo of sarah, whose library a new demo opens."""
    terminal.shows("unscheduled · newest first", "1 Library", "2 Posts", "IMG_2041")
    terminal.press(ENTER)
    terminal.shows("caption", "alt text", "next slot")
    terminal.press(text)
    terminal.shows(counted)


def test_a_newcomer_schedules_a_photo(own_home: Path) -> None:
    with Terminal(own_home, "--demo") as terminal:
        terminal.shows("sarah ▸ @sarah.frames", "10 unscheduled", "demo")
        write_caption(terminal, "The light came back for a minute. [/b][red", "42/2,200")
        terminal.press(CTRL_S)
        terminal.shows("9 unscheduled")
        terminal.press("2")
        terminal.shows("The light came back", "The lighthouse", "Full moon", "Look up", "✓ in Buffer")
        sample_posts_are_sent(terminal)
        terminal.quit()
        assert left_behind(own_home) == []


def test_closing_the_terminal_ends_everything_and_keeps_the_draft(demo_home: Path) -> None:
    with Terminal(demo_home, "--demo", own_photos(demo_home)) as terminal:
        terminal.shows("of 17")
        write_caption(terminal, "half a sentence", "15/2,200")
        terminal.close()  # at once: the pause after which a draft is written has not passed
        assert left_behind(demo_home) == []
    with Terminal(demo_home, "--demo", own_photos(demo_home)) as again:
        again.shows("newest first", "✎", "IMG_2041", "of 17")
        again.press(ENTER)
        again.shows("half a sentence")
        again.press(ESCAPE)
        again.until(lambda text: "newest first" in text and "half a sentence" not in text)
        again.quit()


def test_a_whole_session_typed_ahead_is_kept(demo_home: Path) -> None:
    """Everything arrives in a single read, before the composer has opened."""
    with Terminal(demo_home, "--demo", own_photos(demo_home)) as terminal:
        terminal.shows("17 unscheduled")
        terminal.press(f"{ENTER}the first one{CTRL_S}{ENTER}and a second?{CTRL_S}")
        terminal.shows("“the first one”  in Buffer")  # a while later it is gone from there
        terminal.shows("“and a second?”  in Buffer", "15 unscheduled")
        terminal.quit()
    with Terminal(demo_home, "--demo", own_photos(demo_home)) as again:
        again.shows("15 unscheduled", "2 scheduled")
        [address] = (demo_home / ".local/share/fluffy-tui/demo/buffer").glob("address*")
        url = json.loads(address.read_text())["url"]
        with urllib.request.urlopen(f"{url}/state") as answer:
            state = answer.read().decode()
        assert '"the first one"' in state
        assert '"and a second?"' in state
        again.quit()


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (200, 60)])
def test_the_app_opens_in_terminals_of_every_size(demo_home: Path, size: tuple[int, int]) -> None:
    """What a shell exports of the size of another window does not count."""
    columns, rows = size
    program = ("--demo", own_photos(demo_home))
    with Terminal(demo_home, *program, columns=columns, rows=rows, COLUMNS="20", LINES="5") as terminal:
        terminal.shows("sarah", "IMG_2041")
        terminal.quit()
