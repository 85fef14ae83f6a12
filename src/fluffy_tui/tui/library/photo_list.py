"""A list of photos, as lines or as a contact sheet, that only holds what is visible, of ten photos or a million."""

from __future__ import annotations

import logging
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.library.photo_line import PLAIN, RowNote, line_parts
from fluffy_tui.tui.library.photo_rows import Grid, PhotoRows, Viewport, index_after_change

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from textual.binding import BindingType

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.library.contact_sheet import ContactSheet

log = logging.getLogger(__name__)


class PhotoList(ScrollView, can_focus=True):
    """Lists photos by id and fetches only those around the visible ones.

    A row is one line of text, or several photos side by side while a contact sheet draws them. The cursor never waits:
    a row that is not loaded yet is a dim line. Answers that arrive after the ids have changed are refused.

    Args:
        fetch: Returns the photos of some ids, without those that no longer exist.
        now: Returns the time, in the user's zone; the current year is left out of dates.
        note: Returns what is shown about a photo besides the photo itself.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.LIST),
        *bindings(Place.LIBRARY, only=("library.previous_photo", "library.next_photo")),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "photo-list--cursor",
        "photo-list--dim",
        "photo-list--mark",
        "photo-list--pick",
        "photo-list--problem",
    }
    DEFAULT_CSS = """
    PhotoList {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &:focus { border: round $border; border-title-color: $text; }
        & > .photo-list--cursor { background: $surface-lighten-1; }
        &:focus > .photo-list--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .photo-list--dim { color: $foreground-muted; }
        & > .photo-list--mark { color: $accent; }
        & > .photo-list--pick { color: $text-success; }
        & > .photo-list--problem { color: $warning; }
    }
    """

    @dataclass
    class Selected(Message):
        """The photo under the cursor was double-clicked."""

        photo_id: int

    @dataclass
    class Fetched(Message):
        """Photos in or near the visible rows were loaded."""

        has_other_flags: bool
        """Whether one of them was flagged elsewhere since it was loaded before."""

    @dataclass
    class Failed(Message):
        """Photos could not be loaded; `reload` tries again."""

        error: Exception

    current: var[Photo | None] = var(None, init=False, always_update=True)
    """The photo under the cursor; None while it is loading, or in an empty list. Set whenever it is another photo, or
    has changed. Watchers are called at once, so the picture is drawn in the same frame as the row."""

    def __init__(
        self,
        fetch: Callable[[Sequence[int]], Awaitable[dict[int, Photo]]],
        now: Callable[[], datetime],
        note: Callable[[Photo], RowNote] = lambda _photo: PLAIN,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self.rows = PhotoRows()
        """All ids, and the photos that are loaded."""
        self.cursor = 0
        """Index of the highlighted row."""
        self._fetch = fetch
        self._now = now
        self._note = note
        self._sheet: ContactSheet[Photo] | None = None
        self._counts = ("", "")
        self._is_loading = False
        self._is_complete = True

    # What is where

    @property
    def highlighted_id(self) -> int | None:
        """The id under the cursor; None in an empty list."""
        return self.rows.ids[self.cursor] if self.rows else None

    @property
    def highlighted(self) -> Photo | None:
        """The photo under the cursor; None while it is loading, or in an empty list."""
        return self.rows.photo(self.cursor) if self.rows else None

    def photo_at(self, index: int) -> Photo | None:
        """Return the photo at an index; None while it is loading, or outside of the list."""
        return self.rows.photo(index) if 0 <= index < len(self.rows) else None

    def neighbours(self) -> list[Photo]:
        """Return the next and the previous photo, as far as they are loaded."""
        found = (self.photo_at(index) for index in (self.cursor + 1, self.cursor - 1))
        return [photo for photo in found if photo is not None]

    @property
    def row_on_screen(self) -> int:
        """How many rows the cursor is below the first visible one."""
        return self.view.grid.row_of(self.cursor) - self.view.top

    @property
    def view(self) -> Viewport:
        grid = self._sheet.grid if self._sheet is not None else Grid()
        return Viewport(grid, round(self.scroll_y) // grid.height, self.scrollable_content_region.height)

    # Changes of rows

    def replace_ids(
        self,
        ids: Sequence[int],
        *,
        cursor_on: int | None = None,
        is_complete: bool = True,
        row_on_screen: int | None = None,
    ) -> None:
        """Show other ids; the cursor stays on its photo, or on the next one that is left.

        Args:
            ids: All ids in order; an `array('q')` is not copied.
            cursor_on: The id to put the cursor on instead, if it is among them.
            is_complete: Whether there are no more; if not, no total is shown.
            row_on_screen: How many rows the cursor belongs below the first visible one; by default as before.
        """
        self._is_complete = is_complete
        old, row = self.rows.ids, self.row_on_screen if row_on_screen is None else row_on_screen
        self.rows.replace(ids)
        if cursor_on is not None and cursor_on in self.rows.ids:
            self.cursor = index_after_change([cursor_on], 0, self.rows.ids)
        else:
            self.cursor = index_after_change(old, self.cursor, self.rows.ids)
        self.virtual_size = Size(0, self.view.height_of(len(self.rows)))
        self._scroll_to_row(max(0, self.view.grid.row_of(self.cursor) - row))
        self._rows_changed(self.cursor)

    def splice(self, start: int, stop: int, ids: Sequence[int]) -> None:
        """Replace the rows `start:stop` by others; a cursor among them moves to the row above."""
        cursor = self.cursor
        if cursor >= stop:
            cursor += len(ids) - (stop - start)
        elif cursor >= start:
            cursor = max(0, start - 1)
        self.rows.ids[start:stop] = array("q", ids)
        self._rows_changed(cursor)

    def remove_row(self, index: int) -> None:
        """Remove a row; the cursor stays where it is, on the row that follows."""
        del self.rows.ids[index]
        self._rows_changed(max(0, min(self.cursor, len(self.rows) - 1)))

    def insert_row(self, index: int, photo_id: int) -> None:
        self.rows.ids.insert(index, photo_id)
        self._rows_changed(min(index, len(self.rows) - 1))

    def _rows_changed(self, cursor: int) -> None:
        self.cursor = cursor
        self.virtual_size = Size(0, self.view.height_of(len(self.rows)))
        self._scroll_to_row(self.view.top_for(self.cursor))
        self._update_current()
        self._update_rows()

    # Changes of photos

    def reload(self) -> None:
        """Fetch the visible rows again; their photos stay visible meanwhile."""
        self.rows.invalidate()
        self._update_rows()

    def reload_photo(self, photo_id: int) -> bool:
        """Fetch one photo again; return False if it is not in or near the visible rows."""
        self.rows.invalidate_one(photo_id)
        self._update_rows()
        return photo_id in self.rows.missing(*self.view.around)

    def put(self, photo: Photo) -> Photo | None:
        """Show the current state of a photo, refuse the answers to pending fetches, and return what was known."""
        before = self.rows.put(photo)
        if photo.id == self.highlighted_id:
            self.refresh_line(self.view.grid.label_line(self.cursor))
            self._update_current()
        else:
            self.refresh()
        return before

    # Moving the cursor

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, or on the nearest one."""
        index = max(0, min(index, len(self.rows) - 1))
        if index == self.cursor or not self.rows:
            return
        before, self.cursor = self.cursor, index
        self.refresh_line(self.view.grid.label_line(before))
        self.refresh_line(self.view.grid.label_line(index))
        self._scroll_to_row(self.view.top_for(index))
        self._update_current()

    def go_to(self, photo_id: int) -> bool:
        """Put the cursor on a photo; return False if it is not in the list."""
        if photo_id not in self.rows.ids:
            return False
        self.move_to(self.rows.ids.index(photo_id))
        return True

    def action_cursor_down(self) -> None:
        self.move_to(self.view.grid.below(self.cursor, len(self.rows)))

    def action_cursor_up(self) -> None:
        self.move_to(self.view.grid.above(self.cursor))

    def action_step(self, photos: int) -> None:
        self.move_to(self.cursor + photos)

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self.rows) - 1)

    def action_page_down(self) -> None:
        self.move_to(self.cursor + self.view.page)

    def action_page_up(self) -> None:
        self.move_to(self.cursor - self.view.page)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row; a double click selects the photo."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = self.view.index_at(offset.x, offset.y)
        if index >= len(self.rows):
            return
        if index == self.cursor and self.has_focus and event.chain > 1:
            self.post_message(self.Selected(self.rows.ids[index]))
        self.move_to(index)

    def on_resize(self, _event: events.Resize) -> None:
        """Keep the cursor visible, and fetch the rows that have become visible."""
        self.show_as(self._sheet)

    def notify_style_update(self) -> None:
        """Repaint the pictures, since a new theme may have another background."""
        super().notify_style_update()
        if self._sheet is not None:
            self.call_later(self._sheet.paint, self.view.visible, self.cursor)

    def show_as(self, sheet: ContactSheet[Photo] | None) -> None:
        """Show the photos as a contact sheet; as lines if it is None."""
        self._sheet = sheet
        if sheet is not None:
            sheet.fit(self.scrollable_content_region.size)
        self.virtual_size = Size(0, self.view.height_of(len(self.rows)))
        self._scroll_to_row(self.view.top_for(self.cursor))
        self._update_rows()

    @on(events.MouseScrollDown)
    @on(events.MouseScrollUp)
    def _scroll_sheet(self, event: events.MouseScrollDown | events.MouseScrollUp) -> None:
        """Scroll a contact sheet by a row, which is more than the lines that Textual scrolls by."""
        if self._sheet is not None:
            event.stop()
            event.prevent_default()
            self._scroll_to_row(
                max(0, self.view.top + (1 if isinstance(event, events.MouseScrollDown) else -1))
            )

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Fetch the rows that have become visible."""
        super().watch_scroll_y(old_value, new_value)
        self._update_rows()

    def _scroll_to_row(self, row: int) -> None:
        self.scroll_to(y=row * self.view.grid.height, animate=False, immediate=True, force=True)

    def _update_current(self) -> None:
        self.current = self.highlighted

    # Drawing

    def refresh_photo(self, photo: Photo) -> None:
        visible, grid = self.view.visible, self.view.grid
        shown = self.rows.ids[visible.start : visible.stop]
        if photo.id in shown:
            row = grid.row_of(visible.start + shown.index(photo.id))
            self.refresh_lines(row * grid.height, grid.height)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines; what a contact sheet draws goes to the terminal as it is, within the frame of the list."""
        if self._sheet is None:
            return super().render_lines(crop)
        lines = super().render_lines(Region(0, crop.y, self.outer_size.width, crop.height))
        return self._sheet.drawn_over(lines, crop, self.view)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen; `render_lines` draws the contact sheet over it."""
        index = self.view.top + y if self._sheet is None else len(self.rows)
        return self.label(index, self.scrollable_content_region.width)

    def label(self, index: int, width: int) -> Strip:
        """Draw the text of the photo at an index."""
        base = self.rich_style
        if index >= len(self.rows):
            return Strip.blank(width, base)
        at_cursor = index == self.cursor
        if at_cursor:
            base += self.get_component_rich_style("photo-list--cursor", partial=True)
        return Strip(self._row_segments(index, width, base, at_cursor=at_cursor), width)

    def _row_segments(self, index: int, width: int, base: Style, *, at_cursor: bool) -> list[Segment]:
        def styled(role: str) -> Style:
            # a partial style would not know how transparent its colour is
            colour = self.get_component_rich_style(f"photo-list--{role}").color
            return base if at_cursor else base + Style.from_color(colour)

        edge = Segment("▌" if at_cursor else " ", base)
        photo = self.rows.photo(index)
        if photo is None:
            text = "no longer in the library" if self.rows.is_gone(index) else "·" * 12
            return [edge, Segment(set_cell_size(text, width - 1), styled("dim"))]
        parts = line_parts(photo, self._note(photo), width - 1, self._now())
        return [edge, *(Segment(text, styled(role) if role else base) for role, text in parts)]

    def show_counts(self, before: str, after: str) -> None:
        """Show something before and after the range of visible rows, such as how many are selected."""
        if (before, after) != self._counts:
            self._counts = before, after
            self._update_rows()

    def _update_rows(self) -> None:
        """Show which rows are visible, and fetch their photos if needed."""
        top, page, count = self.view.visible.start, self.view.page, len(self.rows)
        total = f"{count:,}" if self._is_complete else "…"
        rows = f"{top + 1:,}–{min(top + page, count):,} of {total}" if count else ""
        before, after = self._counts
        self.border_subtitle = " · ".join(filter(None, (before, rows, after)))
        self.refresh()
        if self._sheet is not None:
            self._sheet.paint(self.view.visible, self.cursor)
        if not self._is_loading and self.rows.missing(*self.view.around):
            self._is_loading = True
            self.run_worker(
                self._load_rows(),
                group="photo-rows" if self.highlighted else "photo-under-cursor",  # keys wait for this one
                description="loading the visible photos",
                exit_on_error=False,
            )

    async def _load_rows(self) -> None:
        """Fetch until everything visible is loaded: one request at a time, each for what is visible then."""
        try:
            while asked := self.rows.missing(*self.view.around):
                token = self.rows.token
                answer = await self._fetch(asked)
                has_other_flags = self.rows.has_other_flags(answer)
                if self.rows.store(token, asked, answer):
                    self._update_rows()
                    self.post_message(self.Fetched(has_other_flags))
                    if self.highlighted is not self.current:
                        self._update_current()
        except Exception as error:  # the list stays as it is, and the handler of `Failed` reports it
            log.exception("the visible photos could not be loaded")
            self.post_message(self.Failed(error))
        finally:
            self._is_loading = False
