"""The frame of every full screen: header, tabs, banner, body, status strip, footer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.session.messages import EventArrived, OverviewChanged, handle_event, on_event
from fluffy_tui.tui.ui.header import Banner, FrameHeader, Tab, tabs
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.status_strip import StatusStrip
from fluffy_tui.tui.ui.textual_fixes import release_closed_widgets
from fluffy_tui.tui.ui.too_small_notice import TooSmallNotice

if TYPE_CHECKING:
    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.keymap.bindings import Place
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.messages import AppEvent


class FrameScreen(ReportsErrors, Screen[None]):
    """Base of every full screen; a subclass provides the body.

    It receives every `AppEvent`; methods marked with `@on_event` handle them. Errors of its workers are shown
    as toasts.
    """

    PLACE: ClassVar[Place]
    """Whose keys the help shows first."""
    TAB: ClassVar[str | None] = ""
    """The highlighted tab (`library`, `posts`…); empty for no tabs, None for the one it was opened from."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    @property
    def persona(self) -> Persona:
        """The chosen persona with its current name and channel; tabs exist only while there is one."""
        persona = self.context.overview.persona
        if persona is None:
            raise RuntimeError("no persona is chosen")
        return persona

    def compose_body(self) -> ComposeResult:
        """Yield what is between tabs and strip; it has all the remaining room."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield FrameHeader(self.context)
        own = self.context.keys
        if tab := self.app.current_mode if self.TAB is None else self.TAB:
            yield Horizontal(*tabs(tab, own), id="tabs")
        yield Banner()
        with Vertical(id="body"):
            yield from self.compose_body()
        yield StatusStrip(self.context)
        yield KeysFooter()
        yield TooSmallNotice()

    def on_mount(self) -> None:
        self._show_overview()
        self.context.changes.subscribe(self, self.on_app_event, immediate=True)

    def on_unmount(self) -> None:
        """Unsubscribe and free the memory of the screen."""
        self.context.changes.unsubscribe(self)
        release_closed_widgets(self.app)

    def on_app_event(self, event: AppEvent) -> None:
        self.post_message(EventArrived(event))

    async def on_event_arrived(self, message: EventArrived) -> None:
        await handle_event(self, message.event)

    @on_event(OverviewChanged)
    def _show_overview(self) -> None:
        overview = self.context.overview
        self.query_one(FrameHeader).show(overview)
        self.query_one(Banner).show(overview.away)
        self.query_one(StatusStrip).show(overview)
        for tab in self.query("#tab-problems").results(Tab):
            tab.show(overview.needing)
