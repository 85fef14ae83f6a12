"""The calendar on the Plan tab: two weeks of slots and posts, one week above the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip

from fluffy_tui.tui.photo.painter import Painter, paint_shades
from fluffy_tui.tui.photo.shades import shades_on
from fluffy_tui.tui.plan.plan_cells import DAY, FREE, WEEK, Cell, PlanDay, days_of, monday_of, today_of
from fluffy_tui.tui.plan.slot_calendar import AROUND, SlotCalendar, heading, nothing
from fluffy_tui.tui.plan.slot_pictures import SlotPictures
from fluffy_tui.tui.plan.slot_shades import SIGNS, SlotShades
from fluffy_tui.tui.text.post_state import photo_count_words
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import Agenda, Post
    from fluffy_tui.tui.photo.small_pictures import Thumbnail

WEEKS = 2
ROOM_FOR_WORDS = 13
"""Columns of a cell from which the beginning of a caption, or the name of the state, is of use."""
ROOM_FOR_PICTURES = 14
PICTURE_HEIGHTS = (5, 4, 3)
"""Lines of the pictures, the most that fit; captions replace them where none do."""
_DATES, _DIVIDER = -1, -2


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the calendar shows for each day of a week."""

    week: int
    row: int
    """The number of the cell; negative for the line with the dates, and for the divider below a week."""
    of_picture: int = -1
    """The line of the cell's picture; -1 for the line with the time."""


