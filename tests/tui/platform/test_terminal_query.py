"""All questions to the terminal are asked at once, and their answers are understood."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading

import pytest

from fluffy_tui.tui.platform.terminal_query import questions

SCRIPT = """
from fluffy_tui.settings import Preview
from fluffy_tui.tui.platform.terminal_query import ask_terminal, questions, take_typed
from fluffy_tui.tui.photo.graphics_protocol import choose_renderer
print("ASKED", ask_terminal(), "END")
print("TYPED", repr(take_typed()), repr(take_typed()), "END")
print("CHOSEN", choose_renderer(Preview.AUTO).name, "END")
"""
KITTY = b"\x1b_Gi=1;OK\x1b\\"
CELL = b"\x1b[6;22;11t"


def answered(answers: bytes) -> str:
    """Run the query in a terminal that gives these answers; return its output."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", f"import fcntl,struct,termios\n{SIZE}\n{SCRIPT}"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "COLORTERM": "truecolor"},
    )
    os.close(terminal)
    output = b""

    def answer() -> None:
        nonlocal output
        while True:
            try:
                chunk = os.read(controller, 4096)
            except OSError:  # Linux, when the last writer has closed it
                return
            output += chunk
            for _ in range(chunk.count(b"\x1b[c")):
                os.write(controller, answers)

    thread = threading.Thread(target=answer)
    thread.start()
    assert process.wait(30) == 0, output
    thread.join(30)
    os.close(controller)
    return output.decode()


SIZE = "fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))"


@pytest.mark.parametrize(
    ("answers", "sixel", "kitty", "cell", "chosen"),
    [
        (KITTY + CELL + b"\x1b[?62;22c", False, True, "(11, 22)", "kitty"),
        (CELL + b"\x1b[?62;4;22c", True, False, "(11, 22)", "sixel"),
        (KITTY + b"\x1b[?62;4c", True, True, "None", "sixel"),
        (b"\x1b[?1;2c", False, False, "None", "half-cell"),
        (
            b"typed\x1b_Gi=1;ENOTSUPPORTED\x1b\\\x1b[6;0;0t\x1b[?64;14;44c",
            False,
            False,
            "(10, 20)",
            "half-cell",
        ),
    ],
)
def test_answers_are_understood(answers: bytes, sixel: bool, kitty: bool, cell: str, chosen: str) -> None:
    printed = answered(answers)
    assert f"answered=True, sixel={sixel}, kitty={kitty}, cell={cell})" in printed
    assert f"CHOSEN {chosen} END" in printed


def test_what_is_typed_meanwhile_is_kept() -> None:
    printed = answered(b"2\r" + KITTY + CELL + "fög".encode() + b"\x1b[?62;22c")
    # Python 3.12.0 and 3.12.1 have the terminal pass an enter on as it is; the app takes both for one
    assert "TYPED '2\\nfög' '' END" in printed.replace("\\r", "\\n")
    assert "TYPED '' '' END" in answered(b"\x1b[?62;22c")


@pytest.mark.parametrize(
    ("name", "value", "asked"),
    [
        ("TERM", "xterm-kitty", True),
        ("TERM", "tmux-256color", False),
        ("TMUX", "/tmp/s,1,0", False),
        ("STY", "1.a", False),
    ],
)
def test_multiplexers_are_not_asked_for_kittys_pictures(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, asked: bool
) -> None:
    """They do not have them, and tmux would take the question for a title."""
    for variable in ("TMUX", "STY", "TERM"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(name, value)
    assert ("\x1b_G" in questions()) is asked
    assert questions().endswith("\x1b[c")
