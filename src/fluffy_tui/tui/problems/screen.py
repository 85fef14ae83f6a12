"""The Problems tab: what needs attention, worst first, with the keys that help."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.posts import PICTURE_FROM, ActsOnPosts, PostActions, PostDetailScreen, PostPicture
from fluffy_tui.tui.problems.problem_list import ProblemList
from fluffy_tui.tui.problems.problem_words import problem_facts, remedy_keys, subject
from fluffy_tui.tui.session.messages import OverviewChanged, on_event
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.times import both_zones, moment_words
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.hanging_indent import HangingText

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from textual import events
    from textual.app import ComposeResult

    from fluffy_tui.buffer import Budget
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.overview import Overview

LOADING = "Loading problems …"
LABEL_WIDTH = 7


class ProblemPane(VerticalScroll):
    """The details, scrolled with the keys of the list while they have the focus."""

    BINDINGS = bindings(Place.LIST, only=("list.down", "list.up"))

    def action_cursor_down(self) -> None:
        self.scroll_down(animate=False)

    def action_cursor_up(self) -> None:
        self.scroll_up(animate=False)


class ProblemsScreen(ActsOnPosts, FrameScreen):
    """The problems of all personas, with details of the one under the cursor below them.

    Where there is room, the details are beside the list, with the picture of the post concerned.
    """

    PLACE = Place.PROBLEMS
    TAB = "problems"
    BINDINGS = bindings(Place.PROBLEMS)
    CSS: ClassVar[str] = """
    ProblemsScreen {
        #no-problems { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
        #problem-panes { height: 1fr; }
        #problem-pane { height: auto; max-height: 75%; padding: 0 1;
            border-top: solid $border-blurred; border-title-color: $text-muted; scrollbar-size-vertical: 1;
            &:focus { border-top: solid $border; } }
        #problem { height: auto; }
        PhotoPreview { display: none; height: 1fr; padding: 0; border: none; border-top: solid $border-blurred; }
        #problem-panes.-beside {
            layout: horizontal;
            #problem-pane { width: 46%; max-width: 80; height: 1fr; max-height: 100%;
                border: round $border-blurred; overflow-y: hidden; }
            #problem { min-height: 50%; max-height: 80%; }
        }
        #limits { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._list = ProblemList(context)
        self._nothing = Static(LOADING, id="no-problems", markup=False)
        self._details = HangingText(id="problem")
        self._picture = PostPicture(self, context)
        self._pane = ProblemPane(self._details, self._picture.widget, id="problem-pane", can_focus=False)
        self._panes = Container(self._list, self._pane, id="problem-panes")
        self._limits = Static("", id="limits", markup=False)
        self.actions = PostActions(
            self,
            context,
            self.selected_posts,
            channel_id=lambda: self._list.current.channel_id if self._list.current else None,
            done=self._list.clear_selection,
        )

    def selected_posts(self) -> Sequence[Post]:
        current = self._list.current
        problems = self._list.selected or ([current] if current is not None else [])
        return list({one.post.id: one.post for one in problems if one.post is not None}.values())

    def compose_body(self) -> ComposeResult:
        self._panes.set_class(self.app.size.width >= PICTURE_FROM, "-beside")
        yield self._nothing
        yield self._panes
        yield self._limits

    def on_mount(self) -> None:
        self._show_problems()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim actions that need a row, or a post, while there is none."""
        current = self._list.current
        if (action == "select" and current is None) or (
            action in ("open", "select_group") and (current is None or current.post is None)
        ):
            return None
        return super().check_action(action, parameters)

    def action_select(self) -> None:
        self._list.toggle_selected()

    def action_select_group(self) -> None:
        """Select or deselect the problems of the post under the cursor on all its channels."""
        self._list.toggle_group()

    def action_open(self) -> None:
        """Open the post of the row; a problem without a post has all its details on this screen."""
        problem = self._list.current
        if problem is not None and problem.post is not None:
            self.app.push_screen(PostDetailScreen(self.context, problem.post))

    def on_resize(self, event: events.Resize) -> None:
        """Put the details where there is room for them."""
        self._panes.set_class(event.size.width >= PICTURE_FROM, "-beside")
        self._show_details()

    def on_screen_resume(self) -> None:
        """Redraw the picture, which another screen may have covered."""
        self._picture.widget.repaint()

    @on_event(OverviewChanged)
    def _show_problems(self) -> None:
        overview, now, own_zone = self.context.overview, self.context.clock(), self.context.zone
        self._list.update_problems()
        some = bool(overview.problems)
        self._panes.display = some
        self._nothing.display = not some
        self._nothing.update(no_problems(overview, now, own_zone) if overview.read else LOADING)
        if some and self.focused is None:
            self._list.focus()
        self._show_details()
        limits = (budget_words(overview.budget, now, own_zone), worker_words(overview))
        self._limits.update(" · ".join(filter(None, limits)))

    @on(OptionList.OptionHighlighted)
    @on(ProblemList.SelectionChanged)
    def _show_details(self) -> None:
        self.refresh_bindings()
        selected = len(self._list.selected)
        self._pane.border_title = f"{selected} selected: keys act on the selection" if selected else ""
        problem = self._list.current
        post = problem.post if problem is not None else None
        is_beside = self._panes.has_class("-beside")
        self._picture.widget.display = is_beside and post is not None
        if problem is None:
            self._details.show(())
            return
        zone, own_zone = self.context.post_zone(problem.persona_id, problem.channel_id), self.context.zone
        keys = remedy_keys(problem, self.context.setup.settings.keys)
        facts = problem_facts(problem, self.context.clock(), zone, own_zone, keys)
        if is_beside and post is not None:
            facts["Post"] = subject(problem, self.context.overview)
            self._picture.show(post.photo_id)
        self._details.show(
            (
                Content.styled(label.ljust(LABEL_WIDTH), "$foreground-muted"),
                Content.styled(words, "$text-primary" if label == "Press" else ""),
            )
            for label, words in facts.items()
        )
        self.call_after_refresh(self._let_scroll)

    @on(OptionList.OptionHighlighted)
    def _show_first_lines(self) -> None:
        self._pane.scroll_home(animate=False)

    def _let_scroll(self) -> None:
        """Let the details take the focus, with which they are scrolled, where they do not fit."""
        self._pane.can_focus = self._pane.max_scroll_y > 0
        if self._pane.has_focus and not self._pane.can_focus:
            self._list.focus()


def no_problems(overview: Overview, now: datetime, own_zone: tzinfo) -> str:
    """Return what to show instead of an empty list: when the persona's next post goes out."""
    due = overview.persona_counts.next_due_at
    zone = zone_of(overview.persona, own_zone)
    return f"No problems. Next post: {both_zones(due, now, zone, own_zone)}." if due else "No problems."


def budget_words(budget: Budget | None, now: datetime, zone: tzinfo) -> str:
    """Return how many requests Buffer still allows in the tightest rate limit window; empty if unknown."""
    windows = [
        window
        for window in (budget.windows.values() if budget else ())
        if window.resets_at is None or window.resets_at > now
    ]
    if not windows:
        return ""
    tightest = min(windows, key=lambda window: window.remaining / (window.quota or 1_000_000))
    of = f" of {tightest.quota:,}" if tightest.quota is not None else ""
    until = f" until {moment_words(tightest.resets_at, now, zone)}" if tightest.resets_at else ""
    return f"Buffer: {tightest.remaining:,}{of} requests left{until}"


def worker_words(overview: Overview) -> str:
    """Return whether a worker is active, or what is wrong with it; empty if unknown."""
    if overview.worker_words or not overview.read or overview.worker_age is None:
        return overview.worker_words
    return "worker: active"
