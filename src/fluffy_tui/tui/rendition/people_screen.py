"""The people screen: who is in the picture as posted, and where."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from fluffy_tui.media import window_for
from fluffy_tui.networks import people_tag_problem, rules_for
from fluffy_tui.scheduling import PostPhoto, TaggedPerson
from fluffy_tui.tui.keymap.bindings import Place, bindings, field_bindings
from fluffy_tui.tui.rendition.rendition_preview import RenditionPreview
from fluffy_tui.tui.rendition.tag_editor import TagEditor
from fluffy_tui.tui.rendition.tag_markers import draw_markers
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.too_small_notice import TooSmallNotice

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.session.context import Context

MOVE = "{people.left} {people.right} {people.up} {people.down} move"
STEP = 0.01
"""Fraction of the picture."""


class _HandleField(Input, inherit_bindings=False):
    """The field for a handle; the screen's keys are the screen's here too, arrows among them."""

    BINDINGS = field_bindings(Place.PEOPLE)


class PeopleScreen(ReportsErrors, Screen[tuple[TaggedPerson, ...] | None]):
    """The picture as posted with a marker for each person; closes with the people tagged, or None.

    Args:
        photo: How it is fitted, and who is tagged in it so far.
        ratio: Width ÷ height that the cover of its post gives it.
    """

    PLACE = Place.PEOPLE
    BINDINGS = bindings(Place.PEOPLE)
    CSS: ClassVar[str] = """
    PeopleScreen {
        PhotoPreview { height: 1fr; border-subtitle-color: $text-muted; }
        #people { height: auto; border: round $border; border-title-color: $text; padding: 0 1;
            border-subtitle-color: $text-muted; }
        #handles { height: auto; max-height: 3; color: $text-muted; }
        .row { height: 1; }
        .row Static { width: 2; color: $text-muted; }
        Input { border: none; padding: 0; height: 1; background: $surface; width: 1fr; }
        #place { height: auto; color: $text-muted; }
        #place.-wrong { color: $text-error; }
    }
    """

    def __init__(
        self,
        context: Context,
        file: Photo,
        photo: PostPhoto,
        service: str,
        *,
        ratio: float | None = None,
        tagged_elsewhere: int = 0,
    ) -> None:
        super().__init__()
        self.context, self._file, self._photo, self._service = context, file, photo, service
        self._ratio, self._tagged_elsewhere = ratio, tagged_elsewhere
        self._rules = rules_for(service)
        window = window_for((file.width, file.height), self._rules.image, photo.framing, ratio)
        self.tags = TagEditor(photo.tags, window, photo.framing.turn)
        self._preview = RenditionPreview(context)
        self._handles = Static("", id="handles", markup=False)
        self._field = _HandleField(
            placeholder="handle, such as anna.lee", restrict=r"@?[^\s@]*", compact=True
        )
        self._place = Static("", id="place", markup=False)
        self._box = Vertical(
            self._handles, Horizontal(Static("@"), self._field, classes="row"), self._place, id="people"
        )
        self._box.border_subtitle = Content(context.with_keys(MOVE))
        self._has_picture = False

    @property
    def message(self) -> str:
        """The line below the field: where the current person is, or what is wrong."""
        return str(self._place.content)

    def compose(self) -> ComposeResult:
        yield self._preview.widget
        yield self._box
        yield KeysFooter()
        yield TooSmallNotice()

    def on_mount(self) -> None:
        self._field.focus()
        self._show_current()
        self._render_photo()

    def action_move(self, right: int, down: int) -> None:
        self.tags.move(right * STEP, down * STEP)
        self._show_current()

    def action_step(self, by: int) -> None:
        self.tags.step(by)
        self._show_current()

    def action_add(self) -> None:
        """Add a person, unless there are as many as the network takes."""
        if self.tags.current is not None and not self.tags.current.handle:
            self._show("Type the handle of this person first.", error=True)
            return
        problem = people_tag_problem(self._tagged_elsewhere + len(self.tags) + 1, self._rules)
        if problem is not None:
            self._show(problem.message, error=True)
            return
        self.tags.add()
        self._show_current()

    def action_remove(self) -> None:
        self.tags.remove()
        self._show_current()

    def action_apply(self) -> None:
        """Close with the people who have a handle."""
        if self.tags.repeated:
            self._show(f"@{self.tags.repeated} is tagged twice. Remove one of the tags.", error=True)
            return
        self.dismiss(self.tags.people)

    @on(Input.Changed)
    def _handle_typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value.startswith("@"):
            self._field.value = event.value[1:]  # which is announced again
            return
        self.tags.name(event.value)
        self._show_current()

    def _show_current(self) -> None:
        """Show the current person in field, line and picture."""
        tags, current = self.tags, self.tags.current
        count = f" · {tags.index + 1} of {len(tags)}" if tags else ""
        self._box.border_title = Content(f"people in the picture{count}")
        with self.prevent(Input.Changed):
            if self._field.value != (handle := current.handle if current else ""):
                self._field.value = handle
                self._field.cursor_position = len(handle)
        self._handles.update(Content(" ").join(self._label(index) for index in range(len(tags))))
        self._handles.display = len(tags) > 0
        if current is None:
            self._show("Type the handle of a person in the picture.")
        elif (place := tags.places[tags.index]) is None:
            self._show("Cut off by the fit: the arrow keys bring this person into the picture.", error=True)
        else:
            self._show(f"{place[0]:.0%} from the left, {place[1]:.0%} from the top")
        self._draw_markers()

    def _label(self, index: int) -> Content:
        words = f" @{self.tags.handles[index] or '…'} "
        is_current = index == self.tags.index
        return Content.styled(
            words, "$block-cursor-foreground on $block-cursor-background" if is_current else ""
        )

    def _show(self, words: str, *, error: bool = False) -> None:
        self._place.update(f"! {words}" if error else words)
        self._place.set_class(error, "-wrong")

    @work(group="rendition", exclusive=True, exit_on_error=False, description="rendering the picture")
    async def _render_photo(self) -> None:
        result = await self._preview.show(self._file, self._service, self._photo.framing, ratio=self._ratio)
        self._has_picture = result.rendition is not None
        self._draw_markers()

    def _draw_markers(self) -> None:
        if self._has_picture:
            self._preview.draw_over(partial(draw_markers, places=self.tags.places, current=self.tags.index))
