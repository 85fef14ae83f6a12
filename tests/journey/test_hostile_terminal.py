"""What others wrote reaches a real terminal as text only, and what a real terminal does late or oddly does no harm."""

from __future__ import annotations

import io
import os
import signal
from typing import TYPE_CHECKING

import psutil
import pytest

from fluffy_tui.core.terminal_text import visible
from journey.terminal import Terminal
from modes.program import fluffy, quick_fluffy
from photos.photo_files import encoded

if TYPE_CHECKING:
    from pathlib import Path

ENTER, ESCAPE, FOCUS = "\r", "\x1b", "\x1b[I"
EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[31m\x9b7m\u202e\x7f"
"""A file's name that sets the clipboard and the colour, and turns the text round."""
ACTING = (b"\x1b]52", b"\x1b[31m", "\x9b".encode(), "\u202e".encode(), b"\x7f")


@pytest.fixture
def photos(used_home: Path) -> Path:
    """Return a folder of photos with such names, one of them broken, one of them not UTF-8 by name."""
    folder = used_home / "photos" / EVIL
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"{EVIL}{number}.jpg").write_bytes(encoded(seed=number))
    (folder / f"{EVIL}broken.png").write_bytes(encoded("PNG")[:60])
    (folder / os.fsdecode(b"\xff\x1b]52;c;ZXZpbA==\x07.jpg")).write_bytes(encoded(seed=9))
    return folder


def imported(home: Path, photos: Path) -> None:
    """Import the photos for a persona whose name is just as bad."""
    quick_fluffy(home, "--import", str(photos), "--persona", f"sarah{EVIL}")


def assert_harmless(written: bytes) -> None:
    """Check that nothing of a name acts, and that names were written at all."""
    assert b"ZXZpbA" in written
    for sequence in ACTING:
        assert sequence not in written


def test_the_command_line_prints_names_as_text(own_home: Path, photos: Path) -> None:
    ended = fluffy(own_home, "--import", str(photos), "--persona", f"sarah{EVIL}")
    assert_harmless((ended.out + ended.err).encode())
    assert visible(f"{EVIL}broken.png") in ended.out
    for arguments in (
        ["--import", str(photos / EVIL / "missing"), "--persona", "x"],
        ["--post", EVIL],
        [EVIL],
        ["--export", f"{EVIL}.xls"],
        ["--export", "-", "--persona", EVIL],
    ):
        ended = fluffy(own_home, *arguments)
        assert ended.status == 2
        assert_harmless((ended.out + ended.err).encode())
    ended = fluffy(own_home, "--console", text=f"raise ValueError({EVIL!r})")
    assert ended.status == 1
    assert_harmless((ended.out + ended.err).encode())
    log = own_home / ".local/share/fluffy-tui/fluffy-tui.log"
    assert not any(sequence in log.read_bytes() for sequence in ACTING)


def test_the_app_shows_names_as_text(own_home: Path, photos: Path) -> None:
    imported(own_home, photos)
    written = io.BytesIO()
    with Terminal(own_home, columns=100, rows=30) as terminal:
        terminal.process.logfile_read = written
        terminal.shows("unscheduled", "ZXZpbA")
        terminal.press(ENTER)
        terminal.shows("newest first", "of 3", "2.jpg")
        terminal.press(ENTER)
        terminal.shows("alt text", "ZXZpbA")
        terminal.press(ESCAPE)
        terminal.shows("newest first", "of 3", "2.jpg")
        terminal.press("i")
        terminal.shows("Import photos for")
        terminal.press(ESCAPE)
        terminal.shows("newest first", "of 3", "2.jpg")
        terminal.press("q")
        assert terminal.ended() == 0
    assert_harmless(written.getvalue())


def test_late_answers_in_pieces_are_no_keys_and_switch_pictures_on(own_home: Path, photos: Path) -> None:
    """As over a slow connection: the answers come after the app has started."""
    imported(own_home, photos)
    with Terminal(own_home, columns=100, rows=30, kitty=True, FLUFFY_PREVIEW="auto") as terminal:
        answer = terminal.graphics.feed
        withheld: list[bytes] = []

        def withhold(data: bytes) -> bytes:
            withheld.append(answer(data))
            return b""

        terminal.graphics.feed = withhold  # type: ignore[method-assign]
        terminal.shows("unscheduled")
        terminal.press(ENTER)
        terminal.shows("newest first", "of 3", "2.jpg")
        assert not terminal.graphics.sent
        terminal.graphics.feed = answer  # type: ignore[method-assign]
        for byte in b"".join(withheld):
            terminal.press_alone(bytes([byte]))
        terminal.until(lambda text: bool(terminal.graphics.sent) and "newest first" in text)
        assert "Keys ─" not in terminal.text
        terminal.press("q")
        assert terminal.ended() == 0


