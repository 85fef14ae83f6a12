"""How pictures are drawn: the terminal is only queried when it may be, and nothing heavy is imported for that."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from fluffy_tui.tui.photo.graphics_protocol import renderer_named

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
from fluffy_tui.settings import Preview
from fluffy_tui.tui.photo.painted_picture import PaintedPicture
from fluffy_tui.tui.photo.graphics_protocol import choose_renderer
choice = choose_renderer(Preview({preview!r}))
print()
print("CHOICE", choice.name, "PIL" in sys.modules, "textual_image" in sys.modules)
print("REASON", choice.reason)
"""


def run_in_terminal(
    preview: str, *, columns: int, stdin_is_terminal: bool = True, term: str = "xterm-256color"
) -> str:
    """Run `choose_renderer` in a terminal that never answers; return its output."""
    controller, terminal = pty.openpty()
    if columns:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(preview=preview)],
        stdin=terminal if stdin_is_terminal else subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        env={**{name: value for name, value in os.environ.items() if name != "COLORTERM"}, "TERM": term},
    )
    os.close(terminal)
    output = b""
    while True:
        try:
            chunk = os.read(controller, 4096)
        except OSError:  # Linux, when the last writer has closed it
            break
        if not chunk:
            break
        output += chunk
    os.close(controller)
    assert process.wait(30) == 0, output
    return output.decode()


@pytest.mark.parametrize(
    ("preview", "columns", "stdin", "expected", "queries"),
    [
        ("off", 80, True, "CHOICE off False False", False),
        ("half-cell", 80, True, "CHOICE half-cell False False", False),
        ("half-cell", 0, True, "CHOICE half-cell False False", False),
        ("auto", 0, True, "CHOICE off False False", False),
        ("auto", 80, False, "CHOICE off False False", False),
        ("auto", 80, True, "CHOICE half-cell False False", True),
        ("kitty", 80, True, "CHOICE kitty False False", True),
        ("sixel", 80, True, "CHOICE sixel False False", True),
    ],
)
def test_the_terminal_is_queried_only_when_it_may_be(
    preview: str, columns: int, stdin: bool, expected: str, queries: bool
) -> None:
    output = run_in_terminal(preview, columns=columns, stdin_is_terminal=stdin)
    assert expected in output
    assert ("\x1b" in output) is queries
    assert "Traceback" not in output


@pytest.mark.parametrize("term", ["screen", "linux", "vt100", "xterm"])
def test_where_half_cells_would_be_stripes_pictures_are_drawn_with_shades(term: str) -> None:
    assert "CHOICE shades False False" in run_in_terminal("auto", columns=80, term=term)
    assert "CHOICE half-cell False False" in run_in_terminal("half-cell", columns=80, term=term)


def test_without_a_terminal_there_are_no_pictures_and_a_reason() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(preview="auto")], capture_output=True, text=True, check=True
    )
    assert "CHOICE off False False" in ended.stdout
    assert "REASON Pictures are off: input and output are not both a terminal." in ended.stdout
    assert ended.stderr == ""


def test_other_names_draw_nothing() -> None:
    assert renderer_named("off") is None
    assert renderer_named("auto") is None
    assert renderer_named("half-cell") is not None
