"""The coming two weeks of the channel: what is planned, what is free, and how long it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal
from textual.widgets import Static

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.forecast_words import runway_words
from fluffy_tui.tui.keys import Place, bindings
from fluffy_tui.tui.messages import DatabaseBack, FillWeek, OverviewChanged, PostChanged
from fluffy_tui.tui.screens.compose_facts import read_agenda
from fluffy_tui.tui.screens.frame import FrameScreen
from fluffy_tui.tui.screens.post_detail import PostDetailScreen
from fluffy_tui.tui.widgets.frame_lines import zone_of
from fluffy_tui.tui.widgets.photo_preview import PhotoPreview, renderer_named
from fluffy_tui.tui.widgets.plan_grid import PlanGrid
from fluffy_tui.tui.wording import both_zones, error_words, far_off, one_line, state_words

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.scheduling import Agenda, Post
    from fluffy_tui.tui.context import Context
    from fluffy_tui.tui.widgets.plan_grid import Cell

NO_CHANNEL = "This persona has no channel yet.\n\nPress @ for the personas, then c to choose one."
NO_SLOTS = "no posting slots in Buffer"
READING = "Reading the plan …"
MOST_AT_ONCE = 7
"""Photos that the week is filled with."""


class PlanScreen(FrameScreen):
    """The channel's calendar with the post under the cursor below it.

    Args:
        context: The world.
    """

    PLACE = Place.PLAN
    TAB = "plan"
    BINDINGS = bindings(Place.PLAN)
    CSS: ClassVar[str] = """
    PlanScreen {
        #below { height: 1fr; }
        #slot { width: 1fr; height: 1fr; padding: 0 1; }
        PhotoPreview { width: 1fr; display: none; &.-shown { display: block; } }
        &.-narrow PhotoPreview { display: none; }
        #no-plan { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._zone = zone_of(self.persona, context.zone)
        self._grid = PlanGrid()
        self._slot = Static("", id="slot", markup=False)
        self._preview = PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail)
        self._nothing = Static(READING, id="no-plan", markup=False)
        self._below = Horizontal(self._slot, self._preview, id="below")
        self._agenda: Agenda | None = None
        self._taken_up: tuple[str, Post] | None = None

    @property
    def said(self) -> str:
        """What is said of the slot under the cursor."""
        return str(self._slot.content)

    def compose_body(self) -> ComposeResult:
        """Lay the slot under the calendar; a sentence takes their place while there is nothing to see."""
        self._grid.display = self._below.display = False
        yield self._nothing
        yield self._grid
        yield self._below

    def on_mount(self) -> None:
        """Read the plan."""
        self._read()

    def on_screen_resume(self) -> None:
        """Draw what was covered, by today's date."""
        self._preview.repaint()
        self._read()

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
        """Open the post, or put the one that was taken up where the cursor is."""
        cell = self._grid.cell
        if self._taken_up is not None:
            self._put_down(cell)
        elif cell is None or cell.planned is None:
            self.notify("This slot is empty: f fills the coming ones.")
        else:
            self.app.push_screen(PostDetailScreen(self.context, cell.planned.post))

    def action_move(self) -> None:
        """Take the post up to move it."""
        self._take_up("move")

    def action_swap(self) -> None:
        """Take the post up to change places with another one."""
        self._take_up("swap")

    def action_fill(self) -> None:
        """Fill the coming empty slots."""
        if self._grid.empty:
            self._choose_photos(min(MOST_AT_ONCE, len(self._grid.empty)))
        else:
            self.notify("There is no empty slot in the coming two weeks.")

    async def action_back(self) -> None:
        """Put down what was taken up, or go back."""
        if self._taken_up is not None:
            self._let_be()
        else:
            await self.run_action("app.tab('library')")

    @on(PlanGrid.Highlighted)
    def _highlighted(self) -> None:
        self._describe()

    @on(PostChanged)
    @on(DatabaseBack)
    @on(OverviewChanged)
    def _changed(self) -> None:
        self._read()

    @work(group="plan", exclusive=True, exit_on_error=False, description="reading what is planned")
    async def _read(self) -> None:
        self._agenda = await read_agenda(self.context, self.persona)
        there = self._agenda.channel is not None
        self._grid.display = self._below.display = there
        self._nothing.display = not there
        self._nothing.update(NO_CHANNEL)
        if not there:
            return
        self._grid.show(self._agenda)
        self._grid.border_title = self._runway(self._agenda)
        if self.focused is None:
            self._grid.focus()

    def _runway(self, agenda: Agenda) -> str:
        parts = [runway_words(agenda, self.context.zone, self._zone)]
        if agenda.channel is not None and not agenda.channel.has_slots:
            parts.append(NO_SLOTS)
        if agenda.room is not None and agenda.channel is not None:
            parts.append(f"queue {agenda.waiting}/{agenda.channel.scheduled_posts_limit}")
        if self.context.overview.read:
            parts.append(f"{self.context.overview.persona_counts.unscheduled:,} unscheduled")
        return one_line(" · ".join(parts)).replace("[", r"\[")

    def _describe(self) -> None:
        """Say what is in the slot under the cursor."""
        cell, now = self._grid.cell, self.context.clock()
        lines = []
        if self._taken_up is not None:
            verb, post = self._taken_up
            todo = "an empty slot to move it to" if verb == "move" else "the post to change places with"
            lines += [
                f"{verb} “{one_line(post.caption)[:40]}”: choose {todo}, then enter · esc lets it be",
                "",
            ]
        if cell is None:
            lines.append("No slots on this day.")
        else:
            lines.append(f"{both_zones(cell.at, self._zone, self.context.zone)} · {far_off(cell.at, now)}")
            lines += self._content(cell)
        self._slot.update("\n".join(lines))
        self._preview.set_class(cell is not None and cell.planned is not None, "-shown")
        if cell is not None and cell.planned is not None:
            self._show_photo(cell.planned.post.photo_id)

    def _content(self, cell: Cell) -> list[str]:
        if cell.planned is None:
            return ["", "empty: f fills the coming slots"]
        post = cell.planned.post
        when = "by the schedule, Buffer has not said it yet" if cell.planned.is_forecast else ""
        state = state_words(post, self.context.clock(), self._zone)
        return [" · ".join(part for part in (state, when) if part), "", one_line(post.caption)]

    @work(group="plan-photo", exclusive=True, exit_on_error=False, description="finding the photo of a post")
    async def _show_photo(self, photo_id: int) -> None:
        photo = (await self.context.services.photos.by_ids([photo_id])).get(photo_id)
        if photo is None:
            self._preview.show_sentence("The photo is gone from the library.")
        elif self._preview.photo != photo:
            self._preview.show(photo)

    # Moving and swapping

    def _take_up(self, verb: str) -> None:
        cell = self._grid.cell
        if cell is None or cell.planned is None:
            self.notify(f"There is no post here to {verb}.")
            return
        post = cell.planned.post
        if post.step is Step.LIVE:
            self.notify("This post is out already.")
            return
        self._taken_up = (verb, post)
        self._grid.taken_up = post.id
        self._describe()

    def _let_be(self) -> None:
        self._taken_up = None
        self._grid.taken_up = None
        self._describe()

    def _put_down(self, cell: Cell | None) -> None:
        if self._taken_up is None or cell is None:
            return
        verb, post = self._taken_up
        other = cell.planned.post if cell.planned else None
        if other is not None and other.id == post.id:
            self._let_be()
        elif verb == "move" and other is None:
            self._let_be()
            self._move(post, cell)
        elif verb == "swap" and other is not None and other.step is not Step.LIVE:
            self._let_be()
            self._swap(post, other)
        elif verb == "move":
            self.notify("That slot is taken: esc, then S swaps two posts.")
        else:
            self.notify("That is no post to change places with.")

    @work(group="moving", exit_on_error=False, description="moving a post")
    async def _move(self, post: Post, cell: Cell) -> None:
        try:
            await self._give_time(post, cell)
        except FluffyError as error:
            self.notify(f"Not moved: {error_words(error)}", severity="error", timeout=15, markup=False)
        else:
            self.notify(f"Moved to {both_zones(cell.at, self._zone, self.context.zone)}.", markup=False)
        self._read()

    @work(group="moving", exit_on_error=False, description="swapping two posts")
    async def _swap(self, post: Post, other: Post) -> None:
        """Give each the other's time; when the second cannot have it, the first gets its own back."""
        cells = {cell.planned.post.id: cell for cell in self._grid.cells if cell.planned}
        mine, theirs = cells[post.id], cells[other.id]
        try:
            await self._give_time(post, theirs)
            try:
                await self._give_time(other, mine)
            except FluffyError:
                await self._give_time(post, mine)
                raise
        except FluffyError as error:
            self.notify(f"Not swapped: {error_words(error)}", severity="error", timeout=15, markup=False)
        else:
            self.notify("The two have changed places.")
        self._read()

    async def _give_time(self, post: Post, cell: Cell) -> None:
        await self.context.services.scheduling.edit(
            post.id, share_mode=ShareMode.CUSTOM_SCHEDULED, at=cell.at
        )

    @work(group="choosing", exclusive=True, exit_on_error=False, description="choosing photos for the week")
    async def _choose_photos(self, count: int) -> None:
        from fluffy_tui.photos import Browse

        ids = await self.context.services.photos.first_ids(self.persona.id, Browse(), limit=count)
        if ids:
            self.app.post_message(FillWeek(tuple(ids)))
        else:
            self.notify("Every photo has its post: import more with i in the library.")
