"""The body of the batch screen: the current post in the caption form, or the whole batch in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Static

from fluffy_tui.tui.batch.batch_table import BatchTable
from fluffy_tui.tui.compose import CaptionForm, Mark
from fluffy_tui.tui.photo.photo_details import photo_details
from fluffy_tui.tui.photo.same_picture import EarlierPosts
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.times import both_zones
from fluffy_tui.tui.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from fluffy_tui.tui.batch.batch_loader import BatchLoader
    from fluffy_tui.tui.batch.model import Batch, BatchPost
    from fluffy_tui.tui.photo.photo_preview import PhotoPreview
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.drafts import DraftWriter


class BatchPanel(ReportsErrors, Horizontal):
    """Shows the current photo beside the form; in the review, beside the table."""

    DEFAULT_CSS = """
    BatchPanel {
        height: 1fr;
        #review { width: 1fr; display: none; border: round $border; border-title-color: $text; }
        &.-reviewing CaptionForm { display: none; }
        &.-reviewing #review { display: block; }
        #why { height: auto; max-height: 2; padding: 0 1; color: $text-muted; }
    }
    """

    def __init__(
        self,
        context: Context,
        batch: Batch,
        loader: BatchLoader,
        drafts: DraftWriter,
        form: CaptionForm,
        preview: PhotoPreview,
    ) -> None:
        super().__init__()
        self.context, self._batch, self._loader = context, batch, loader
        self._drafts, self._form, self._preview = drafts, form, preview
        self._earlier = EarlierPosts(context, self, self._posts_found)
        self.table = BatchTable()
        self._why = Static("", id="why", markup=False)
        self._review = Vertical(self.table, self._why, id="review")

    def compose(self) -> ComposeResult:
        """Lay the photo beside the form, and the table that takes the form's place in the review."""
        yield self._preview
        yield self._form
        yield self._review

    @property
    def is_reviewing(self) -> bool:
        """Whether the table is shown."""
        return self.has_class("-reviewing")

    def checks(self) -> list[Mark]:
        """Check the current post; one that is submitted needs no checks."""
        if not self._batch.posts or self._batch.current.post is not None:
            return []
        return self._batch.marks(self._batch.position, self.context.clock())

    def write(self, number: int) -> None:
        """Show one post in the form, and focus its caption."""
        self._batch.position = number
        self._switch(review=False)
        self._form.show_message("")
        self._form.caption.focus()

    def review(self) -> None:
        """Show the table."""
        count = len(self._batch.posts)
        self._review.border_title = f"{count} {plural(count, 'post')}"
        self._switch(review=True)
        self.table.focus()

    def show_order(self) -> None:
        """Show the posts in another order, where the caption or the table was."""
        self._switch(review=self.is_reviewing)

    def update_marks(self) -> None:
        """Run the checks again."""
        if self._batch.posts:
            self._form.update_preflight()
            if self.is_reviewing:
                self.table.show(self._batch, self.context.clock())

    def search_posts(self) -> None:
        """Search again for earlier posts of the photos that have no post of this batch."""
        self._earlier.search((entry.photo for entry in self._batch.unsubmitted), again=True)

    def _posts_found(self) -> None:
        for entry in self._batch.posts:
            id_ = entry.photo.id
            entry.has_searched = id_ in self._earlier.here
            entry.earlier_post, entry.elsewhere = (
                self._earlier.here.get(id_),
                self._earlier.elsewhere.get(id_),
            )
        self.update_marks()

    @work(group="batch-photos", exit_on_error=False, description="rendering the pictures of the batch")
    async def check_photos(self, entries: Sequence[BatchPost]) -> None:
        """Check the pictures of some posts, one after the other."""
        for entry in entries:
            await self._loader.check_photo(entry)
            if entry is self._batch.current:
                self._form.is_ai_marked = entry.is_ai_marked(self._batch.persona)
            self.update_marks()

    def _switch(self, *, review: bool) -> None:
        self.set_class(review, "-reviewing")
        self._preview.set_class(review, "-reviewing")
        self.refresh_bindings()
        self._show_current()
        self.update_marks()

    def _show_current(self) -> None:
        """Show the current post in the form and in the preview."""
        entry, form = self._batch.current, self._form
        form.set_photo(entry.photo)
        form.framing, form.is_ai_marked = self._loader.framing(entry), entry.is_ai_marked(self._batch.persona)
        if not self.is_reviewing:
            form.tools.suggest(other.draft.caption for other in self._batch.posts if other is not entry)
        form.load(entry.draft)
        slot = entry.slot
        when = (
            both_zones(slot, self.context.clock(), form.zone, self.context.zone)
            if slot
            else "after the last free slot"
        )
        why = self._batch.reason(self._batch.position)
        parts = (f"photo {self._batch.position + 1} of {len(self._batch.posts)}", when, why)
        form.show_note(" · ".join(filter(None, parts)))
        self._why.update(why)
        self._why.display = bool(why)
        self._preview.show(entry.photo, "" if self.is_reviewing else self._details())

    def _details(self) -> str:
        photo, framing = self._batch.current.photo, self._form.framing
        return photo_details(photo, self._form.rules, self.context.zone, framing=framing)

    @on(CaptionForm.Edited)
    def _edited(self) -> None:
        entry = self._batch.current
        entry.draft, entry.outcome = entry.with_tags(self._form.draft), ""
        self._drafts.save_soon(entry.photo, entry.draft)
        self.update_marks()

    @on(CaptionForm.Reframed)
    def _reframed(self) -> None:
        entry = self._batch.current
        entry.picture = None
        self._preview.set_details("" if self.is_reviewing else self._details())
        self.check_photos((entry,))

    @on(CaptionForm.TextsLoaded)
    def _texts_loaded(self) -> None:
        self._batch.earlier_captions = self._form.tools.earlier_captions
        self.update_marks()

    @on(DataTable.RowHighlighted)
    def _row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        if self.is_reviewing and event.cursor_row < len(self._batch.posts):
            self._batch.position = event.cursor_row
            self._show_current()
