"""Pictures in terminals with different protocols: shown, covered by a dialog, removed, resized, freed."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from journey.conftest import own_photos
from journey.graphics import PLACEHOLDER
from journey.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

CTRL_S, ENTER, ESCAPE = "\x13", "\r", "\x1b"
HALVES = "▀▄"
PANORAMA = 3000 / 1200
"""Width ÷ height of the fourth photo; the first is 4:3."""

Cells = set[tuple[int, int]]


def written_with(terminal: Terminal, chars: str) -> Cells:
    """Return the cells with one of these characters."""
    buffer, screen = terminal.screen.buffer, terminal.screen
    return {
        (line, column)
        for line in range(screen.lines)
        for column in range(screen.columns)
        if buffer[line][column].data[:1] in (*chars,)
    }


def pictured(terminal: Terminal) -> Cells:
    """Return the cells that show part of a picture, with any protocol."""
    return terminal.screen.pixels | written_with(terminal, PLACEHOLDER + HALVES)


def dialog(terminal: Terminal) -> Cells:
    """Return the cells of the dialog with the keys; none while it is closed."""
    lines = terminal.screen.display
    top = next((number for number, line in enumerate(lines) if "╭─ Keys ─" in line), None)
    bottom = next((number for number, line in enumerate(lines) if "esc close ─╯" in line), None)
    if top is None or bottom is None:
        return set()
    left = lines[top].index("╭─ Keys ─")
    right = lines[bottom].index("esc close ─╯") + len("esc close ─╯")
    return {(line, column) for line in range(top, bottom + 1) for column in range(left, right)}


def covers(dialog: Cells, terminal: Terminal) -> bool:
    """Whether there is a dialog, and no picture in it; its scrollbar may end in half a cell."""
    return bool(dialog) and len({line for line, _ in dialog & pictured(terminal)}) <= 1


def fills(cells: Cells, ratio: float) -> bool:
    """Whether these cells are those of one complete picture of about this ratio of width to height.

    Then nothing remains of a picture of another shape and nothing of this one is missing: a terminal may show both
    during a change. A cell is twice as high as wide.
    """
    lines, columns = ({cell[axis] for cell in cells} for axis in range(2))
    is_whole = bool(cells) and len(cells) == len(lines) * len(columns)
    return is_whole and ratio / 1.2 < len(columns) / (2 * len(lines)) < ratio * 1.2


@pytest.fixture
def tmux() -> Iterator[list[str]]:
    """Return the command that starts a program in a separate tmux without the user's configuration."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    place = Path(tempfile.mkdtemp(prefix="fluffy-tmux-"))  # because a socket's path must be short
    (place / "tmux.conf").write_text("set -g status off\nset -s escape-time 0\n")
    yield ["tmux", "-u", "-f", str(place / "tmux.conf"), "-S", str(place / "socket"), "new-session"]
    shutil.rmtree(place)


def browse(terminal: Terminal) -> None:
    """Open the library, cover its picture with a dialog, leave and return, and make the terminal smaller."""
    terminal.shows("newest first", "IMG_20", "of 17")
    terminal.press("g")
    terminal.until(lambda text: "─ IMG_2041.HEIC ─" in text and fills(pictured(terminal), 4 / 3))
    terminal.press("?")
    terminal.until(lambda _: covers(dialog(terminal), terminal))
    terminal.press(ESCAPE)
    terminal.until(lambda _: not dialog(terminal) and fills(pictured(terminal), 4 / 3))
    terminal.press("2")
    terminal.until(lambda text: "No posts yet" in text and not pictured(terminal))
    terminal.press("1")
    terminal.until(lambda text: "of 17" in text and fills(pictured(terminal), 4 / 3))
    terminal.press("j", "j", "j")
    terminal.until(lambda text: "─ IMG_2053.JPG ─" in text and fills(pictured(terminal), PANORAMA))
    terminal.resize(90, 28)
    terminal.until(
        lambda text: (
            all(words in text for words in ("─ IMG_2053.JPG ─", "? Keys"))
            and fills(pictured(terminal), PANORAMA)
            and is_framed(terminal)
        )
    )


def is_framed(terminal: Terminal) -> bool:
    """Whether the frame's border is at the edge of the terminal beside every line of the picture."""
    edge = terminal.screen.columns - 1
    return all(terminal.screen.buffer[line][edge].data == "│" for line, _ in pictured(terminal))


def test_kitty_shows_pictures_and_frees_them(shared_demo_home: Path) -> None:
    with Terminal(
        shared_demo_home, "--demo", own_photos(shared_demo_home), kitty=True, FLUFFY_PREVIEW="auto"
    ) as terminal:
        browse(terminal)
        assert written_with(terminal, PLACEHOLDER) == pictured(terminal)
        terminal.quit()
    sent = b"".join(terminal.graphics.sent)
    assert all(sequence.startswith(b"\x1b_G") for sequence in terminal.graphics.sent)
    stored = set(re.findall(rb"\x1b_Gi=(\d+)", sent))
    shown = set(re.findall(rb"\x1b_Ga=p,i=(\d+)", sent))
    deleted = set(re.findall(rb"\x1b_Ga=d,d=I,i=(\d+)", sent))
    assert len(shown) >= 2
    assert stored == shown == deleted, "nothing remains in the terminal's memory"


def test_sixels_leave_no_ghosts(shared_demo_home: Path) -> None:
    with Terminal(
        shared_demo_home, "--demo", own_photos(shared_demo_home), sixel=True, FLUFFY_PREVIEW="auto"
    ) as terminal:
        browse(terminal)
        assert terminal.screen.pixels == pictured(terminal)
        terminal.quit()
    assert all(sequence.startswith(b"\x1bP") for sequence in terminal.graphics.sent)


def test_tmux_shows_half_cells_and_a_post_can_be_submitted(shared_demo_home: Path, tmux: list[str]) -> None:
    arguments = ("--demo", own_photos(shared_demo_home))
    with Terminal(
        shared_demo_home, *arguments, inside=tmux, kitty=True, sixel=True, FLUFFY_PREVIEW="auto"
    ) as terminal:
        browse(terminal)
        assert written_with(terminal, HALVES) == pictured(terminal)
        terminal.press(ENTER)
        terminal.shows("alt text", "next slot")
        terminal.press("The light came back.")
        terminal.shows("20/2,200")
        terminal.press(CTRL_S)
        terminal.shows("in Buffer for", "16 left")
        terminal.quit()
    assert terminal.graphics.sent == [], "the graphics of the terminal around tmux are not used"
