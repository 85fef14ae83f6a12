"""Two weeks of a channel's slots as a calendar, one row of days under the other."""

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

from fluffy_tui.tui.plan.plan_cells import EMPTY, LEGEND, WEEK, Cell, cells_of, state_of
from fluffy_tui.tui.plan.slot_pictures import SlotPictures
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from textual import events

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda

ROOM_FOR_WORDS = 13
"""Columns from which the beginning of a caption says more than the sign alone."""
ROOM_FOR_PICTURES = 14
PICTURE_HEIGHTS = (5, 4, 3)
"""Lines of the pictures, whichever the terminal has room for; below that words take their place."""
AROUND = 13
"""Lines of a terminal that the calendar leaves to the frame and to what is told of the slot."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the calendar shows of each day of a week."""

    week: int
    row: int
    """The number of the cell; -1 for the line of the dates."""
    of_picture: int = -1
    """Which line of the cell's picture; -1 for the line with the time."""


class PlanGrid(Widget, can_focus=True):
    """The calendar, with a cursor on one cell; the post taken up stands between angles.

    Args:
        thumbnail: Returns a small upright Pillow image; slow, called in a thread; raises PhotoUnreadable.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "plan--day",
        "plan--cursor",
        "plan--bar",
        "plan--empty",
        "plan--primary",
        "plan--success",
        "plan--posted",
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
        & > .plan--empty { color: $foreground-muted; }
        & > .plan--primary { color: $text-primary; }
        & > .plan--success { color: $text-success; }
        & > .plan--posted { color: $foreground; }
        & > .plan--warning { color: $text-warning; }
        & > .plan--cursor { color: $foreground; background: $surface-lighten-1; }
        &:focus > .plan--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """

    cursor: reactive[tuple[int, int]] = reactive((0, 0), init=False)
    """Number of the day, number of the cell in it."""
    taken_up: reactive[int | None] = reactive(None)
    """Id of the post that is to be moved or swapped."""

    @dataclass
    class Highlighted(Message):
        """The cursor is on another cell."""

        grid: PlanGrid
        cell: Cell | None

    def __init__(self, thumbnail: Callable[[Photo, int, int], object]) -> None:
        super().__init__(id="plan")
        self._days: tuple[tuple[date, tuple[Cell, ...]], ...] = ()
        self._photos: Mapping[int, Photo] = {}
        self._pictures = SlotPictures(thumbnail)
        self.border_subtitle = "  ".join(f"{state.sign} {state.word}" for state in LEGEND)

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
    def empty(self) -> list[Cell]:
        """The empty slots shown, in order."""
        return [cell for cell in self.cells if cell.planned is None]

    @property
    def picture_height(self) -> int:
        """How many lines the pictures have here; 0 where there is no room for any."""
        return self._picture_height(self.content_size.width)

    @property
    def region_of_cursor(self) -> Region:
        """The lines of the cell under the cursor, in the grid."""
        day, row = self.cursor
        lines = self._lines(self.picture_height)
        shown = [n for n, line in enumerate(lines) if (line.week, line.row) == (day // WEEK, row)]
        return Region(0, shown[0] + 1, 1, len(shown)) if shown else Region(0, 0, 1, 1)

    def show(self, agenda: Agenda, photos: Mapping[int, Photo]) -> None:
        """Show what is planned now; the cursor stays at its moment, or goes to the first cell.

        Args:
            agenda: What is planned on the channel.
            photos: Those of the posts, by their ids, without those that are gone.
        """
        before = self.cell
        self._days, self._photos = cells_of(agenda), photos
        self.refresh(layout=True)
        self._want_pictures()
        at = before.at if before else agenda.now
        spots = [(day, row) for day, (_, cells) in enumerate(self._days) for row in range(len(cells))]
        later = [spot for spot in spots if self._days[spot[0]][1][spot[1]].at >= at]
        self.cursor = (later or spots or [(0, 0)])[0]
        self.post_message(self.Highlighted(self, self.cell))

    def has_picture(self, photo_id: int) -> bool:
        """Tell whether a photo's picture is drawn."""
        return self._pictures.of(photo_id) is not None

    def watch_cursor(self) -> None:
        """Say where the cursor is."""
        self.post_message(self.Highlighted(self, self.cell))

    def move_day(self, by: int) -> None:
        """Go to another day that has cells."""
        day, row = self.cursor
        numbers = range(day + by, len(self._days)) if by > 0 else range(day + by, -1, -1)
        found = next((number for number in numbers if self._days[number][1]), None)
        if found is not None:
            self.cursor = (found, min(row, len(self._days[found][1]) - 1))

    def move_row(self, by: int) -> None:
        """Go up or down on the day; from its end to the same day of the other week."""
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
        """Make the pictures as large as they have room now."""
        self._want_pictures()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Return as many lines as the fullest days of both weeks need."""
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
                segments.append(self._text("", "empty"))
            elif line.of_picture < 0:
                segments.append(self._head(cells[line.row], here=spot == self.cursor))
            else:
                segments += self._picture(cells[line.row], line.of_picture, here=spot == self.cursor)
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _lines(self, picture_height: int) -> list[Line]:
        """Return what each line shows; a row without any post needs no lines for pictures."""
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
        """Columns of a cell, but for the gap behind it."""
        return max(8, self.content_size.width // WEEK) - 1

    def _text(self, text: str, tone: str) -> Segment:
        room = self._room
        content = Content(text).truncate(room, ellipsis=True)
        padded = content.plain + " " * (room + 1 - content.cell_length)
        return Segment(padded, self.get_component_rich_style(f"plan--{tone}", partial=False))

    def _head(self, cell: Cell, *, here: bool) -> Segment:
        """Draw the line with the time and the state of a cell, and words where there is room for them."""
        state, time = state_of(cell), f"{cell.at:%H:%M}"
        text = f"{time} {state.sign}" if self._room > len(time) + 2 else f"{time}{state.sign}"
        with_word = f"{text} {state.word}"
        if self.picture_height:
            text = with_word if len(with_word) < self._room else text
        elif cell.planned is not None and self._room >= ROOM_FOR_WORDS:
            text = f"{text} {one_line(cell.planned.post.caption)}"
        elif cell.planned is None and self._room >= ROOM_FOR_WORDS:
            text = with_word
        if cell.planned is not None and cell.planned.post.id == self.taken_up:
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
            style = self.get_component_rich_style(f"plan--{EMPTY.tone}", partial=False)
            return [bar, Segment(words.ljust(self._room), style)]
        drawn = picture[number] if number < len(picture) else ()
        ground = Style.from_color(bgcolor=self.rich_style.bgcolor)
        cells = [Segment(text, ground + (style or Style.null())) for text, style, _ in drawn]
        return [bar, *cells, Segment(" " * (self._room - len(drawn)), self.rich_style)]

    def _want_pictures(self) -> None:
        height = self.picture_height
        shown = [cell.planned.post.photo_id for cell in self.cells if cell.planned]
        photos = [self._photos[id_] for id_ in shown if id_ in self._photos]
        columns = min(self._room - 1, 4 * height)
        if self._pictures.want(photos, columns, height):
            self._make_pictures()
        self.refresh()

    @work(group="slot-pictures", exclusive=True, exit_on_error=False, description="the slots' pictures")
    async def _make_pictures(self) -> None:
        await self._pictures.make(self.refresh)
