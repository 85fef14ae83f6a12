"""Pictures in terminals that draw them in their own ways: shown, covered by a dialog, gone, resized, freed."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from journey.graphics import PLACEHOLDER
from journey.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

CTRL_S, ENTER, ESCAPE = "\x13", "\r", "\x1b"
HALVES = "▀▄"
MANY = 40
"""Cells that a picture has at least, in any of these sizes."""

Cells = set[tuple[int, int]]


def written_with(terminal: Terminal, chars: str) -> Cells:
    """Return the cells that begin with one of these characters."""
    buffer, screen = terminal.screen.buffer, terminal.screen
    return {
        (line, column)
        for line in range(screen.lines)
        for column in range(screen.columns)
        if buffer[line][column].data[:1] in (*chars,)
    }


def pictured(terminal: Terminal) -> Cells:
    """Return the cells that show a part of a picture, in whichever way."""
    return terminal.screen.pixels | written_with(terminal, PLACEHOLDER + HALVES)


def dialog(terminal: Terminal) -> Cells:
    """Return the cells of the dialog with the keys; none while it is not there."""
    lines = terminal.screen.display
    top = next((number for number, line in enumerate(lines) if "╭─ keys ─" in line), None)
    bottom = next((number for number, line in enumerate(lines) if "esc close ─╯" in line), None)
    if top is None or bottom is None:
        return set()
    left = lines[top].index("╭─ keys ─")
    right = lines[bottom].index("esc close ─╯") + len("esc close ─╯")
    return {(line, column) for line in range(top, bottom + 1) for column in range(left, right)}


def is_wide(cells: Cells) -> bool:
    """Tell whether these are the cells of a picture far wider than 4:3, with nothing left of one that is not."""
    lines, columns = ({cell[axis] for cell in cells} for axis in range(2))
    return bool(cells) and len(columns) > 3 * len(lines)


@pytest.fixture
def tmux() -> Iterator[list[str]]:
    """Return the command that starts a program in a tmux of its own, as it is without any configuration."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    place = Path(tempfile.mkdtemp(prefix="fluffy-tmux-"))  # a socket's name has to be short
    (place / "tmux.conf").write_text("set -g status off\nset -s escape-time 0\n")
    yield ["tmux", "-u", "-f", str(place / "tmux.conf"), "-S", str(place / "socket"), "new-session"]
    shutil.rmtree(place)


def look_around(terminal: Terminal) -> None:
    """Open the library, cover its picture with a dialog, leave it, come back, and make the terminal smaller."""
    terminal.shows("newest first", "IMG_2041", "of 17")
    terminal.press("g")
    terminal.shows("─ IMG_2041.HEIC ─")
    terminal.until(lambda _: len(pictured(terminal)) > MANY)
    first = pictured(terminal)  # perhaps not all of it yet
    terminal.press("?")
    terminal.until(lambda _: bool(dialog(terminal)) and not dialog(terminal) & pictured(terminal))
    terminal.press(ESCAPE)
    terminal.until(lambda _: not dialog(terminal) and first <= pictured(terminal))
    terminal.press("2")
    terminal.until(lambda text: "No posts yet" in text and not pictured(terminal))
    terminal.press("1")
    terminal.until(lambda text: "of 17" in text and first <= pictured(terminal))
    terminal.press("j", "j", "j")
    terminal.until(lambda text: "─ IMG_2053.JPG ─" in text and is_wide(pictured(terminal)))
    terminal.resize(90, 28)
    terminal.until(
        lambda text: "─ IMG_2053.JPG ─" in text and "? keys" in text and len(pictured(terminal)) > MANY
    )
    assert all(column < 89 for _, column in pictured(terminal)), "the picture stays inside its frame"


def leave(terminal: Terminal) -> None:
    """Leave the program."""
    terminal.press("q")
    assert terminal.ended() == 0


def test_kitty_shows_pictures_and_is_told_to_forget_them(shared_demo_home: Path) -> None:
    terminal = Terminal(shared_demo_home, "--demo", "--persona", "sarah", kitty=True, FLUFFY_PREVIEW="auto")
    look_around(terminal)
    assert written_with(terminal, PLACEHOLDER) == pictured(terminal)
    leave(terminal)
    sent = b"".join(terminal.graphics.sent)
    assert all(sequence.startswith(b"\x1b_G") for sequence in terminal.graphics.sent)
    stored = set(re.findall(rb"\x1b_Gi=(\d+)", sent))
    shown = set(re.findall(rb"\x1b_Ga=p,i=(\d+)", sent))
    deleted = set(re.findall(rb"\x1b_Ga=d,d=I,i=(\d+)", sent))
    assert len(shown) >= 2
    assert stored == shown == deleted, "nothing is left in the terminal's memory"


def test_sixels_leave_no_ghosts(shared_demo_home: Path) -> None:
    terminal = Terminal(shared_demo_home, "--demo", "--persona", "sarah", sixel=True, FLUFFY_PREVIEW="auto")
    look_around(terminal)
    assert terminal.screen.pixels == pictured(terminal)
    assert all(sequence.startswith(b"\x1bP") for sequence in terminal.graphics.sent)
    leave(terminal)


def test_tmux_has_half_cells_and_the_whole_job_is_done_in_it(shared_demo_home: Path, tmux: list[str]) -> None:
    arguments = ("--demo", "--persona", "sarah")
    terminal = Terminal(
        shared_demo_home, *arguments, inside=tmux, kitty=True, sixel=True, FLUFFY_PREVIEW="auto"
    )
    look_around(terminal)
    assert written_with(terminal, HALVES) == pictured(terminal)
    assert terminal.graphics.sent == [], "what the terminal around tmux could draw does not get through"
    terminal.press(ENTER)
    terminal.shows("alt text", "next slot")
    terminal.press("The light came back.")
    terminal.shows("20/2,200")
    terminal.press(CTRL_S)
    terminal.shows("in Buffer for", "16 unscheduled")
    leave(terminal)
