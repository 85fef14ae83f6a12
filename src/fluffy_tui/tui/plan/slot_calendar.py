"""What both calendars of the Plan tab have in common: seven columns from Monday on, keys, colours and title."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.plan.plan_cells import FREE, LEGEND, WEEK, PlanDay
from fluffy_tui.tui.plan.slot_words import nothing_words

CURSOR_ACTIONS = tuple(
    f"plan.{verb}"
    for verb in ("previous_slot", "next_slot", "previous_day", "next_day", "page_up", "page_down", "today")
)
AROUND = 13
"""Lines of the terminal that the frame and the details of the slot need."""


class SlotCalendar(Widget, can_focus=True):
    """A calendar of slots and posts, with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.PLAN, only=CURSOR_ACTIONS)

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "plan--day",
        "plan--today",
        "plan--cursor",
        "plan--bar",
        "plan--free",
        "plan--primary",
        "plan--success",
        "plan--warning",
        "plan--error",
        "plan--above",
        "plan--below",
        "plan--usual",
    }
    DEFAULT_CSS = """
    SlotCalendar {
        height: auto;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        &:focus { border: round $border; border-title-color: $text; }
        & > .plan--day { text-style: bold; }
        & > .plan--today { color: $text-accent; text-style: bold; }
        & > .plan--bar { color: $primary; }
        & > .plan--free { color: $foreground-muted; }
        & > .plan--primary { color: $text-primary; }
        & > .plan--success { color: $text-success; }
        & > .plan--warning { color: $text-warning; }
        & > .plan--error { color: $text-error; }
        & > .plan--above { background: $success 25%; }
        & > .plan--below { background: $warning 25%; }
        & > .plan--usual { background: $primary 20%; }
        /* the terminal's own colours have no tints */
        &:ansi > .plan--above, &:ansi > .plan--below, &:ansi > .plan--usual { background: transparent; }
        & > .plan--cursor { color: $foreground; background: $surface-lighten-1; }
        &:focus > .plan--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """

    class Highlighted(Message):
        """The cursor moved, or what is under it changed."""

    class Turned(Message):
        """Other days are shown, of which not everything may be loaded."""

    def __init__(self, id: str) -> None:  # noqa: A002 - as Textual names it
        super().__init__(id=id)
        self._more_signs = ""

    def on_resize(self, event: events.Resize) -> None:
        """Explain the signs again, closer together where there is little room."""
        self.explain(self._more_signs)

    def explain(self, more_signs: str) -> None:
        """Explain the signs of states, and others."""
        self._more_signs = more_signs
        signs = [f"{state.sign} {state.name}" for state in LEGEND]
        signs += [more_signs] * bool(more_signs)
        wide = "  ".join(signs)
        self.border_subtitle = wide if len(wide) + 6 <= self.size.width else " ".join(signs)

    @property
    def _room(self) -> int:
        """Columns of a cell, without the gap after it."""
        return max(8, self.content_size.width // WEEK) - 1

    def _tone(self, name: str) -> Style:
        return self.get_component_rich_style(f"plan--{name}", partial=False)

    def _cell(self, *parts: tuple[str, str], here: bool = False, shade: str = "") -> Iterable[Segment]:
        """Draw texts, each in its tone, in the columns of a cell and the gap after it; a shade is behind the texts."""
        room = self._room
        ground = Style.from_color(bgcolor=self._tone(shade).bgcolor) if shade and not here else Style.null()
        for text, tone in parts:
            if room <= 0:
                break
            content = Content(text).truncate(room, ellipsis=True)
            room -= content.cell_length
            yield Segment(content.plain, self._tone("cursor" if here else tone) + ground)
        rest = self._tone("cursor" if here else FREE.tone)
        yield Segment(" " * room, rest + ground)
        yield Segment(" ", rest)

    def _divider(self) -> Segment:
        return Segment("─" * self.content_size.width, self._tone(FREE.tone))


def heading(words: str, day: PlanDay, room: int) -> tuple[str, str]:
    """Return the words of a day's heading with their tone; today is marked, whatever the colours."""
    if not day.is_today:
        return words, "day"
    return (f"{words} today" if len(words) + 6 <= room else f"▸{words}"), "today"


def nothing(day: PlanDay, room: int) -> tuple[str, str]:
    """Return what is said in a day without slots and posts, with its tone."""
    words = (f" {said}", " none") if (said := nothing_words(day)) else ()
    return next((one for one in words if len(one) <= room), ""), FREE.tone
