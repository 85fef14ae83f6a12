"""A persona's photos beside a large preview: browsed, filtered and decided about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding

from fluffy_tui.core.app_events import Connected, PhotosChanged, PostChanged, VerdictChanged
from fluffy_tui.photos import Sort, Verdict
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.library.filmstrip import Filmstrip
from fluffy_tui.tui.library.filter_bar import FilterBar
from fluffy_tui.tui.library.filter_query import USUAL_DIRECTION, NoDate, browse_for, period
from fluffy_tui.tui.library.library_alike import LibraryAlike
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.platform.image_viewer import show_outside
from fluffy_tui.tui.session.messages import OverviewChanged, on_event
from fluffy_tui.tui.session.undo import in_grace
from fluffy_tui.tui.session.worker_errors import report_error
from fluffy_tui.tui.ui.dialogs import AskTextScreen

if TYPE_CHECKING:
    from textual.binding import BindingType


class LibraryScreen(LibraryAlike):
    """A persona's photos: at first those without a post, newest first, from the first undecided one on.

    Args:
        context: The world.
    """

    PLACE = Place.LIBRARY
    TAB = "library"
    AUTO_FOCUS = "PhotoList"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.LIBRARY),
        # The list's own keys, for when only the picture is shown and the list cannot have the keyboard.
        *(
            replace(key, action=f"in_list('{key.action}')")
            for key in bindings(Place.LIST)
            if isinstance(key, Binding)
        ),
    ]

    CSS: ClassVar[str] = """
    LibraryScreen {
        #left { width: 48; }
        #right { width: 1fr; }
        #looking { height: 1; padding: 0 1; color: $text-muted; }
        &.-normal #left { width: 36; }
        #strip { display: none; }
        &.-strip #strip { display: block; }
        #nothing { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
        &.-narrow #strip { display: none; }
        &.-narrow #left { width: 1fr; }
        &.-narrow #right { display: none; }
        &.-narrow.-picture #left { display: none; }
        &.-narrow.-picture #right { display: block; }
    }
    """

    # One photo

    def action_caption(self) -> None:
        """Write a caption for the photo under the cursor."""
        photo = self._list.highlighted
        if photo is None:
            self.notify(
                "There is no photo here yet." if self._list.rows else self.nothing_words, markup=False
            )
            return
        self.app.push_screen(ComposeScreen(self.context, photo, self._submitted))

    @work(group="outside", exclusive=True, exit_on_error=False, description="opening the photo outside")
    async def action_open_outside(self) -> None:
        """Open the photo under the cursor outside of the terminal."""
        if photo := self._list.highlighted:
            await show_outside(self.app, photo.path)

    def action_pick(self) -> None:
        """Pick the photo and go on."""
        self._decide(Verdict.PICK)

    def action_reject(self) -> None:
        """Reject the photo and go on; nothing is deleted."""
        self._decide(Verdict.REJECT)

    def action_undecide(self) -> None:
        """Leave the photo undecided and go on."""
        self._decide(Verdict.UNDECIDED)

    async def action_undo(self) -> None:
        """Undo the last decision, or take back the post that was submitted after it."""
        last = self._triage.last
        post = in_grace(self.context.overview.strip, self.context.clock())
        if last is None or (post is not None and post.created_at > last.at):
            await self.app.run_action("undo_submit")
            return
        decision = self._triage.undo()
        if decision.before.id not in self._list.rows.ids:
            self._leave_answers()
        if not self._list.go_to(decision.before.id):
            self._list.put_in(min(decision.index, len(self._list.rows)), decision.before.id)
            self._show_panes()
            self._reads_after_storing = self._browsing.browse.folded
        self._list.put(decision.before)
        self._store_decisions()

    def _decide(self, verdict: Verdict) -> None:
        photo, index = self._list.highlighted, self._list.cursor
        if photo is None:
            return
        decision = self._triage.decide(photo, verdict, index, self.context.clock())
        self._tell_of_copies(photo, verdict)
        self._list.put(decision.after)
        if self._browsing.question is not None or self._browsing.browse.verdict in (None, verdict):
            self._list.move_to(index + 1)
        else:  # it is no longer among those shown
            self._take_out(index)
        self._store_decisions()

    def _take_out(self, index: int) -> None:
        """Take a photo out of the list; where it was of a stack, another one comes in its place."""
        photo_id = self._list.rows.ids[index]
        is_stacked = self._stacks.of(photo_id).behind or self._stacks.first_of(photo_id) is not None
        self._list.take_out(index)
        self._show_panes()
        if is_stacked:
            self._reads_after_storing = True

    @work(group="verdicts", exit_on_error=False, description="storing what was decided")
    async def _store_decisions(self) -> None:
        try:
            await self._triage.store()
            if self._reads_after_storing:
                self._reads_after_storing = False
                self._read()
        except BaseException:
            self._list.reload()
            self._read()
            raise

    # Which photos, and where among them

    def action_filter(self) -> None:
        """Choose photos by typing."""
        self.remove_class("-picture")  # where there is room for one of them, it is the list that is typed for
        self._leave_answers()
        self._typed_from = self._list.highlighted_id
        self._show_panes(also_empty=True)
        self._filter.open()

    def action_clear(self) -> None:
        """Go back from an answer, or take the filter away, or else the marks."""
        if self._go_back():
            return
        if not self._browsing.browse.is_filtered:
            self._clear_marks()
        else:
            self._filter.clear_words()
            self._verdict = None
            self._browse(browse_for("", replace(self._browsing.browse, verdict=None), self.context.zone))

    def action_next_verdict(self) -> None:
        """Show only undecided, then picked, then rejected photos, then all."""
        self._leave_answers()
        verdicts = (None, Verdict.UNDECIDED, Verdict.PICK, Verdict.REJECT)
        now = verdicts.index(self._browsing.browse.verdict)
        self._verdict = verdicts[(now + 1) % len(verdicts)]
        self._browse(replace(self._browsing.browse, verdict=self._verdict))

    def action_next_sort(self) -> None:
        """Sort by the next thing, in its usual direction."""
        self._leave_answers()
        sorts = list(Sort)
        sort = sorts[(sorts.index(self._browsing.browse.sort) + 1) % len(sorts)]
        self._browse(replace(self._browsing.browse, sort=sort, descending=USUAL_DIRECTION[sort]))

    def action_turn_round(self) -> None:
        """Turn the order round."""
        self._leave_answers()
        browse = self._browsing.browse
        self._browse(replace(browse, descending=not browse.descending))

    def action_jump(self) -> None:
        """Go to the photos of a date."""
        ask = AskTextScreen(
            "jump to date",
            "2026-11-03, 2026-11 or 2026",
            self._photo_of,
            verb="go",
            own=self.context.setup.settings.keys,
        )
        self.app.push_screen(ask, self._jump_to)

    def _jump_to(self, photo_id: int | None) -> None:
        if photo_id is None:
            return
        self._leave_answers()
        if self._browsing.browse.sort is not Sort.TAKEN:
            self._opens_on = photo_id
            self._browse(replace(self._browsing.browse, sort=Sort.TAKEN, descending=True))
        else:
            self._list.go_to(photo_id)

    async def _photo_of(self, typed: str) -> int:
        """Return the first photo of a date in the order; raises NoDate."""
        browse = self._browsing.browse
        if browse.sort is not Sort.TAKEN:
            browse = replace(browse, sort=Sort.TAKEN, descending=True)
        start, end = period(typed, self.context.zone)
        moment = end if browse.descending else start
        found = await self.context.services.photos.id_at(self._persona_id, browse, moment)
        if found is None:
            side = "older" if browse.descending else "newer"
            raise NoDate(f"There is no photo from {typed.strip()}, nor any {side}.", "Try another date.")
        return found

    def action_import_photos(self) -> None:
        """Import folders for the persona."""
        from fluffy_tui.tui.personas import ImportScreen

        self.app.push_screen(ImportScreen(self.context, self.persona))

    async def action_in_list(self, action: str) -> None:
        """Move in the list, though it is not seen."""
        await self._list.run_action(action)

    def action_swap(self) -> None:
        """Show or hide the filmstrip; where there is no room, the picture in place of the list, or the list."""
        if self.has_class("-narrow"):
            self.toggle_class("-picture")
            if not self.has_class("-picture"):
                self._list.focus()
        else:
            self.toggle_class("-strip")

    # What is heard

    @on_event(PhotosChanged, Connected)
    def _all_may_have_changed(self) -> None:
        self._list.reload()
        self._read()

    @on_event(VerdictChanged)
    def _verdict_changed(self, message: VerdictChanged) -> None:
        if self._triage.is_storing(message.photo_id):
            return
        self._list.read_anew(message.photo_id)
        if self._browsing.browse.verdict is not None:
            self._read()

    @on_event(PostChanged)
    def _post_changed(self, message: PostChanged) -> None:
        self._look_at_post(message.post_id)

    @on_event(OverviewChanged)
    def _overview_changed(self) -> None:
        self._show_details()  # another channel has other rules
        if not self._list.rows and not self._browsing.is_reading:
            self._show_nothing()

    @on(PhotoList.Fetched)
    def _fetched(self) -> None:
        self._strip.show(self._list.cursor)

    @on(PhotoList.Selected)
    def _selected(self) -> None:
        self.action_caption()

    @on(PhotoList.Failed)
    def _rows_failed(self, message: PhotoList.Failed) -> None:
        if not self.context.overview.away:  # the banner says it already
            report_error(self, "reading photos", message.error)

    @on(Filmstrip.Clicked)
    def _strip_clicked(self, message: Filmstrip.Clicked) -> None:
        self._list.move_to(message.index)

    @on(FilterBar.Typed)
    def _filter_typed(self, message: FilterBar.Typed) -> None:
        base = replace(self._browsing.browse, verdict=self._verdict)
        self._opens_on = self._typed_from  # half a word hides it, the whole word may not
        self._browse(browse_for(message.text, base, self.context.zone))

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self._show_panes()
        self._list.focus()