def test_pictures_follow_tmux_to_another_terminal(own_home: Path, photos: Path) -> None:
    """It is asked again when the size changes or the terminal gets the focus: nothing else tells."""
    imported(own_home, photos)
    with Terminal(own_home, columns=100, rows=30, FLUFFY_PREVIEW="auto", TMUX="/nowhere,1,0") as terminal:
        terminal.shows("unscheduled")
        terminal.press(ENTER)
        terminal.until(lambda text: "of 3" in text and "▀" in text)
        terminal.graphics.sixel = True
        terminal.resize(110, 32)
        terminal.until(lambda text: "of 3" in text and bool(terminal.screen.pixels))
        terminal.graphics.sixel = False
        terminal.press(FOCUS)
        terminal.until(lambda text: "of 3" in text and "▀" in text and not terminal.screen.pixels)
        terminal.press("q")
        assert terminal.ended() == 0


def test_a_long_paste_with_escape_sequences_and_without_an_end_is_text_that_survives_a_kill(
    own_home: Path, photos: Path
) -> None:
    imported(own_home, photos)
    with Terminal(own_home, columns=100, rows=30) as terminal:
        terminal.shows("unscheduled")
        terminal.press(ENTER)
        terminal.shows("newest first", "of 3", "2.jpg")
        terminal.press(ENTER)
        terminal.shows("alt text")
        lines = b"".join(b"line %d of a long text\r" % number for number in range(8_000))
        terminal.process.send(b"\x1b[200~" + lines + b"pasted \x00\x1b[31mtext\xff end")
        terminal.shows("pasted [31mtext", "end")
        drafts = own_home / ".local/share/fluffy-tui/kept-texts"
        terminal.until(lambda _: any(" end" in path.read_text() for path in drafts.glob("*.json")))
        terminal.process.kill(signal.SIGKILL)
        terminal.ended()
    with Terminal(own_home, columns=100, rows=30) as terminal:
        terminal.shows("unscheduled")
        terminal.press(ENTER)
        terminal.shows("newest first", "of 3", "2.jpg")
        terminal.press(ENTER)
        terminal.shows("pasted [31mtext", "end")
        terminal.press(ESCAPE)
        terminal.shows("newest first", "of 3", "2.jpg")
        terminal.press("q")
        assert terminal.ended() == 0


def test_the_terminals_cursor_is_where_one_types(own_home: Path, photos: Path) -> None:
    """Input methods show there what they offer."""
    imported(own_home, photos)
    with Terminal(own_home, columns=100, rows=30) as terminal:
        terminal.shows("unscheduled")
        terminal.press(ENTER)
        terminal.shows("newest first", "of 3", "2.jpg")
        terminal.press(ENTER)
        terminal.shows("alt text")
        terminal.press("fog at é")

        def is_behind_text(text: str) -> bool:
            cursor = terminal.screen.cursor
            return text.splitlines()[cursor.y][: cursor.x].endswith("fog at é")

        terminal.until(is_behind_text)
        terminal.press("\x1b[D")
        terminal.until(
            lambda text: text.splitlines()[terminal.screen.cursor.y][terminal.screen.cursor.x] == "é"
        )
        terminal.press(ESCAPE)
        terminal.shows("newest first", "of 3", "2.jpg")
        terminal.press("q")
        assert terminal.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_app_and_leaves_the_terminal_as_it_was(
    own_home: Path, photos: Path, number: signal.Signals
) -> None:
    imported(own_home, photos)
    written = io.BytesIO()
    with Terminal(own_home, columns=100, rows=30) as terminal:
        terminal.process.logfile_read = written
        terminal.shows("unscheduled")
        os.kill(terminal.process.pid, number)
        terminal.ended()
    assert written.getvalue().rindex(b"\x1b[?1049l") > written.getvalue().rindex(b"\x1b[?1049h")
    assert written.getvalue().rindex(b"\x1b[?25h") > written.getvalue().rindex(b"\x1b[?25l")


def test_a_stopped_app_continues(own_home: Path, photos: Path) -> None:
    imported(own_home, photos)
    with Terminal(own_home, columns=100, rows=30) as terminal:
        terminal.shows("unscheduled")
        os.kill(
            terminal.process.pid, signal.SIGTSTP
        )  # once: it takes a while, and a second one would stop it again
        program = psutil.Process(terminal.process.pid)
        terminal.until(lambda _: program.status() == psutil.STATUS_STOPPED)
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.press(ENTER)
        terminal.shows("newest first", "of 3", "2.jpg")
        terminal.press("q")
        assert terminal.ended() == 0


def test_a_terminal_that_only_prints_lines_is_refused(own_home: Path) -> None:
    with Terminal(own_home, TERM="dumb") as terminal:
        assert "TERM=dumb" in terminal.shows("the app draws on the whole screen")
        assert terminal.ended() == 2
