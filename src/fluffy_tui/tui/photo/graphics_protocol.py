"""How pictures are drawn in this terminal, and why."""

from __future__ import annotations

import logging
import os
import sys
import termios
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rich.console import Console

from fluffy_tui.settings import Preview
from fluffy_tui.tui.platform.terminal_query import TerminalAnswers, ask_terminal

if TYPE_CHECKING:
    from fluffy_tui.tui.photo.painter import Painter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RendererChoice:
    """How pictures will be drawn, and why."""

    name: str
    """`kitty`, `sixel`, `half-cell`, `shades` or `off`."""
    reason: str
    """One sentence for the health checks."""

    @property
    def renderer(self) -> Painter | None:
        """What draws them; None when there are no pictures."""
        return renderer_named(self.name)


class DrawsPictures(Protocol):
    """A widget that follows the terminal when that is another one."""

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw pictures in another way from now on."""


def choose_renderer(preview: Preview) -> RendererChoice:
    """Decide how to draw pictures; call this before the app runs, never inside it.

    Once Textual reads the keyboard, it would take the terminal's answer for typed keys. `off` and `half-cell` do not
    query the terminal, for those that never answer.
    """
    if preview is Preview.OFF:
        return RendererChoice("off", "Pictures are turned off (FLUFFY_PREVIEW=off).")
    if preview is Preview.HALF_CELL:
        return RendererChoice("half-cell", "Pictures are drawn with half cells (FLUFFY_PREVIEW=half-cell).")
    if reason := _no_terminal():
        return RendererChoice("off", reason)
    try:
        return choice_for(preview, ask_terminal())
    except (OSError, ValueError, termios.error):
        log.exception("the terminal could not be queried")
        return RendererChoice(
            "off",
            "Pictures are off: querying the terminal's graphics support failed. Try FLUFFY_PREVIEW=half-cell.",
        )


def renderer_named(name: str) -> Painter | None:
    """Return what draws pictures in the way that `choose_renderer` has named; None for no pictures."""
    from fluffy_tui.tui.photo import painter  # Pillow: only after the first frame

    return {
        "kitty": painter.paint_for_kitty,
        "sixel": painter.paint_sixels,
        "half-cell": painter.paint_half_cells,
        "shades": painter.paint_shades,
    }.get(name)


def text_renderer(renderer: Painter | None) -> Painter | None:
    """Return what draws the same pictures with characters alone, which any terminal shows without delay."""
    from fluffy_tui.tui.photo import painter

    return renderer if renderer in (None, painter.paint_shades) else painter.paint_half_cells


def _has_colours() -> bool:
    """Return whether Textual will use 256 colours or more: with 16, neighbouring half cells become stripes."""
    return (Console(force_terminal=True).color_system or "") in ("256", "truecolor")


def _no_terminal() -> str:
    """Return why the terminal cannot be queried; empty if it can."""
    if not sys.__stdin__ or not sys.__stdin__.isatty() or not sys.__stdout__ or not sys.__stdout__.isatty():
        return "Pictures are off: input and output are not both a terminal."
    if 0 in os.get_terminal_size(sys.__stdout__.fileno()):
        return "Pictures are off: the terminal reports a size of zero."
    return ""


def choice_for(preview: Preview, answers: TerminalAnswers) -> RendererChoice:
    """Decide how to draw pictures in a terminal that has answered so."""
    if answers.cell:  # textual-image's own variables, which it reads when the first picture is painted
        os.environ["TEXTUAL_CELL_WIDTH"], os.environ["TEXTUAL_CELL_HEIGHT"] = map(str, answers.cell)
    if preview is Preview.KITTY:
        return RendererChoice("kitty", "Pictures use kitty's graphics protocol (FLUFFY_PREVIEW=kitty).")
    if preview is Preview.SIXEL:
        return RendererChoice("sixel", "Pictures are drawn as Sixels (FLUFFY_PREVIEW=sixel).")
    if answers.sixel:  # before kitty's: Konsole and WezTerm support both, but not the placeholders used here
        return RendererChoice("sixel", "The terminal supports Sixels.")
    if answers.kitty:
        return RendererChoice("kitty", "The terminal supports kitty's graphics protocol.")
    if not _has_colours():
        reason = "The terminal has fewer than 256 colours, so pictures are drawn with shades."
        return RendererChoice("shades", f"{reason} If it has more, set COLORTERM=truecolor.")
    if not answers.answered:
        return RendererChoice("half-cell", "The terminal did not answer the query, so half cells are used.")
    return RendererChoice("half-cell", "The terminal supports no graphics protocol, so half cells are used.")
