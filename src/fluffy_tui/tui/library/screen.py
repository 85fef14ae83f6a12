"""The library screen: a persona's photos beside a large preview, browsed, filtered, compared and picked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import ActiveBinding, Binding, BindingType

from fluffy_tui.core.app_events import (
    Connected,
    KeywordsChanged,
    PhotosChanged,
    PhotosIndexed,
    PostChanged,
    VerdictChanged,
)
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.photos import Photo, Posted, Verdict
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.compare import MOST, BestOfStack, CompareScreen
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.filters import FilterMemory
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.keywords import KeywordPrompt
from fluffy_tui.tui.library.flag_changes import Triage
from fluffy_tui.tui.library.flag_counts import FlagCounts
from fluffy_tui.tui.library.index_progress import IndexProgress
from fluffy_tui.tui.library.library_layout import LibraryLayout
from fluffy_tui.tui.library.library_view import LibraryView
from fluffy_tui.tui.library.loader import LibraryLoader
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.library.photo_notes import PhotoNotes
from fluffy_tui.tui.library.similar_view import SimilarView
from fluffy_tui.tui.library.stacks import Stacks
from fluffy_tui.tui.platform.image_viewer import show_outside
from fluffy_tui.tui.session.messages import (
    FillWeek,
    OverviewChanged,
    SubmitUndone,
    concerns,
    on_event,
)
from fluffy_tui.tui.session.submit_undo import in_grace
from fluffy_tui.tui.text.filter_query import DATE_EXAMPLE
from fluffy_tui.tui.text.words import plural
from fluffy_tui.tui.ui.dialogs import AskTextScreen
from fluffy_tui.tui.ui.filter_bar import FilterBar
from fluffy_tui.tui.ui.frame_screen import FrameScreen
from fluffy_tui.tui.ui.keys_footer import relabelled

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from textual.app import ComposeResult

    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.messages import AppEvent

SELECT_FIRST = (
    "Select photos with {library.select} first. They fill the free slots in the order you select them."
)
SUBMIT_HAS_LEFT = (
    "The last submit can no longer be undone. To cancel it, select it in Posts and press {posts.cancel}. "
    "{library.undo} again undoes the flag before it."
)

COMPARE_WHAT = "Select two to four photos with {library.select}, or go to a stack, to compare them."
NO_STACK = "This photo is in no stack."

_OF_PHOTO = ("library.caption", "library.pick", "library.reject")
"""Keys in the footer; pressed all the same, the first says why there are no photos."""


class LibraryScreen(FrameScreen):
    """A persona's photos: at first those without a post, newest first, from the first one without a verdict on."""

    PLACE = Place.LIBRARY
    TAB = "library"
    AUTO_FOCUS = "PhotoList"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.LIBRARY),
        # The list's own keys, for when only the picture is visible and the list cannot have the focus.
        *(
            replace(key, action=f"in_list('{key.action}')")
            for key in bindings(Place.LIST)
            if isinstance(key, Binding)
        ),
    ]

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        services = context.services
        self._persona_id = self.persona.id
        self._view = LibraryView(self._persona_id, context.zone, context.clock)
        self._stacks = Stacks(services.photos, self._view)
        self._notes = PhotoNotes(context, self._view, self._stacks)
        self._loader = LibraryLoader(
            services,
            self._view,
            self._stacks,
            node=self,
            show=lambda page: self._body.show_page(page),
            highlighted=lambda: self._photos.highlighted_id,
            start_at=context.state_file.position(self._persona_id),
        )
        self._progress = IndexProgress(
            services.similarity, self._persona_id, on_complete=self._loader.reload_if_stale
        )
        self._triage = Triage(services.photos)
        self._flags = FlagCounts(services.photos, self._view, self._triage)
        self._filters = FilterMemory(self, context)
        self._body = LibraryLayout(
            context, self._view, self._stacks, self._notes, self._progress, self._flags, self._filters
        )
        self._photos = self._body.photos
        back = context.with_keys("{library.clear} back")
        self._similar = SimilarView(services, self._loader, self._photos, back)
        self._selection = context.selection
        self._keywords = KeywordPrompt(self, context, self._persona_id)

    def compose_body(self) -> ComposeResult:
        yield self._body

    def on_screen_resume(self) -> None:
        """Load the library, or what has changed while another screen was on top."""
        self._body.update_title()
        self._notes.reload_drafts()
        self._filters.load()
        self._body.repaint()
        self._loader.reload_if_stale()

    @on(events.ScreenSuspend)
    @on(events.Unmount)
    def _remember_position(self) -> None:
        """Save where the library is to open the next time, however the screen is left."""
        photo_id = self._similar.library_photo_id
        if photo_id is not None and not self._loader.is_untouched:
            self.context.state_file.remember(position=(self._persona_id, photo_id))

    # The photo under the cursor

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Say in the footer what becomes of several selected photos, and dim what needs one while none is listed."""
        active = super().active_bindings
        if not self._photos.rows:
            return {key: one._replace(enabled=one.binding.id not in _OF_PHOTO) for key, one in active.items()}
        if len(self._selection) < 2:
            return active
        labels = {"caption": "One post", "fill_slots": "One post each", "clear": "Clear"}
        labels |= dict.fromkeys(("filter", "import_photos"), "")
        return relabelled(active, {f"{self.PLACE}.{name}": label for name, label in labels.items()})

    @on(PhotoList.Selected)
    def action_caption(self) -> None:
        """Write a caption for the selected photos if they are several, else for the photo under the cursor."""
        if too_many := self._selection.too_many("{library.fill_slots}"):
            self.notify(self.context.with_keys(too_many), markup=False)
        elif len(self._selection) > 1:
            self._write_for_selection()
        elif photo := self._photos.highlighted:
            self.app.push_screen(ComposeScreen(self.context, [photo], self._remove_submitted))
        else:
            self.notify(
                "This photo is still loading." if self._photos.rows else self._body.reason, markup=False
            )

    @work(group="composer", exclusive=True, exit_on_error=False, description="loading the selected photos")
    async def _write_for_selection(self) -> None:
        ids = self._selection.ids
        found = await self.context.services.photos.by_ids(ids)
        if found and self.is_current:  # the user may have gone elsewhere meanwhile
            photos = [found[photo_id] for photo_id in ids if photo_id in found]
            self.app.push_screen(ComposeScreen(self.context, photos, self._remove_submitted))

    def _remove_submitted(self, photo_ids: Collection[int]) -> None:
        """Remove photos that have their post now, so that the next one is under the cursor at once."""
        self._body.deselect(photo_ids)
        here = self._photos.highlighted_id
        if self._view.browse.posted is not Posted.ALL:
            for photo_id in photo_ids:
                ids = self._photos.rows.ids
                if photo_id in ids:
                    self._body.remove_row(ids.index(photo_id))
        if here is not None:
            self._photos.go_to(here)  # rows above it may be gone
        self._loader.reload()

    @work(group="image-viewer", exclusive=True, exit_on_error=False, description="opening the photo")
    async def action_open_in_viewer(self) -> None:
        if photo := self._photos.highlighted:
            await show_outside(self.app, photo)

    def action_decide(self, decision: str) -> None:
        photo, index = self._photos.highlighted, self._photos.cursor
        if photo is None:
            return
        made = self._triage.decide(photo, decision, index, self.context.clock())
        if made.is_flag and (warning := self._notes.warn_of_duplicates(made.after)):
            self.notify(warning, markup=False)
        self._flags.follow(self._photos.put(made.after), made.after)
        if not self._view.lists(made.after):
            self._body.remove_row(index)
        elif made.is_flag:
            self._photos.move_to(index + 1)
        self._store_decisions(
            reload=made.is_flag and self._stacks.is_stacked(photo.id)
        )  # another one may be on top of the stack now

    async def action_undo(self) -> None:
        """Undo the last decision, or the submit that came after it; if that has left, say so before the decision."""
        last, lead = self._triage.last, self.context.overview.database_lead
        post = in_grace(self.context.overview.strip, self.context.database_now())
        if last is None or (post is not None and post.created_at > last.at + lead):
            await self.app.run_action("undo_submit")
            return
        if self._triage.warns_of_submit(lead):
            self.notify(self.context.with_keys(SUBMIT_HAS_LEFT), severity="warning", timeout=10, markup=False)
            return
        photo, *others = (decision.before for decision in self._triage.undo())
        if photo.id not in self._photos.rows.ids:
            self._similar.close()
        is_back = not self._photos.go_to(photo.id)
        if is_back:
            self._body.insert_row(last.index, photo.id)
        for one in (photo, *others):
            self._flags.follow(self._photos.put(one), one)
        is_stacked = self._view.browse.folded and (is_back or self._stacks.is_stacked(photo.id))
        self._store_decisions(reload=is_stacked or bool(others))

    def _decide_all(self, verdicts: Sequence[tuple[Photo, Verdict]]) -> None:
        """Flag photos together, as one step of undo."""
        at = self.context.clock()
        for number, (photo, verdict) in enumerate(verdicts):
            decision = self._triage.decide(photo, verdict, self._photos.cursor, at, joined=number > 0)
            self._flags.follow(self._photos.put(decision.after), decision.after)
        self._store_decisions(reload=True)  # others may be listed, or on top of a stack

    @work(group="review", exclusive=True, exit_on_error=False, description="loading the stack")
    async def action_review(self, best: bool) -> None:
        is_selection = not best and len(self._selection) > 1
        ids = self._selection.ids if is_selection else self._stacks.members(self._photos.highlighted_id)
        if len(ids) < 2 or (is_selection and len(ids) > MOST):
            why = NO_STACK if best else COMPARE_WHAT
            self.notify(self.context.with_keys(why), markup=False)
            return
        found = await self.context.services.photos.by_ids(ids)
        photos = [found[photo_id] for photo_id in ids if photo_id in found]
        if len(photos) < 2 or not self.is_current:  # the user may have gone elsewhere meanwhile
            return
        if not best:
            self.app.push_screen(CompareScreen(self.context, photos, self._decide_all, self.action_undo))
            return
        proposal = BestOfStack(photos, self._stacks.of(photos[0].id).best_by)

        def accept(is_accepted: bool | None) -> None:
            if is_accepted:
                self._decide_all(proposal.verdicts)

        self.app.push_screen(proposal.question(self.context.keys), accept)

    @work(group="verdicts", exit_on_error=False, description="saving picks and rejects")
    async def _store_decisions(self, *, reload: bool) -> None:
        try:
            await self._triage.store()
        except BaseException:
            self._photos.reload()
            self._loader.reload()
            self._flags.count()
            raise
        self._flags.catch_up()
        if reload:
            self._loader.reload()

    # Filter and order

    def _change_view(self, change: Callable[[], None], cursor_on: int | None = None) -> None:
        """Change filter or order, and put the cursor on a photo if it is listed then."""
        self._similar.close()
        before = self._view.browse
        change()
        if self._view.browse != before:
            self._body.update_title()
            self._loader.reload(cursor_on)
        elif cursor_on is not None:
            self._photos.go_to(cursor_on)

    def action_filter(self, flags: bool = False) -> None:
        if flags:
            self._change_view(self._view.next_verdict)
            return
        self._similar.close()
        self._body.open_filter()

    @on(FilterBar.Edited)
    def _apply_filter(self, message: FilterBar.Edited) -> None:
        # Half a word may hide the photo that the whole word shows again.
        self._change_view(
            lambda: self._view.filter_by(self._filters.expand(message.text)),
            cursor_on=self._body.filtered_from,
        )
        self._body.update_title()  # a filter that is refused changes nothing else
        self._body.update_panes()

    def action_sort(self, reverse: bool = False) -> None:
        self._change_view(self._view.reverse_order if reverse else self._view.next_sort)

    def action_clear(self) -> None:
        """Leave similar photos, else clear the filter, else the selection."""
        if self._similar.back():
            return
        if self._view.browse.is_filtered or self._view.refusal:
            self._body.filter_bar.reset()
            self._change_view(self._view.clear_filter)
        elif self._selection:
            count = len(self._selection)
            self.notify(f"{count:,} {plural(count, 'photo')} deselected.", markup=False)
            self._selection.clear()
            self._body.update_title()

    def action_ask(self, what: str) -> None:
        """Ask for a date, and go to its first photo; or for the keywords of photos."""
        if what == "keywords":
            highlighted = self._photos.highlighted_id
            if photo_ids := self._selection.ids or (() if highlighted is None else (highlighted,)):
                self._keywords.open(photo_ids)
            return

        def go_to(photo_id: int | None) -> None:
            if photo_id is not None:
                self._change_view(self._view.sort_by_date, cursor_on=photo_id)

        keys = self.context.keys
        question = AskTextScreen("go to date", DATE_EXAMPLE, self._loader.find_date, verb="go", own=keys)
        self.app.push_screen(question, go_to)

    # Duplicates and similar photos

    def action_duplicates(self, every: bool = False) -> None:
        if every:
            self._stacks.collapse_all()
            self._change_view(self._view.toggle_duplicates)
        elif self._view.query is None and self._photos.rows:
            if not self._stacks.toggle(self._photos):
                self.notify(self._notes.why_no_duplicates(self._progress.text), markup=False)
            self._body.update_title()
            self._body.update_details()

    @work(group="similar", exclusive=True, exit_on_error=False, description="finding similar photos")
    async def action_similar(self, unlike_posts: bool) -> None:
        """Show the photos most similar to this one, or those that differ most from the last posts."""
        photo_id = self._photos.highlighted_id
        try:
            if unlike_posts:
                await self._similar.show_unlike_last_posts()
            elif photo_id is not None:
                await self._similar.show_more_like(photo_id)
        except DatabaseUnavailable:
            raise
        except FluffyError as error:  # there is nothing to show yet: the list stays as it is
            self.notify(str(error), severity="warning", timeout=10, markup=False)
        else:
            self._photos.focus()

    # Several photos

    def action_select(self) -> None:
        photo_id = self._photos.highlighted_id
        if photo_id is not None:
            self._selection.toggle(photo_id)
            self._body.update_title()
            self._photos.action_step(1)

    def action_fill_slots(self) -> None:
        if self._selection:
            self.app.post_message(FillWeek(self._selection.ids, self._selection.phrase))
        else:
            self.notify(self.context.with_keys(SELECT_FIRST), markup=False)

    def action_import_photos(self) -> None:
        from fluffy_tui.tui.personas import ImportScreen

        self.app.push_screen(ImportScreen(self.context, self.persona))

    # Layout

    async def action_in_list(self, action: str) -> None:
        """Move the cursor of the list while it is not visible."""
        await self._photos.run_action(action)

    def action_layout(self, change: str) -> None:
        """Show or hide filmstrip (on a narrow screen, swap list and picture) or contact sheet, or enlarge the photo."""
        match change:
            case "filmstrip":
                self._body.swap()
            case "contact_sheet":
                self._body.toggle_sheet()
            case "zoom":
                self._body.zoom()
            case _:
                self._body.fill_terminal()

    # Events

    def on_app_event(self, event: AppEvent) -> None:
        """Skip events of other personas: an import of theirs must not reload a million photos here."""
        if concerns(event, self._persona_id):
            super().on_app_event(event)

    @on_event(PhotosChanged, Connected)
    @work(group="selection", exclusive=True, exit_on_error=False, description="checking the selected photos")
    async def _reload(self) -> None:
        """Reload everything, and deselect photos that no longer exist."""
        self._photos.reload()
        self._loader.reload()
        self._body.posts_changed()
        self._progress.count()
        self._flags.count()
        if self._selection:
            found = await self.context.services.photos.by_ids(self._selection.ids)
            self._body.deselect([photo_id for photo_id in self._selection.ids if photo_id not in found])

    @on_event(PostChanged)
    @work(group="library-posts", exit_on_error=False, description="loading a post")
    async def _update_posted(self, event: PostChanged) -> None:
        """Deselect photos that have their post now; reload if a post put photos into the library, or out of it."""
        post = await self.context.services.scheduling.post(event.post_id)
        self._triage.follow_submit(event.post_id, post)
        if post is None or post.step is Step.LIVE:
            self._body.posts_changed()
        photo_ids = [photo.photo_id for photo in post.photos] if post is not None else []
        are_free = post is None or not post.has_its_photos
        if not are_free:
            self._body.deselect(photo_ids)
        ids = self._photos.rows.ids
        if post is None or any((photo_id in ids) != are_free for photo_id in photo_ids):
            self._loader.reload()

    @on_event(VerdictChanged, SubmitUndone)
    def _update_photo(self, event: VerdictChanged | SubmitUndone) -> None:
        """Show a photo as it is now; the cursor goes to one that an undo has put back."""
        if isinstance(event, SubmitUndone):
            self._notes.reload_drafts()
            self._loader.reload(event.photo_id)
            return
        if self._triage.is_storing(event.photo_id):
            return
        if not self._photos.reload_photo(event.photo_id):
            self._flags.count()
        if self._view.is_of_decisions or self._stacks.is_stacked(event.photo_id):
            self._loader.reload()

    @on_event(PhotosIndexed, KeywordsChanged)
    def _update_facts(self, event: PhotosIndexed | KeywordsChanged) -> None:
        """Show what is new of photos: keywords, or what the index has found."""
        if isinstance(event, KeywordsChanged):
            self._photos.reload()
            if self._view.browse.has_words or self._view.browse.screenshots:
                self._loader.reload()
            return
        self._progress.add(event)
        self._photos.reload()  # to show scores, and mark those that cannot be read
        if event.stacked or self._view.browse.needs_scores:
            self._loader.reload_duplicates(is_indexing=bool(self._progress.text) or not event.stacked)

    @on_event(OverviewChanged)
    def _update_channel(self) -> None:
        """Show the rules of another channel, how many photos are left, or why there are none."""
        self._body.update_details()
        self._flags.show(self.context.overview)
        if not self._photos.rows and not self._loader.is_loading:
            self._body.explain_emptiness()
