"""A calendar with the channel's slots, from which the time of a post is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from fluffy_tui.core.clocks import months_later
from fluffy_tui.scheduling import HORIZON, Agenda, Post
from fluffy_tui.tui.compose.when.forecast import warning_words
from fluffy_tui.tui.compose.when.month_calendar import MonthCalendar
from fluffy_tui.tui.keymap.bindings import Place, bindings, field_bindings, help_binding
from fluffy_tui.tui.text.post_state import state_of
from fluffy_tui.tui.text.time_parser import TimeNotUnderstood, read_time, written_time
from fluffy_tui.tui.text.times import both_zones, own_time, relative_time, zone_name
from fluffy_tui.tui.text.words import quoted
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.vim_list import FilteredList

SEARCHED = 60
"""Days in which the next free slot is searched."""
_CAPTION = 14
"""Characters of the caption of a post that has a slot."""


class _TimeOfDay(Input, inherit_bindings=False):
    """Where another time, too short to walk in, is typed; the footer shows its `enter`."""

    BINDINGS = field_bindings(Place.TIME_PICKER, only=("time_picker.take",))


class TimePicker(DialogScreen["datetime | None"]):
    """Chooses a day, then one of its free slots or a time that is typed; closes with it, or with None.

    Args:
        agenda: What is planned on the channel; None while that is not known.
        at: The time that is chosen already.
    """

    PLACE = Place.TIME_PICKER
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.TIME_PICKER, without=("time_picker.take",)),
        *help_binding(),
    ]
    CSS: ClassVar[str] = """
    TimePicker {
        &.dialog #dialog { width: 68; padding: 0 1; }
        &.dialog.-narrow #dialog { max-width: 100%; }
        #choosing { height: 8; }
        #day { height: auto; margin-left: 2; text-style: bold; }
        #slots { margin-left: 2; }
        Input { height: 1; margin-top: 1; }
        .meaning { height: auto; color: $text-muted; &.-wrong { color: $text-error; } }
        .near { height: auto; color: $text-warning; }
            }
    """

    def __init__(
        self,
        zone: tzinfo,
        own_zone: tzinfo,
        now: Callable[[], datetime],
        agenda: Agenda | None,
        at: datetime | None,
    ) -> None:
        super().__init__()
        self._zone, self._own_zone, self._now, self._agenda = zone, own_zone, now, agenda
        self._at = at
        first = at or (agenda.next_free if agenda else None) or now()
        today = now().astimezone(zone).date()
        self._picked = first.astimezone(zone).date()
        """The day of a time that is typed without a date."""
        self._calendar = MonthCalendar(today, today + HORIZON, self._picked)
        self._listed: list[datetime] = []
        """The times of the slots that are listed."""
        self._day = Static("", id="day", markup=False)
        self._slots = FilteredList(id="slots")
        self._field = _TimeOfDay(placeholder="or type a time, such as 18:30", compact=True, max_length=60)
        self._meaning = Static("", classes="meaning", markup=False)
        self._near = Static("", classes="near", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(f"at a time in {zone_name(self._zone, self._now())}")
            with Horizontal(id="choosing"):
                yield self._calendar
                yield Vertical(self._day, self._slots)
            yield self._field
            yield self._meaning
            yield self._near
        yield KeysFooter()

    def on_mount(self) -> None:
        """Show the month; a time that is no free slot is in the field."""
        self.show_agenda(self._agenda)
        if self._at is not None and self.moment != self._at:
            self._field.value = written_time(self._at, self._zone).partition(" ")[2]

    def show_agenda(self, agenda: Agenda | None) -> None:
        """Show what is planned; the day stays."""
        self._agenda = agenda
        self._mark_days()
        self._list_slots()

    @property
    def moment(self) -> datetime | None:
        """The time that is chosen; None where there is none.

        Raises:
            TimeNotUnderstood: What is typed is no time.
        """
        if self._field.value.strip():
            return read_time(self._field.value, self._now(), self._zone, self._picked)
        index = self._slots.highlighted
        return None if index is None else self._listed[index]

    def _mark_days(self) -> None:
        """Mark the days of the month, in a time that only the number of planned posts decides."""
        if (agenda := self._agenda) is not None:
            weeks = self._calendar.weeks
            free = agenda.free_on(weeks[0][0], weeks[-1][-1])
            taken = [planned.at for planned in agenda.planned]
            self._calendar.mark(self._days(free), self._days(taken))

    def _days(self, moments: Iterable[datetime]) -> frozenset[date]:
        return frozenset(moment.astimezone(self._zone).date() for moment in moments)

    @on(MonthCalendar.Chosen)
    def _day_chosen(self, message: MonthCalendar.Chosen) -> None:
        """List the slots of a day that was picked; of what is typed, the time counts and another date does not."""
        self._picked = message.day
        if (typed := self._typed) is not None and typed.date() != message.day:
            with self.prevent(Input.Changed):
                self._field.value = f"{typed:%H:%M}"
        self._mark_days()
        self._list_slots()

    @property
    def _typed(self) -> datetime | None:
        """The time that is typed, in the channel's zone; None while there is none."""
        try:
            moment = self.moment if self._field.value.strip() else None
        except TimeNotUnderstood:
            return None
        return moment.astimezone(self._zone) if moment else None

    @on(Input.Changed)
    def _show_typed_day(self) -> None:
        """Show the day that is typed, or the picked one when nothing is."""
        typed = self._typed
        day = self._calendar.day if self._field.value.strip() else self._picked
        day = typed.date() if typed else day
        if day != self._calendar.day:
            self._calendar.show_day(day)
            self._mark_days()
            self._list_slots()
        else:
            self._highlight()

    def _list_slots(self) -> None:
        """List free slots and posts of the day, and highlight the chosen time, else the first free slot."""
        day, agenda = self._calendar.day, self._agenda
        is_today = day == self._now().astimezone(self._zone).date()
        self._day.update(f"{day:%a} {day.day} {day:%b}{' · today' if is_today else ''}")
        free = agenda.free_on(day, day) if agenda else []
        noon = datetime.combine(day, time(12), self._zone)
        posts = [(planned.at, planned.post) for planned in agenda.on_day_of(noon)] if agenda else []
        rows = sorted([*((slot, None) for slot in free), *posts], key=lambda row: row[0])
        self._listed = [at for at, _ in rows]
        words = "No slots on this day" if agenda else "Loading the slots…"
        self._slots.fill([self._row(at, post) for at, post in rows] or [Option(words, disabled=True)])
        self._highlight()

    def _row(self, at: datetime, post: Post | None) -> Option:
        """Return the row of a free slot, or of a post, which cannot be chosen."""
        state = "free" if post is None else f"{state_of(post).sign} {quoted(post.caption, _CAPTION)}"
        times = (f"{at.astimezone(self._zone):%H:%M}", own_time(at, self._zone, self._own_zone), state)
        return Option(" ".join(filter(None, times)), disabled=post is not None)

    def _highlight(self) -> None:
        """Highlight the time that was chosen before, else the first free slot; none while a time is typed."""
        free = [n for n, option in enumerate(self._slots.options) if not option.disabled]
        before = [n for n in free if self._listed[n] == self._at]
        is_typed = bool(self._field.value.strip())
        self._slots.highlighted = None if is_typed or not free else (before or free)[0]
        self._show_meaning()

    @on(OptionList.OptionHighlighted)
    def _show_meaning(self) -> None:
        near = ""
        try:
            moment = self.moment
        except TimeNotUnderstood as error:
            self._say(error.message, wrong=True)
        else:
            near = warning_words(moment, self._agenda, self._zone)
            if moment is None:
                self._say("No free slot on this day: type a time.")
            else:
                now = self._now()
                when = both_zones(moment, now, self._zone, self._own_zone)
                self._say(f"{when} · {relative_time(moment, now)}")
        self._near.update(f"! {near}" if near else "")
        self._near.display = bool(near)

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self._meaning.update(f"! {words}" if wrong else words)
        self._meaning.set_class(wrong, "-wrong")

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def _take(self) -> None:
        """Close with the time that is chosen; without one, it says below the field why there is none."""
        try:
            moment = self.moment
        except TimeNotUnderstood:
            return
        if moment is not None:
            self.dismiss(moment)

    def action_next_slot(self) -> None:
        self._step(1)

    def action_previous_slot(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        with self.prevent(Input.Changed):
            self._field.value = ""
        here, day = self._slots.highlighted, self._calendar.day
        free = [n for n, option in enumerate(self._slots.options) if not option.disabled][::by]
        beside = next((n for n in free if here is None or (n - here) * by > 0), None)
        if beside is not None:
            self._slots.highlighted = beside
        elif self._agenda is not None:
            days = sorted((day + timedelta(days=by), day + timedelta(days=by * SEARCHED)))
            if slots := self._agenda.free_on(*days)[::by]:
                self._at = slots[0]
                self._calendar.day = slots[0].astimezone(self._zone).date()
        self._show_meaning()

    def action_move_days(self, by: int) -> None:
        self._calendar.day += timedelta(days=by)

    def action_move_months(self, by: int) -> None:
        self._calendar.day = months_later(self._calendar.day, by)
