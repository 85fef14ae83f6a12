"""Two to four photos side by side, zoomed and panned together, each picked or rejected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen

from fluffy_tui.photos import Photo, Verdict
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.text.score_words import score_words
from fluffy_tui.tui.text.words import VERDICT_WORDS, one_line
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.textual_fixes import release_closed_widgets
from fluffy_tui.tui.ui.too_small_notice import TooSmallNotice
from fluffy_tui.tui.zoom import ZoomedPhoto

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Resize

    from fluffy_tui.tui.session.context import Context

MOST = 4
"""Photos side by side."""
STEP = 0.5
"""Screens that a key moves the parts by."""
_LEAST_WIDTH = 30
"""Columns of a photo; where they are fewer, not all photos are shown at once."""


class CompareScreen(Screen[None]):
    """Two to four photos side by side; keys for flags act on the one with the bright border.

    `decide` flags photos together, as one step of undo.
    """

    PLACE = Place.COMPARE
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.COMPARE)
    DEFAULT_CSS = """
    CompareScreen ZoomedPhoto { width: 1fr; }
    CompareScreen ZoomedPhoto.-current { border: round $accent; }
    """

    def __init__(
        self,
        context: Context,
        photos: Sequence[Photo],
        decide: Callable[[Sequence[tuple[Photo, Verdict]]], None],
        undo: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__()
        self.context = context
        self._photos = list(photos[:MOST])
        self._decide = decide
        self._undo = undo
        self._history: list[list[Photo]] = []
        self._current = 0
        renderer, part = renderer_named(context.preview), context.services.photos.part
        self._panes = [ZoomedPhoto(photo, renderer, part, fits=True) for photo in self._photos]

    def compose(self) -> ComposeResult:
        yield Horizontal(*self._panes)
        yield KeysFooter()
        yield TooSmallNotice()

    def on_mount(self) -> None:
        self._update()

    def on_unmount(self) -> None:
        """Free the memory of the screen."""
        release_closed_widgets(self.app)

    def on_resize(self, event: Resize) -> None:
        self._show_as_many(event.size.width)

    def _show_as_many(self, width: int) -> None:
        count = max(2, min(len(self._panes), width // _LEAST_WIDTH))
        first = min(max(0, self._current - count + 1), len(self._panes) - count)
        for number, pane in enumerate(self._panes):
            pane.display = first <= number < first + count

    def _update(self) -> None:
        """Show which photo is the current one, and what is known of each."""
        for number, (pane, photo) in enumerate(zip(self._panes, self._photos, strict=True)):
            facts = [f"{number + 1}/{len(self._photos)} {one_line(photo.name)}"]
            facts += [VERDICT_WORDS[photo.verdict]] if photo.verdict else []
            facts += score_words(photo.scores) if photo.scores else []
            pane.border_title = Content(" · ".join(facts))
            pane.set_class(number == self._current, "-current")
        self._show_as_many(self.size.width)

    # Zoom

    def action_pan(self, across: int, down: int) -> None:
        self._lead.pan(across * STEP, down * STEP)
        self._follow()

    def action_zoom(self, factor: float) -> None:
        self._lead.zoom(factor)
        self._follow()

    @property
    def _lead(self) -> ZoomedPhoto:
        return self._panes[self._current]

    def _follow(self) -> None:
        for pane in self._panes:
            if pane is not self._lead:
                pane.follow(self._lead)

    # Flags

    def action_step(self, steps: int) -> None:
        self._current = (self._current + steps) % len(self._panes)
        self._update()

    def action_decide(self, verdict: str) -> None:
        self._flag({self._current: Verdict(verdict)})
        self._current = min(self._current + 1, len(self._panes) - 1)
        self._update()

    def action_best(self) -> None:
        self._flag(
            {
                number: Verdict.PICK if number == self._current else Verdict.REJECT
                for number in sorted(range(len(self._photos)), key=lambda number: number != self._current)
            }
        )
        self._update()

    def _flag(self, verdicts: dict[int, Verdict]) -> None:
        self._history.append([self._photos[number] for number in verdicts])
        self._decide([(self._photos[number], verdict) for number, verdict in verdicts.items()])
        for number, verdict in verdicts.items():
            stored = None if verdict is Verdict.UNDECIDED else verdict.value
            self._photos[number] = replace(self._photos[number], verdict=stored)

    async def action_undo(self) -> None:
        """Take back the last flags that were given here."""
        if not self._history:
            self.notify("Nothing to undo here.")
            return
        before = {photo.id: photo for photo in self._history.pop()}
        await self._undo()
        self._photos = [before.get(photo.id, photo) for photo in self._photos]
        self._current = next(number for number, photo in enumerate(self._photos) if photo.id in before)
        self._update()
