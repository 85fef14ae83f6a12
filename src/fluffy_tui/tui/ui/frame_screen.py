"""The frame around every tab: header, tabs, banner, body, status strip, footer."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.ui.closed_screens import let_go
from fluffy_tui.tui.ui.frame_lines import Banner, FrameHeader, StatusStrip, Tab, tabs
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.small_notice import SmallNotice

if TYPE_CHECKING:
    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.keymap.bindings import Place
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.messages import AppEvent, OverviewChanged


class FrameScreen(ReportsErrors, Screen[None]):
    """What every full screen stands in; a subclass says what is in the body.

    It hears everything in `messages` and handles what it cares for, as in `@on(PostChanged)`. A failed worker
    is told in a toast.

    Args:
        context: The world; the same object for all screens.
    """

    PLACE: ClassVar[Place]
    """Whose keys the help screen shows first."""
    TAB: ClassVar[str | None] = ""
    """Which tab is marked: `library`, `posts` and so on; empty for no tabs, None for the one it was opened from."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    @property
    def persona(self) -> Persona:
        """The persona chosen, as it is now named and connected; a tab exists only while there is one."""
        persona = self.context.overview.persona
        if persona is None:
            raise RuntimeError("no persona is chosen")
        return persona

    def compose_body(self) -> ComposeResult:
        """Yield what is between tabs and strip; it has all the room there is."""
        yield from ()

    def compose(self) -> ComposeResult:
        """Lay the frame around the body."""
        yield FrameHeader(demo=self.context.demo)
        own = self.context.setup.settings.keys
        if tab := self.app.current_mode if self.TAB is None else self.TAB:
            yield Horizontal(*tabs(tab, own), id="tabs")
        yield Banner()
        with Vertical(id="body"):
            yield from self.compose_body()
        yield StatusStrip(self.context.zone, self.context.clock, own)
        yield KeysFooter()
        yield SmallNotice()

    def on_mount(self) -> None:
        """Show what is known, and listen."""
        self._show_overview()
        self.context.changes.subscribe(self, self._hear, immediate=True)

    def on_unmount(self) -> None:
        """Hear nothing any more, and do not stay in memory."""
        self.context.changes.unsubscribe(self)
        let_go(self.app)

    def on_overview_changed(self, message: OverviewChanged) -> None:
        """Show what is known now."""
        self._show_overview()

    def _hear(self, happening: AppEvent) -> None:
        self.post_message(copy.copy(happening))  # each screen its own: handling marks a message

    def _show_overview(self) -> None:
        overview = self.context.overview
        self.query_one(FrameHeader).show(overview)
        self.query_one(Banner).show(overview.away)
        self.query_one(StatusStrip).show(overview)
        for tab in self.query("#tab-problems").results(Tab):
            tab.show(overview.needing)
