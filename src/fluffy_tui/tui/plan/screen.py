"""The Plan tab: two weeks of the channel, with free slots to fill and posts to move, or a month at a glance."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from fluffy_tui.core.app_events import Connected, PhotosChanged, PostChanged, VerdictChanged
from fluffy_tui.scheduling import Agenda, Post, compare
from fluffy_tui.tui.compose import ComposeScreen, runway_words
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.plan.month_grid import MonthGrid
from fluffy_tui.tui.plan.move_mode import MoveKeys, MoveKind, MoveMode, can_move
from fluffy_tui.tui.plan.next_photos import MOST_AT_ONCE, count_undecided, next_photos
from fluffy_tui.tui.plan.plan_grid import PlanGrid
from fluffy_tui.tui.plan.shown_channel import ShownChannel
from fluffy_tui.tui.plan.slot_calendar import CURSOR_ACTIONS, SlotCalendar
from fluffy_tui.tui.plan.slot_shades import SlotShades
from fluffy_tui.tui.plan.slot_words import NO_SLOT, day_lines, slot_lines
from fluffy_tui.tui.posts import PostDetailScreen
from fluffy_tui.tui.session.messages import FillWeek, OverviewChanged, ProfileWanted, on_event
from fluffy_tui.tui.text.channel_words import also_on
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.keys_footer import dimmed, relabelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import ActiveBinding, BindingType

    from fluffy_tui.tui.session.context import Context

NO_CHANNEL = (
    "This persona has no channel yet.\n\n"
    "Press {app.personas} for the personas, then {personas.channel} to choose one."
)
NOT_LISTED = (
    "Buffer has not listed this channel yet.\n\n"
    "Press {app.personas} for the personas, then {personas.channel} and {channels.reload} to load it."
)
NO_PHOTOS = "No unscheduled photos left. Import more with {library.import_photos} in the library."
NO_FREE_SLOT = "No free slots: this channel has no posting schedule in Buffer."
NOT_MAIN = (
    "Slots are filled from the main channel's plan, on all channels at once. "
    "{plan.previous_channel} goes back."
)
_OUTSIDE_MOVE_MODE = frozenset({"open", "fill", "back", "view", "channel", "profile"})
"""Actions whose keys drop and cancel in move mode, the view without slots, and channels the post is not on."""
_ON_PLAN = frozenset({"open", "fill", "view", "move", "swap", "profile"})
"""Actions on what is planned, once that is loaded."""


class PlanScreen(FrameScreen):
    """The calendar of a channel in one of two views, with details of what is under the cursor below it.

    It is the main channel's at first.
    """

    PLACE = Place.PLAN
    TAB = "plan"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.MOVE),
        *bindings(Place.PLAN, without=CURSOR_ACTIONS),
    ]
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
        self._runway = Static("", id="runway", markup=False)
        self._shades = SlotShades()
        renderer = renderer_named(context.preview)
        self._grid = PlanGrid(context.services.photos.thumbnail, self._shades, renderer=renderer)
        self._month = MonthGrid()
        self._month.display = False
        self._calendar = VerticalScroll(self._grid, self._month, id="calendar", can_focus=False)
        self._slot = Static("", id="slot", markup=False)
        self._preview = PhotoPreview(renderer, context.services.photos.thumbnail)
        self._nothing = Static("Loading the plan …", id="no-plan", markup=False)
        self._below = Horizontal(self._slot, self._preview, id="below")
        self._move_mode = MoveMode(context.services.scheduling)
        self._move = MoveKeys(self, self._move_mode, self._show_move_mode)
        self._channel = ShownChannel(lambda: self.persona, context.zone)
        self._agenda: Agenda | None = None
        """The agenda of the channel that is shown; None until it is loaded."""
        self._undecided: int | None = None

    def compose_body(self) -> ComposeResult:
        self._show_plan(has_channel=False)
        yield self._runway
        yield self._nothing
        yield self._calendar
        yield self._below

    def on_mount(self) -> None:
        self._load()
        self._count_undecided()
        self._load_results()

    def on_screen_resume(self) -> None:
        """Redraw the picture, and load the plan, since the day may have changed."""
        self._preview.repaint()
        self._load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done in move mode or outside it, with a plan that is loaded, and channels that exist."""
        if (works := self._move.check(action, _OUTSIDE_MOVE_MODE)) is not None:
            return works
        if action == "channel":
            return self._channel.beside(parameters[0]) is not None
        if action in _ON_PLAN and self._agenda is None:
            return None
        return super().check_action(action, parameters)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Name the other view and channels, and dim what has nothing to act on; pressed all the same, it says why."""
        labels = {
            "plan.view": "Two weeks" if self._is_month else "Month",
            "plan.next_channel": "Next channel",
            "plan.previous_channel": "Previous channel",
        }
        active = relabelled(super().active_bindings, labels)
        # Textual's own use of the key for the other view would put that first
        in_order = sorted(active.items(), key=lambda item: item[1].binding.id == "plan.view")
        return dimmed(dict(in_order), self._dimmed)

    @property
    def _dimmed(self) -> frozenset[str]:
        """The IDs of actions that have nothing to act on."""
        agenda, cell = self._agenda, self._grid.cell
        if agenda is None or agenda.channel is None:
            return frozenset(
                {"plan.open", "plan.move", "plan.swap", "plan.fill", "plan.view", "plan.profile"}
            )
        dimmed = set() if agenda.next_free and self._channel.is_main else {"plan.fill"}
        if self._is_month or cell is None or not can_move(cell):
            dimmed |= {"plan.move", "plan.swap"}
        if not self._is_month and cell is None:
            dimmed.add("plan.open")
        return frozenset(dimmed)

    @property
    def _is_month(self) -> bool:
        return self._month.display

    def action_channel(self, which: str) -> None:
        """Show the plan of the `next` or `previous` channel."""
        self._channel.move(which)
        self._agenda = None
        self._load()

    def action_profile(self) -> None:
        if (channel_id := self._channel.id) is not None:
            self.app.post_message(ProfileWanted(channel_id))

    def action_view(self) -> None:
        if not self._calendar.display:
            return
        if not self._is_month and self._grid.day is not None:
            self._month.day = self._grid.day
        shown, hidden = (self._grid, self._month) if self._is_month else (self._month, self._grid)
        shown.display = True
        shown.focus()
        hidden.display = False
        self._load()
        self._describe()

    def action_open(self) -> None:
        """Open the post, or write one for the free slot; from the month, show the day."""
        cell = self._grid.cell
        if self._is_month:
            if self._month.day is not None:
                self._grid.go_to(self._month.day)
                self.action_view()
        elif cell is None:
            self.notify(NO_SLOT)
        elif cell.planned is None:
            self._write_for(cell.at, self._channel.id)
        else:
            self.app.push_screen(PostDetailScreen(self.context, cell.planned.post))

    def action_fill(self) -> None:
        selection = self.context.selection
        free = self._agenda.free_slots(MOST_AT_ONCE) if self._agenda else []
        if not self._channel.is_main:
            self.notify(self.context.with_keys(NOT_MAIN), markup=False)
        elif not free:
            self.notify(NO_FREE_SLOT)
        elif selection:
            self.app.post_message(FillWeek(selection.ids, selection.phrase))
        else:
            self._fill(free)

    async def action_back(self) -> None:
        """Go back from the month to the two weeks, else to the library."""
        if self._is_month and self._calendar.display:
            self.action_view()
        else:
            await self.run_action("app.tab('library')")

    def action_move(self) -> None:
        self._move.pick_up(MoveKind.MOVE, None if self._is_month else self._grid.cell)

    def action_swap(self) -> None:
        self._move.pick_up(MoveKind.SWAP, None if self._is_month else self._grid.cell)

    def action_drop(self) -> None:
        if self._grid.cell is None:
            self.notify(NO_SLOT)
        else:
            self._move.drop(self._grid.cell)

    def action_cancel_move(self) -> None:
        self._move.cancel()

    def _show_move_mode(self) -> None:
        picked = self._move_mode.picked
        self._grid.moving = picked.post.id if picked else None
        self._describe()

    @on(SlotCalendar.Highlighted)
    def _highlighted(self) -> None:
        view = self._month if self._is_month else self._grid
        self._describe()
        self._calendar.scroll_to_region(view.region_of_cursor, animate=False, force=True)

    @on(SlotCalendar.Turned)
    @on_event(PostChanged, Connected, OverviewChanged)
    @work(group="plan", exclusive=True, exit_on_error=False, description="loading the plan")
    async def _load(self) -> None:
        now, is_month = self.context.clock(), self._is_month
        span = (self._month if is_month else self._grid).span(now.astimezone(self._channel.zone).date())
        since, until = (datetime.combine(day, datetime.min.time(), self._channel.zone) for day in span)
        agenda = await self.context.services.planning.agenda(self._channel.persona, now, since, until)
        # the view that is not shown must not keep the slots of another channel
        is_other = self._agenda is None or self._agenda.channel != agenda.channel
        planned = (*agenda.planned, *agenda.failed) if is_other or not is_month else ()
        photos = await self.context.services.photos.by_ids([each.post.photo_id for each in planned])
        self._agenda = agenda
        self._show_plan(has_channel=agenda.channel is not None)
        self._nothing.update(self.context.with_keys(NOT_LISTED if self.persona.channels else NO_CHANNEL))
        if agenda.channel is None:
            self.refresh_bindings()
            return
        if is_other or is_month:
            self._month.show(agenda)
        if is_other or not is_month:
            self._grid.show(agenda, photos)
        self._show_results()
        self._show_runway()
        if self.focused is None:
            (self._month if self._is_month else self._grid).focus()

    @on_event(PostChanged, Connected)
    @work(
        group="slot-results", exclusive=True, exit_on_error=False, description="loading the results of slots"
    )
    async def _load_results(self) -> None:
        posts = await self.context.services.scheduling.counted_posts(self.persona.id)
        self._shades.comparison = compare(posts)
        self._show_results()

    def _show_results(self) -> None:
        """Shade the slots of the channel that is shown."""
        self._shades.show(self._agenda.channel if self._agenda else None)
        self._grid.explain(self._shades.legend)
        self._grid.refresh()
        self._describe()

    @on_event(PostChanged, Connected, PhotosChanged, VerdictChanged)
    @work(group="undecided", exclusive=True, exit_on_error=False, description="counting undecided photos")
    async def _count_undecided(self) -> None:
        self._undecided = await count_undecided(self.context.services.photos, self.persona.id)
        self._show_runway()

    def _show_plan(self, *, has_channel: bool) -> None:
        self._runway.display = self._calendar.display = self._below.display = has_channel
        self._nothing.display = not has_channel

    def _show_runway(self) -> None:
        if self._agenda is None or self._agenda.channel is None:
            return
        overview, name = self.context.overview, self._channel.name
        words = runway_words(
            self._agenda,
            self._channel.zone,
            self.context.zone,
            needing=overview.needing if overview.read else 0,
            undecided=self._undecided,
        )
        self._runway.update(f"{name} · {words}" if name else words)

    def _describe(self) -> None:
        """Show move mode, and the slot under the cursor with its post, or the day."""
        self.refresh_bindings()  # the footer dims what needs a post
        if self._is_month:
            self._slot.update("\n".join(day_lines(self._month.plan_day, self.context)))
            self._preview.set_class(False, "-shown")
            return
        cell = self._grid.cell
        prompt = self._move_mode.prompt(self.context.with_keys)
        lines = [prompt, ""] if prompt else []
        described = slot_lines(
            cell,
            self.context,
            self._channel.zone,
            is_main=self._channel.is_main,
            is_target=bool(prompt),
            results=self._shades.words(cell),
        )
        self._slot.update("\n".join([*lines, *described]))
        planned = cell.planned if cell else None
        self._preview.set_class(planned is not None, "-shown")
        if planned is not None:
            self._show_photo(planned.post)

    @work(group="plan-photo", exclusive=True, exit_on_error=False, description="loading the photo of a post")
    async def _show_photo(self, post: Post) -> None:
        services = self.context.services
        photo = (await services.photos.by_ids([post.photo_id])).get(post.photo_id)
        group = await services.scheduling.groups({post.group_id})
        others = also_on(post, group, self.context.channel)
        if photo is None:
            self._preview.show_sentence("This photo is no longer in the library.")
        else:
            self._preview.show(photo, f"also on: {others}" if others else "")

    @work(group="choosing", exclusive=True, exit_on_error=False, description="choosing photos for the week")
    async def _fill(self, free: Sequence[datetime]) -> None:
        chosen = await next_photos(self.context.services, self.persona, self.context.clock(), free)
        if chosen.ids:
            self.app.post_message(FillWeek(chosen.ids, chosen.words, is_ordered=False))
        else:
            self._say_nothing_fits(chosen.words)

    def _say_nothing_fits(self, why: str) -> None:
        remedy = "Photos that you select go out all the same."
        words = f"Nothing fits the themes. {why}. {remedy}" if why else self.context.with_keys(NO_PHOTOS)
        self.notify(words, markup=False)

    @work(group="choosing", exclusive=True, exit_on_error=False, description="choosing a photo for the slot")
    async def _write_for(self, at: datetime, channel_id: str | None) -> None:
        """Open the composer for all selected photos, or else for the next one, at the time of a channel's slot."""
        context, selection = self.context, self.context.selection
        if too_many := selection.too_many("{plan.fill}"):
            self.notify(context.with_keys(too_many), markup=False)
            return
        ids = selection.ids
        if not ids:
            chosen = await next_photos(context.services, self.persona, context.clock(), [at])
            if not chosen.ids:
                self._say_nothing_fits(chosen.words)
                return
            ids = chosen.ids
        found = await context.services.photos.by_ids(ids)
        photos = [found[photo_id] for photo_id in ids if photo_id in found]
        if not photos:
            self.notify(context.with_keys(NO_PHOTOS), markup=False)
        elif self.is_current:  # the user may have gone elsewhere meanwhile
            self.app.push_screen(
                ComposeScreen(context, photos, selection.remove, at=at, channel_id=channel_id)
            )