class PlanGrid(SlotCalendar):
    """This week and the next one, or others, with a cursor on one cell; a post on the move is in angle brackets.

    The shades are those of slots whose posts are known to have done better or worse than others. Pictures are drawn
    with characters alone, whatever the renderer.
    """

    cursor: reactive[tuple[int, int]] = reactive((0, 0), init=False)
    """Number of the day, number of the cell in it."""
    moving: reactive[int | None] = reactive(None)
    """ID of the post that is being moved or swapped."""

    def __init__(self, thumbnail: Thumbnail[Photo], shades: SlotShades, *, renderer: Painter | None) -> None:
        super().__init__("plan")
        self._agenda: Agenda | None = None
        self._week = 0  # the first one that is shown, counted from the present one
        self._wanted: date | None = None
        self._days: tuple[PlanDay, ...] = ()
        self._photos: Mapping[int, Photo] = {}
        self._shades = shades
        self._renderer = renderer
        self._pictures = SlotPictures(thumbnail)

    @property
    def cell(self) -> Cell | None:
        """The cell under the cursor; None where there is none."""
        day, row = self.cursor
        cells = self._days[day].cells if day < len(self._days) else ()
        return cells[row] if row < len(cells) else None

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

    @property
    def day(self) -> date | None:
        """The day under the cursor; None before anything is shown."""
        day, _ = self.cursor
        return self._days[day].date if day < len(self._days) else None

    def span(self, today: date) -> tuple[date, date]:
        """Return the first day that is shown, and the one after the last."""
        first = monday_of(today) + self._week * WEEK * DAY
        return first, first + WEEKS * WEEK * DAY

    def show(self, agenda: Agenda, photos: Mapping[int, Photo]) -> None:
        """Show a plan; the cursor stays at its time, or moves to the next cell after it, or after the day wanted.

        The photos of the posts are given by id, without those that are no longer in the library.
        """
        before = self.cell
        self._agenda, self._photos = agenda, photos
        self._lay_out()
        if self._wanted is not None:
            self._go_to_wanted()
        else:
            at = before.at if before else agenda.now
            self._go_to_first(lambda cell: cell.at >= at)
        self._wanted = None

    def go_to(self, day: date) -> None:
        """Show a day's week and the one after it, with the cursor on the day or on the next one with a cell."""
        if self._agenda is not None:
            today = today_of(self._agenda)
            self._turn_to((monday_of(day) - monday_of(today)).days // WEEK, day)

    def _turn_to(self, week: int, day: date) -> None:
        self._week, self._wanted = week, day
        self._lay_out()
        self._go_to_wanted()
        self.post_message(self.Turned())

    def _go_to_wanted(self) -> None:
        wanted = self._wanted
        self._go_to_first(lambda cell: wanted is None or cell.at.date() >= wanted)

    def _go_to_first(self, fits: Callable[[Cell], bool]) -> None:
        spots = [(n, row) for n, day in enumerate(self._days) for row in range(len(day.cells))]
        fitting = [(n, row) for n, row in spots if fits(self._days[n].cells[row])]
        self.cursor = (fitting or spots[-1:] or [(0, 0)])[0]
        self.post_message(self.Highlighted())

    def _lay_out(self) -> None:
        if self._agenda is None:
            return
        first, end = self.span(today_of(self._agenda))
        self._days, last = days_of(self._agenda, first, (end - first).days), end - DAY
        self.border_title = f"{first.day} {first:%b} – {last.day} {last:%b %Y}"
        self.refresh(layout=True)
        self._request_pictures()

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw the pictures in another way from now on."""
        self._renderer = renderer
        self._pictures.forget()
        self.refresh(layout=True)
        self._request_pictures()

    def has_picture(self, photo_id: int) -> bool:
        return self._pictures.of(photo_id) is not None

    def watch_cursor(self) -> None:
        self.post_message(self.Highlighted())

    def action_page_up(self) -> None:
        self._turn(-WEEKS)

    def action_page_down(self) -> None:
        self._turn(WEEKS)

    def action_today(self) -> None:
        if self._agenda is not None:
            self.go_to(today_of(self._agenda))

    def _turn(self, weeks: int) -> None:
        day = self.cursor[0]
        if day < len(self._days):
            self._turn_to(self._week + weeks, self._days[day].date + weeks * WEEK * DAY)

    def action_previous_slot(self) -> None:
        self._move_row(-1)

    def action_next_slot(self) -> None:
        self._move_row(+1)

    def action_previous_day(self) -> None:
        self._move_day(-1)

    def action_next_day(self) -> None:
        self._move_day(+1)

    def _move_day(self, by: int) -> None:
        """Go to the nearest day that has cells."""
        self._wanted = None
        day, row = self.cursor
        numbers = range(day + by, len(self._days)) if by > 0 else range(day + by, -1, -1)
        found = next((number for number in numbers if self._days[number].cells), None)
        if found is not None:
            self.cursor = (found, min(row, len(self._days[found].cells) - 1))

    def _move_row(self, by: int) -> None:
        """Go up or down within the day, and from its end to the same day of the other week."""
        self._wanted = None
        day, row = self.cursor
        if day < len(self._days) and 0 <= row + by < len(self._days[day].cells):
            self.cursor = (day, row + by)
            return
        other = day + (WEEK if by > 0 else -WEEK)
        if 0 <= other < len(self._days) and self._days[other].cells:
            self.cursor = (other, 0 if by > 0 else len(self._days[other].cells) - 1)

    def on_click(self, event: events.Click) -> None:
        offset, lines = event.get_content_offset(self), self._lines(self.picture_height)
        if offset is None or offset.y >= len(lines):
            return
        line, column = lines[offset.y], min(WEEK - 1, offset.x // (self._room + 1))
        day = line.week * WEEK + column
        if day < len(self._days) and 0 <= line.row < len(self._days[day].cells):
            self.cursor = (day, line.row)

    def on_resize(self, event: events.Resize) -> None:
        """Make pictures of the size that fits now; Textual calls the method of the base as well."""
        self._request_pictures()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Return the lines that the fullest days of both weeks need."""
        return len(self._lines(self._picture_height(width)))

    def render_line(self, y: int) -> Strip:
        lines, width = self._lines(self.picture_height), self.content_size.width
        if y >= len(lines):
            return Strip.blank(width, self.rich_style)
        line, segments = lines[y], list[Segment]()
        if line.row == _DIVIDER:
            return Strip([self._divider()])
        for number, day in enumerate(self._days[line.week * WEEK : (line.week + 1) * WEEK]):
            spot = (line.week * WEEK + number, line.row)
            if line.row == _DATES:
                segments += self._cell(heading(f"{day.date:%a} {day.date.day}", day, self._room))
            elif line.row >= len(day.cells):
                says_so = line.row == 0 and line.of_picture < 0 and not day.cells
                segments += self._cell(*[nothing(day, self._room)] * says_so)
            elif line.of_picture < 0:
                segments += self._head(day.cells[line.row], here=spot == self.cursor)
            else:
                segments += self._picture(day.cells[line.row], line.of_picture, here=spot == self.cursor)
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _lines(self, picture_height: int) -> list[Line]:
        """Return what each line shows; a row without posts has no lines for pictures."""
        lines = []
        for week in range(WEEKS):
            days = [day.cells for day in self._days[week * WEEK : (week + 1) * WEEK]]
            if week:
                lines.append(Line(week, _DIVIDER))
            lines.append(Line(week, _DATES))
            for row in range(max(map(len, days), default=0) or 1):
                lines.append(Line(week, row))
                if any(row < len(cells) and cells[row].planned for cells in days):
                    lines += [Line(week, row, number) for number in range(picture_height)]
        return lines

    def _picture_height(self, width: int) -> int:
        if self._renderer is None or width // WEEK < ROOM_FOR_PICTURES:
            return 0
        room = self.app.size.height - AROUND
        return next((height for height in PICTURE_HEIGHTS if len(self._lines(height)) <= room), 0)

    def _head(self, cell: Cell, *, here: bool) -> Iterable[Segment]:
        """Draw the line with the time and the state of a cell, in words if there is room."""
        state, time = cell.state, f"{cell.at:%H:%M}"
        shade = self._shades.shade(cell)
        mark = SIGNS.get(shade, "")
        if self._room > len(time) + 2:
            text = f"{time} {state.sign}{mark}"
        else:
            text = f"{time}{mark if mark and cell.planned is None else state.sign}"
        with_name = f"{text} {state.name}"
        if self.picture_height:
            text = with_name if len(with_name) < self._room else text
        elif self._room >= ROOM_FOR_WORDS:
            text = f"{text} {_words(cell.planned.post)}" if cell.planned else with_name
        if cell.planned is not None and cell.planned.post.id == self.moving:
            text = f"‹{text}›" if len(text) + 3 <= self._room else f"‹{time}{state.sign}"
        return self._cell((f"{'▌' if here else ' '}{text}", state.tone), here=here, shade=shade)

    def _picture(self, cell: Cell, number: int, *, here: bool) -> list[Segment]:
        """Draw one line of a cell's picture."""
        bar = Segment("▌" if here else " ", self._tone("bar"))
        if cell.planned is None:
            return [bar, Segment(" " * self._room, self.rich_style)]
        photo_id = cell.planned.post.photo_id
        picture = self._pictures.of(photo_id)
        if picture is None:
            words = "no picture" if number == 0 and self._pictures.is_missing(photo_id) else ""
            return [bar, Segment(words.ljust(self._room), self._tone(FREE.tone))]
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
        shown = [cell.planned.post.photo_id for day in self._days for cell in day.cells if cell.planned]
        photos = [self._photos[id_] for id_ in shown if id_ in self._photos]
        columns = min(self._room - 1, 4 * height)
        if self._pictures.want(photos, columns, height):
            self._make_pictures()
        self.refresh()

    @work(
        group="slot-pictures", exclusive=True, exit_on_error=False, description="making the pictures of slots"
    )
    async def _make_pictures(self) -> None:
        shades = shades_on(self.rich_style.bgcolor) if self._renderer is paint_shades else ""
        await self._pictures.make(self.refresh, shades)


def _words(post: Post) -> str:
    count = photo_count_words(post)
    return f"{count}: {one_line(post.caption)}" if count else one_line(post.caption)
