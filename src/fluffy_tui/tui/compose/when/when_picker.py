"""The choice of when a post goes out: next slot, front of queue, now, or at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from fluffy_tui.buffer import ShareMode
from fluffy_tui.tui.compose.when.forecast import day_words, forecast_moment, queue_words, warning_words
from fluffy_tui.tui.compose.when.time_picker import TimePicker
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.keymap.key_hints import with_keys
from fluffy_tui.tui.text.time_parser import EXAMPLE, TimeNotUnderstood, read_time, written_time
from fluffy_tui.tui.text.times import both_zones, relative_time
from fluffy_tui.tui.ui.choice import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from fluffy_tui.scheduling import Agenda

_OPTIONS = (
    (ShareMode.ADD_TO_QUEUE, "next slot"),
    (ShareMode.SHARE_NEXT, "front of queue"),
    (ShareMode.SHARE_NOW, "now"),
    (ShareMode.CUSTOM_SCHEDULED, "at a time"),
)


class TimeField(Input):
    """Where a time is typed; arrows lead out of it, sideways only while it is empty: else they edit."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.COMPOSE, only=("compose.options",))]

    @dataclass
    class Left(Message):
        """The user goes back to the options."""

        by: int
        """How many options further to the right; 0 to stay at this one."""

    def __init__(self) -> None:
        super().__init__(placeholder=EXAMPLE, compact=True)

    def action_options(self) -> None:
        self.post_message(self.Left(0))

    def action_cursor_left(self, select: bool = False) -> None:
        """Move the cursor, or go to the option before."""
        super().action_cursor_left(select) if self.value else self.post_message(self.Left(-1))

    def action_cursor_right(self, select: bool = False) -> None:
        super().action_cursor_right(select) if self.value else self.post_message(self.Left(+1))


class WhenPicker(Vertical):
    """A choice, and below it when the post will go out, in the channel's time zone and the user's."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.COMPOSE, only=("compose.calendar",))]
    DEFAULT_CSS = """
    WhenPicker {
        height: auto;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        &:focus-within { border: round $border; border-title-color: $text; }
        Input { border: none; padding: 0; height: 1; background: $surface; width: 1fr; }
        .meaning { height: auto; color: $text-muted; }
        .same-day { height: auto; max-height: 2; color: $text-muted; display: none; &.-shown { display: block; } }
        .same-day.-near { color: $text-warning; }
        .-wrong { color: $text-error; }
    }
    """

    class Changed(Message):
        """Something else was chosen."""

    def __init__(
        self,
        zone: tzinfo,
        own_zone: tzinfo,
        now: Callable[[], datetime],
        own: Mapping[str, str],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self.zone = zone
        """In which a time is typed; what is typed already has to be loaded again after a change."""
        self._own_zone = own_zone
        self._now = now
        self._calendar_hint = with_keys("{compose.calendar} calendar", own)
        self._calendar: TimePicker | None = None
        """While it is open."""
        self._choice = Choice([(str(mode), words) for mode, words in _OPTIONS])
        self._time = TimeField()
        self._meaning = Static("", classes="meaning", markup=False)
        self._same_day = Static("", classes="same-day", markup=False)
        self._agenda: Agenda | None = None
        self.border_title = "when"

    @property
    def share_mode(self) -> ShareMode:
        return ShareMode(self._choice.value)

    @property
    def at(self) -> datetime | None:
        """The time that was typed, in the channel's zone; None where there is none or it is not understood."""
        if self.share_mode is not ShareMode.CUSTOM_SCHEDULED:
            return None
        try:
            return read_time(self._time.value, self._now(), self.zone)
        except TimeNotUnderstood:
            return None

    @property
    def meaning(self) -> str:
        """When the post will go out, in words."""
        return str(self._meaning.content)

    @property
    def moment(self) -> datetime | None:
        """When the post will go out, as far as that is known."""
        return forecast_moment(self.share_mode, self.at, self._agenda)

    def show_agenda(self, agenda: Agenda | None) -> None:
        """Take into account what is planned."""
        self._agenda = agenda
        self._update_meaning()
        if self._calendar is not None:
            self._calendar.show_agenda(agenda)

    def compose(self) -> ComposeResult:
        """Lay the choice over the field for a time, and both over what they mean."""
        self._show_field()
        yield self._choice
        yield self._time
        yield self._meaning
        yield self._same_day

    def on_mount(self) -> None:
        self._update_meaning()

    def load(self, share_mode: ShareMode, at: datetime | None) -> None:
        """Show another choice, without a message."""
        with self.prevent(Choice.Changed, Input.Changed):
            self._choice.value = str(share_mode)
            self._time.value = written_time(at, self.zone) if at else ""
        self._show_field()
        self._update_meaning()

    def focus_input(self) -> None:
        """Focus the choice, or the field where a time is typed."""
        (self._time if self._time.display else self._choice).focus()

    def switch_focus(self) -> None:
        """Focus the field for a time, or from there the choice again."""
        self._choice.focus() if self._time.has_focus else self.focus_input()

    def refuse(self, reason: str) -> None:
        """Say why this time was refused, and focus it."""
        self._show_meaning(reason, wrong=True)
        self.focus_input()

    @on(TimeField.Left)
    def _time_left(self, event: TimeField.Left) -> None:
        event.stop()
        self._choice.focus()
        self._choice.step(event.by)

    def action_calendar(self) -> None:
        """Go down: from the options to the field for a time, from there to the calendar."""
        if not self._time.has_focus:
            self.focus_input()
            return
        self._calendar = TimePicker(self.zone, self._own_zone, self._now, self._agenda, self.at)
        self.app.push_screen(self._calendar, self._time_picked)

    def _time_picked(self, at: datetime | None) -> None:
        self._calendar = None
        if at is not None:
            self._time.value = written_time(at, self.zone)
            self._time.action_end()

    @on(Choice.Changed)
    def _option_chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self._show_field()
        if self._time.display:
            self._time.focus()
        self._update_meaning()
        self.post_message(self.Changed())

    @on(Input.Changed)
    def _time_typed(self, event: Input.Changed) -> None:
        event.stop()
        self._update_meaning()
        self.post_message(self.Changed())

    def _show_field(self) -> None:
        self._time.display = self.share_mode is ShareMode.CUSTOM_SCHEDULED
        self.border_subtitle = self._calendar_hint if self._time.display else ""

    def _update_meaning(self) -> None:
        if self.share_mode is not ShareMode.CUSTOM_SCHEDULED:
            self._show_meaning(queue_words(self.share_mode, self._agenda, self.zone, self._own_zone))
        else:
            try:
                moment = read_time(self._time.value, self._now(), self.zone)
            except TimeNotUnderstood as error:
                self._show_meaning(error.message, wrong=bool(self._time.value.strip()))
            else:
                when = both_zones(moment, self._now(), self.zone, self._own_zone)
                self._show_meaning(f"{when} · {relative_time(moment, self._now())}")
        self._update_same_day()

    def _update_same_day(self) -> None:
        """Name the post that is too close to this one, or else the other posts of that day."""
        at = self.moment
        near = warning_words(at, self._agenda, self.zone, self.share_mode)
        words = f"! {near}" if near else day_words(at, self._agenda, self.zone)
        self._same_day.update(words)
        self._same_day.set_class(bool(words), "-shown")
        self._same_day.set_class(bool(near), "-near")

    def _show_meaning(self, words: str, *, wrong: bool = False) -> None:
        self._meaning.update(f"! {words}" if wrong else words)
        self._meaning.set_class(wrong, "-wrong")
