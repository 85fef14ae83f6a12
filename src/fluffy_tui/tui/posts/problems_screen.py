"""All that needs the person, worst first, with the keys that mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.content import Content
from textual.widgets import OptionList, Static

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.posts.post_actions import ActsOnPosts
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.posts.problem_list import ProblemList
from fluffy_tui.tui.posts.problem_words import budget_words, mending, next_due, whole, worker_words
from fluffy_tui.tui.session.messages import OverviewChanged, on_event
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.hanging_indent import hanging

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from textual import events
    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Post, Problem
    from fluffy_tui.tui.session.context import Context

READING = "Looking for what needs you …"
LABEL_WIDTH = 7


class ProblemsScreen(ActsOnPosts, FrameScreen):
    """The inbox of troubles of every persona; below it the whole of the one under the cursor.

    Args:
        context: The world.
    """

    PLACE = Place.PROBLEMS
    TAB = "problems"
    BINDINGS = bindings(Place.PROBLEMS)
    CSS: ClassVar[str] = """
    ProblemsScreen {
        #no-trouble { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
        #trouble { height: auto; max-height: 70%; border-top: solid $border-blurred; padding: 0 1;
            border-title-color: $text-muted; border-subtitle-color: $text-muted; }
        #standing { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._list = ProblemList(context.zone, context.clock, context.setup.settings.keys)
        self._nothing = Static(READING, id="no-trouble", markup=False)
        self._whole = Static("", id="trouble", markup=False)
        self._standing = Static("", id="standing", markup=False)

    def posts_in_question(self) -> Sequence[Post]:
        """Return the posts of the marked lines, or of the one under the cursor."""
        items = self._list.marked or [item for item in [self._list.current] if item is not None]
        return list({item.post.id: item.post for item in items if item.post is not None}.values())

    def channel_in_question(self) -> str | None:
        """Return the channel of the line under the cursor, which may have no post."""
        item = self._list.current
        return item.channel_id if item else None

    def acted(self) -> None:
        """Take the marks off."""
        self._list.unmark_all()

    def compose_body(self) -> ComposeResult:
        """Lay out list and panel; a sentence takes their place while nothing needs anybody."""
        yield self._nothing
        yield self._list
        yield self._whole
        yield self._standing

    def on_mount(self) -> None:
        """Show what is known."""
        self._show_troubles()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim the mark while there is nothing to mark."""
        if action == "mark" and self._list.current is None:
            return None
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Mark the line, or unmark it."""
        self._list.toggle_mark()

    def action_open(self) -> None:
        """Open the post of the line; a trouble that is no post's own is told whole below the list."""
        item = self._list.current
        if item is not None and item.post is not None:
            self.app.push_screen(PostDetailScreen(self.context, item.post))

    def on_resize(self, _event: events.Resize) -> None:
        """Break the lines of the panel anew."""
        self.call_after_refresh(self._show_whole)

    @on_event(OverviewChanged)
    def _overview_changed(self) -> None:
        self._show_troubles()

    @on(OptionList.OptionHighlighted)
    @on(ProblemList.MarksChanged)
    def _moved(self) -> None:
        self._show_whole()

    def _show_troubles(self) -> None:
        overview = self.context.overview
        self._list.show(overview)
        some = bool(overview.troubles)
        self._list.display = self._whole.display = some
        self._nothing.display = not some
        self._nothing.update(self._nothing_words())
        if some and self.focused is None:
            self._list.focus()
        self._show_whole()
        budget = budget_words(overview.budget, self.context.clock(), self.context.zone)
        standing = (budget, worker_words(overview))
        self._standing.update(" · ".join(words for words in standing if words))

    def _nothing_words(self) -> str:
        overview = self.context.overview
        if not overview.read:
            return READING
        zone = zone_of(overview.persona, self.context.zone)
        return f"Nothing needs you. {next_due(overview, zone, self.context.zone)}".rstrip()

    def _show_whole(self) -> None:
        self.refresh_bindings()
        item, overview = self._list.current, self.context.overview
        marked = len(self._list.marked)
        self._whole.border_subtitle = f"{marked} marked: keys act on them" if marked else ""
        if item is None:
            self._whole.update("")
            return
        zone = zone_of(overview.personas.get(item.persona_id or 0, overview.persona), self.context.zone)
        self._whole.update(self._lines(item, zone))

    def _lines(self, item: Problem, zone: tzinfo) -> Content:
        keys = mending(item, self.context.setup.settings.keys)
        facts = whole(item, self.context.clock(), zone, self.context.zone, keys)
        room = self._whole.content_size.width or None
        return Content("\n").join(
            hanging(Content.styled(label.ljust(LABEL_WIDTH), "$foreground-muted"), Content(words), room)
            for label, words in facts
        )
