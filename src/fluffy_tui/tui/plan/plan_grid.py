"""The calendar on the Plan tab: two weeks of slots and posts, one week above the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.shades import shades_on
from fluffy_tui.tui.plan.plan_cells import FREE, LEGEND, WEEK, Cell, cells_of
from fluffy_tui.tui.plan.slot_pictures import SlotPictures
from fluffy_tui.tui.text.post_state import photo_count_words
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from textual import events
    from textual.binding import BindingType

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda, Post

CURSOR_ACTIONS = ("plan.previous_slot", "plan.next_slot", "plan.previous_day", "plan.next_day")
ROOM_FOR_WORDS = 13
"""Columns of a cell from which the beginning of a caption, or the name of the state, is of use."""
ROOM_FOR_PICTURES = 14
PICTURE_HEIGHTS = (5, 4, 3)
"""Lines of the pictures, the most that fit; captions replace them where none do."""
AROUND = 13
"""Lines of the terminal that the frame and the details of the slot need."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the calendar shows for each day of a week."""

    week: int
    row: int
    """The number of the cell; -1 for the line with the dates."""
    of_picture: int = -1
    """The line of the cell's picture; -1 for the line with the time."""


class PlanGrid(Widget, can_focus=True):
    """The calendar, with a cursor on one cell; a post that is being moved is shown in angle brackets.

    Args:
        thumbnail: Returns a small upright Pillow image; slow, called in a thread; raises PhotoUnreadable.
        is_shaded: Whether pictures are drawn with shades.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.PLAN, only=CURSOR_ACTIONS)

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "plan--day",
        "plan--cursor",
        "plan--bar",
        "plan--free",
        "plan--primary",
        "plan--success",
        "plan--warning",
    }
    DEFAULT_CSS = """
    PlanGrid {
        height: auto;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        &:focus { border: round $border; border-title-color: $text; }
        & > .plan--day { text-style: bold; }
        & > .plan--bar { color: $primary; }
        & > .plan--free { color: $foreground-muted; }
        & > .plan--primary { color: $text-primary; }
        & > .plan--success { color: $text-success; }
        & > .plan--warning { color: $text-warning; }
        & > .plan--cursor { color: $foreground; background: $surface-lighten-1; }
        &:focus > .plan--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """

    cursor: reactive[tuple[int, int]] = reactive((0, 0), init=False)
    """Number of the day, number of the cell in it."""
    moving: reactive[int | None] = reactive(None)
    """ID of the post that is being moved or swapped."""

    class Highlighted(Message):
        """The cursor moved to another cell, or the cell changed."""

    def __init__(self, thumbnail: Callable[[Photo, int, int], object], *, is_shaded: bool = False) -> None:
        super().__init__(id="plan")
        self._days: tuple[tuple[date, tuple[Cell, ...]], ...] = ()
        self._photos: Mapping[int, Photo] = {}
        self._is_shaded = is_shaded
        self._pictures = SlotPictures(thumbnail)
        self.border_subtitle = "  ".join(f"{state.sign} {state.name}" for state in LEGEND)

    @property
    def cell(self) -> Cell | None:
        """The cell under the cursor; None on a day without any."""
        day, row = self.cursor
        cells = self._days[day][1] if day < len(self._days) else ()
        return cells[row] if row < len(cells) else None

    @property
    def cells(self) -> list[Cell]:
        """All cells, in order."""
        return [cell for _, cells in self._days for cell in cells]

    @property
    def free(self) -> list[Cell]:
        """The free slots, in order."""
        return [cell for cell in self.cells if cell.planned is None]

    @property
    def picture_height(self) -> int:
        """Lines of each picture; 0 if there is no room for pictures."""
        return self._picture_height(self.content_size.width)

    @property
    def region_of_cursor(self) -> Region:
        """The lines of the cell under the cursor, in the grid."""
        day, row = self.cursor
        lines = self._lines(self.picture_height)
        shown = [n for n, line in enumerate(lines) if (line.week, line.row) == (day // WEEK, row)]
        return Region(0, shown[0] + 1, 1, len(shown)) if shown else Region(0, 0, 1, 1)

    def show(self, agenda: Agenda, photos: Mapping[int, Photo]) -> None:
        """Show a plan; the cursor stays at its time, or moves to the next cell after it.

        Args:
            agenda: The plan.
            photos: The photos of the posts by ID, without those that are no longer in the library.
        """
        before = self.cell
        self._days, self._photos = cells_of(agenda), photos
        self.refresh(layout=True)
        self._request_pictures()
        at = before.at if before else agenda.now
        spots = [(day, row) for day, (_, cells) in enumerate(self._days) for row in range(len(cells))]
        later = [spot for spot in spots if self._days[spot[0]][1][spot[1]].at >= at]
        self.cursor = (later or spots or [(0, 0)])[0]
        self.post_message(self.Highlighted())

    def has_picture(self, photo_id: int) -> bool:
        """Return whether a photo's picture is shown."""
        return self._pictures.of(photo_id) is not None

    def watch_cursor(self) -> None:
        """Report the new position."""
        self.post_message(self.Highlighted())

    def action_previous_slot(self) -> None:
        """Go up."""
        self._move_row(-1)

    def action_next_slot(self) -> None:
        """Go down."""
        self._move_row(+1)

    def action_previous_day(self) -> None:
        """Go left."""
        self._move_day(-1)

    def action_next_day(self) -> None:
        """Go right."""
        self._move_day(+1)

    def _move_day(self, by: int) -> None:
        """Go to the nearest day that has cells."""
        day, row = self.cursor
        numbers = range(day + by, len(self._days)) if by > 0 else range(day + by, -1, -1)
        found = next((number for number in numbers if self._days[number][1]), None)
        if found is not None:
            self.cursor = (found, min(row, len(self._days[found][1]) - 1))

    def _move_row(self, by: int) -> None:
        """Go up or down within the day, and from its end to the same day of the other week."""
        day, row = self.cursor
        if day < len(self._days) and 0 <= row + by < len(self._days[day][1]):
            self.cursor = (day, row + by)
            return
        other = day + (WEEK if by > 0 else -WEEK)
        if 0 <= other < len(self._days) and self._days[other][1]:
            self.cursor = (other, 0 if by > 0 else len(self._days[other][1]) - 1)

    def on_click(self, event: events.Click) -> None:
        """Go to the cell that was clicked."""
        offset, lines = event.get_content_offset(self), self._lines(self.picture_height)
        if offset is None or offset.y >= len(lines):
            return
        line, column = lines[offset.y], min(WEEK - 1, offset.x // (self._room + 1))
        day = line.week * WEEK + column
        if day < len(self._days) and 0 <= line.row < len(self._days[day][1]):
            self.cursor = (day, line.row)

    def on_resize(self) -> None:
        """Make pictures of the size that fits now."""
        self._request_pictures()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Return the lines that the fullest days of both weeks need."""
        del container, viewport
        return len(self._lines(self._picture_height(width)))

    def render_line(self, y: int) -> Strip:
        """Draw one line of seven days."""
        lines, width = self._lines(self.picture_height), self.content_size.width
        if y >= len(lines):
            return Strip.blank(width, self.rich_style)
        line, segments = lines[y], list[Segment]()
        for number, (day, cells) in enumerate(self._days[line.week * WEEK : (line.week + 1) * WEEK]):
            spot = (line.week * WEEK + number, line.row)
            if line.row < 0:
                segments.append(self._text(f"{day:%a} {day.day}", "day"))
            elif line.row >= len(cells):
                segments.append(self._text("", FREE.tone))
            elif line.of_picture < 0:
                segments.append(self._head(cells[line.row], here=spot == self.cursor))
            else:
                segments += self._picture(cells[line.row], line.of_picture, here=spot == self.cursor)
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _lines(self, picture_height: int) -> list[Line]:
        """Return what each line shows; a row without posts has no lines for pictures."""
        lines = []
        for week in (0, 1):
            days = [cells for _, cells in self._days[week * WEEK : (week + 1) * WEEK]]
            lines.append(Line(week, -1))
            for row in range(max(map(len, days), default=0) or 1):
                lines.append(Line(week, row))
                if any(row < len(cells) and cells[row].planned for cells in days):
                    lines += [Line(week, row, number) for number in range(picture_height)]
        return lines

    def _picture_height(self, width: int) -> int:
        if width // WEEK < ROOM_FOR_PICTURES:
            return 0
        room = self.app.size.height - AROUND
        return next((height for height in PICTURE_HEIGHTS if len(self._lines(height)) <= room), 0)

    @property
    def _room(self) -> int:
        """Columns of a cell, without the gap after it."""
        return max(8, self.content_size.width // WEEK) - 1

    def _text(self, text: str, tone: str) -> Segment:
        room = self._room
        content = Content(text).truncate(room, ellipsis=True)
        padded = content.plain + " " * (room + 1 - content.cell_length)
        return Segment(padded, self.get_component_rich_style(f"plan--{tone}", partial=False))

    def _head(self, cell: Cell, *, here: bool) -> Segment:
        """Draw the line with the time and the state of a cell, in words if there is room."""
        state, time = cell.state, f"{cell.at:%H:%M}"
        text = f"{time} {state.sign}" if self._room > len(time) + 2 else f"{time}{state.sign}"
        with_name = f"{text} {state.name}"
        if self.picture_height:
            text = with_name if len(with_name) < self._room else text
        elif self._room >= ROOM_FOR_WORDS:
            text = f"{text} {_words(cell.planned.post)}" if cell.planned else with_name
        if cell.planned is not None and cell.planned.post.id == self.moving:
            text = f"‹{text}›" if len(text) + 3 <= self._room else f"‹{time}{state.sign}"
        return self._text(f"{'▌' if here else ' '}{text}", "cursor" if here else state.tone)

    def _picture(self, cell: Cell, number: int, *, here: bool) -> list[Segment]:
        """Draw one line of a cell's picture."""
        bar = Segment("▌" if here else " ", self.get_component_rich_style("plan--bar", partial=False))
        if cell.planned is None:
            return [bar, Segment(" " * self._room, self.rich_style)]
        photo_id = cell.planned.post.photo_id
        picture = self._pictures.of(photo_id)
        if picture is None:
            words = "no picture" if number == 0 and self._pictures.is_missing(photo_id) else ""
            style = self.get_component_rich_style(f"plan--{FREE.tone}", partial=False)
            return [bar, Segment(words.ljust(self._room), style)]
        drawn = picture[number] if number < len(picture) else ()
        count = len(cell.planned.post.photos)
        if number == 0 and count > 1:
            mark = f"1/{count}"
            drawn = (*map(Segment, mark), *drawn[len(mark) :])
        ground = Style.from_color(bgcolor=self.rich_style.bgcolor)
        cells = [Segment(text, ground + (style or Style.null())) for text, style, _ in drawn]
        return [bar, *cells, Segment(" " * (self._room - len(drawn)), self.rich_style)]

    def _request_pictures(self) -> None:
        height = self.picture_height
        shown = [cell.planned.post.photo_id for cell in self.cells if cell.planned]
        photos = [self._photos[id_] for id_ in shown if id_ in self._photos]
        columns = min(self._room - 1, 4 * height)
        if self._pictures.want(photos, columns, height):
            self._make_pictures()
        self.refresh()

    @work(
        group="slot-pictures", exclusive=True, exit_on_error=False, description="making the pictures of slots"
    )
    async def _make_pictures(self) -> None:
        shades = shades_on(self.rich_style.bgcolor) if self._is_shaded else ""
        await self._pictures.make(self.refresh, shades)


def _words(post: Post) -> str:
    count = photo_count_words(post)
    return f"{count}: {one_line(post.caption)}" if count else one_line(post.caption)
