"""What the terminal answers when it is asked how it draws pictures; all questions at once, before the app runs.

textual-image asks one question after the other and waits a tenth of a second for each that is not answered, and
has to import NumPy first; that would be a third of the time until the first frame.
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

PATIENCE = 1.0
"""Seconds; all terminals answer the last question, even through a slow line."""
_KITTY = "\x1b_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
"""Whether a picture of one pixel could be shown: https://sw.kovidgoyal.net/kitty/graphics-protocol/#querying-support"""
_CELL = "\x1b[16t"
"""How large a cell is, in pixels (XTWINOPS)."""
_ATTRIBUTES = "\x1b[c"
"""What the terminal can do at all (DA1); 4 stands for Sixels."""
_CELL_ANSWER = re.compile(rb"\x1b\[6;(\d+);(\d+)t")
_ATTRIBUTES_ANSWER = re.compile(rb"\x1b\[\?([\d;]*)c")


@dataclass(frozen=True, slots=True)
class TerminalAnswers:
    """What is known of the terminal."""

    answered: bool
    sixel: bool
    kitty: bool
    cell: tuple[int, int] | None
    """Width and height in pixels; None where the terminal does not say."""


def ask_terminal(patience: float = PATIENCE) -> TerminalAnswers:
    """Ask the terminal on standard input and output; blocks until it has answered, or for `patience` seconds.

    What is typed meanwhile is lost.

    Raises:
        OSError: there is no terminal on both.
        termios.error: it cannot be asked.
    """
    if sys.__stdin__ is None or sys.__stdout__ is None:
        raise OSError("standard input or output is closed")
    source, target = sys.__stdin__.fileno(), sys.__stdout__.fileno()
    cell = _cell_of(target)
    before = termios.tcgetattr(source)
    try:
        tty.setcbreak(source, termios.TCSANOW)
        os.write(target, (_KITTY + ("" if cell else _CELL) + _ATTRIBUTES).encode())
        received = _read(source, time.monotonic() + patience)
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)
    attributes = _ATTRIBUTES_ANSWER.search(received)
    if found := _CELL_ANSWER.search(received):
        cell = int(found[2]) or 10, int(found[1]) or 20
    return TerminalAnswers(
        answered=attributes is not None,
        sixel=attributes is not None and b"4" in attributes[1].split(b";"),
        kitty=b"\x1b_Gi=1;OK\x1b\\" in received,
        cell=cell,
    )


def _cell_of(terminal: int) -> tuple[int, int] | None:
    size = array.array("H", [0, 0, 0, 0])
    fcntl.ioctl(terminal, termios.TIOCGWINSZ, size)
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
