"""A list of photos that holds no more than what is seen of it, whether it has ten rows or a million."""

from __future__ import annotations

import logging
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import work
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.library.photo_rows import PhotoRows, index_after_change
from fluffy_tui.tui.photo.photo_line import PLAIN, RowNote, line_parts
from fluffy_tui.tui.ui.row_moves import RowMoves

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from rich.style import Style
    from textual import events
    from textual.binding import BindingType

    from fluffy_tui.photos import Photo

log = logging.getLogger(__name__)


class PhotoList(RowMoves, ScrollView, can_focus=True):
    """Shows photos by their ids, fetching only the rows around those that are seen.

    The cursor never waits: a row that has not come yet is a dim line. Answers that come after the ids have
    changed are refused.

    Args:
        fetch: returns the photos of some ids, without those that are gone.
        now: the time, for leaving out the present year.
        note: what is to be said of a photo besides.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.LIST)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "photo-list--cursor",
        "photo-list--dim",
        "photo-list--mark",
        "photo-list--trouble",
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
        & > .photo-list--trouble { color: $warning; }
    }
    """

    @dataclass
    class Selected(Message):
        """The photo under the cursor was clicked."""

        photo_list: PhotoList
        photo_id: int

        @property
        def control(self) -> PhotoList:
            """The list, for `@on` selectors."""
            return self.photo_list

    class Fetched(Message):
        """Photos in sight, or around it, have come."""

    @dataclass
    class Failed(Message):
        """Rows could not be fetched; `reload` tries again."""

        error: Exception

    told: var[Photo | None] = var(None, init=False, always_update=True)
    """The photo under the cursor, None while it has not come or there is none. Set whenever another is there, or it has
    come or changed. Who watches it is called at once, so that its picture is drawn in the same frame as the row."""

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
        """The ids and the photos that are known."""
        self.cursor = 0
        """Index of the highlighted row."""
        self._fetch = fetch
        self._now = now
        self._note = note
        self._said = ("", "")
        self._loading = False
        self._whole = True

    @property
    def highlighted_id(self) -> int | None:
        """The id under the cursor; None when the list is empty."""
        return self.rows.ids[self.cursor] if self.rows else None

    @property
    def highlighted(self) -> Photo | None:
        """The photo under the cursor; None while it has not come or when the list is empty."""
        return self.rows.photo(self.cursor) if self.rows else None

    def photo_at(self, index: int) -> Photo | None:
        """Return the photo at an index; None where there is none or it has not come."""
        return self.rows.photo(index) if 0 <= index < len(self.rows) else None

    @property
    def last(self) -> int:
        """Index of the last row; -1 while there is none."""
        return len(self.rows) - 1

    def neighbours(self) -> list[Photo]:
        """Return the next and the previous photo, as far as they are known."""
        found = (self.photo_at(index) for index in (self.cursor + 1, self.cursor - 1))
        return [photo for photo in found if photo is not None]

    def replace_ids(
        self,
        ids: Sequence[int],
        *,
        cursor_on: int | None = None,
        whole: bool = True,
        row_on_screen: int | None = None,
    ) -> None:
        """Show other ids; the cursor stays on its photo, or on the next one that is left.

        Args:
            ids: All ids in the order shown; an `array('q')` is taken as it is.
            cursor_on: The id to put the cursor on instead, where it is among them.
            whole: Whether there are no more; otherwise their number is not said.
            row_on_screen: Where on the screen the cursor is to be; where it was, when not given.
        """
        self._whole = whole
        old, row = self.rows.ids, self.row_on_screen if row_on_screen is None else row_on_screen
        self.rows.replace(ids)
        target = old[self.cursor : self.cursor + 1] if cursor_on is None else [cursor_on]
        if cursor_on is not None and cursor_on in self.rows.ids:
            self.cursor = index_after_change(target, 0, self.rows.ids)
        else:
            self.cursor = index_after_change(old, self.cursor, self.rows.ids)
        self.virtual_size = Size(0, len(self.rows))
        self.scroll_to(y=max(0, self.cursor - row), animate=False, immediate=True, force=True)
        self._reveal()
        self._tell()
        self._look()

    def reload(self) -> None:
        """Read the rows on the screen anew; what is known of them stays to be seen meanwhile."""
        self.rows.invalidate()
        self._look()

    def put(self, photo: Photo) -> None:
        """Show a photo as it is known to be now; answers that are under way are refused."""
        self.rows.put(photo)
        self.refresh()
        if photo.id == self.highlighted_id:
            self._tell()

    @property
    def row_on_screen(self) -> int:
        """How many lines below the list's first line on the screen the cursor is."""
        return self.cursor - round(self.scroll_y)

    def say(self, before: str, after: str) -> None:
        """Say something before and after the numbers of the rows in sight, such as how many are marked."""
        if (before, after) != self._said:
            self._said = before, after
            self._look()

    def splice(self, start: int, stop: int, ids: Sequence[int]) -> None:
        """Put rows in the place of those from `start` up to and without `stop`; a cursor among them goes before."""
        cursor = self.cursor
        if cursor >= stop:
            cursor += len(ids) - (stop - start)
        elif cursor >= start:
            cursor = max(0, start - 1)
        self.rows.ids[start:stop] = array("q", ids)
        self._rows_moved(cursor)

    def take_out(self, index: int) -> None:
        """Take a row out; the cursor stays where it is, on the row that follows."""
        del self.rows.ids[index]
        self._rows_moved(max(0, min(self.cursor, len(self.rows) - 1)))

    def put_in(self, index: int, photo_id: int) -> None:
        """Put a row in, and the cursor on it."""
        self.rows.ids.insert(index, photo_id)
        self._rows_moved(min(index, len(self.rows) - 1))

    def go_to(self, photo_id: int) -> bool:
        """Put the cursor on a photo; return False when it is not in the list."""
        if photo_id not in self.rows.ids:
            return False
        self.move_to(self.rows.ids.index(photo_id))
        return True

    def read_anew(self, photo_id: int) -> None:
        """Read one photo again."""
        self.rows.distrust_one(photo_id)
        self._look()

    def _rows_moved(self, cursor: int) -> None:
        self.cursor = cursor
        self.virtual_size = Size(0, len(self.rows))
        self._reveal()
        self._tell()
        self._look()

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, or on the nearest there is."""
        index = max(0, min(index, len(self.rows) - 1))
        if index == self.cursor or not self.rows:
            return
        before, self.cursor = self.cursor, index
        self.refresh_line(before)
        self.refresh_line(index)
        self._reveal()
        self._tell()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row clicked; a click on the row under the cursor selects it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = offset.y + round(self.scroll_y)
        if index >= len(self.rows):
            return
        if index == self.cursor and self.has_focus and event.chain > 1:
            self.post_message(self.Selected(self, self.rows.ids[index]))
        self.move_to(index)

    def on_resize(self, _event: events.Resize) -> None:
        """Keep the cursor in sight, and fetch the rows that came into sight."""
        self._reveal()
        self._look()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Fetch what comes into sight, however it was scrolled there."""
        super().watch_scroll_y(old_value, new_value)
        self._look()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        width, index = self.scrollable_content_region.width, y + round(self.scroll_y)
        base = self.rich_style
        if index >= len(self.rows):
            return Strip.blank(width, base)
        at_cursor = index == self.cursor
        if at_cursor:
            base += self.get_component_rich_style("photo-list--cursor", partial=True)
        return Strip(self._segments(index, width, base, at_cursor=at_cursor), width)

    def _segments(self, index: int, width: int, base: Style, *, at_cursor: bool) -> list[Segment]:
        def styled(role: str) -> Style:
            part = self.get_component_rich_style(f"photo-list--{role}", partial=True)
            return base if at_cursor else base + part

        edge = Segment("▌" if at_cursor else " ", base)
        photo = self.rows.photo(index)
        if photo is None:
            words = "no longer there" if self.rows.is_gone(index) else "·" * 12
            return [edge, Segment(set_cell_size(words, width - 1), styled("dim"))]
        parts = line_parts(photo, self._note(photo), width - 1, self._now())
        return [edge, *(Segment(words, styled(role) if role else base) for role, words in parts)]

    @property
    def page(self) -> int:
        """How many rows fit on the screen."""
        return max(1, self.scrollable_content_region.height)

    def _reveal(self) -> None:
        """Scroll just as far as it takes to see the cursor."""
        top, page = round(self.scroll_y), self.page
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True, force=True)
        elif self.cursor >= top + page:
            self.scroll_to(y=self.cursor - page + 1, animate=False, immediate=True, force=True)

    def _tell(self) -> None:
        """Say which photo is under the cursor now."""
        self.told = self.highlighted

    def _look(self) -> None:
        """Say which rows are in sight, and have those fetched that are not known."""
        top, page, count = round(self.scroll_y), self.page, len(self.rows)
        total = f"{count:,}" if self._whole else "…"
        rows = f"{top + 1:,}–{min(top + page, count):,} of {total}" if count else ""
        before, after = self._said
        self.border_subtitle = " · ".join(filter(None, (before, rows, after)))
        self.refresh()
        if not self._loading and self.rows.missing(*self._in_sight()):
            self._loading = True
            self._load()

    def _in_sight(self) -> tuple[int, int]:
        """Return the range of rows seen, and a page before and after."""
        top, page = round(self.scroll_y), self.page
        return max(0, top - page), top + 2 * page

    @work(group="photo-rows", description="photos in sight", exit_on_error=False)
    async def _load(self) -> None:
        """Fetch until all that is in sight is known: one request at a time, each for what is in sight then."""
        try:
            while asked := self.rows.missing(*self._in_sight()):
                token = self.rows.token
                if self.rows.store(token, asked, await self._fetch(asked)):
                    self.refresh()
                    self.post_message(self.Fetched())
                    if self.highlighted is not self.told:
                        self._tell()
        except Exception as error:  # the list stays as it is, and its screen says why
            log.exception("The photos in sight could not be read")
            self.post_message(self.Failed(error))
        finally:
            self._loading = False
