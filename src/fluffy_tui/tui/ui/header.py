"""The top lines of every screen: header, tabs, and the banner while the database is unreachable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from fluffy_tui.scheduling import ProblemKind, channel_zone, slots
from fluffy_tui.tui.keymap.bindings import Place, actions_of
from fluffy_tui.tui.keymap.key_hints import key_of
from fluffy_tui.tui.text.channel_words import channel_health, channel_name
from fluffy_tui.tui.text.theme_words import supply_words
from fluffy_tui.tui.text.times import own_moment
from fluffy_tui.tui.text.words import one_line, plural, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.overview import Overview

SEPARATOR = Content.styled(" · ", "$foreground-disabled")
GAP = "   "
_UNSCHEDULED, _DRAFTS, _QUEUED, _SCHEDULED, _NEXT_SLOT = range(5)
_LEFT_OUT = (_DRAFTS, _UNSCHEDULED, _NEXT_SLOT, _SCHEDULED, _QUEUED)
"""What is left out where there is no room, in this order."""


class FrameHeader(Static):
    """The first line: persona and main channel, how many more it has, counts, next slot, and what needs attention."""

    DEFAULT_CSS = """
    FrameHeader { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(markup=False, id="frame-header")
        self.context = context
        self._overview: Overview | None = None

    def show(self, overview: Overview) -> None:
        self._overview = overview
        self.refresh()

    def render(self) -> Content:
        """Fit the line to the width: counts are left out first, then what runs out, and then the name is cut."""
        if self._overview is None:
            return Content("")
        left, right = _persona(self._overview), _alerts(self._overview, demo=self.context.demo)
        more, running_out = _further_channels(self._overview), _running_out(self._overview)
        room = max(0, self.content_region.width - right.cell_length - 1)
        free = room - left.cell_length - more.cell_length - len(GAP)
        if 0 < running_out.cell_length <= free:
            more = Content.assemble(more, GAP, running_out)
            free -= running_out.cell_length + len(GAP)
        if counts := self._counts(self._overview, free):
            more = Content.assemble(more, GAP, counts)
        left = left.truncate(max(0, room - more.cell_length), ellipsis=True)
        line = Content.assemble(left, more)
        return Content.assemble(line.pad_right(max(0, room - line.cell_length)), " ", right)

    def _counts(self, overview: Overview, room: int) -> Content:
        """Return what waits and when the next slot is, as far as there is room; the queue is left out last."""
        if overview.persona is None or not overview.read:
            return Content("")
        counts = overview.persona_counts
        parts = {
            _UNSCHEDULED: f"{counts.unscheduled:,} unscheduled",
            _DRAFTS: f"{counts.drafts:,} {plural(counts.drafts, 'draft')}" if counts.drafts else "",
            _QUEUED: f"{counts.queued:,} queued" if counts.queued else "",
            _SCHEDULED: f"{counts.scheduled:,} scheduled" if counts.scheduled else "",
            _NEXT_SLOT: self._next_slot(overview.persona),
        }
        shown = [part for part in parts if parts[part]]
        for left_out in _LEFT_OUT:
            line = SEPARATOR.join(Content.styled(parts[part], "$foreground-muted") for part in shown)
            if line.cell_length <= room:
                return line
            shown = [part for part in shown if part != left_out]
        return Content("")

    def _next_slot(self, persona: Persona) -> str:
        """Return when the main channel's next slot is, in the user's time zone."""
        if (channel := persona.channel) is None:
            return ""
        now, own_zone = self.context.clock(), self.context.zone
        slot = next(slots(channel, now), None)
        return f"next slot {own_moment(slot, now, channel_zone(channel), own_zone)}" if slot else ""


def _persona(overview: Overview) -> Content:
    persona = overview.persona
    if persona is None:
        return Content.styled("fluffy-tui", "bold $primary")
    name = Content.styled(one_line(persona.name), "bold $primary")
    if persona.channel is None:
        return name
    arrow = Content.styled(" ▸ ", "$foreground-disabled")
    return Content.assemble(name, arrow, channel_name(persona.channel))


def _further_channels(overview: Overview) -> Content:
    number = len(overview.persona.channels) - 1 if overview.persona else 0
    return Content.styled(f" +{number}" if number > 0 else "", "$foreground-muted")


def _running_out(overview: Overview) -> Content:
    """Name the theme that runs out first, and say how many others do."""
    if not overview.running_out:
        return Content("")
    first, *others = overview.running_out
    more = f" +{len(others)}" if others else ""
    return Content.styled(
        f"{shortened(one_line(first.theme.keyword))}: {supply_words(first)}{more}", "$text-warning"
    )


def _alerts(overview: Overview, *, demo: bool) -> Content:
    parts = []
    if overview.needing:
        words = f"! {overview.needing} {plural(overview.needing, 'problem')}"
        parts.append(Content.styled(words, "$text-error"))
    if overview.offline:
        parts.append(Content.styled(f"! {overview.offline} offline", "$text-warning"))
    if any(problem.kind is ProblemKind.CLOCK for problem in overview.problems):
        parts.append(Content.styled("! clock wrong", "$text-warning"))
    if overview.persona is not None and (health := channel_health(overview.persona)):
        parts.append(Content.styled(f"! {health}", "$text-warning"))
    if overview.worker_words:
        starting = overview.worker_starting and not overview.worker_failure
        sign, tone = ("●", "$foreground-muted") if starting else ("!", "$text-warning")
        parts.append(Content.styled(f"{sign} {one_line(overview.worker_words)}", tone))
    if demo:
        parts.append(Content.styled(" demo ", "$text on $accent"))
    return Content("  ").join(parts)


class Tab(Static):
    """A tab's name with its key; a click opens it."""

    DEFAULT_CSS = """
    Tab {
        width: auto; height: 1; padding: 0 1; margin-right: 1; color: $text-muted;
        &:hover { background: $boost; }
        &.-here { color: $text; background: $primary 25%; text-style: bold; }
        &.-here:ansi { background: transparent; text-style: bold underline; }  /* ansi colours have no tints */
    }
    """

    def __init__(self, id_: str, key: str, label: str, action: str, *, here: bool) -> None:
        super().__init__(classes="-here" if here else "", id=f"tab-{id_.partition('.')[2]}")
        self._key, self._label, self._action = key, label, action
        self.show(0)

    def show(self, needing: int) -> None:
        number = Content.styled(f" ●{needing}", "$text-error") if needing else ""
        self.update(Content.assemble(Content.styled(self._key, "$primary"), f" {self._label}", number))

    async def on_click(self) -> None:
        await self.run_action(f"app.{self._action}")


def tabs(here: str, own: Mapping[str, str]) -> list[Tab]:
    """Return the tabs with the user's keys; the one named `here` is highlighted."""
    return [
        Tab(action.id, key_of(action.id, own), action.label, action.name, here=action.id == f"app.{here}")
        for action in actions_of(Place.EVERYWHERE)
        if action.method.startswith("tab(")
    ]


class Banner(Static):
    """Shown on every screen while the database is unreachable."""

    DEFAULT_CSS = """
    Banner {
        height: auto; max-height: 2; padding: 0 1; background: $warning 25%; color: $text; display: none;
        &.-shown { display: block; }
        &:ansi { background: ansi_yellow; color: ansi_black; }  /* their yellow may be bright, their white is not */
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False, id="banner")

    def show(self, away: str) -> None:
        self.set_class(bool(away), "-shown")
        if away:
            title = Content.styled("! Database unavailable: ", "bold")
            self.update(Content.assemble(title, f"{one_line(away)} Your text is safe. Reconnecting…"))
