"""The list of problems, one row each: what has the problem, why, what happens next, and the key that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.message import Message
from textual.widgets.option_list import Option

from fluffy_tui.tui.problems.problem_words import (
    cause,
    outlook,
    problem_id,
    problem_sign,
    problem_tone,
    remedy_keys,
    subject,
)
from fluffy_tui.tui.ui.vim_list import VimList, cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from fluffy_tui.scheduling import Problem
    from fluffy_tui.tui.session.context import Context

OUTLOOK_FROM, LABEL_FROM = 100, 68
"""Columns from which there is room for what happens next, and for what the key does besides the key itself."""
OUTLOOK_WIDTH, KEY_WIDTH, BARE_KEY_WIDTH = 22, 16, 3


class ProblemList(VimList):
    """The problems, worst first; cursor and selection follow their problems as others come and go."""

    DEFAULT_CSS = """
    ProblemList {
        width: 1fr; height: 1fr; border: none; padding: 0;
        text-wrap: nowrap; text-overflow: ellipsis;
        &:focus { border: none; }
    }
    """
    LEADING: ClassVar[int] = 4
    """Columns of selection mark and sign."""

    class SelectionChanged(Message):
        """A problem was selected or deselected."""

    def __init__(self, context: Context) -> None:
        super().__init__(id="problems")
        self.context = context
        self._problems: dict[str, Problem] = {}
        self._selected: set[str] = set()

    @property
    def problems(self) -> Sequence[Problem]:
        """The problems shown, worst first."""
        return list(self._problems.values())

    @property
    def current(self) -> Problem | None:
        option = self.highlighted_option
        return self._problems.get(option.id or "") if option else None

    @property
    def selected(self) -> Sequence[Problem]:
        return [problem for id_, problem in self._problems.items() if id_ in self._selected]

    def update_problems(self) -> None:
        """Show the problems of the current overview."""
        self._problems = {problem_id(problem): problem for problem in self.context.overview.problems}
        self._selected &= self._problems.keys()
        self._fill()

    def toggle_selected(self) -> None:
        """Select or deselect the problem under the cursor, and move down."""
        option = self.highlighted_option
        if option is None or option.id is None:
            return
        self._selected ^= {option.id}
        self.replace_option_prompt(option.id, self._row(option.id))
        self.action_cursor_down()
        self.post_message(self.SelectionChanged())

    def toggle_group(self) -> None:
        """Select the problems of the current post on all its channels, or deselect them."""
        post = self.current.post if self.current else None
        if post is None:
            return
        ids = {id_ for id_, one in self._problems.items() if one.post and one.post.group_id == post.group_id}
        self._selected = self._selected - ids if ids <= self._selected else self._selected | ids
        self._fill()
        self.post_message(self.SelectionChanged())

    def clear_selection(self) -> None:
        if self._selected:
            self._selected.clear()
            self._fill()
            self.post_message(self.SelectionChanged())

    def on_resize(self, _event: events.Resize) -> None:
        self._fill()

    def _fill(self) -> None:
        before, row = self.highlighted_option, self.highlighted or 0
        ids = list(self._problems)
        if [option.id for option in self.options] == ids:
            for id_ in ids:
                self.replace_option_prompt(id_, self._row(id_))
            return
        self.set_options([Option(self._row(id_), id=id_) for id_ in ids])
        if before is not None and before.id in self._problems:
            self.highlighted = ids.index(before.id)
        elif ids:
            self.highlighted = min(row, len(ids) - 1)

    def _row(self, id_: str) -> Content:
        problem, context = self._problems[id_], self.context
        room = max(20, self.scrollable_content_region.width - self.LEADING)
        next_ = ""
        if room >= OUTLOOK_FROM:
            zone = context.post_zone(problem.persona_id, problem.channel_id)
            next_ = outlook(problem, context.clock(), zone, context.zone)
        key_width = KEY_WIDTH if room >= LABEL_FROM else BARE_KEY_WIDTH
        key = next(iter(remedy_keys(problem, context.setup.settings.keys)), "")
        if room < LABEL_FROM:
            key = key.partition(" ")[0]
        room -= (OUTLOOK_WIDTH + 1) * bool(next_) + key_width + 1
        subject_width = max(10, min(30, room * 35 // 100))
        parts = [
            Content.styled("▪ " if id_ in self._selected else "  ", "$text-accent"),
            Content.styled(f"{problem_sign(problem)} ", f"$text-{problem_tone(problem)}"),
            cell(Content(subject(problem, context.overview)), subject_width),
            Content(" "),
            cell(Content(cause(problem)), room - subject_width - 1),
        ]
        if next_:
            parts += [Content(" "), cell(Content.styled(next_, "$foreground-muted"), OUTLOOK_WIDTH)]
        if key:
            parts += [Content(" "), cell(Content.styled(key, "$text-primary"), key_width)]
        return Content.assemble(*parts)
