"""Asks the terminal which graphics protocols it supports: all questions at once, before the app runs.

textual-image asks one question after another, waits a tenth of a second for each that is not answered, and has to
import NumPy first. That would be a third of the time until the first frame.
"""

from __future__ import annotations

import array
import fcntl
import os
import re
import select
import sys
import termios
import time
import tty
from dataclasses import dataclass

from fluffy_tui.tui.platform.terminal_input import InputSieve

TIMEOUT = 1.0
"""Seconds; all terminals answer the last question, even over a slow connection."""
_KITTY = "\x1b_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
"""Whether a picture of one pixel can be shown: https://sw.kovidgoyal.net/kitty/graphics-protocol/#querying-support"""
_CELL = "\x1b[16t"
"""The size of a cell in pixels (XTWINOPS)."""
_ATTRIBUTES = "\x1b[c"
"""The terminal's features (DA1); 4 means Sixels."""
_MULTIPLEXERS = ("TMUX", "STY")
_MULTIPLEXED = ("tmux", "screen")
"""How `TERM` begins in them, also on another machine."""
_CELL_ANSWER = re.compile(rb"\x1b\[6;(\d+);(\d+)t")
_ATTRIBUTES_ANSWER = re.compile(rb"\x1b\[\?([\d;]*)c")
_received: list[bytes] = []
"""What the terminal has sent while it was asked."""


@dataclass(frozen=True, slots=True)
class TerminalAnswers:
    """What the terminal supports."""

    answered: bool
    sixel: bool
    kitty: bool
    cell: tuple[int, int] | None
    """Width and height in pixels; None if unknown."""


def questions() -> str:
    """Return all questions; the last one is answered by every terminal.

    tmux and screen know nothing of kitty's pictures, and tmux would show the question as the window's title.
    """
    is_multiplexed = any(name in os.environ for name in _MULTIPLEXERS) or os.environ.get(
        "TERM", ""
    ).startswith(_MULTIPLEXED)
    return ("" if is_multiplexed else _KITTY) + _CELL + _ATTRIBUTES


def ask_terminal() -> TerminalAnswers:
    """Ask the terminal on standard input and output; blocks until it has answered, or for `TIMEOUT` seconds.

    What is typed meanwhile is kept for `take_typed`.

    Raises:
        OSError: standard input and output are not both a terminal.
        termios.error: its mode cannot be changed.
    """
    if sys.__stdin__ is None or sys.__stdout__ is None:
        raise OSError("standard input or output is closed")
    source, target = sys.__stdin__.fileno(), sys.__stdout__.fileno()
    before = termios.tcgetattr(source)
    try:
        tty.setcbreak(source, termios.TCSANOW)
        os.write(target, questions().encode())
        received = _read(source, time.monotonic() + TIMEOUT)
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)
    _received.append(received)
    return read_answers(received)


def take_typed() -> str:
    """Return what was typed while the terminal was asked; the next time nothing."""
    received, _received[:] = b"".join(_received), []
    return InputSieve().feed(received.decode("utf-8", "replace"), time.monotonic())


def read_answers(received: bytes) -> TerminalAnswers:
    """Return what the answers to `questions` mean, in whatever else was received."""
    attributes = _ATTRIBUTES_ANSWER.search(received)
    cell = _cell_size(sys.__stdout__.fileno()) if sys.__stdout__ is not None else None
    if cell is None and (found := _CELL_ANSWER.search(received)):
        cell = int(found[2]) or 10, int(found[1]) or 20
    return TerminalAnswers(
        answered=attributes is not None,
        sixel=attributes is not None and b"4" in attributes[1].split(b";"),
        kitty=b"\x1b_Gi=1;OK\x1b\\" in received,
        cell=cell,
    )


def _cell_size(terminal: int) -> tuple[int, int] | None:
    size = array.array("H", [0, 0, 0, 0])
    try:
        fcntl.ioctl(terminal, termios.TIOCGWINSZ, size)
    except OSError:  # no terminal
        return None
    rows, columns, width, height = size
    return (width // columns, height // rows) if rows and columns and width and height else None


def _read(source: int, until: float) -> bytes:
    received = b""
    while not _ATTRIBUTES_ANSWER.search(received) and (left := until - time.monotonic()) > 0:
        if not select.select([source], [], [], left)[0]:
            break
        chunk = os.read(source, 1024)
        if not chunk:
            break
        received += chunk
    return received
