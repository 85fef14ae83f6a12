"""Which way of drawing pictures is used in this terminal, and why."""

from __future__ import annotations

import logging
import os
import sys
import termios
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.settings import Preview
from fluffy_tui.tui.photo.terminal_query import ask_terminal

if TYPE_CHECKING:
    from fluffy_tui.tui.photo.painter import Painter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RendererChoice:
    """How pictures will be drawn, and why so."""

    name: str
    """`kitty`, `sixel`, `half-cell` or `off`."""
    reason: str
    """One plain sentence for the doctor."""

    @property
    def renderer(self) -> Painter | None:
        """What draws them; None when there are no pictures."""
        return renderer_named(self.name)


def choose_renderer(preview: Preview) -> RendererChoice:
    """Decide how to draw pictures; call this before the app runs, and never inside it.

    Once Textual reads the keyboard, the terminal's answer would be taken for typing. `off` and `half-cell` ask
    nothing, for terminals that never answer.
    """
    if preview is Preview.OFF:
        return RendererChoice("off", "Pictures are switched off by the setting FLUFFY_PREVIEW.")
    if preview is Preview.HALF_CELL:
        return RendererChoice("half-cell", "Pictures are drawn with half cells, as set.")
    if obstacle := _obstacle():
        return RendererChoice("off", obstacle)
    try:
        return _asked(preview)
    except (OSError, ValueError, termios.error):
        log.exception("the terminal could not be asked")
        return RendererChoice(
            "off", "This terminal could not be asked how to draw pictures; FLUFFY_PREVIEW=half-cell may do."
        )


def renderer_named(name: str) -> Painter | None:
    """Return what draws pictures in the way that `choose_renderer` has named; None for no pictures."""
    from fluffy_tui.tui.photo import painter  # Pillow: after the first frame

    return {
        "kitty": painter.paint_for_kitty,
        "sixel": painter.paint_sixels,
        "half-cell": painter.paint_half_cells,
    }.get(name)


def _obstacle() -> str:
    """Say why the terminal cannot be asked; empty when it can."""
    if not sys.__stdin__ or not sys.__stdin__.isatty() or not sys.__stdout__ or not sys.__stdout__.isatty():
        return "There are no pictures without a terminal on both input and output."
    if 0 in os.get_terminal_size(sys.__stdout__.fileno()):
        return "The terminal says that it has no columns, so there is no place for pictures."
    return ""


def _asked(preview: Preview) -> RendererChoice:
    answers = ask_terminal()
    if answers.cell:  # textual-image's own variables, which it reads when the first picture is painted
        os.environ["TEXTUAL_CELL_WIDTH"], os.environ["TEXTUAL_CELL_HEIGHT"] = map(str, answers.cell)
    if preview is Preview.KITTY:
        return RendererChoice("kitty", "Pictures are drawn by kitty's protocol, as set.")
    if preview is Preview.SIXEL:
        return RendererChoice("sixel", "Pictures are drawn as Sixels, as set.")
    if answers.sixel:  # before kitty's: Konsole and WezTerm know both, but not the placeholders used here
        return RendererChoice("sixel", "The terminal says that it draws Sixels.")
    if answers.kitty:
        return RendererChoice("kitty", "The terminal says that it speaks kitty's protocol.")
    if not answers.answered:
        return RendererChoice("half-cell", "The terminal says nothing of itself; half cells are used.")
    return RendererChoice("half-cell", "The terminal names no picture protocol; half cells are used.")
