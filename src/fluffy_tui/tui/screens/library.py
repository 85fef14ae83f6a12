"""A persona's photos beside a large preview: browsed, filtered and decided about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.networks import UNKNOWN_SERVICE, rules_for
from fluffy_tui.photos import Posted, Sort, Verdict
from fluffy_tui.tui.browsing import Browsing
from fluffy_tui.tui.failures import tell_failure
from fluffy_tui.tui.filter_words import USUAL_DIRECTION, NoDate, browse_for, browse_words, period
from fluffy_tui.tui.keys import Place, bindings
from fluffy_tui.tui.messages import (
    DatabaseBack,
    OverviewChanged,
    PhotosChanged,
    PostChanged,
    VerdictChanged,
)
from fluffy_tui.tui.photo_details import photo_details
from fluffy_tui.tui.screens.ask_text import AskTextScreen
from fluffy_tui.tui.screens.compose import ComposeScreen
from fluffy_tui.tui.screens.frame import FrameScreen
from fluffy_tui.tui.taking_back import in_grace
from fluffy_tui.tui.triage import Triage
from fluffy_tui.tui.widgets.filmstrip import Filmstrip
from fluffy_tui.tui.widgets.filter_bar import FilterBar
from fluffy_tui.tui.widgets.photo_list import PhotoList
from fluffy_tui.tui.widgets.photo_preview import PhotoPreview, renderer_named

if TYPE_CHECKING:
    from array import array
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.photos import Browse, Photo
    from fluffy_tui.tui.context import Context

NOTHING_YET = "There are no photos here yet.\n\nPress i to import folders of photos."
ALL_DONE = "Every photo has its post.\n\nPress i to import more, or 2 to see the posts."
NONE_SUCH = "No photo is so.\n\nPress esc to see all again."
READING = "Reading the library …"
"""Shown until the ids have come."""


class LibraryScreen(FrameScreen):
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

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        photos = context.services.photos
        self._list = PhotoList(photos.by_ids, self._now, self._has_text, id="photos")
        self._preview = PhotoPreview(renderer_named(context.preview), photos.thumbnail)
        self._strip = Filmstrip(self._list.photo_at, photos.thumbnail, id="strip")
        self._filter = FilterBar(id="filter")
        self._nothing = Static(READING, id="nothing", markup=False)
        self._panes = Horizontal(
            Vertical(self._filter, self._list, id="left"), Vertical(self._preview, self._strip, id="right")
        )
        self._kept: frozenset[str] = frozenset()
        self._persona_id = self.persona.id
        self._browsing = Browsing(photos, self._persona_id, self._show_ids, self._anchor)
        self._triage = Triage(photos)
        self._opens_on: int | None = None
        self._verdict: Verdict | None = None  # chosen by key; a word of the filter comes before it

    def compose_body(self) -> ComposeResult:
        """Lay the list beside the picture; a sentence takes their place while there is nothing to see."""
        self._panes.display = False
        yield self._nothing
        yield self._panes

    def on_mount(self) -> None:
        """Read the library."""
        self._say_what_is_shown()
        self._look_for_texts()
        self._read()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was on top, and draw what it covered."""
        self._look_for_texts()
        self._list.refresh()
        self._preview.repaint()
        if self._browsing.is_stale:
            self._read()

    def on_screen_suspend(self) -> None:
        """Remember where the cursor was."""
        self._remember_position()

    def on_unmount(self) -> None:
        """Remember where the cursor was, whatever way the screen is left."""
        self._remember_position()

    # One photo

    def action_caption(self) -> None:
        """Write a caption for the photo under the cursor."""
        photo = self._list.highlighted
        if photo is None:
            self.notify("There is no photo here yet." if self._list.rows else NOTHING_YET.partition("\n")[0])
            return
        self.app.push_screen(ComposeScreen(self.context, photo, self._submitted))

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
            await self.app.run_action("take_back")
            return
        decision = self._triage.undo()
        if not self._list.go_to(decision.before.id):
            self._list.put_in(min(decision.index, len(self._list.rows)), decision.before.id)
            self._show_panes()
        self._list.put(decision.before)
        self._store_decisions()

    def _decide(self, verdict: Verdict) -> None:
        photo, index = self._list.highlighted, self._list.cursor
        if photo is None:
            return
        decision = self._triage.decide(photo, verdict, index, self.context.clock())
        self._list.put(decision.after)
        if self._browsing.browse.verdict in (None, verdict):
            self._list.move_to(index + 1)
        else:  # it is no longer among those shown
            self._list.take_out(index)
            self._show_panes()
        self._store_decisions()

    @work(group="verdicts", exit_on_error=False, description="storing what was decided")
    async def _store_decisions(self) -> None:
        try:
            await self._triage.store()
        except BaseException:
            self._list.reload()
            self._read()
            raise

    # Which photos, and where among them

    def action_filter(self) -> None:
        """Choose photos by typing."""
        self._show_panes(also_empty=True)
        self._filter.open()

    def action_clear(self) -> None:
        """Take the filter away."""
        if self._browsing.browse.is_filtered:
            self._filter.clear_words()
            self._verdict = None
            self._browse(browse_for("", replace(self._browsing.browse, verdict=None), self.context.zone))

    def action_next_verdict(self) -> None:
        """Show only undecided, then picked, then rejected photos, then all."""
        verdicts = (None, Verdict.UNDECIDED, Verdict.PICK, Verdict.REJECT)
        now = verdicts.index(self._browsing.browse.verdict)
        self._verdict = verdicts[(now + 1) % len(verdicts)]
        self._browse(replace(self._browsing.browse, verdict=self._verdict))

    def action_next_sort(self) -> None:
        """Sort by the next thing, in its usual direction."""
        sorts = list(Sort)
        sort = sorts[(sorts.index(self._browsing.browse.sort) + 1) % len(sorts)]
        self._browse(replace(self._browsing.browse, sort=sort, descending=USUAL_DIRECTION[sort]))

    def action_turn_round(self) -> None:
        """Turn the order round."""
        browse = self._browsing.browse
        self._browse(replace(browse, descending=not browse.descending))

    def action_jump(self) -> None:
        """Go to the photos of a date."""
        ask = AskTextScreen("jump to date", "2026-11-03, 2026-11 or 2026", self._photo_of)
        self.app.push_screen(ask, self._jump_to)

    def _jump_to(self, photo_id: int | None) -> None:
        if photo_id is None:
            return
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
        from fluffy_tui.tui.screens.import_photos import ImportScreen

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

    @on(PhotosChanged)
    @on(DatabaseBack)
    def _all_may_have_changed(self) -> None:
        self._list.reload()
        self._read()

    @on(VerdictChanged)
    def _verdict_changed(self, message: VerdictChanged) -> None:
        if message.persona_id != self._persona_id or self._triage.is_storing(message.photo_id):
            return
        self._list.read_anew(message.photo_id)
        if self._browsing.browse.verdict is not None:
            self._read()

    @on(PostChanged)
    def _post_changed(self, message: PostChanged) -> None:
        if message.persona_id == self._persona_id:
            self._look_at_post(message.post_id)

    @on(OverviewChanged)
    def _overview_changed(self) -> None:
        if self._preview.photo is not None:  # another channel has other rules
            self._preview.set_details(self._details(self._preview.photo))
        if not self._list.rows and not self._browsing.is_reading:
            self._show_nothing()

    @on(PhotoList.Highlighted)
    def _highlighted(self, message: PhotoList.Highlighted) -> None:
        photo = message.photo
        if photo is not None and message.photo_id == self._list.highlighted_id:
            self._preview.show(photo, self._details(photo), self._list.neighbours())
        self._strip.show(self._list.cursor)

    @on(PhotoList.Fetched)
    def _fetched(self) -> None:
        self._strip.show(self._list.cursor)

    @on(PhotoList.Selected)
    def _selected(self) -> None:
        self.action_caption()

    @on(PhotoList.Failed)
    def _rows_failed(self, message: PhotoList.Failed) -> None:
        if not self.context.overview.away:  # the banner says it already
            tell_failure(self, "reading photos", message.error)

    @on(Filmstrip.Clicked)
    def _strip_clicked(self, message: Filmstrip.Clicked) -> None:
        self._list.move_to(message.index)

    @on(FilterBar.Typed)
    def _filter_typed(self, message: FilterBar.Typed) -> None:
        base = replace(self._browsing.browse, verdict=self._verdict)
        self._browse(browse_for(message.text, base, self.context.zone))

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self._show_panes()
        self._list.focus()

    # Reading

    def _browse(self, browse: Browse) -> None:
        if browse != self._browsing.browse:
            self._browsing.browse = browse
            self._say_what_is_shown()
            self._read()

    def _read(self) -> None:
        """Have the ids read; what changes while they are read is read in one more go."""
        self._browsing.distrust()
        if not self._browsing.is_reading and self.is_mounted:
            self._browsing.is_reading = True
            self._read_ids()

    @work(group="photo-ids", exit_on_error=False, description="reading the library")
    async def _read_ids(self) -> None:
        if self._browsing.shown is None:
            position = self.context.state_file.position(self._persona_id)
            try:
                self._opens_on = await self._browsing.first_undecided(position)
            except BaseException:
                self._browsing.is_reading = (
                    False  # `DatabaseBack` or coming back to this screen reads it again
                )
                raise
        await self._browsing.read()

    @work(group="library-posts", exit_on_error=False, description="reading a post")
    async def _look_at_post(self, post_id: int) -> None:
        """Read the ids again where a post took a photo out of the library, or gave one back."""
        post = await self.context.services.scheduling.post(post_id)
        if post is None or post.photo_id in self._list.rows.ids:
            self._read()

    def _anchor(self) -> int | None:
        return self._opens_on or self._list.highlighted_id

    def _show_ids(self, ids: array[int], whole: bool) -> None:
        cursor_on, self._opens_on = self._opens_on, None if whole else self._opens_on
        self._list.replace_ids(ids, cursor_on=cursor_on, whole=whole)
        self._show_panes()

    def _show_panes(self, *, also_empty: bool = False) -> None:
        """Show list and picture where there is something to see, or a filter to change; else why there is not."""
        some = bool(self._list.rows) or also_empty or self._filter.has_focus or bool(self._filter.value)
        self._panes.display = some
        self._nothing.display = not some
        if some and self.focused is None:
            self._list.focus()
        if not self._list.rows:
            self._preview.show_sentence(NONE_SUCH if some else "")
            self._show_nothing()

    def _say_what_is_shown(self) -> None:
        self._list.border_title = Content(browse_words(self._browsing.browse, self.context.zone))

    def _remember_position(self) -> None:
        if (photo_id := self._list.highlighted_id) is not None:
            self.context.state_file.remember(position=(self._persona_id, photo_id))

    def _show_nothing(self) -> None:
        counts = self.context.overview.persona_counts
        some = counts.drafts + counts.scheduled + counts.failed + counts.posted
        if self._browsing.browse.is_filtered:
            self._nothing.update(NONE_SUCH)
        else:
            self._nothing.update(ALL_DONE if some else NOTHING_YET)

    def _submitted(self, photo_id: int) -> None:
        """Take a photo out at once, so that the next one is under the cursor."""
        if self._browsing.browse.posted is not Posted.ALL and photo_id in self._list.rows.ids:
            self._list.take_out(self._list.rows.ids.index(photo_id))
            self._show_panes()
        self._read()

    def _details(self, photo: Photo) -> str:
        return photo_details(photo, self._rules(), self.context.zone)

    def _rules(self) -> NetworkRules:
        channel = self.persona.channel
        return rules_for(str(channel.service) if channel else UNKNOWN_SERVICE)

    def _now(self) -> datetime:
        return self.context.clock().astimezone(self.context.zone)

    def _has_text(self, photo: Photo) -> bool:
        return photo.sha256 in self._kept

    def _look_for_texts(self) -> None:
        self._kept = self.context.kept_texts.kept(self._persona_id)
