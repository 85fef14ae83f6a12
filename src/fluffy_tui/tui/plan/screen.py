"""The coming two weeks of the channel: what is planned, what is free, and how long it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from fluffy_tui.core.app_events import Connected, PhotosChanged, PostChanged, VerdictChanged
from fluffy_tui.photos import Browse, Verdict
from fluffy_tui.tui.compose.compose_facts import read_agenda
from fluffy_tui.tui.compose.forecast import runway_words
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.keymap.bindings import Place, actions_of, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.plan.move_mode import MovesPosts, Way
from fluffy_tui.tui.plan.plan_grid import PlanGrid
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.session.messages import FillWeek, OverviewChanged, on_event
from fluffy_tui.tui.text.channel_words import zone_of
from fluffy_tui.tui.text.words import both_zones, one_line, relative_time, state_words

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from fluffy_tui.scheduling import Agenda
    from fluffy_tui.tui.plan.plan_cells import Cell
    from fluffy_tui.tui.session.context import Context

NO_CHANNEL = (
    "This persona has no channel yet.\n\n"
    "Press {app.personas} for the personas, then {personas.channel} to choose one."
)
READING = "Reading the plan …"
NO_PHOTOS = "Every photo has its post: import more with {library.import_photos} in the library."
NO_SLOT = "There is no slot on this day."
MOST_AT_ONCE = 7
"""Photos that the week is filled with."""


class PlanScreen(MovesPosts):
    """The channel's calendar with the post under the cursor below it.

    Args:
        context: The world.
    """

    PLACE = Place.PLAN
    TAB = "plan"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Place.MOVE), *bindings(Place.PLAN)]
    CSS: ClassVar[str] = """
    PlanScreen {
        #runway { height: auto; max-height: 2; padding: 0 1; }
        #calendar { height: auto; max-height: 80%; scrollbar-size-vertical: 1; }
        #below { height: 1fr; min-height: 4; }
        #slot { width: 1fr; height: 1fr; padding: 0 1; }
        PhotoPreview { width: 1fr; display: none; &.-shown { display: block; } }
        &.-narrow PhotoPreview { display: none; }
        #no-plan { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._zone = zone_of(self.persona, context.zone)
        self._runway = Static("", id="runway", markup=False)
        self._grid = PlanGrid(context.services.photos.thumbnail)
        self._calendar = VerticalScroll(self._grid, id="calendar", can_focus=False)
        self._slot = Static("", id="slot", markup=False)
        self._preview = PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail)
        self._nothing = Static(READING, id="no-plan", markup=False)
        self._below = Horizontal(self._slot, self._preview, id="below")
        self._agenda: Agenda | None = None
        self._undecided: int | None = None

    @property
    def said(self) -> str:
        """What is said of the slot under the cursor."""
        return str(self._slot.content)

    @property
    def runway(self) -> str:
        """What is said of the whole plan."""
        return str(self._runway.content)

    def compose_body(self) -> ComposeResult:
        """Lay the slot under the calendar; a sentence takes their place while there is nothing to see."""
        self._show_plan(there=False)
        yield self._runway
        yield self._nothing
        yield self._calendar
        yield self._below

    def on_mount(self) -> None:
        """Read the plan."""
        self._read()
        self._count()

    def on_screen_resume(self) -> None:
        """Draw what was covered, by today's date."""
        self._preview.repaint()
        self._read()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what a post taken up can be done with while there is one, and what shares its keys otherwise."""
        if action in _WITH_A_POST_TAKEN_UP:
            return self.taken_up is not None
        if action in _WITHOUT:
            return self.taken_up is None
        return super().check_action(action, parameters)

    # Over the slots

    def action_earlier(self) -> None:
        """Go up."""
        self._grid.move_row(-1)

    def action_later(self) -> None:
        """Go down."""
        self._grid.move_row(+1)

    def action_day_before(self) -> None:
        """Go left."""
        self._grid.move_day(-1)

    def action_day_after(self) -> None:
        """Go right."""
        self._grid.move_day(+1)

    def action_open(self) -> None:
        """Open the post or write one for the empty slot."""
        cell = self._grid.cell
        if cell is None:
            self.notify(NO_SLOT)
        elif cell.planned is None:
            self._write_for(cell)
        else:
            self.app.push_screen(PostDetailScreen(self.context, cell.planned.post))

    def action_move(self) -> None:
        """Take the post up to move it."""
        self._take_up(Way.MOVE)

    def action_swap(self) -> None:
        """Take the post up to change places with another one."""
        self._take_up(Way.SWAP)

    def action_fill(self) -> None:
        """Fill the coming empty slots."""
        marks = self.context.marks
        if not self._grid.empty:
            self.notify("There is no empty slot in the coming two weeks.")
        elif marks:
            self.app.post_message(FillWeek(marks.ids, marks.told))
        else:
            self._fill(min(MOST_AT_ONCE, len(self._grid.empty)))

    async def action_back(self) -> None:
        """Go back."""
        await self.run_action("app.tab('library')")

    # With a post taken up

    def action_put_down(self) -> None:
        """Give what was taken up this slot."""
        cell = self._grid.cell
        if cell is None:
            self.notify(NO_SLOT)
        elif self.put_down(cell):
            self.action_let_be()

    def action_let_be(self) -> None:
        """Take nothing up any more."""
        self.taken_up = None
        self._show_taken_up()

    def _take_up(self, way: Way) -> None:
        if self.take_up(way, self._grid.cell):
            self._show_taken_up()

    def _show_taken_up(self) -> None:
        self._grid.taken_up = self.taken_up.post.id if self.taken_up else None
        self.refresh_bindings()
        self._describe()

    # What is heard

    @on(PlanGrid.Highlighted)
    def _highlighted(self) -> None:
        self._describe()
        self._calendar.scroll_to_region(self._grid.region_of_cursor, animate=False, force=True)

    @on_event(PostChanged, Connected, OverviewChanged)
    def _changed(self) -> None:
        self._read()

    @on_event(PostChanged, Connected, PhotosChanged, VerdictChanged)
    def _photos_changed(self) -> None:
        self._count()

    @work(group="plan", exclusive=True, exit_on_error=False, description="reading what is planned")
    async def _read(self) -> None:
        self._agenda = agenda = await read_agenda(self.context, self.persona)
        there = agenda.channel is not None
        self._show_plan(there=there)
        self._nothing.update(self.context.with_keys(NO_CHANNEL))
        if not there:
            return
        photos = await self.context.services.photos.by_ids([p.post.photo_id for p in agenda.planned])
        self._grid.show(agenda, photos)
        self._tell_runway()
        if self.focused is None:
            self._grid.focus()

    @work(group="undecided", exclusive=True, exit_on_error=False, description="counting undecided photos")
    async def _count(self) -> None:
        browse = Browse(verdict=Verdict.UNDECIDED)
        self._undecided = len(await self.context.services.photos.ids(self.persona.id, browse))
        self._tell_runway()

    def _show_plan(self, *, there: bool) -> None:
        self._runway.display = self._calendar.display = self._below.display = there
        self._nothing.display = not there

    def _tell_runway(self) -> None:
        if self._agenda is None or self._agenda.channel is None:
            return
        overview = self.context.overview
        self._runway.update(
            runway_words(
                self._agenda,
                self._zone,
                self.context.zone,
                needing=overview.needing if overview.read else 0,
                undecided=self._undecided,
            )
        )

    # The slot under the cursor

    def _describe(self) -> None:
        """Say what is in the slot under the cursor."""
        cell, now = self._grid.cell, self.context.clock()
        lines = (
            [self.taken_up.words(self.context.setup.settings.keys), ""] if self.taken_up is not None else []
        )
        if cell is None:
            lines.append("No slots on this day.")
        else:
            lines.append(
                f"{both_zones(cell.at, self._zone, self.context.zone)} · {relative_time(cell.at, now)}"
            )
            lines += self._content(cell)
        self._slot.update("\n".join(lines))
        self._preview.set_class(cell is not None and cell.planned is not None, "-shown")
        if cell is not None and cell.planned is not None:
            self._show_photo(cell.planned.post.photo_id)

    def _content(self, cell: Cell) -> list[str]:
        if cell.planned is None:
            writes = self.context.with_keys(
                "empty: {plan.open} writes a post for it, {plan.fill} fills the coming slots"
            )
            marked = self.context.marks.told
            return ["", f"{writes} with {marked}" if marked else writes]
        post = cell.planned.post
        when = "expected here by the channel's schedule" if cell.planned.is_forecast else ""
        state = state_words(post, self.context.clock(), self._zone, self.context.zone)
        return [" · ".join(part for part in (state, when) if part), "", one_line(post.caption)]

    @work(group="plan-photo", exclusive=True, exit_on_error=False, description="finding the photo of a post")
    async def _show_photo(self, photo_id: int) -> None:
        photo = (await self.context.services.photos.by_ids([photo_id])).get(photo_id)
        if photo is None:
            self._preview.show_sentence("The photo is gone from the library.")
        elif self._preview.photo != photo:
            self._preview.show(photo)

    # New posts

    @work(group="choosing", exclusive=True, exit_on_error=False, description="choosing photos for the week")
    async def _fill(self, count: int) -> None:
        picked = await self._first_photos(Verdict.PICK, count)
        undecided = await self._first_photos(Verdict.UNDECIDED, count - len(picked))
        if ids := (*picked, *undecided):
            self.app.post_message(FillWeek(ids, chosen_words(len(picked), len(undecided))))
        else:
            self.notify(self.context.with_keys(NO_PHOTOS), markup=False)

    @work(group="choosing", exclusive=True, exit_on_error=False, description="choosing a photo for the slot")
    async def _write_for(self, cell: Cell) -> None:
        """Open the composer for the photo that comes next, at the slot's time."""
        ids = self.context.marks.ids[:1]
        for verdict in (Verdict.PICK, Verdict.UNDECIDED):
            ids = ids or await self._first_photos(verdict, 1)
        photos = await self.context.services.photos.by_ids(ids)
        if not photos:
            self.notify(self.context.with_keys(NO_PHOTOS), markup=False)
        elif self.is_current:  # nobody went elsewhere meanwhile
            self.app.push_screen(
                ComposeScreen(self.context, photos[ids[0]], lambda _photo_id: None, at=cell.at)
            )

    async def _first_photos(self, verdict: Verdict, count: int) -> tuple[int, ...]:
        """Return the newest photos without a post about which that was decided."""
        if not count:
            return ()
        browse = Browse(verdict=verdict, missing=False)
        return tuple(await self.context.services.photos.first_ids(self.persona.id, browse, limit=count))


_WITH_A_POST_TAKEN_UP = frozenset(action.name for action in actions_of(Place.MOVE))
_WITHOUT = frozenset({"open", "fill", "back"})


def chosen_words(picked: int, undecided: int) -> str:
    """Return which photos a week is filled with, within a sentence."""
    parts = [
        f"{count} {verdict}" for count, verdict in ((picked, "picked"), (undecided, "undecided")) if count
    ]
    return f"the newest photos: {' and '.join(parts)}"
