"""The library's layout: list, filter and index progress beside preview and filmstrip, kept in step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.tui.filters import FilterMemory, FilterSuggester
from fluffy_tui.tui.library.contact_sheet import ContactSheet
from fluffy_tui.tui.library.library_view import SEPARATOR, LibraryView
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.photo.filmstrip import Filmstrip
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.painted_picture import ToastWatch
from fluffy_tui.tui.photo.photo_preview import PICTURES_OFF, PhotoPreview
from fluffy_tui.tui.session.error_toasts import report_error
from fluffy_tui.tui.text.words import VERDICT_WORDS, stars_words
from fluffy_tui.tui.ui.filter_bar import FilterBar
from fluffy_tui.tui.zoom import ZoomScreen

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.library.flag_counts import FlagCounts
    from fluffy_tui.tui.library.index_progress import IndexProgress
    from fluffy_tui.tui.library.loader import LibraryPage
    from fluffy_tui.tui.library.photo_notes import PhotoNotes
    from fluffy_tui.tui.library.stacks import Stacks
    from fluffy_tui.tui.photo.painter import Painter
    from fluffy_tui.tui.session.context import Context

NO_PHOTOS = "No photos yet.\n\nPress {library.import_photos} to import a folder."
NONE_LEFT = "Every photo has a post.\n\nPress {library.import_photos} to import more, or {app.posts} to see the posts."
NO_MATCH = "No photos match.\n\nPress {library.clear} to show all."
LOADING = "Loading the library …"


class LibraryLayout(Container):
    """Lays out the library's widgets and keeps them in step; a sentence replaces them while there are no photos."""

    SCOPED_CSS = False  # the rules for narrow screens begin outside of this widget
    DEFAULT_CSS = """
    LibraryLayout #left { width: 40%; min-width: 48; max-width: 80; }
    LibraryLayout #right { width: 1fr; }
    LibraryLayout #strip { display: none; }
    LibraryLayout.-strip #strip { display: block; }
    LibraryLayout #nothing { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
    LibraryLayout PhotoPreview.-pick { border: round $success; border-subtitle-color: $text-success; }
    LibraryLayout PhotoPreview.-reject { border: round $error; border-subtitle-color: $text-error; }
    .-normal LibraryLayout #left { width: 36; min-width: 0; }
    .-narrow LibraryLayout #strip { display: none; }
    .-narrow LibraryLayout #left { width: 1fr; min-width: 0; max-width: 100%; }
    .-narrow LibraryLayout #right { display: none; }
    .-narrow LibraryLayout.-picture #left { display: none; }
    .-narrow LibraryLayout.-picture #right { display: block; }
    LibraryLayout.-sheet #left { display: block; width: 1fr; max-width: 100%; }
    LibraryLayout.-sheet #right { display: none; }
    """

    def __init__(
        self,
        context: Context,
        view: LibraryView,
        stacks: Stacks,
        notes: PhotoNotes,
        progress: IndexProgress,
        flags: FlagCounts,
        filters: FilterMemory,
    ) -> None:
        super().__init__()
        thumbnail, renderer = context.services.photos.thumbnail, renderer_named(context.preview)
        self.photos = PhotoList(
            notes.fetch,
            lambda: context.clock().astimezone(context.zone),
            notes.row,
            id="photos",
        )
        self.preview = PhotoPreview(renderer, thumbnail, with_path=True)
        self.sheet = ContactSheet(
            self.photos,
            renderer,
            thumbnail,
            painted=self.photos.refresh_photo,
            photo_at=self.photos.photo_at,
            label=self.photos.label,
        )
        keywords = partial(context.services.keywords.complete, view.persona_id)
        self.filter_bar = FilterBar(
            "name, #keyword, text:word, screenshot, stars>=3, 2023 …",
            id="filter",
            suggester=FilterSuggester(keywords, filters.complete),
            save=filters.ask,
        )
        self.progress = progress
        self.flags = flags
        self.filtered_from: int | None = None
        """The photo that was under the cursor when the filter bar was opened."""
        self._strip = Filmstrip(self.photos.photo_at, renderer, thumbnail, id="strip")
        self._nothing = Static(LOADING, id="nothing", markup=False)
        self._panes = Horizontal(
            Vertical(self.filter_bar, self.photos, flags, progress, id="left"),
            Vertical(self.preview, self._strip, id="right"),
        )
        self.context = context
        self._view = view
        self._stacks = stacks
        self._notes = notes
        self._collapsed = 0

    def compose(self) -> ComposeResult:
        self._panes.display = False
        yield self._nothing
        yield self._panes

    def on_mount(self) -> None:
        self.watch(self.photos, "current", self._show_photo, init=False)
        ToastWatch(self, self.photos.refresh)
        self.update_title()
        self.flags.show(self.context.overview)

    # What is listed

    def show_page(self, page: LibraryPage) -> None:
        self._collapsed = page.collapsed
        self.photos.replace_ids(
            page.ids,
            cursor_on=page.cursor_on,
            is_complete=page.is_complete,
            row_on_screen=page.row_on_screen,
        )
        is_filter_open = self.filter_bar.display or bool(self.filter_bar.value)
        self.filter_bar.display = is_filter_open and self._view.query is None
        self.update_title()
        self.update_panes()
        if page.is_complete and not self.progress.is_counted:
            self.progress.count()

    def update_title(self) -> None:
        """Show what is listed, and how many photos are selected or collapsed."""
        chips = [
            Content.styled(words, Style.from_meta({"@click": f"screen.{action}"}))
            for words, action in self._view.chips
        ]
        self.photos.border_title = Content(SEPARATOR).join(chips)
        collapsed = self._collapsed - self._stacks.expanded_count if self._view.query is None else 0
        self.photos.show_counts(
            self.context.selection.words, f"{collapsed:,} collapsed" if collapsed > 0 else ""
        )
        self.screen.refresh_bindings()  # the footer says what becomes of the selection

    def update_panes(self) -> None:
        """Show list and picture if there are photos, or a filter to change; else why there are none."""
        has_panes = bool(self.photos.rows) or self.filter_bar.display
        self._panes.display = has_panes
        self.screen.refresh_bindings()  # the footer dims what needs a photo
        self._nothing.display = not has_panes
        if has_panes and self.screen.focused is None:
            self.photos.focus()
        if not self.photos.rows:
            self.preview.show_sentence(self._no_match if has_panes else "")
            self.explain_emptiness()

    def explain_emptiness(self) -> None:
        """Update why there are no photos."""
        counts = self.context.overview.persona_counts
        has_posts = counts.drafts + counts.queued + counts.scheduled + counts.failed + counts.posted > 0
        reason = self.context.with_keys(NONE_LEFT if has_posts else NO_PHOTOS)
        self._nothing.update(self._no_match if self._view.browse.is_filtered else reason)

    @property
    def _no_match(self) -> str:
        return self._view.refusal or self.context.with_keys(NO_MATCH)

    @property
    def reason(self) -> str:
        """Why there are no photos, in one sentence."""
        return str(self._nothing.content).partition("\n")[0]

    def remove_row(self, index: int) -> None:
        """Remove a photo at once, so that the next one is under the cursor."""
        self.photos.remove_row(index)
        self.update_panes()

    def insert_row(self, index: int, photo_id: int) -> None:
        self.photos.insert_row(min(index, len(self.photos.rows)), photo_id)
        self.update_panes()

    def deselect(self, photo_ids: Collection[int]) -> None:
        """Deselect photos, as far as they are selected."""
        if any(photo_id in self.context.selection for photo_id in photo_ids):
            self.context.selection.remove(photo_ids)
            self.update_title()

    # The photo under the cursor

    def _show_photo(self, photo: Photo | None) -> None:
        if photo is not None:
            self.preview.show(photo, self._details(photo), self.photos.neighbours())
            self._compare_with_posts(photo)
            decided = (stars_words(photo.stars), VERDICT_WORDS.get(photo.verdict or ""))
            self.preview.border_subtitle = " ".join(filter(None, decided))
            for verdict in VERDICT_WORDS:
                self.preview.set_class(photo.verdict == verdict, f"-{verdict}")
        self._strip.show(self.photos.cursor)

    def update_details(self) -> None:
        """Update what is shown below the picture."""
        if self.preview.photo is not None:
            self.preview.set_details(self._details(self.preview.photo))

    def _details(self, photo: Photo) -> str:
        return self._notes.details(photo, self.preview.content_size.width)

    def _compare_with_posts(self, photo: Photo) -> None:
        self.screen.run_worker(
            self._compared(photo),
            group="similar-posts",
            exit_on_error=False,
            description="comparing a photo with posts",
        )

    async def _compared(self, photo: Photo) -> None:
        """Add to the details how posts of similar pictures did, if the photo is still chosen once it is drawn."""
        await self.preview.drawn()
        if self.preview.photo is None or self.preview.photo.id != photo.id:
            return
        try:
            await self._notes.similar_posts.compare(photo.id)
        except DatabaseUnavailable:
            return  # the banner says so, and the posts are read again when it is back
        self.call_after_refresh(self.update_details)  # the width of the first photo's details is known then

    def posts_changed(self) -> None:
        """Read again how posts did."""
        self._notes.similar_posts.posts_changed()
        if self.preview.photo is not None:
            self._compare_with_posts(self.preview.photo)

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw the contact sheet in another way from now on; preview and filmstrip see to themselves."""
        self.sheet.pictures.draw_with(renderer)
        self.photos.refresh()

    def repaint(self) -> None:
        """Draw what another screen covered, or what was changed there."""
        self.photos.refresh()
        self.preview.repaint()

    def on_resize(self) -> None:
        """Update the details once the preview has its width, in which the line about results is written."""
        self.call_after_refresh(self.update_details)

    @on(PhotoList.Fetched)
    def _photos_fetched(self, message: PhotoList.Fetched) -> None:
        self._strip.show(self.photos.cursor)
        self.update_details()  # other programs or the user may have written about the photo
        if message.has_other_flags:
            self.flags.count()

    @on(PhotoList.Failed)
    def _report(self, message: PhotoList.Failed) -> None:
        if not self.context.overview.away:  # the banner reports that already
            report_error(self, "loading photos", message.error)

    @on(Filmstrip.Clicked)
    def _go_to_frame(self, message: Filmstrip.Clicked) -> None:
        self.photos.move_to(message.index)

    # Layout

    def on_unmount(self) -> None:
        """Free the terminal's memory."""
        self.sheet.pictures.close()

    def swap(self) -> None:
        """Show or hide the filmstrip; on a narrow screen, swap the list for the picture, or back."""
        if self.has_class("-sheet"):
            self.toggle_sheet()
        if self.screen.has_class("-narrow"):
            self.toggle_class("-picture")
            if not self.has_class("-picture"):
                self.photos.focus()
        else:
            self.toggle_class("-strip")

    def toggle_sheet(self) -> None:
        """Show the photos as a contact sheet, or as a list beside a picture."""
        if self.sheet.pictures.are_off:
            self.notify(PICTURES_OFF)
            return
        self.remove_class("-picture")
        self.toggle_class("-sheet")
        self.photos.show_as(self.sheet if self.has_class("-sheet") else None)
        self.photos.focus()

    def fill_terminal(self) -> None:
        """Fill the terminal with the photo, or show the library again."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        elif self.photos.rows:
            self.screen.maximize(self.preview, container=False)
        else:
            self.notify(self.reason, markup=False)

    def zoom(self) -> None:
        """Show the photo under the cursor pixel by pixel."""
        if photo := self.photos.highlighted:
            self.app.push_screen(ZoomScreen(self.context, photo))
        elif not self.photos.rows:
            self.notify(self.reason, markup=False)

    def open_filter(self) -> None:
        """Show the filter bar and the list, which it is typed for."""
        self.remove_class("-picture")
        self.filtered_from = self.photos.highlighted_id
        self.filter_bar.display = True
        self.update_panes()
        self.filter_bar.open()

    @on(FilterBar.Closed)
    def _focus_list(self) -> None:
        self.update_panes()
        self.photos.focus()
