"""One line a trouble: whose, why, what comes by itself, and the key that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.message import Message
from textual.widgets.option_list import Option

from fluffy_tui.tui.posts.problem_words import (
    by_itself,
    cause,
    mending,
    problem_id,
    problem_sign,
    problem_tone,
    subject,
)
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from textual import events

    from fluffy_tui.scheduling import Problem
    from fluffy_tui.tui.session.overview import Overview

THEN_FROM, KEY_FROM = 100, 68
"""Columns from which there is room for what comes by itself, and for what the key does beside the key itself."""
THEN_WIDTH, KEY_WIDTH, BARE_KEY_WIDTH = 20, 16, 3


class ProblemList(VimList):
    """The troubles, some of them marked; the cursor and the marks stay with their trouble whatever comes or goes.

    Args:
        own_zone: the person's time zone.
        now: the present moment.
        own: the person's own keys, by action id.
    """

    DEFAULT_CSS = """
    ProblemList {
        height: 1fr; border: none; padding: 0;
        text-wrap: nowrap; text-overflow: ellipsis;
        &:focus { border: none; }
    }
    """
    LEADING: ClassVar[int] = 4
    """Columns of mark and sign."""

    class MarksChanged(Message):
        """Something was marked or unmarked."""

    def __init__(self, own_zone: tzinfo, now: Callable[[], datetime], own: Mapping[str, str]) -> None:
        super().__init__(id="troubles")
        self._own_zone = own_zone
        self._now = now
        self._own = own
        self._items: dict[str, Problem] = {}
        self._marked: set[str] = set()
        self._overview: Overview | None = None

    @property
    def items(self) -> Sequence[Problem]:
        """The troubles shown, worst first."""
        return list(self._items.values())

    @property
    def current(self) -> Problem | None:
        """The trouble under the cursor."""
        option = self.highlighted_option
        return self._items.get(option.id or "") if option else None

    @property
    def marked(self) -> Sequence[Problem]:
        """The troubles that are marked."""
        return [item for id_, item in self._items.items() if id_ in self._marked]

    def show(self, overview: Overview) -> None:
        """Show the troubles of this overview."""
        self._overview = overview
        self._items = {problem_id(item): item for item in overview.troubles}
        self._marked &= self._items.keys()
        self._fill()

    def toggle_mark(self) -> None:
        """Mark the line under the cursor, or unmark it, and go to the next."""
        option = self.highlighted_option
        if option is None or option.id is None:
            return
        self._marked ^= {option.id}
        self.replace_option_prompt(option.id, self._line(option.id))
        self.action_cursor_down()
        self.post_message(self.MarksChanged())

    def unmark_all(self) -> None:
        """Take all marks off."""
        if self._marked:
            self._marked.clear()
            self._fill()
            self.post_message(self.MarksChanged())

    def on_resize(self, _event: events.Resize) -> None:
        """Give each column the room there is."""
        self._fill()

    def _fill(self) -> None:
        before, row = self.highlighted_option, self.highlighted or 0
        kept = before.id if before else None
        ids = [option.id for option in self.options]
        if ids == list(self._items):
            for id_ in self._items:
                self.replace_option_prompt(id_, self._line(id_))
            return
        self.set_options([Option(self._line(id_), id=id_) for id_ in self._items])
        if kept in self._items:
            self.highlighted = list(self._items).index(kept)
        elif self._items:
            self.highlighted = min(row, len(self._items) - 1)

    def _line(self, id_: str) -> Content:
        item, overview = self._items[id_], self._overview
        if overview is None:
            return Content("")
        zone = zone_of(overview.personas.get(item.persona_id or 0, overview.persona), self._own_zone)
        room = max(20, self.scrollable_content_region.width - self.LEADING)
        then = by_itself(item, self._now(), zone, self._own_zone) if room >= THEN_FROM else ""
        key_width = KEY_WIDTH if room >= KEY_FROM else BARE_KEY_WIDTH
        key = next(iter(mending(item, self._own)), "")
        if room < KEY_FROM:
            key = key.partition(" ")[0]
        room -= (THEN_WIDTH + 1) * bool(room >= THEN_FROM) + key_width + 1
        subject_width = max(10, min(30, room * 35 // 100))
        tone = problem_tone(item)
        parts = [
            Content.styled("▪ " if id_ in self._marked else "  ", "$text-accent"),
            Content.styled(f"{problem_sign(item)} ", f"$text-{tone}"),
            _cell(Content(subject(item, overview)), subject_width),
            Content(" "),
            _cell(Content(cause(item)), room - subject_width - 1),
        ]
        if then:
            parts += [Content(" "), _cell(Content.styled(then, "$foreground-muted"), THEN_WIDTH)]
        if key:
            parts += [Content(" "), _cell(Content.styled(key, "$text-primary"), key_width)]
        return Content.assemble(*parts)


def _cell(content: Content, width: int) -> Content:
    return content.truncate(width, ellipsis=True).pad_right(max(0, width - content.cell_length))
