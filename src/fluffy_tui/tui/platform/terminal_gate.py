"""What the app draws on its way to the terminal: no character of a text acts on it."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from fluffy_tui.core.terminal_text import UNSAFE, harmless_cells


class TerminalGate(LineFilter):
    """Takes from every drawn line what would act on the terminal; the line stays as wide as it was laid out.

    Textual keeps escape sequences that are part of a text (it drops a few control characters, escape not among them).
    Paintings of photos, which consist of such sequences, do not pass here.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with harmless text."""
        if not any(UNSAFE.search(segment.text) for segment in segments):
            return segments
        return [Segment(_harmless(text), style) for text, style, _ in segments]


def _harmless(text: str) -> str:
    return set_cell_size(harmless_cells(text), cell_len(text)) if UNSAFE.search(text) else text
