"""When a post is to go out: the next slot, the front of the queue, now, or at a time that is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from fluffy_tui.buffer import ShareMode
from fluffy_tui.tui.compose.forecast import day_words, moment_chosen, queue_words, warning_words
from fluffy_tui.tui.compose.time_parser import EXAMPLE, TimeNotUnderstood, read_time, written_time
from fluffy_tui.tui.text.times import both_zones, relative_time
from fluffy_tui.tui.ui.choice import Choice

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Agenda

_OPTIONS = (
    (ShareMode.ADD_TO_QUEUE, "next slot"),
    (ShareMode.SHARE_NEXT, "front of queue"),
    (ShareMode.SHARE_NOW, "now"),
    (ShareMode.CUSTOM_SCHEDULED, "at a time"),
)


class WhenPicker(Vertical):
    """A choice, and below it what it means: the moment in the channel's zone and in the person's.

    Args:
        zone: the channel's zone, in which a time is typed.
        own_zone: the person's zone.
        now: the present moment.
    """

    DEFAULT_CSS = """
    WhenPicker {
        height: auto;
        border: round $border-blurred;
        border-title-color: $text-muted;
        padding: 0 1;
        &:focus-within { border: round $border; border-title-color: $text; }
        Input { border: none; padding: 0; height: 1; background: $surface; width: 1fr; }
        .meaning { height: auto; color: $text-muted; }
        .others { height: auto; max-height: 2; color: $text-muted; display: none; &.-shown { display: block; } }
        .others.-near { color: $text-warning; }
        .-wrong { color: $text-error; }
    }
    """

    @dataclass
    class Changed(Message):
        """Another time, or another way, was chosen."""

        picker: WhenPicker

    def __init__(
        self,
        zone: tzinfo,
        own_zone: tzinfo,
        now: Callable[[], datetime],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._zone = zone
        self._own_zone = own_zone
        self._now = now
        self._choice = Choice([(str(mode), words) for mode, words in _OPTIONS])
        self._time = Input(placeholder=EXAMPLE, compact=True)
        self._meaning = Static("", classes="meaning", markup=False)
        self._others = Static("", classes="others", markup=False)
        self._agenda: Agenda | None = None
        self.border_title = "when"

    @property
    def share_mode(self) -> ShareMode:
        """What was chosen."""
        return ShareMode(self._choice.value)

    @property
    def at(self) -> datetime | None:
        """The moment that was typed, in the channel's zone; None where none is wanted or none was understood."""
        if self.share_mode is not ShareMode.CUSTOM_SCHEDULED:
            return None
        try:
            return read_time(self._time.value, self._now(), self._zone)
        except TimeNotUnderstood:
            return None

    @property
    def meaning(self) -> str:
        """What is said below the choice."""
        return str(self._meaning.content)

    @property
    def others(self) -> str:
        """What is said of the other posts of that day; empty where there are none."""
        return str(self._others.content) if self._others.has_class("-shown") else ""

    @property
    def moment(self) -> datetime | None:
        """When the post would go out, as far as that is known."""
        return moment_chosen(self.share_mode, self.at, self._agenda)

    def plan_with(self, agenda: Agenda) -> None:
        """Tell the slot and the other posts from now on, by what is known to be planned."""
        self._agenda = agenda
        self._explain()

    def compose(self) -> ComposeResult:
        """Lay out the choice, the place for a time, and what it means."""
        self._time.display = False
        yield self._choice
        yield self._time
        yield self._meaning
        yield self._others

    def on_mount(self) -> None:
        """Say what is chosen at the start."""
        self._explain()

    def load(self, share_mode: ShareMode, at: datetime | None) -> None:
        """Show what was chosen before, without a message."""
        with self.prevent(Choice.Changed, Input.Changed):
            self._choice.value = str(share_mode)
            self._time.value = written_time(at, self._zone) if at else ""
        self._time.display = share_mode is ShareMode.CUSTOM_SCHEDULED
        self._explain()

    def begin(self) -> None:
        """Give the keyboard to the choice, or to the time where one is to be typed."""
        (self._time if self._time.display else self._choice).focus()

    def complain(self, reason: str) -> None:
        """Say why this time was refused, and have it changed."""
        self._say(reason, wrong=True)
        self.begin()

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self._time.display = self.share_mode is ShareMode.CUSTOM_SCHEDULED
        if self._time.display:
            self._time.focus()
        self._explain()
        self.post_message(self.Changed(self))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._explain()
        self.post_message(self.Changed(self))

    def _explain(self) -> None:
        if self.share_mode is not ShareMode.CUSTOM_SCHEDULED:
            self._say(queue_words(self.share_mode, self._agenda, self._zone, self._own_zone))
            self._tell_others()
            return
        try:
            moment = read_time(self._time.value, self._now(), self._zone)
        except TimeNotUnderstood as error:
            self._say(error.message, wrong=bool(self._time.value.strip()))
        else:
            self._say(
                f"{both_zones(moment, self._zone, self._own_zone)} · {relative_time(moment, self._now())}"
            )
        self._tell_others()

    def _tell_others(self) -> None:
        """Say what else goes out on that day, and first what is too near."""
        at = self.moment
        near = warning_words(at, self._agenda, self._zone)
        words = f"! {near}" if near else day_words(at, self._agenda, self._zone)
        self._others.update(words)
        self._others.set_class(bool(words), "-shown")
        self._others.set_class(bool(near), "-near")

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self._meaning.update(f"! {words}" if wrong else words)
        self._meaning.set_class(wrong, "-wrong")
